/* Fusion: tasks that only one other uses are put into it, as Dask's `fuse` does: chains always, and
 * trees as far as the bounds on their width and height allow.
 *
 * A key is reducible if exactly one term names it, once. Reducible keys below one that is not make
 * a tree, which is gone through from its leaves up; for each key it is decided whether all that are
 * below it go into it. Terms are put together at the end. */
#include "core/memory.h"
#include "spec/expand.h"
#include "spec/passes.h"
#include "spec/spec_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A set of keys, ascending. */
typedef struct key_set {
    uint32_t *items;
    size_t count;
} key_set;

/* What is known of a key whose tree was gone through. */
typedef struct fused_info {
    uint32_t key;
    double height, width, nodes;
    double fudge;  /* for parallelism at the edges of the tree */
    key_set edges; /* keys outside that it needs */
} fused_info;

typedef struct fusion {
    const cki_spec *spec;
    cki_passes_fusing bounds;
    bool *reducible, *fused;
    key_set *needs;  /* by key */
    uint32_t *users; /* by key: who names it, where that is one */
    fused_info *info;
    uint32_t *stack;
    size_t ninfo, info_room, depth, stack_room;
    bool failed; /* for want of memory */
} fusion;

/* ---- sets ---- */

static int compare_keys(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static key_set copy_set(fusion *f, const uint32_t *items, size_t count)
{
    key_set set = {0};
    if (!count)
        return set;
    set.items = cki_memory_alloc(count * sizeof *items);
    if (!set.items) {
        f->failed = true;
        return set;
    }
    memcpy(set.items, items, count * sizeof *items);
    qsort(set.items, count, sizeof *items, compare_keys);
    for (size_t i = 0; i < count; i++)
        if (!set.count || set.items[set.count - 1] != set.items[i])
            set.items[set.count++] = set.items[i];
    return set;
}

static void unite(fusion *f, key_set *into, const key_set *other)
{
    if (!other->count)
        return;
    size_t i = 0, k = 0, count = 0;
    uint32_t *items = cki_memory_alloc((into->count + other->count) * sizeof *items);
    if (!items) {
        f->failed = true;
        return;
    }
    while (i < into->count || k < other->count) {
        if (k == other->count || (i < into->count && into->items[i] < other->items[k]))
            items[count++] = into->items[i++];
        else if (i < into->count && into->items[i] == other->items[k])
            k++;
        else
            items[count++] = other->items[k++];
    }
    cki_memory_free(into->items);
    *into = (key_set){items, count};
}

static void free_set(key_set *set)
{
    cki_memory_free(set->items);
    *set = (key_set){0};
}

/* What a key needs outside the tree. */
static key_set edges_of(fusion *f, uint32_t key)
{
    key_set edges = copy_set(f, f->needs[key].items, f->needs[key].count);
    size_t count = 0;
    for (size_t i = 0; i < edges.count; i++)
        if (!f->reducible[edges.items[i]])
            edges.items[count++] = edges.items[i];
    edges.count = count;
    return edges;
}

/* ---- stacks ---- */

/* The info's set is taken over. */
static void push_info(fusion *f, fused_info info)
{
    if (f->ninfo == f->info_room) {
        size_t room = f->info_room * 2 + 16;
        fused_info *wider = cki_memory_realloc(f->info, room * sizeof *wider);
        if (!wider) {
            free_set(&info.edges);
            f->failed = true;
            return;
        }
        f->info = wider;
        f->info_room = room;
    }
    f->info[f->ninfo++] = info;
}

static void push_key(fusion *f, uint32_t key)
{
    if (f->depth == f->stack_room) {
        size_t room = f->stack_room * 2 + 64;
        uint32_t *wider = cki_memory_realloc(f->stack, room * sizeof *wider);
        if (!wider) {
            f->failed = true;
            return;
        }
        f->stack = wider;
        f->stack_room = room;
    }
    f->stack[f->depth++] = key;
}

/* The reducible keys that a key needs go onto the stack; how many they are. */
static size_t push_children(fusion *f, uint32_t key)
{
    size_t count = 0;
    for (size_t i = 0; i < f->needs[key].count; i++)
        if (f->reducible[f->needs[key].items[i]]) {
            push_key(f, f->needs[key].items[i]);
            count++;
        }
    return count;
}

/* ---- one key with what is below it ---- */

/* What the infos of its children come to. The first of them may lend its set. */
static fused_info gather(fusion *f, uint32_t key, fused_info *children, size_t count,
                         double *singles)
{
    fused_info sum = {.key = key, .height = 1};
    double most = 0;
    *singles = 0;
    for (size_t i = 0; i < count; i++) {
        *singles += children[i].height <= 1;
        sum.height = fmax(sum.height, children[i].height);
        sum.width += children[i].width;
        sum.nodes += children[i].nodes;
        sum.fudge += children[i].fudge;
        most = fmax(most, (double)children[i].edges.count);
        unite(f, &sum.edges, &children[i].edges);
    }
    if (count > 1)
        sum.fudge += fmin((double)count - 1, fmax(0, (double)sum.edges.count - most));
    return sum;
}

/* All children go into the key, which takes over what they need. */
static void fuse_children(fusion *f, uint32_t key, const fused_info *children, size_t count)
{
    key_set needs = {0};
    for (size_t i = 0; i < f->needs[key].count; i++) {
        bool child = false;
        for (size_t k = 0; k < count && !child; k++)
            child = children[k].key == f->needs[key].items[i];
        if (!child)
            f->needs[key].items[needs.count++] = f->needs[key].items[i];
    }
    f->needs[key].count = needs.count;
    for (size_t i = 0; i < count; i++) {
        uint32_t child = children[i].key;
        unite(f, &f->needs[key], &f->needs[child]);
        free_set(&f->needs[child]);
        f->fused[child] = true;
    }
}

/* Decide on a key whose children's infos are on top; leaves its own there, unless it is the top of
 * the tree. */
static void decide(fusion *f, uint32_t key, bool top)
{
    const cki_passes_fusing *bounds = &f->bounds;
    key_set own = edges_of(f, key);
    size_t count = 0;
    for (size_t i = 0; i < f->needs[key].count; i++)
        count += f->reducible[f->needs[key].items[i]];
    if (count > f->ninfo || f->failed) { /* memory ran out on the way */
        free_set(&own);
        f->failed = true;
        return;
    }
    fused_info *children = f->info + (f->ninfo - count);
    double singles;
    fused_info sum = gather(f, key, children, count, &singles);
    double below = (double)sum.edges.count;
    if (sum.fudge > below - 1 && below >= 1)
        sum.fudge = below - 1;
    unite(f, &sum.edges, &own);
    free_set(&own);
    bool no_new = (double)sum.edges.count == below; /* edges: only those that children have */
    sum.fudge += !no_new;
    bool fits = (sum.nodes + sum.fudge) / sum.height <= bounds->ave_width &&
                (no_new || sum.height < bounds->max_depth_new_edges);
    if (count > 1)
        fits = fits && singles <= bounds->ave_width && sum.width <= bounds->max_width &&
               sum.height <= bounds->max_height;
    for (size_t i = 0; i < count; i++)
        f->reducible[children[i].key] = false;
    if (fits) {
        fuse_children(f, key, children, count);
        if (count > 1 || !no_new) {
            sum.height++;
            sum.nodes++;
        }
    } else { /* it may itself be fused, but as the beginning of a chain */
        sum.height = sum.nodes = 1;
        sum.fudge = fmin(sum.fudge, trunc(bounds->ave_width - 1));
        if (count > 1)
            sum.width = fmin(sum.width, bounds->max_width);
    }
    for (size_t i = 0; i < count; i++)
        free_set(&children[i].edges);
    f->ninfo -= count;
    if (top)
        free_set(&sum.edges);
    else
        push_info(f, sum);
}

/* The tree that a reducible key is in. */
static void reduce_tree(fusion *f, uint32_t key)
{
    while (f->reducible[key])
        key = f->users[key];
    push_key(f, key);
    push_children(f, key);
    uint32_t parent = key;
    while (f->depth && !f->failed) {
        uint32_t child = f->stack[f->depth - 1];
        if (child == parent) {
            f->depth--;
            decide(f, child, f->depth == 0);
            parent = f->users[child];
            continue;
        }
        while (!f->failed && push_children(f, child)) {
            parent = child;
            child = f->stack[f->depth - 1];
        }
        f->depth -= f->depth > 0;
        push_info(
            f, (fused_info){
                   .key = child, .height = 1, .width = 1, .nodes = 1, .edges = edges_of(f, child)});
    }
}

/* ---- the graph ---- */

void cki_passes_fusing_defaults(cki_passes_fusing *fusing)
{
    if (!(fusing->ave_width > 0))
        fusing->ave_width = 1;
    if (!(fusing->max_width > 0))
        fusing->max_width = 1.5 + fusing->ave_width * log(fusing->ave_width + 1);
    if (!(fusing->max_height > 0))
        fusing->max_height = (double)INFINITY;
    if (!(fusing->max_depth_new_edges > 0))
        fusing->max_depth_new_edges = 1.5 * fusing->ave_width;
}

/* Whether Dask would put this term into another: tasks, numbers and texts. */
static bool can_move(const cki_spec *spec, uint32_t key)
{
    size_t length;
    cki_word word = *cki_spec_term(spec, key, &length);
    if (cki_word_kind_of(word) == CKI_WORD_LIST)
        return false;
    if (cki_word_kind_of(word) != CKI_WORD_VALUE)
        return true;
    switch ((cki_kind)spec->values[cki_word_number(word)]->kind) {
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_STR:
        return true;
    case CKI_NONE:
    case CKI_BYTES:
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
    case CKI_DICT:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
    case CKI_ARRAY:
    case CKI_OBJECT:
        break;
    }
    return false;
}

static cask_status start(fusion *f, const uint32_t *keys, size_t count, cki_error *error)
{
    const cki_spec *spec = f->spec;
    size_t all = (size_t)spec->keys.count + 1;
    cki_topology_links down = {0}, up = {0};
    bool *kept = cki_passes_marks(spec, keys, count, error);
    f->reducible = cki_memory_calloc(all, sizeof *f->reducible);
    f->fused = cki_memory_calloc(all, sizeof *f->fused);
    f->needs = cki_memory_calloc(all, sizeof *f->needs);
    f->users = cki_memory_calloc(all, sizeof *f->users);
    if (!kept || !f->reducible || !f->fused || !f->needs || !f->users)
        cki_fail_memory(error, all * sizeof *f->needs);
    if (error->status == CASK_OK && cki_topology_dependencies(spec, &down, error) == CASK_OK)
        cki_topology_dependents(spec, &down, &up, error);
    for (uint32_t key = 0; down.first && up.first && key < spec->keys.count; key++) {
        if (error->status != CASK_OK || !cki_spec_has(spec, key))
            continue;
        f->needs[key] =
            copy_set(f, down.items + down.first[key], down.first[key + 1] - down.first[key]);
        if (up.first[key + 1] - up.first[key] == 1) {
            f->users[key] = up.items[up.first[key]];
            f->reducible[key] = !kept[key] && can_move(spec, key);
        }
    }
    cki_topology_links_free(&down);
    cki_topology_links_free(&up);
    cki_memory_free(kept);
    return f->failed ? cki_fail_memory(error, all) : error->status;
}

static void end(fusion *f)
{
    for (size_t i = 0; f->needs && i < f->spec->keys.count; i++)
        free_set(&f->needs[i]);
    for (size_t i = 0; i < f->ninfo; i++)
        free_set(&f->info[i].edges);
    cki_memory_free(f->needs);
    cki_memory_free(f->users);
    cki_memory_free(f->reducible);
    cki_memory_free(f->fused);
    cki_memory_free(f->info);
    cki_memory_free(f->stack);
}

/* ---- names of what was fused ---- */

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

void cki_fusion_prefix(const char *key, cki_text *text)
{
    bool tuple = cki_spec_is_tuple(key);
    const char *ends = tuple ? "-'" : "-"; /* of a word */
    if (tuple)
        key += strlen("('");
    bool bare = !is_alpha(*key);
    const char *word = key;
    size_t length = strcspn(word, ends);
    if (bare) {
        length = strcspn(word, tuple ? "-,'" : "-,");
        while (length && strchr("_'()\"", *word))
            word++, length--;
        while (length && strchr("_'()\"", word[length - 1]))
            length--;
    }
    cki_text_add(text, word, length);
    const char *at = key + strcspn(key, ends);
    while (*at == '-') {
        length = strcspn(++at, ends);
        size_t letters = 0;
        while (letters < length && is_alpha(at[letters]))
            letters++;
        if (!length || letters < length || (length == 8 && at[0] >= 'a' && at[0] <= 'f'))
            break;
        cki_text_char(text, '-');
        cki_text_add(text, at, length);
        at += length;
    }
    if (text->length == 32 && strspn(text->bytes, "0123456789abcdef") == 32) {
        text->length = 0; /* a hash alone */
        cki_text_put(text, "data");
    }
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "dec-inc-z" for the key z that dec-1 and inc-2 went into; into "('dec-inc-z', 0)" for a tuple. */
static void put_fused_name(const char *root, char **prefixes, size_t count, cki_text *text)
{
    enum { LONGEST = 115 }; /* a longer name is cut, and four digits of a hash put behind it */
    bool tuple = cki_spec_is_tuple(root);
    const char *rest = tuple ? strchr(root + 2, '\'') : root + strlen(root);
    cki_text own = {0}, name = {0};
    cki_fusion_prefix(root, &own);
    qsort((void *)prefixes, count, sizeof *prefixes, compare_texts);
    for (size_t i = 0; i < count && !own.failed; i++)
        if (strcmp(prefixes[i], own.bytes ? own.bytes : "") != 0 &&
            (i == 0 || strcmp(prefixes[i], prefixes[i - 1]) != 0))
            cki_text_format(&name, "%s-", prefixes[i]);
    cki_text_add(&name, root + 2 * tuple, (size_t)(rest - root) - 2 * tuple);
    if (name.length > LONGEST && !name.failed) {
        uint32_t hash = 2166136261U;
        for (size_t i = 0; i < name.length; i++)
            hash = (hash ^ (unsigned char)name.bytes[i]) * 16777619U;
        name.length = cki_text_cut(name.bytes, LONGEST);
        name.bytes[name.length] = '\0';
        cki_text_format(&name, "-%04x", hash & 0xFFFF);
    }
    cki_text_format(text, "%s%s%s", tuple ? "('" : "", name.bytes ? name.bytes : "", rest);
    text->failed |= own.failed || name.failed;
    cki_text_free(&own);
    cki_text_free(&name);
}

cask_status cki_fusion_move(cki_spec *made, uint32_t key, uint32_t alias, cki_error *error)
{
    const cki_definition *term = &made->definitions[key];
    size_t length = term->length;
    cki_word *words = cki_memory_alloc(length * sizeof *words);
    if (!words)
        return cki_fail_memory(error, length * sizeof *words);
    memcpy(words, made->words + term->at, length * sizeof *words);
    if (cki_spec_put_all(made, words, length, error) &&
        cki_spec_define(made, alias, error) == CASK_OK &&
        cki_spec_put(made, cki_word_make(CKI_WORD_KEY, alias), error))
        cki_spec_define(made, key, error);
    cki_memory_free(words);
    return error->status;
}

/* The term of a key that others went into gets a name of its own, and the key becomes its alias. */
static cask_status rename(const fusion *f, cki_spec *made, uint32_t key, cki_error *error)
{
    uint32_t *inside;
    size_t count, named = 0;
    if (cki_expand_list(f->spec, key, f->fused, &inside, &count, error) != CASK_OK)
        return error->status;
    char **prefixes = (char **)cki_memory_calloc(count + 1, sizeof *prefixes);
    cki_text name = {.failed = !prefixes};
    for (; prefixes && named < count && !name.failed; named++) {
        cki_text prefix = {0};
        cki_fusion_prefix(cki_spec_text(f->spec, inside[named]), &prefix);
        if (!prefix.bytes)
            cki_text_put(&prefix, "");
        prefixes[named] = cki_text_take(&prefix);
        name.failed = !prefixes[named];
    }
    if (!name.failed && count)
        put_fused_name(cki_spec_text(f->spec, key), prefixes, count, &name);
    for (size_t i = 0; i < named; i++)
        cki_memory_free(prefixes[i]);
    cki_memory_free((void *)prefixes);
    cki_memory_free(inside);
    uint32_t alias = CKI_NO_NAME;
    if (name.failed)
        cki_fail_memory(error, count * sizeof *prefixes);
    else if (count && cki_spec_find(made, name.bytes, name.length) == CKI_NO_NAME)
        alias = cki_names_put(&made->keys, name.bytes, name.length, error);
    if (alias != CKI_NO_NAME)
        cki_fusion_move(made, key, alias, error);
    cki_text_free(&name);
    return error->status;
}

static cki_spec *put_together(const fusion *f, cki_error *error)
{
    const cki_spec *spec = f->spec;
    cki_spec *made = cki_spec_blank(spec, error);
    for (int pass = 0; pass < 1 + f->bounds.rename; pass++)
        for (size_t i = 0; made && error->status == CASK_OK && i < spec->norder; i++) {
            uint32_t key = spec->order[i];
            if (key == CKI_NO_NAME || f->fused[key])
                continue;
            if (pass == 0)
                cki_expand_define(spec, made, key, f->fused, error);
            else
                rename(f, made, key, error);
        }
    if (error->status == CASK_OK)
        return made;
    cki_spec_free(made);
    return NULL;
}

cki_spec *cki_passes_fuse(const cki_spec *spec, const uint32_t *keys, size_t count,
                          const cki_passes_fusing *fusing, cki_error *error)
{
    fusion f = {.spec = spec, .bounds = *fusing};
    cki_passes_fusing_defaults(&f.bounds);
    cki_topology topology = {0};
    cki_spec *made = NULL;
    if (cki_topology_find(spec, NULL, 0, &topology, error) == CASK_OK &&
        start(&f, keys, count, error) == CASK_OK) {
        for (size_t i = 0; i < topology.count && !f.failed; i++)
            if (f.reducible[topology.sequence[i]])
                reduce_tree(&f, topology.sequence[i]);
        if (f.failed)
            cki_fail_memory(error, spec->keys.count * sizeof *f.needs);
        else
            made = put_together(&f, error);
    }
    end(&f);
    cki_topology_free(&topology);
    return made;
}
