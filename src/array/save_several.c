/* Several arrays into one file, computed in one run. */
#include "array/put.h"
#include "array/save.h"
#include "core/memory.h"

#include <stdio.h>
#include <string.h>

typedef struct opened {
    cki_writer **writers;
    cki_place *places;
    cask_array *arrays; /* in blocks that share no stored chunk */
} opened;

static cask_status put_region(void *self, const int64_t *start, const cki_array *array,
                              cki_error *error)
{
    return cki_writer_region(self, start, array, error);
}

enum { NAME = 300 };

/* Names of dimensions: the usual ones are those of the first array that has such an axis, and of
 * all that are as long there; others have their own. */
static void name_dimensions(const char *name, const cask_array *arrays, size_t i,
                            char own[CKI_MAX_NDIM][NAME], const char **dims)
{
    for (int k = 0; k < arrays[i]->ndim; k++) {
        size_t first = 0;
        while (arrays[first]->ndim <= k)
            first++;
        bool usual = arrays[first]->axes[k].length == arrays[i]->axes[k].length;
        snprintf(own[k], NAME, "%.250s_dim_%d", name, k);
        dims[k] = usual ? NULL : own[k];
    }
}

static cask_status open_one(cki_build *build, const char *path, const char *name,
                            const cask_array *arrays, const opened *o, size_t i, size_t room)
{
    cask_array x = arrays[i];
    char own[CKI_MAX_NDIM][NAME];
    const char *dims[CKI_MAX_NDIM];
    static const int64_t zero[CKI_MAX_NDIM];
    int64_t shape[CKI_MAX_NDIM], chunks[CKI_MAX_NDIM], stored[CKI_MAX_NDIM];
    if (!cki_node_shape(x, shape))
        return cki_fail(build->error, CASK_INVALID, NULL,
                        "%s: %s is of unknown shape; call compute_chunk_sizes() first", path, name);
    for (int k = 0; k < x->ndim; k++)
        chunks[k] = cki_chunks_largest(&x->axes[k]);
    name_dimensions(name, arrays, i, own, dims);
    cki_target target = {.name = name,
                         .dtype = x->dtype,
                         .ndim = x->ndim,
                         .shape = shape,
                         .chunks = chunks,
                         .dims = dims,
                         .room = room};
    o->writers[i] = i ? cki_writer_beside(o->writers[0], &target, build->error)
                      : cki_writer_open(path, &target, build->error);
    if (!o->writers[i])
        return build->error->status;
    cki_writer_chunks(o->writers[i], stored);
    o->arrays[i] = cki_put_align(build, x, stored, zero);
    o->places[i] = (cki_place){.region = put_region, .self = o->writers[i]};
    return o->arrays[i] ? CASK_OK : build->error->status;
}

cask_status cki_save_several(cask *ck, const char *path, const char *const *names,
                             const cask_array *arrays, size_t count, cki_error *error)
{
    cki_build build = cki_node_build(ck, error);
    opened o = {cki_memory_calloc(count, sizeof *o.writers),
                cki_memory_calloc(count, sizeof *o.places),
                cki_memory_calloc(count, sizeof *o.arrays)};
    cask_status status = CASK_OK;
    if (!o.writers || !o.places || !o.arrays)
        status = cki_fail_memory(error, count * sizeof *o.places);
    size_t room = 0; /* in the header, for all of them: names of dimensions have theirs in it */
    for (size_t i = 0; i < count; i++)
        room += cki_writer_room(&(cki_target){.name = names[i], .ndim = arrays[i]->ndim}) +
                (size_t)arrays[i]->ndim * (strlen(names[i]) + 64);
    for (size_t i = 0; status == CASK_OK && i < count; i++)
        status = open_one(&build, path, names[i], arrays, &o, i, i ? 0 : room);
    if (status == CASK_OK)
        status = cki_put_arrays(ck, o.arrays, o.places, count, error);
    for (size_t i = o.writers ? count : 0; i-- > 0;) { /* the first, which has the file, is last */
        if (status == CASK_OK)
            status = cki_writer_commit(o.writers[i], error);
        else
            cki_writer_abort(o.writers[i]);
    }
    cki_memory_free(o.writers);
    cki_memory_free(o.places);
    cki_memory_free(o.arrays);
    return status;
}
