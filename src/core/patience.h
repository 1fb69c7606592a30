/* Patience: whether what this thread does is to end, for long loops that have nobody to ask. */
#ifndef CKI_CORE_PATIENCE_H
#define CKI_CORE_PATIENCE_H

#include "core/fail.h"

#include <stdatomic.h>

/* From now on, on this thread, work is to end once *flag is set; NULL: never. What was so before,
 * to be given back at the end. */
const atomic_bool *cki_patience_until(const atomic_bool *flag);
/* Whether it is. Answers may be wrong then: nobody is going to see them. */
bool cki_patience_over(void);
/* The same as a failure, KeyboardInterrupt. */
cask_status cki_patience_check(cki_error *error);

#endif
