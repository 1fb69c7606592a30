/* Random numbers of lazy arrays: where they come from, and walking through an array by position. */
#ifndef CKI_ARRAY_RANDOM_H
#define CKI_ARRAY_RANDOM_H

#include "array/mapped.h"
#include "kernel/random.h"

/* ---- random_state.c: generators ---- */

/* The key of the next array of the generator that is called (da.random's own is the context's). */
cask_status cki_random_state_next(cki_call *call, cki_random_key *key);

/* ---- records ---- */

/* An operation as a function of da.random and as a method of its generators: three records called
 * random_NAME, state_NAME and generator_NAME. */
#define CKI_RANDOM_RECORDS(id, name, parameters, doc, run, detail)                                 \
    static const cki_operation random_##id = {"random." name, CKI_IN_DA, parameters, doc, run,     \
                                              detail};                                             \
    static const cki_operation state_##id = {                                                      \
        "RandomState." name, CKI_ARRAY_PROTOCOL, "self, " parameters, doc, run, detail};           \
    static const cki_operation generator_##id = {                                                  \
        "Generator." name, CKI_ARRAY_PROTOCOL, "self, " parameters, doc, run, detail}
#define CKI_RANDOM_ADDRESSES(id) &random_##id, &state_##id, &generator_##id

extern const cki_operation *const cki_random_operations[];
extern const cki_operation *const cki_random_state_operations[];
extern const cki_operation *const cki_random_integers_operations[];
extern const cki_operation *const cki_random_choice_operations[];
extern const cki_operation *const cki_random_vectors_operations[];

/* ---- random_walk.c: elements by position ---- */

/* An array's place in the order of elements: how far apart the neighbours on an axis are. */
typedef struct cki_random_layout {
    int ndim;
    int64_t strides[CKI_MAX_NDIM];
} cki_random_layout;

cki_random_layout cki_random_layout_of(int ndim, const int64_t *shape);
/* Call visit(user, first, step, n, done) for runs of elements start[k] + j * step[k] in C order:
 * `first` is the position of a run's first element, `done` how many came before it. Ends at the
 * first failure. */
cask_status cki_random_walk(const cki_random_layout *layout, const int64_t *start,
                            const int64_t *count, const int64_t *step,
                            cask_status (*visit)(void *user, uint64_t first, int64_t step,
                                                 int64_t n, int64_t done),
                            void *user);

/* The key, and the part of the whole array. */
void cki_random_spell(const cki_random_key *key, int ndim, const int64_t *start,
                      const int64_t *count, const int64_t *step, cki_spelling *spelling);

/* The arguments size and chunks: the shape (that of a scalar where size is None), and with more
 * than one broadcast shape their common one; then its chunks. */
cask_status cki_random_shape(cki_call *call, cki_build *build, const cask_array *arrays,
                             size_t count, cki_axis *axes, int *ndim);
/* x as `dtype`, broadcast to the axes and in their chunks. */
cask_array cki_random_parameter(cki_build *build, cask_array x, cki_dtype dtype, int ndim,
                                const cki_axis *axes);

#endif
