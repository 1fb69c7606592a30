/* The language: a session ties the evaluator's names to the operations of the collections. */
#ifndef CKI_LANG_LANG_H
#define CKI_LANG_LANG_H

#include "core/text.h"
#include "expr/context.h"
#include "value/value.h"

/* A context, a scope of names, and the language. One thread at a time. */
typedef struct cki_session cki_session;

cki_session *cki_lang_open(cask *ck, cki_error *error);
void cki_lang_close(cki_session *session);
/* Have `watcher` told of every run too (NULL: nobody), and runs end when *cancel becomes true
 * (NULL: by cask_cancel() alone). Both live as long as the session. */
void cki_lang_watch(cki_session *session, const struct cki_callbacks *watcher,
                    _Atomic bool *cancel);
/* Bind a name to the value of an expression. */
cask_status cki_lang_bind(cki_session *session, const char *name, const char *text,
                          cki_error *error);
/* The value of an expression, which may be lazy. */
cask_value *cki_lang_eval(cki_session *session, const char *text, cki_error *error);
/* The same value with everything lazy in it computed, in lists and dicts too, sharing tasks. */
cask_value *cki_lang_compute(cki_session *session, cask_value *value, cki_error *error);

/* How to save; zero is the default. */
typedef struct cki_save {
    const char *cmap, *title, *units;
    bool has_vmin, has_vmax, animate;
    double vmin, vmax, fps;
} cki_save;

/* Write a value to a file whose suffix says the format; lazy arrays stream where it takes regions.
 */
cask_status cki_lang_save(cki_session *session, cask_value *value, const char *path,
                          const cki_save *how, cki_error *error);
/* Write a file as another: `options` is a DICT of what cask convert takes, or NULL. */
cask_status cki_lang_convert(cki_session *session, const char *in, const char *out,
                             cask_value *options, cki_error *error);
/* What `cask info` prints of a file, with statistics if wanted, for people or as JSON. */
cask_status cki_lang_info(cki_session *session, const char *path, bool stats, bool json,
                          cki_text *out, cki_error *error);
/* What `cask help` prints: all operations, or one. KeyError with the nearest name. */
cask_status cki_lang_help(cki_session *session, const char *operation, cki_text *out,
                          cki_error *error);
/* All of them in full, as a manual in Markdown. */
cask_status cki_lang_reference(cki_session *session, cki_text *out, cki_error *error);

#endif
