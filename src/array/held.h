/* Held: arrays whose blocks are in memory already. */
#ifndef CKI_ARRAY_HELD_H
#define CKI_ARRAY_HELD_H

#include "array/node.h"

/* An array like that one, by the same name, whose blocks are the list's; the context keeps it. */
const cki_node *cki_held_array(cki_build *build, const cki_node *node, cask_value *blocks);

#endif
