/* Chains: found while fusing, users before inputs, and put together from the first call on. */
#include "delayed/delayed_chain.h"

#include "graph/annotations.h"

#include <string.h>

/* As many run as one task at most: a cancellation is heard between them, and progress shows. */
enum { MOST_LINKS = 1000 };

/* Calls that may be tried again stay tasks of their own, as do those whose results a cache might
 * keep. */
static bool is_free(const cki_node *node)
{
    const cki_annotations *own = node->annotations;
    const cask *ck = node->ck;
    return ck->tuning.fuse_delayed && !ck->ncaches &&
           !(own && (own->retries > 0 || own->retries_of)) &&
           !(ck->tuning.retries > 0 && !(own && own->retries == 0));
}

void cki_delayed_chain_rule(cki_optimiser *optimiser, const cki_node *node)
{
    bool wanted;
    if (node->primitive != &cki_delayed_primitive)
        return;
    size_t users = cki_optimise_users(optimiser, node, &wanted);
    if (wanted || users != 1 || !is_free(node))
        return;
    const cki_node *user = cki_optimise_user(optimiser, node, 0);
    if (user->primitive != &cki_delayed_primitive || user->ninputs != 1 || !is_free(user))
        return;
    const cki_node *root = cki_optimise_root(optimiser, user);
    if (cki_optimise_members(optimiser, root) < MOST_LINKS &&
        cki_optimise_joins(optimiser, node, root))
        cki_optimise_absorb(optimiser, node, root);
}

const cki_node *cki_delayed_chain_fuse(cki_optimiser *optimiser, const cki_node *node,
                                       cki_error *error)
{
    size_t count = cki_optimise_members(optimiser, node);
    if (count == 1)
        return cki_optimise_replace(optimiser, node, error);
    cki_build build = cki_optimise_build(optimiser, error);
    struct cask_delayed_node *copy =
        cki_arena_copy(build.arena, cki_delayed_of_node(node), sizeof *copy);
    cki_delayed_links *chain =
        cki_arena_alloc(build.arena, sizeof *chain + count * sizeof *chain->links);
    if (!copy || !chain) {
        cki_fail_memory(error, count * sizeof *chain->links);
        return NULL;
    }
    chain->count = count;
    chain->links[count - 1] = node;
    for (size_t i = count - 1; i > 0; i--)
        chain->links[i - 1] = chain->links[i]->inputs[0];
    const cki_node *first = cki_optimise_replace(optimiser, chain->links[0], error);
    if (!first)
        return NULL;
    copy->base.primitive = &cki_delayed_chain_primitive;
    copy->base.parameters = chain;
    copy->base.inputs = first->inputs;
    copy->base.ninputs = first->ninputs;
    return &copy->base;
}

const cki_node *const *cki_delayed_chain_links(const cki_node *const *node, size_t *count)
{
    const cki_delayed_links *chain = (*node)->parameters;
    bool several = (*node)->primitive == &cki_delayed_chain_primitive;
    *count = several ? chain->count : 1;
    return several ? chain->links : node;
}

void cki_delayed_chain_label(const cki_node *node, cki_text *text)
{
    enum { LONG = 100 };
    size_t count;
    const cki_node *const *links = cki_delayed_chain_links(&node, &count);
    for (size_t i = 0, same; i < count; i += same) {
        const char *label = cki_delayed_of_node(links[i])->label;
        for (same = 1; i + same < count; same++)
            if (strcmp(cki_delayed_of_node(links[i + same])->label, label) != 0)
                break;
        cki_text_put(text, i ? ", " : "");
        if (text->length > LONG) {
            cki_text_put(text, "...");
            return;
        }
        cki_text_put(text, label);
        if (same > 1)
            cki_text_format(text, " * %zu", same);
    }
}
