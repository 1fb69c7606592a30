/* Expression nodes: their tokens, and copies with other inputs. */
#include "expr/node.h"
#include "expr/annotate.h"

#include <string.h>

cask_status cki_node_seal(cki_node *node, cki_token parameters, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return CASK_MEMORY;
    cki_token_text(hasher, node->primitive->name);
    cki_token_token(hasher, parameters);
    node->own = cki_token_end(hasher);
    node->annotations = cki_annotate_current(node->ck);
    hasher = cki_token_start(error);
    if (!hasher)
        return CASK_MEMORY;
    cki_token_token(hasher, node->own);
    for (size_t i = 0; i < node->ninputs; i++) {
        cki_token_token(hasher, node->inputs[i]->token);
        node->lasting = node->lasting && node->inputs[i]->lasting;
    }
    node->token = cki_token_end(hasher);
    return CASK_OK;
}

const cki_node *cki_node_with_inputs(cki_build *build, const cki_node *node,
                                     const cki_node *const *inputs)
{
    cki_node *copy = cki_arena_copy(build->arena, node, node->primitive->size);
    const cki_node **list = cki_arena_array(build->arena, node->ninputs, sizeof *list);
    cki_hasher *hasher = cki_token_start(build->error);
    if (!copy || !list || !hasher) {
        if (hasher)
            (void)cki_token_end(hasher);
        cki_fail_memory(build->error, node->primitive->size);
        return NULL;
    }
    cki_token_token(hasher, node->own);
    for (size_t i = 0; i < node->ninputs; i++) {
        list[i] = inputs[i];
        cki_token_token(hasher, inputs[i]->token);
        copy->lasting = copy->lasting && inputs[i]->lasting;
    }
    copy->inputs = list;
    copy->token = cki_token_end(hasher);
    return copy;
}
