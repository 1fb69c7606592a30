/* Annotations: what the user wants of the tasks of a layer, apart from their results. `priority`
 * and `retries` are followed here; `workers`, `resources`, `allow_other_workers` and names of the
 * user's own are carried along for who can follow them. */
#ifndef CKI_GRAPH_ANNOTATIONS_H
#define CKI_GRAPH_ANNOTATIONS_H

#include "value/value.h"

typedef struct cki_annotations {
    cask_value *all; /* a dict */
    double priority; /* higher first; 0 where nothing is said, or a function of keys is */
    int64_t retries; /* of a task that failed; -1: nothing is said */
    /* Functions of a task's key, in the dict, that say it instead; NULL: none. */
    cask_value *priority_of, *retries_of;
} cki_annotations;

/* How often a number of retries lets a task be tried again. */
int64_t cki_annotations_retries(double number);

/* Those of `outer` (may be NULL) with a dict's over them. TypeError in Dask's words for a known
 * name's value of another type. */
cki_annotations *cki_annotations_new(const cki_annotations *outer, const cask_value *dict,
                                     cki_error *error);
void cki_annotations_free(void *annotations);

/* Whether tasks of both can be one: they are equal or (`some`) all their names are known, so that
 * there is a rule for each. Either may be NULL. */
bool cki_annotations_fusable(const cki_annotations *a, const cki_annotations *b, bool some);
/* Those of tasks that are one: the larger priority, retries and each resource, workers of both. */
cki_annotations *cki_annotations_fuse(const cki_annotations *a, const cki_annotations *b,
                                      cki_error *error);

#endif
