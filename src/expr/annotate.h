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
/* What applies, a dict; a new reference. */
cask_value *cki_annotate_now(const cask *ck, cki_error *error);

#endif
