/* Terms: places as objects, and the walk that fills them.
 *
 * The walk keeps two stacks: of the containers and calls that it is inside of, and of the values
 * made so far. A container whose parts all came out as they were is itself the result. */
#include "call/term.h"

#include "core/memory.h"

#include <string.h>

/* A place: for an input, or for a call of its parts: positional arguments, then named ones. */
typedef struct place {
    size_t input;
    cask_value *function; /* NULL: an input */
    cask_value **parts;
    size_t count, nnamed;
    char **names; /* of the last nnamed parts */
} place;

static void release(void *self)
{
    place *p = self;
    for (size_t i = 0; p->parts && i < p->count; i++)
        cask_value_unref(p->parts[i]);
    for (size_t i = 0; p->names && i < p->nnamed; i++)
        cki_memory_free(p->names[i]);
    cki_memory_free((void *)p->parts);
    cki_memory_free((void *)p->names);
    cask_value_unref(p->function);
    cki_memory_free(p);
}

static void print(void *self, cki_text *text)
{
    const place *p = self;
    if (p->function)
        cki_text_format(text, "<call of %s>", cki_call_name(p->function));
    else
        cki_text_format(text, "<input %zu>", p->input);
}

static const cki_class place_class = {"term", release, print, NULL};

cask_value *cki_term_input(size_t i, cki_error *error)
{
    place *p = cki_memory_calloc(1, sizeof *p);
    if (!p) {
        cki_fail_memory(error, sizeof *p);
        return NULL;
    }
    p->input = i;
    return cki_value_object(&place_class, p, error);
}

cask_value *cki_term_call(cask_value *function, const cki_arguments *arguments, cki_error *error)
{
    place *p = cki_memory_calloc(1, sizeof *p);
    size_t count = arguments->count + arguments->nnamed;
    if (!p) {
        cki_fail_memory(error, sizeof *p);
        return NULL;
    }
    p->function = cask_value_ref(function);
    p->parts = (cask_value **)cki_memory_calloc(count + 1, sizeof *p->parts);
    p->names = (char **)cki_memory_calloc(arguments->nnamed + 1, sizeof *p->names);
    bool made = p->parts && p->names;
    for (size_t i = 0; made && i < arguments->count; i++)
        p->parts[p->count++] = cask_value_ref(arguments->positional[i]);
    for (size_t i = 0; made && i < arguments->nnamed; i++) {
        p->parts[p->count++] = cask_value_ref(arguments->named[i]);
        const char *name = arguments->names[i];
        made = (p->names[p->nnamed++] = cki_memory_copy(name, strlen(name))) != NULL;
    }
    if (!made) {
        release(p);
        cki_fail_memory(error, count * sizeof *p->parts);
        return NULL;
    }
    return cki_value_object(&place_class, p, error);
}

static const place *place_of(const cask_value *term)
{
    return cki_value_self(term, &place_class);
}

bool cki_term_number(const cask_value *term, size_t *number)
{
    const place *p = term->kind == CKI_OBJECT ? place_of(term) : NULL;
    if (!p || p->function)
        return false;
    *number = p->input;
    return true;
}

/* ---- the parts of a term ---- */

/* How many parts a term has, 0 for what is taken as it is; a dict's are keys and values in turn. */
static size_t count_parts(const cask_value *term)
{
    if (term->kind == CKI_LIST || term->kind == CKI_TUPLE || term->kind == CKI_SET)
        return term->as.list.count;
    if (term->kind == CKI_DICT)
        return 2 * term->as.dict.count;
    if (term->kind == CKI_SLICE)
        return 3;
    const place *p = term->kind == CKI_OBJECT ? place_of(term) : NULL;
    return p ? p->count : 0;
}

static cask_value *part(const cask_value *term, size_t i)
{
    if (term->kind == CKI_DICT)
        return i % 2 ? term->as.dict.values[i / 2] : term->as.dict.keys[i / 2];
    if (term->kind == CKI_SLICE)
        return i == 0 ? term->as.slice.start : i == 1 ? term->as.slice.stop : term->as.slice.step;
    const place *p = term->kind == CKI_OBJECT ? place_of(term) : NULL;
    return p ? p->parts[i] : term->as.list.items[i];
}

/* ---- the walk ---- */

enum { SMALL = 16 };

typedef struct frame {
    const cask_value *term;
    size_t next; /* the part to go into */
} frame;

typedef struct walk {
    frame *frames;
    size_t depth, frames_room;
    cask_value **values;
    size_t count, values_room;
    frame few_frames[SMALL]; /* enough for most terms */
    cask_value *few_values[SMALL];
} walk;

static void start(walk *w)
{
    w->depth = w->count = 0;
    w->frames = w->few_frames;
    w->values = w->few_values;
    w->frames_room = w->values_room = SMALL;
}

static void end(walk *w)
{
    for (size_t i = 0; i < w->count; i++)
        cask_value_unref(w->values[i]);
    if (w->frames != w->few_frames)
        cki_memory_free(w->frames);
    if (w->values != w->few_values)
        cki_memory_free((void *)w->values);
}

/* `items` with room for one more; NULL if there is none, and then the old ones stay. */
static void *widen(void *items, const void *few, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    size_t wider = *room * 2;
    void *moved =
        items == few ? cki_memory_alloc(wider * size) : cki_memory_realloc(items, wider * size);
    if (!moved)
        return NULL;
    if (items == few)
        memcpy(moved, few, count * size);
    *room = wider;
    return moved;
}

static bool enter(walk *w, const cask_value *term, cki_error *error)
{
    frame *frames = widen(w->frames, w->few_frames, w->depth, &w->frames_room, sizeof *w->frames);
    if (!frames) {
        cki_fail_memory(error, 2 * w->frames_room * sizeof *w->frames);
        return false;
    }
    w->frames = frames;
    w->frames[w->depth++] = (frame){term, 0};
    return true;
}

/* The reference is taken over; NULL is a failure that the error tells already. */
static bool keep(walk *w, cask_value *value, cki_error *error)
{
    cask_value **values = value ? widen((void *)w->values, (void *)w->few_values, w->count,
                                        &w->values_room, sizeof *w->values)
                                : NULL;
    if (!values) {
        cki_fail_memory(error, 2 * w->values_room * sizeof *w->values);
        cask_value_unref(value);
        return false;
    }
    w->values = values;
    w->values[w->count++] = value;
    return true;
}

bool cki_term_is_open(const cask_value *term)
{
    walk w;
    start(&w);
    bool open = term->kind == CKI_OBJECT && place_of(term);
    bool fits = open || !count_parts(term) || enter(&w, term, NULL);
    while (!open && fits && w.depth) {
        frame *top = &w.frames[w.depth - 1];
        if (top->next == count_parts(top->term)) {
            w.depth--;
            continue;
        }
        const cask_value *inside = part(top->term, top->next++);
        open = inside->kind == CKI_OBJECT && place_of(inside);
        if (!open && count_parts(inside))
            fits = enter(&w, inside, NULL);
    }
    end(&w);
    return open || !fits; /* if it cannot be known, it is taken to be open: that is never wrong */
}

/* ---- what comes out ---- */

static cask_value *fill_dict(cask_value *const *parts, size_t count, cki_error *error)
{
    cask_value *dict = cki_value_dict(error);
    for (size_t i = 0; dict && i < count; i += 2)
        if (cki_value_dict_set(dict, cask_value_ref(parts[i]), cask_value_ref(parts[i + 1]),
                               error) != CASK_OK) {
            cask_value_unref(dict);
            return NULL;
        }
    return dict;
}

static cask_value *fill_set(cask_value *const *parts, size_t count, cki_error *error)
{
    cask_value *set = cki_value_set(error);
    for (size_t i = 0; set && i < count; i++)
        if (cki_value_set_add(set, cask_value_ref(parts[i]), error) != CASK_OK) {
            cask_value_unref(set);
            return NULL;
        }
    return set;
}

/* A container with these parts; itself if they are its own. */
static cask_value *fill(const cask_value *term, cask_value *const *parts, cki_error *error)
{
    size_t count = count_parts(term), same = 0;
    while (same < count && parts[same] == part(term, same))
        same++;
    if (same == count)
        return cask_value_ref((cask_value *)(uintptr_t)term);
    if (term->kind == CKI_DICT)
        return fill_dict(parts, count, error);
    if (term->kind == CKI_SET)
        return fill_set(parts, count, error);
    if (term->kind == CKI_SLICE)
        return cki_value_slice(cask_value_ref(parts[0]), cask_value_ref(parts[1]),
                               cask_value_ref(parts[2]), error);
    cask_value *list = cki_value_list((cki_kind)term->kind, count, error);
    for (size_t i = 0; list && i < count; i++)
        list->as.list.items[i] = cask_value_ref(parts[i]);
    return list;
}

static cask_value *call(cask *ck, const place *p, cask_value *const *parts, void *run,
                        cki_error *error)
{
    size_t count = p->count - p->nnamed;
    const cki_arguments arguments = {.positional = parts,
                                     .count = count,
                                     .names = (const char *const *)p->names,
                                     .named = parts + count,
                                     .nnamed = p->nnamed};
    cki_error own = {0};
    cask_value *result = cki_call_run(ck, p->function, &arguments, run, &own);
    if (!result)
        cki_fail(error, own.status, own.python, "%s (in %s)", own.message,
                 cki_call_name(p->function));
    return result;
}

/* A term without parts, or a place. */
static cask_value *leaf(const cask_value *term, cask_value *const *inputs, size_t ninputs,
                        cki_error *error)
{
    const place *p = term->kind == CKI_OBJECT ? place_of(term) : NULL;
    if (!p)
        return cask_value_ref((cask_value *)(uintptr_t)term);
    if (p->input < ninputs)
        return cask_value_ref(inputs[p->input]);
    cki_fail_internal(error, "a term with an input that its task has not");
    return NULL;
}

/* All parts of the innermost container or call are there: they make its value. */
static bool leave(cask *ck, walk *w, void *run, cki_error *error)
{
    const cask_value *term = w->frames[--w->depth].term;
    size_t count = count_parts(term);
    cask_value **parts = w->values + (w->count - count);
    const place *p = term->kind == CKI_OBJECT ? place_of(term) : NULL;
    cask_value *made = p ? call(ck, p, parts, run, error) : fill(term, parts, error);
    for (size_t i = 0; i < count; i++)
        cask_value_unref(parts[i]);
    w->count -= count;
    return keep(w, made, error);
}

cask_value *cki_term_run(cask *ck, const cask_value *term, cask_value *const *inputs,
                         size_t ninputs, void *run, cki_error *error)
{
    walk w;
    start(&w);
    bool fine = true;
    const cask_value *at = term;
    while (fine) {
        const place *p = at->kind == CKI_OBJECT ? place_of(at) : NULL;
        if (count_parts(at) || (p && p->function))
            fine = enter(&w, at, error);
        else
            fine = keep(&w, leaf(at, inputs, ninputs, error), error);
        while (fine && w.depth &&
               w.frames[w.depth - 1].next == count_parts(w.frames[w.depth - 1].term))
            fine = leave(ck, &w, run, error);
        if (!w.depth)
            break;
        if (fine) {
            frame *top = &w.frames[w.depth - 1];
            at = part(top->term, top->next++);
        }
    }
    cask_value *result = fine ? cask_value_ref(w.values[0]) : NULL;
    end(&w);
    return result;
}
