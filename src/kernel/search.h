/* Searching sorted keys for many keys at once. */
#ifndef CKI_KERNEL_SEARCH_H
#define CKI_KERNEL_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* found[i]: how many of the `nsorted` rising keys are less than keys[i], or with `right` less or
 * equal. `found` is apart from the keys. */
void cki_search_keys(const uint64_t *sorted, size_t nsorted, const uint64_t *keys, size_t count,
                     bool right, int64_t *found);

#endif
