/* Parts: tasks that give several arrays at once, as a list, and picking one of them. */
#ifndef CKI_ARRAY_PARTS_H
#define CKI_ARRAY_PARTS_H

#include "array/mapped.h"

/* The parts as a LIST, for a task's result; references are taken over, also on failure: a NULL part
 * is one. */
cask_value *cki_parts_list(cask_value *const *parts, size_t count, cki_error *error);
/* A part of such a result; NULL if there is none, or it is no array. */
const cki_array *cki_parts_of(const cask_value *list, size_t part);

/* An array whose blocks are a part of the results of `as->inputs[0]`, taken from the blocks that
 * the mapping says (one for each). Of `as` its type and axes count too. */
cask_array cki_parts_pick(cki_build *build, int part, const cki_mapped *as);

#endif
