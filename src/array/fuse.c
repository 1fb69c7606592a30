/* Fusing: which element-wise nodes are computed inside their users, and the programs that result.
 */
#include "array/fuse.h"
#include "array/elementwise.h"
#include "core/map.h"
#include "core/memory.h"
#include "core/text.h"
#include "graph/spelling.h"

/* Programs hold 64 inputs and 256 steps; a node is at most four steps (three conversions). */
enum { MOST_MEMBERS = 60, MOST_INPUTS = 56 };

static bool same_blocks(cask_array a, cask_array b)
{
    if (a->ndim != b->ndim)
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (!cki_chunks_same(&a->axes[i], &b->axes[i]))
            return false;
    return true;
}

/* A node is computed inside its users if they are all computed in one place, over the same blocks:
 * then nothing is computed twice, and its result is never stored. */
void cki_fuse_rule(cki_optimiser *optimiser, const cki_node *node)
{
    bool wanted;
    size_t users = cki_optimise_users(optimiser, node, &wanted);
    if (wanted || !users || !cki_elementwise_is(node))
        return;
    const cki_node *root = cki_optimise_root(optimiser, cki_optimise_user(optimiser, node, 0));
    if (!root->primitive->fuse || !cki_optimise_joins(optimiser, node, root) ||
        cki_optimise_members(optimiser, root) >= MOST_MEMBERS ||
        cki_optimise_fan(optimiser, root) + node->ninputs >
            cki_optimise_members(optimiser, root) + MOST_INPUTS)
        return;
    for (size_t i = 0; i < users; i++) {
        const cki_node *user = cki_optimise_user(optimiser, node, i);
        if (cki_optimise_root(optimiser, user) != root)
            return;
        if (cki_elementwise_is(user) &&
            !same_blocks(cki_node_as_array(node), cki_node_as_array(user)))
            return;
    }
    cki_optimise_absorb(optimiser, node, root);
}

typedef struct builder {
    cki_optimiser *optimiser;
    const cki_node *root;
    cki_program *program;
    cki_map steps; /* node -> step + 1 */
    const cki_node *inputs[CKI_PROGRAM_INPUTS], *sources[CKI_PROGRAM_INPUTS];
    size_t ninputs;
    const cki_node *member[MOST_MEMBERS + 1];
    size_t members;
    cki_text names; /* of the members, in the order of their steps */
} builder;

static bool is_member(const builder *b, const cki_node *node)
{
    return cki_elementwise_is(node) && cki_optimise_root(b->optimiser, node) == b->root;
}

/* The step of a node computed elsewhere: an input. */
static int input_step(builder *b, const cki_node *node)
{
    if (b->ninputs == CKI_PROGRAM_INPUTS)
        return -1;
    b->sources[b->ninputs] = node;
    b->inputs[b->ninputs++] = cki_optimise_result(b->optimiser, node);
    return cki_program_input(b->program, cki_node_as_array(node)->dtype);
}

/* The step of a member, whose inputs all have theirs. */
static int member_step(builder *b, const cki_node *node)
{
    const cki_elementwise *e = cki_elementwise_of(node);
    int arguments[CKI_UFUNC_INPUTS];
    for (int i = 0; i < e->arguments; i++) {
        uint64_t step = 0;
        if (e->input[i] >= 0)
            cki_map_get(&b->steps, cki_map_key(node->inputs[e->input[i]]), &step);
        arguments[i] = e->input[i] >= 0
                           ? (int)step - 1
                           : cki_program_constant(b->program, e->signature.in[i], e->constant[i]);
    }
    if (b->members <= MOST_MEMBERS)
        b->member[b->members] = node;
    b->members++;
    cki_text_put(&b->names, b->members > 1 ? ", " : "");
    cki_text_put(&b->names, e->ufunc ? cki_ufunc_name(e->ufunc) : "astype");
    return e->ufunc ? cki_program_apply(b->program, e->ufunc, &e->signature, arguments)
                    : cki_program_cast(b->program, arguments[0], e->signature.out);
}

/* Steps for everything under `value`, inputs first; groups are small, so the stack is bounded. */
static cask_status build_steps(builder *b, const cki_node *value, cki_error *error)
{
    enum { DEPTH = 4 * MOST_MEMBERS * CKI_UFUNC_INPUTS };
    const cki_node *stack[DEPTH];
    size_t depth = 0;
    uint64_t step;
    stack[depth++] = value;
    while (depth) {
        const cki_node *node = stack[depth - 1];
        bool member = is_member(b, node), ready = true;
        if (cki_map_get(&b->steps, cki_map_key(node), &step)) {
            depth--;
            continue;
        }
        for (size_t i = 0; member && i < node->ninputs; i++)
            if (!cki_map_get(&b->steps, cki_map_key(node->inputs[i]), &step)) {
                if (depth == DEPTH)
                    return cki_fail_internal(error, "a fused group too deep");
                stack[depth++] = node->inputs[i];
                ready = false;
            }
        if (!ready)
            continue;
        int number = 1 + (member ? member_step(b, node) : input_step(b, node));
        if (!cki_map_set(&b->steps, cki_map_key(node), (uint64_t)number))
            return cki_fail_memory(error, sizeof(cki_map_slot));
        depth--;
    }
    return CASK_OK;
}

static void free_program(void *program)
{
    cki_program_free(program);
}

cask_status cki_fuse_program(cki_optimiser *optimiser, const cki_node *root, const cki_node *value,
                             cki_fused *fused, cki_error *error)
{
    builder b = {.optimiser = optimiser, .root = root, .program = cki_program_new(error)};
    if (!b.program)
        return error->status;
    cask_status status = build_steps(&b, value, error);
    uint64_t step = 0;
    cki_map_get(&b.steps, cki_map_key(value), &step);
    cki_map_free(&b.steps);
    if (status == CASK_OK)
        status = cki_program_finish(b.program, (int)step - 1, error);
    cki_graph *graph = cki_optimise_graph(optimiser);
    cki_arena *arena = cki_graph_arena(graph);
    const cki_node **inputs = cki_arena_copy(arena, b.inputs, b.ninputs * sizeof *inputs);
    const cki_node **sources = cki_arena_copy(arena, b.sources, b.ninputs * sizeof *sources);
    const cki_node **members = cki_arena_copy(arena, b.member, b.members * sizeof *members);
    const char *names = b.names.length ? cki_arena_text(arena, b.names.bytes, b.names.length) : "";
    if (status == CASK_OK && (!inputs || !sources || !members || !names || b.names.failed))
        status = cki_fail_memory(error, b.ninputs * sizeof *inputs);
    cki_text_free(&b.names);
    if (status != CASK_OK) {
        cki_program_free(b.program);
        return status;
    }
    *fused = (cki_fused){b.program, inputs, b.ninputs, b.members, names, members, sources};
    return cki_graph_own(graph, free_program, b.program, error);
}

void cki_fuse_inputs(const uint32_t *layers, const cki_node *const *inputs, size_t ninputs,
                     int ndim, const int64_t *position, cki_keys *keys)
{
    for (size_t i = 0; i < ninputs; i++) {
        cask_array input = cki_node_as_array(inputs[i]);
        int64_t block = 0;
        for (int k = 0; k < input->ndim; k++) {
            int64_t blocks = input->axes[k].blocks;
            int64_t at = position[ndim - input->ndim + k];
            block = block * blocks + (blocks == 1 ? 0 : at);
        }
        cki_graph_key(keys, layers[i], block);
    }
}

static size_t source_of(const cki_fused *fused, const cki_node *node)
{
    size_t i = 0;
    while (i < fused->ninputs && fused->sources[i] != node)
        i++;
    return i;
}

void cki_fuse_spell(const cki_fused *fused, cki_spelling *spelling)
{
    bool said[CKI_PROGRAM_INPUTS] = {false};
    for (size_t m = 0; m < fused->steps; m++) {
        const cki_elementwise *e = cki_elementwise_of(fused->members[m]);
        for (int i = 0; i < e->arguments; i++) {
            size_t from = e->input[i] < 0
                              ? fused->ninputs
                              : source_of(fused, fused->members[m]->inputs[e->input[i]]);
            if (e->input[i] < 0)
                cki_spelling_take(spelling,
                                  cki_array_item(e->signature.in[i], e->constant[i], NULL));
            if (from == fused->ninputs || (said[from] && fused->steps > 1))
                continue;
            said[from] = true;
            cki_spelling_input(spelling, from);
        }
        if (!e->ufunc)
            cki_spelling_dtype(spelling, e->signature.out);
    }
}
