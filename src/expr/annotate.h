/* Annotate: what applies to the nodes that are made between the beginning and the end of it. */
#ifndef CKI_EXPR_ANNOTATE_H
#define CKI_EXPR_ANNOTATE_H

#include "expr/context.h"

struct cki_annotations;

/* Begin with a dict, over what applies already. TypeError for a value of the wrong kind. */
cask_status cki_annotate_begin(cask *ck, const cask_value *dict, cki_error *error);
/* Back to what applied before the newest beginning; nothing if there is none. */
void cki_annotate_end(cask *ck);
/* Back to what applied at some time, where later beginnings have not ended. */
void cki_annotate_return(cask *ck, const struct cki_annotated *then);
/* What a node of the context that is made now by this thread gets; NULL for none. */
const struct cki_annotations *cki_annotate_current(const cask *ck);

/* Instead of what applies, for this thread alone (others may compute on the context): while the
 * optimiser makes a node in the place of another. `ck` NULL: what applies. */
typedef struct cki_annotate_turn {
    const cask *ck;
    const struct cki_annotations *annotations;
} cki_annotate_turn;

/* What was so before, to be given back. */
cki_annotate_turn cki_annotate_instead(cki_annotate_turn turn);

/* What applies, a dict; a new reference. */
cask_value *cki_annotate_now(const cask *ck, cki_error *error);

#endif
