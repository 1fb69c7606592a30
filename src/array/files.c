/* Files as sources: a variable in one file, or in many end to end along an axis, read region by
 * region, so that slices reach the files themselves. */
#include "array/files.h"
#include "array/files_times.h"
#include "array/join.h"
#include "array/source.h"
#include "core/memory.h"
#include "graph/spelling.h"

#include <string.h>

/* One file's share of the whole. */
typedef struct part {
    cki_store *store;
    size_t variable;
    int64_t start, end; /* along the axis */
} part;

/* A source's self; owned by the context. */
typedef struct cki_files {
    part *parts;
    size_t count;
    int axis;
    cask_array array, unpacked; /* once they are made; may be the same */
} files;

static void release_files(void *thing)
{
    files *f = thing;
    for (size_t i = 0; i < f->count; i++)
        cki_store_unref(f->parts[i].store);
    cki_memory_free(f->parts);
    cki_memory_free(f);
}

/* ---- regions ---- */

/* The first part that ends behind `at`. */
static size_t find_part(const files *f, int64_t at)
{
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->parts[middle].end > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The elements of a region that lie in one part: from *first of the region, *count of them, the
 * first being element *start of the part. */
static void cut(const part *p, int64_t start, int64_t count, int64_t step, int64_t *first,
                int64_t *length, int64_t *local)
{
    *first = start >= p->start ? 0 : (p->start - start + step - 1) / step;
    int64_t end = p->end <= start ? 0 : (p->end - start + step - 1) / step;
    *length = (end < count ? end : count) - *first;
    *length = *length < 0 ? 0 : *length;
    *local = start + *first * step - p->start;
}

static cask_status files_region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                                const int64_t *count, const int64_t *step, cask_value **out,
                                cki_error *error)
{
    const files *f = self;
    cask_value *made = cki_array_new(dtype, ndim, count, error);
    if (!made)
        return error->status;
    const cki_array *whole = cki_array_of(made);
    cask_status status = CASK_OK;
    if (f->count == 1) {
        status = cki_store_read(f->parts[0].store, f->parts[0].variable, start, count, step, whole,
                                error);
    } else if (cki_array_size(whole) > 0) {
        int axis = f->axis;
        int64_t last = start[axis] + (count[axis] - 1) * step[axis];
        for (size_t i = find_part(f, start[axis]);
             i < f->count && f->parts[i].start <= last && status == CASK_OK; i++) {
            int64_t at[CKI_MAX_NDIM], size[CKI_MAX_NDIM], first;
            memcpy(at, start, (size_t)ndim * sizeof *at);
            memcpy(size, count, (size_t)ndim * sizeof *size);
            cut(&f->parts[i], start[axis], count[axis], step[axis], &first, &size[axis], &at[axis]);
            if (size[axis] == 0)
                continue;
            cki_array view = *whole;
            view.data += first * view.strides[axis];
            view.shape[axis] = size[axis];
            status = cki_store_read(f->parts[i].store, f->parts[i].variable, at, size, step, &view,
                                    error);
        }
    }
    if (status == CASK_OK)
        *out = made;
    else
        cask_value_unref(made);
    return status;
}

static size_t files_read_bytes(const void *self, int ndim, const int64_t *start,
                               const int64_t *count, const int64_t *step)
{
    const files *f = self;
    if (f->count == 1)
        return cki_store_read_bytes(f->parts[0].store, f->parts[0].variable, start, count, step);
    int axis = f->axis;
    size_t bytes = 0;
    int64_t last = start[axis] + (count[axis] - 1) * step[axis];
    for (size_t i = find_part(f, start[axis]); i < f->count && f->parts[i].start <= last; i++) {
        int64_t at[CKI_MAX_NDIM], size[CKI_MAX_NDIM], first;
        memcpy(at, start, (size_t)ndim * sizeof *at);
        memcpy(size, count, (size_t)ndim * sizeof *size);
        cut(&f->parts[i], start[axis], count[axis], step[axis], &first, &size[axis], &at[axis]);
        if (size[axis] > 0)
            bytes += cki_store_read_bytes(f->parts[i].store, f->parts[i].variable, at, size, step);
    }
    return bytes;
}

/* The file, or the first of several, the variable, and the part of it. */
static void files_spell(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                        const int64_t *count, const int64_t *step, cki_spelling *spelling)
{
    const files *f = self;
    (void)dtype;
    cki_spelling_text(spelling, cki_store_path(f->parts[0].store));
    const char *name = cki_store_variable(f->parts[0].store, f->parts[0].variable)->name;
    cki_spelling_text(spelling, name ? name : "data");
    cki_spelling_slices(spelling, ndim, start, count, step);
}

static const cki_source files_source = {"files", files_region, files_read_bytes,
                                        false,   false,        files_spell};

/* ---- chunks ---- */

/* As many units on an axis as `bytes` have room for when one takes `each`, in even pieces, so that
 * workers end together. */
static int64_t even_share(int64_t units, int64_t each, int64_t bytes)
{
    int64_t room = bytes / each;
    int64_t pieces = room < 1 ? units : (units + room - 1) / room;
    return (units + pieces - 1) / pieces;
}

/* One file's blocks, in multiples of its own chunks: inner axes whole as long as a run of the file
 * is short, then as much of the first axis as fits. So a reduction over the first axis has small
 * results that stay in the cache, and reads are still long. */
static void usual_chunks(const cki_variable *v, size_t itemsize, int64_t bytes, int64_t *sizes)
{
    int64_t total = itemsize ? (int64_t)itemsize : 1;
    for (int k = 0; k < v->ndim; k++) {
        int64_t unit = v->chunks ? v->chunks[k] : 1;
        sizes[k] = unit > v->shape[k] ? v->shape[k] : unit;
        sizes[k] = sizes[k] < 1 ? 1 : sizes[k];
        if (__builtin_mul_overflow(total, sizes[k], &total))
            return;
    }
    for (int k = v->ndim - 1; k >= 0; k--) {
        int64_t units = (v->shape[k] + sizes[k] - 1) / sizes[k];
        if (units <= 1)
            continue;
        int64_t share =
            even_share(units, total, k && bytes > CKI_FILES_RUN ? CKI_FILES_RUN : bytes);
        sizes[k] = share < units ? sizes[k] * share : v->shape[k];
        total *= share;
        if (share < units && k > 1)
            k = 1; /* the axes between stay as they are */
    }
}

/* The blocks of the whole: each file has its own along the axis, unless the caller says otherwise.
 */
static cask_status choose_chunks(cki_build *build, const files *f, cki_dtype dtype,
                                 const cki_files_spec *spec, cki_axis *axes)
{
    cask_value *chunks = spec->chunks;
    const cki_variable *v = cki_store_variable(f->parts[0].store, f->parts[0].variable);
    int64_t sizes[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    usual_chunks(v, cki_dtype_size(dtype), (int64_t)build->ck->tuning.file_chunk_bytes, sizes);
    for (int k = 0; k < v->ndim && spec->as_stored && v->chunks; k++)
        sizes[k] = v->chunks[k];
    for (int k = 0; k < v->ndim && spec->one_block; k++)
        sizes[k] = INT64_MAX;
    cki_axis *each = cki_arena_array(build->arena, f->count, sizeof *each);
    bool good = each != NULL;
    for (int k = 0; k < v->ndim && good; k++) {
        if (f->count == 1 || k != f->axis) {
            good = cki_chunks_regular(build->arena, v->shape[k], sizes[k], &axes[k]);
        } else {
            for (size_t i = 0; i < f->count && good; i++)
                good = cki_chunks_regular(build->arena, f->parts[i].end - f->parts[i].start,
                                          sizes[k], &each[i]);
            good = good && cki_chunks_join(build->arena, each, f->count, &axes[k]);
        }
        shape[k] = axes[k].length;
    }
    if (!good)
        return cki_fail_memory(build->error, f->count * sizeof *each);
    if (!chunks || chunks->kind == CKI_NONE)
        return CASK_OK;
    cki_axis previous[CKI_MAX_NDIM];
    memcpy(previous, axes, (size_t)v->ndim * sizeof *previous);
    return cki_chunks_normalize(build->arena, chunks, v->ndim, shape, cki_dtype_size(dtype),
                                previous, build->ck->tuning.chunk_bytes, 0, axes, build->error);
}

/* ---- opening ---- */

/* Whether it tells the places on an axis of others. */
static bool is_coordinate(const cki_variable *v)
{
    return v->ndim == 1 && v->dims && v->dims[0] && strcmp(v->dims[0], v->name) == 0;
}

/* By no name, the file's only variable that is more than a dimension; coordinates count only where
 * there is nothing else. */
static cask_status only_variable(const cki_store *store, size_t *i, cki_error *error)
{
    cki_text text = {0};
    size_t shown = 0, others = 0, other = 0;
    for (size_t k = 0; k < cki_store_count(store); k++) {
        const cki_variable *v = cki_store_variable(store, k);
        if (v->hidden)
            continue;
        if (shown++ < 40)
            cki_text_format(&text, "%s%s", shown > 1 ? ", " : "", v->name);
        if (!is_coordinate(v)) {
            other = k;
            others++;
        }
        *i = k;
    }
    if (others == 1)
        *i = other;
    else if (shown != 1)
        cki_fail(error, CASK_INVALID, NULL, "%s: say which variable; it has %s",
                 cki_store_path(store), text.bytes ? text.bytes : "none");
    cki_text_free(&text);
    return error->status;
}

/* A variable by name, with or without HDF5's leading slash. */
static cask_status find_variable(const cki_store *store, const char *name, size_t *i,
                                 cki_error *error)
{
    if (!name)
        return only_variable(store, i, error);
    for (size_t k = 0; k < cki_store_count(store); k++) {
        const char *other = cki_store_variable(store, k)->name;
        if (strcmp(other + (*other == '/'), name + (*name == '/')) == 0) {
            *i = k;
            return CASK_OK;
        }
    }
    return cki_store_find(store, name, i, error);
}

/* The files' shapes must agree but for the axis. */
static cask_status check_shapes(const files *f, const part *p, cki_error *error)
{
    const cki_variable *a = cki_store_variable(f->parts[0].store, f->parts[0].variable);
    const cki_variable *b = cki_store_variable(p->store, p->variable);
    bool same = a->ndim == b->ndim;
    for (int k = 0; same && k < a->ndim; k++)
        same = k == f->axis || a->shape[k] == b->shape[k];
    if (same)
        return CASK_OK;
    cki_text text = {0};
    for (int i = 0; i < 2; i++) {
        const cki_variable *v = i ? b : a;
        cki_text_format(&text, "%s%s has shape (", i ? ", " : "",
                        cki_store_path(i ? p->store : f->parts[0].store));
        for (int k = 0; k < v->ndim; k++)
            cki_text_format(&text, "%s%lld", k ? ", " : "", (long long)v->shape[k]);
        cki_text_put(&text, v->ndim == 1 ? ",)" : ")");
    }
    if (f->axis < 0)
        cki_fail(error, CASK_SHAPE, NULL, "%s are not of one shape, to be stacked: %s", a->name,
                 text.bytes ? text.bytes : "");
    else
        cki_fail(error, CASK_SHAPE, NULL, "%s do not fit end to end along axis %d: %s", a->name,
                 f->axis, text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return CASK_SHAPE;
}

/* One more file, which is open. */
static cask_status add_part(files *f, cki_store *store, const cki_files_spec *spec,
                            cki_error *error)
{
    part *p = &f->parts[f->count++];
    const char *path = cki_store_path(store);
    *p = (part){.store = store};
    bool any = spec->first && cki_store_count(p->store) > 0; /* which is number 0 */
    if (!any && find_variable(p->store, spec->variable, &p->variable, error) != CASK_OK)
        return error->status;
    const cki_variable *v = cki_store_variable(p->store, p->variable);
    if (v->unreadable)
        return cki_fail(error, v->damaged ? CASK_FORMAT : CASK_UNSUPPORTED, NULL,
                        "%s: %s cannot be read: %s", path, v->name, v->unreadable);
    if (spec->stacked) {
        f->axis = -1; /* all lengths are the same */
        return f->count == 1 ? CASK_OK : check_shapes(f, p, error);
    }
    if (f->count == 1) {
        f->axis = spec->axis < 0 ? spec->axis + v->ndim : spec->axis;
        p->end = v->ndim > 0 && f->axis >= 0 && f->axis < v->ndim ? v->shape[f->axis] : 0;
        return CASK_OK;
    }
    if (f->axis < 0 || f->axis >= v->ndim)
        return cki_fail(error, CASK_INDEX, "AxisError",
                        "axis %d is out of bounds for array of dimension %d", spec->axis, v->ndim);
    if (check_shapes(f, p, error) != CASK_OK)
        return error->status;
    p->start = f->parts[f->count - 2].end;
    p->end = p->start + v->shape[f->axis];
    return CASK_OK;
}

/* The files of a list, all open; owned by the context. */
static files *open_all(cki_build *build, cask_value *paths, const cki_files_spec *spec)
{
    files *f = cki_memory_calloc(1, sizeof *f);
    size_t count = paths->as.list.count;
    if (!f || !(f->parts = cki_memory_calloc(count, sizeof *f->parts))) {
        cki_memory_free(f);
        cki_fail_memory(build->error, count * sizeof(part));
        return NULL;
    }
    cki_store **stores = cki_memory_calloc(count, sizeof *stores);
    if (!stores)
        cki_fail_memory(build->error, count * sizeof *stores);
    else
        cki_store_open_many(paths, spec->raw, stores, build->error);
    for (size_t i = 0; stores && i < count; i++)
        if (build->error->status == CASK_OK)
            add_part(f, stores[i], spec, build->error);
        else
            cki_store_unref(stores[i]);
    cki_memory_free(stores);
    if (build->error->status != CASK_OK) {
        release_files(f);
        return NULL;
    }
    return cki_context_own(build->ck, release_files, f, build->error) == CASK_OK ? f : NULL;
}

static cki_token token_of(const files *f, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return (cki_token){0, 0};
    cki_token_int(hasher, f->axis);
    for (size_t i = 0; i < f->count; i++) {
        const part *p = &f->parts[i];
        const cki_variable *v = cki_store_variable(p->store, p->variable);
        uint64_t stamp[4];
        cki_store_stamp(p->store, stamp);
        cki_token_text(hasher, cki_store_path(p->store));
        cki_token_bytes(hasher, stamp, sizeof stamp);
        cki_token_text(hasher, v->name);
        cki_token_bytes(hasher, v->shape, (size_t)v->ndim * sizeof *v->shape);
    }
    return cki_token_end(hasher);
}

/* What becomes of the numbers of one part. */
static void find_packing(const part *p, const cki_files_spec *spec, cki_packing *packing)
{
    cki_files_packing(cki_store_variable(p->store, p->variable), spec->unpack, spec->valid,
                      packing);
    if (spec->times.id)
        cki_files_times(p->store, p->variable, spec->times, packing);
}

/* The source of files that are alike in type and packing, unpacked. */
static cask_array make_source(cki_build *build, files *f, const cki_files_spec *spec)
{
    const cki_variable *v = cki_store_variable(f->parts[0].store, f->parts[0].variable);
    cki_packing packing;
    find_packing(&f->parts[0], spec, &packing);
    cki_axis *axes = cki_arena_array(build->arena, (size_t)v->ndim + 1, sizeof *axes);
    if (!axes) {
        cki_fail_memory(build->error, sizeof *axes);
        return NULL;
    }
    if (choose_chunks(build, f, packing.out, spec, axes) != CASK_OK)
        return NULL;
    cki_token token = token_of(f, build->error);
    const char *name = strrchr(v->name, '/') ? strrchr(v->name, '/') + 1 : v->name;
    char *label = cki_arena_text(build->arena, name, strlen(name));
    if (!label || build->error->status != CASK_OK) {
        cki_fail_memory(build->error, strlen(name));
        return NULL;
    }
    f->array = cki_source_working(build, label, &files_source, f, token, v->dtype, v->ndim, axes,
                                  cki_store_working(f->parts[0].store, f->parts[0].variable));
    if (f->array)
        f->unpacked = cki_files_unpack(build, f->array, &packing);
    return f->unpacked;
}

/* Whether all files have one type and one packing. */
static bool alike(const files *f, const cki_files_spec *spec)
{
    cki_packing first, other;
    find_packing(&f->parts[0], spec, &first);
    for (size_t i = 1; i < f->count; i++) {
        find_packing(&f->parts[i], spec, &other);
        if (!cki_files_same_packing(&first, &other))
            return false;
    }
    return true;
}

/* A source a file, joined: each file is unpacked by its own numbers; or on a new axis. */
static cask_array join_each(cki_build *build, const files *f, const cki_files_spec *spec)
{
    cask_array *arrays = cki_arena_array(build->arena, f->count, sizeof *arrays);
    if (!arrays) {
        cki_fail_memory(build->error, f->count * sizeof *arrays);
        return NULL;
    }
    for (size_t i = 0; i < f->count; i++) {
        files *one = cki_memory_calloc(1, sizeof *one);
        if (!one || !(one->parts = cki_memory_calloc(1, sizeof *one->parts))) {
            cki_memory_free(one);
            cki_fail_memory(build->error, sizeof *one);
            return NULL;
        }
        one->parts[0] = f->parts[i];
        one->parts[0].end -= one->parts[0].start;
        one->parts[0].start = 0;
        cki_store_ref(one->parts[0].store);
        one->count = 1;
        one->axis = f->axis;
        if (cki_context_own(build->ck, release_files, one, build->error) != CASK_OK ||
            !(arrays[i] = make_source(build, one, spec)))
            return NULL;
    }
    if (!spec->stacked)
        return cki_join_concatenate(build, arrays, f->count, f->axis);
    int axis = spec->axis < 0 ? spec->axis + arrays[0]->ndim + 1 : spec->axis;
    if (axis >= 0 && axis <= arrays[0]->ndim)
        return cki_join_stack(build, arrays, f->count, axis);
    cki_fail(build->error, CASK_INDEX, "AxisError",
             "axis %d is out of bounds for array of dimension %d", spec->axis, arrays[0]->ndim + 1);
    return NULL;
}

/* All paths of the argument, patterns expanded: a LIST of str. */
static cask_value *expand_paths(cask_value *paths, cki_error *error)
{
    if (paths->kind == CKI_STR)
        return cki_store_glob(paths->as.text.bytes, error);
    if (paths->kind != CKI_LIST && paths->kind != CKI_TUPLE) {
        cki_fail(error, CASK_TYPE, NULL, "a path, a pattern or a list of paths, not %s",
                 cki_value_type(paths));
        return NULL;
    }
    if (paths->as.list.count == 0) {
        cki_fail(error, CASK_INVALID, NULL, "an empty list of files");
        return NULL;
    }
    return cki_value_items(paths, error);
}

cask_array cki_files_open(cki_build *build, const cki_files_spec *spec)
{
    cask_value *paths = expand_paths(spec->paths, build->error);
    files *f = paths ? open_all(build, paths, spec) : NULL;
    cask_value_unref(paths);
    if (!f)
        return NULL;
    bool whole = !spec->stacked && (f->count == 1 || alike(f, spec));
    return whole ? make_source(build, f, spec) : join_each(build, f, spec);
}

/* ---- where arrays come from ---- */

bool cki_files_origin_of(cask_array x, cki_files_origin *origin)
{
    for (const cki_owned *owned = x->base.ck->owned; owned; owned = owned->next) {
        const files *f = owned->thing;
        if (owned->release != release_files || (f->array != x && f->unpacked != x))
            continue;
        const part *first = &f->parts[0];
        *origin =
            (cki_files_origin){first->store, cki_store_variable(first->store, first->variable), f};
        return true;
    }
    return false;
}

/* A coordinate is a 1-d variable of its axis' name and length. */
static const cki_variable *find_coordinate(const cki_store *store, const char *name, int64_t length,
                                           size_t *i)
{
    for (*i = 0; *i < cki_store_count(store); (*i)++) {
        const cki_variable *v = cki_store_variable(store, *i);
        if (strcmp(v->name, name) == 0 && v->ndim == 1 && !v->unreadable && v->shape[0] == length &&
            cki_dtype_is_number(v->dtype))
            return v;
    }
    return NULL;
}

/* Whether two variables' numbers mean the same. */
static bool same_meaning(const cki_variable *a, const cki_variable *b)
{
    static const char *const names[] = {"units", "calendar"};
    bool same = cki_dtype_same(a->dtype, b->dtype);
    for (size_t i = 0; same && i < sizeof names / sizeof *names; i++) {
        const cask_value *x = a->attributes ? cki_value_dict_find(a->attributes, names[i]) : NULL;
        const cask_value *y = b->attributes ? cki_value_dict_find(b->attributes, names[i]) : NULL;
        same = x == y || (x && y && x->kind == CKI_STR && y->kind == CKI_STR &&
                          strcmp(x->as.text.bytes, y->as.text.bytes) == 0);
    }
    return same;
}

cask_value *cki_files_coordinate(const cki_files_origin *origin, int axis, const char *name,
                                 const cki_variable **variable, cki_error *error)
{
    const files *f = origin->all;
    bool along = f->count > 1 && axis == f->axis;
    int64_t length = along ? f->parts[f->count - 1].end : origin->variable->shape[axis], zero = 0,
            one = 1;
    cask_value *made = NULL;
    for (size_t i = 0; i < (along ? f->count : 1); i++) {
        const part *p = &f->parts[i];
        size_t at;
        int64_t count = along ? p->end - p->start : length;
        const cki_variable *v = find_coordinate(p->store, name, count, &at);
        if (i == 0 && v)
            made = cki_array_new(v->dtype, 1, &length, error);
        if (i == 0)
            *variable = v;
        if (!made || !v || !same_meaning(*variable, v)) {
            cask_value_unref(made);
            return NULL;
        }
        cki_array piece = *cki_array_of(made);
        piece.data += (along ? p->start : 0) * piece.strides[0];
        piece.shape[0] = count;
        if (count && cki_store_read(p->store, at, &zero, &count, &one, &piece, error) != CASK_OK) {
            cask_value_unref(made);
            return NULL;
        }
    }
    return made;
}
