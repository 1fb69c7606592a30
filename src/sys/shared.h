/* Memory that a process and the children it starts later all see at the same address. */
#ifndef CKI_SYS_SHARED_H
#define CKI_SYS_SHARED_H

#include "core/fail.h"

/* Zeroed memory of `bytes`, or half of that and so on down to `least` where the system does not
 * give as many addresses; *got is how much. Pages take memory when they are touched. NULL: MEMORY
 * with the reason. */
void *cki_shared_map(size_t bytes, size_t least, size_t *got, cki_error *error);
void cki_shared_unmap(void *memory, size_t bytes);
/* Give back the whole pages within: they read as zeros then. For every process at once. */
void cki_shared_drop(void *memory, size_t bytes);
/* Bytes of a page. */
size_t cki_shared_page(void);

#endif
