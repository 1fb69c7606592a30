/* Expand: terms with other keys' terms in the places of those keys. */
#ifndef CKI_SPEC_EXPAND_H
#define CKI_SPEC_EXPAND_H

#include "spec/spec.h"

/* Define `key` in `to` (a blank of `from`, or one that grew out of it) by its term in `from`, each
 * key that `inlined` marks replaced by its own term, and so on. These must not go in circles. LIMIT
 * where that would make more than a term may hold. */
cask_status cki_expand_define(const cki_spec *from, cki_spec *to, uint32_t key, const bool *inlined,
                              cki_error *error);
/* The keys whose terms would be put into that of `key`, each as often as it would be: into *keys,
 * an array that grows. */
cask_status cki_expand_list(const cki_spec *from, uint32_t key, const bool *inlined,
                            uint32_t **keys, size_t *count, cki_error *error);

#endif
