/* Several arrays into one file, computed in one run. */
#include "array/put.h"
#include "array/save.h"
#include "core/memory.h"

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

static cask_status open_one(cki_build *build, const char *path, const char *name, cask_array x,
                            const opened *o, size_t i)
{
    static const int64_t zero[CKI_MAX_NDIM];
    int64_t shape[CKI_MAX_NDIM], chunks[CKI_MAX_NDIM], stored[CKI_MAX_NDIM];
    if (!cki_node_shape(x, shape))
        return cki_fail(build->error, CASK_INVALID, NULL,
                        "%s: %s is of unknown shape; call compute_chunk_sizes() first", path, name);
    for (int k = 0; k < x->ndim; k++)
        chunks[k] = cki_chunks_largest(&x->axes[k]);
    cki_target target = {
        .name = name, .dtype = x->dtype, .ndim = x->ndim, .shape = shape, .chunks = chunks};
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
    for (size_t i = 0; status == CASK_OK && i < count; i++)
        status = open_one(&build, path, names[i], arrays[i], &o, i);
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
