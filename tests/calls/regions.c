/* Sources and sinks of one's own from many threads, with and without their chunks, those that fail,
 * and storing: regions, and writing that is put off. */
#include "testing.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void count(void *user)
{
    ++*(int *)user;
}

/* ---- a grid of numbers: element [i, j] is 100 i + j ---- */

enum { ROWS = 40, COLUMNS = 60, HIGH = 10, WIDE = 25 };

typedef struct grid {
    int released;
    atomic_int reads, chunks;
    int fail_at; /* this read, if above 0 */
    bool wrong;  /* chunks of another shape */
    int32_t memory[HIGH * WIDE];
} grid;

static void fill(const cask_region *r, int32_t *out)
{
    for (int64_t i = 0; i < r->count[0]; i++)
        for (int64_t j = 0; j < r->count[1]; j++)
            *out++ = (int32_t)(100 * (r->start[0] + i * r->step[0]) + r->start[1] + j * r->step[1]);
}

static cask_status read_grid(void *user, const cask_region *region, void *elements)
{
    grid *g = user;
    if (atomic_fetch_add(&g->reads, 1) + 1 == g->fail_at)
        return cask_region_fail(region, CASK_IO, "the cable is cut at row %lld",
                                (long long)region->start[0]);
    fill(region, elements);
    return CASK_OK;
}

static cask_value *chunk_of_grid(void *user, const cask_region *region)
{
    grid *g = user;
    void *data;
    atomic_fetch_add(&g->chunks, 1);
    const int64_t shape[2] = {region->count[0], region->count[1] + g->wrong};
    cask_value *made = cask_value_array(CASK_I32, 2, shape, &data);
    if (!made)
        cask_region_fail(region, CASK_MEMORY, "no memory for a chunk");
    else if (!g->wrong)
        fill(region, data);
    return made;
}

static cask_source source_of(grid *g)
{
    return (cask_source){.name = "my.grid",
                         .dtype = CASK_I32,
                         .shape = CASK_SHAPE(ROWS, COLUMNS),
                         .chunks = CASK_SHAPE(HIGH, WIDE),
                         .read = read_grid,
                         .steps = true,
                         .release = count,
                         .user = g};
}

static void many_threads(void **state)
{
    (void)state;
    grid g = {.released = 0};
    cask *ck = cask_open(&(cask_options){.threads = 8});
    cask_source source = source_of(&g);
    cask_array x = cask_array_from_source(ck, &source);
    expect(cask_array_sum(x, NULL), "4750800");
    assert_int_equal(atomic_load(&g.reads), 12);
    expect(cask_array_slice(x, "5:30:20, -1:-60:-30"), "[[ 559  529]\n [2559 2529]]");
    cask_close(ck);
    assert_int_equal(g.released, 1);
}

static void whole_chunks(void **state)
{
    (void)state;
    grid g = {.released = 0};
    cask *ck = cask_open(&(cask_options){.threads = 4});
    cask_source source = source_of(&g);
    source.chunk = chunk_of_grid;
    cask_array x = cask_array_from_source(ck, &source);
    expect(cask_array_sum(x, NULL), "4750800");
    assert_int_equal(atomic_load(&g.chunks), 12);
    assert_int_equal(atomic_load(&g.reads), 0);
    /* the second row of chunks whole, of the first one line */
    expect(cask_array_sum(cask_array_slice(x, "9:20"), NULL), "943470");
    assert_int_equal(atomic_load(&g.chunks), 15);
    assert_int_equal(atomic_load(&g.reads), 3);
    g.wrong = true;
    refuse(cask_array_sum(x, NULL), "ValueError", "gave a chunk of another type or shape", ck);
    cask_close(ck);
    assert_int_equal(g.released, 1);
    source.chunks = (cask_shape){0};
    ck = cask_open(NULL);
    refuse(cask_array_from_source(ck, &source), "ValueError", "needs their sizes", ck);
    cask_close(ck);
    assert_int_equal(g.released, 2);
}

static cask_value *lend_memory(void *user, const cask_region *region)
{
    grid *g = user;
    const cask_buffer own = {.data = g->memory,
                             .dtype = CASK_I32,
                             .shape = CASK_SHAPE(region->count[0], region->count[1]),
                             .release = count,
                             .user = &g->released};
    return cask_value_from_buffer(&own);
}

static void chunks_in_memory(void **state)
{
    (void)state;
    grid g = {.released = 0};
    for (int i = 0; i < HIGH * WIDE; i++)
        g.memory[i] = i;
    cask_source source = source_of(&g);
    source.shape = CASK_SHAPE(HIGH, WIDE);
    source.chunk = lend_memory;
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_from_source(ck, &source);
    cask_value *value;
    assert_int_equal(cask_array_compute(x, &value), CASK_OK);
    assert_ptr_equal(cask_value_data(value), g.memory); /* all the way without a copy */
    assert_int_equal(g.released, 0);
    cask_value_unref(value);
    assert_int_equal(g.released, 1);
    cask_close(ck);
    assert_int_equal(g.released, 2);
}

static void failing(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads += 3) {
        grid g = {.fail_at = 3};
        cask *ck = cask_open(&(cask_options){.threads = threads});
        cask_source source = source_of(&g);
        cask_array x = cask_array_from_source(ck, &source);
        refuse(cask_array_sum(x, NULL), "OSError", "the cable is cut at row", ck);
        expect(cask_array_sum(x, NULL), "4750800"); /* the context goes on */
        cask_close(ck);
        assert_int_equal(g.released, 1);
    }
}

static void refused(void **state)
{
    (void)state;
    grid g = {.released = 0};
    cask *ck = cask_open(NULL);
    cask_source bad[5];
    for (int i = 0; i < 5; i++)
        bad[i] = source_of(&g);
    bad[0].read = NULL;
    bad[1].dtype = (cask_dtype)99;
    bad[2].shape.ndim = 40;
    bad[3].shape.sizes[1] = -1;
    bad[4].chunks.ndim = -2;
    for (int i = 0; i < 5; i++) {
        assert_true(cask_array_failed(cask_array_from_source(ck, &bad[i])));
        cask_clear(ck);
    }
    cask_close(ck);
    assert_int_equal(g.released, 5);
}

/* ---- sinks ---- */

typedef struct gathered {
    atomic_int calls;
    int fail_at;
    atomic_llong sum;
    cask_value *kept[12];
} gathered;

static cask_status write_sum(void *user, const cask_region *region, const void *elements)
{
    gathered *g = user;
    long long sum = 0;
    if (atomic_fetch_add(&g->calls, 1) + 1 == g->fail_at)
        return cask_region_fail(region, CASK_IO, "the disk is full");
    for (int64_t i = 0; i < region->count[0] * region->count[1]; i++)
        sum += ((const int32_t *)elements)[i];
    atomic_fetch_add(&g->sum, sum);
    return CASK_OK;
}

static cask_status keep_block(void *user, const cask_region *region, cask_value *block)
{
    gathered *g = user;
    int64_t at = region->start[0] / HIGH * 3 + region->start[1] / WIDE;
    g->kept[at] = cask_value_ref(block);
    return CASK_OK;
}

static cask_status say_nothing(void *user, const cask_region *region, const void *elements)
{
    (void)user, (void)region, (void)elements;
    return CASK_IO;
}

static void sinks(void **state)
{
    (void)state;
    grid g = {.released = 0};
    gathered got = {.fail_at = 0}, same = {.fail_at = 0};
    cask *ck = cask_open(&(cask_options){.threads = 4});
    cask_source source = source_of(&g);
    cask_array x = cask_array_from_source(ck, &source);
    cask_array both[2] = {x, cask_array_transpose(x, (cask_axes){0})};
    cask_sink into[2] = {{.write = write_sum, .user = &got}, {.write = write_sum, .user = &same}};
    assert_int_equal(cask_arrays_sink(both, into, 2), CASK_OK);
    assert_int_equal(atomic_load(&got.sum), 4750800);
    assert_int_equal(atomic_load(&same.sum), 4750800);
    assert_int_equal(atomic_load(&g.reads), 12); /* read once for both */
    assert_int_equal(cask_arrays_sink(&x, &(cask_sink){.take = keep_block, .user = &got}, 1),
                     CASK_OK);
    for (int i = 0; i < 12; i++) {
        assert_non_null(got.kept[i]);
        assert_int_equal(*(const int32_t *)cask_value_data(got.kept[i]),
                         i / 3 * 1000 + i % 3 * WIDE);
        cask_value_unref(got.kept[i]);
    }
    got.fail_at = 3;
    atomic_store(&got.calls, 0);
    assert_int_equal(cask_arrays_sink(&x, into, 1), CASK_IO);
    expect_error(ck, "OSError", "the disk is full");
    assert_int_equal(cask_arrays_sink(&x, &(cask_sink){.write = say_nothing}, 1), CASK_IO);
    expect_error(ck, "OSError", "without saying why");
    assert_int_equal(cask_arrays_sink(&x, &(cask_sink){0}, 1), CASK_INVALID);
    expect_error(ck, "ValueError", "needs a function");
    cask_close(ck);
}

/* ---- functions that do not give what was said ---- */

static cask_value *give_floats(cask_call *call)
{
    void *data;
    const int64_t length = *(const int64_t *)cask_call_user(call);
    cask_value *made = cask_value_array(CASK_F32, 1, &length, &data);
    for (int64_t i = 0; made && i < length; i++)
        ((float *)data)[i] = 1.5F;
    return made ? made : cask_call_fail(call, CASK_MEMORY, "no memory for a block");
}

static cask_status check_doubles(void *user, const cask_region *region, const void *elements)
{
    (void)user;
    for (int64_t i = 0; i < region->count[0]; i++)
        if (((const double *)elements)[i] != 1.5)
            return cask_region_fail(region, CASK_INVALID, "not 1.5");
    return CASK_OK;
}

static void other_blocks(void **state)
{
    (void)state;
    int64_t length = 4;
    double out[8] = {0};
    cask *ck = cask_open(NULL);
    const cask_function own = {.name = "my.floats", .run = give_floats, .user = &length};
    assert_int_equal(cask_register(ck, &own, 1), CASK_OK);
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(8), CASK_SHAPE(4));
    cask_array y = cask_array_map_blocks(&x, 1, "my.floats", &(cask_blocks){.dtype = CASK_F64});
    assert_int_equal(cask_arrays_sink(&y, &(cask_sink){.write = check_doubles}, 1), CASK_OK);
    assert_int_equal(cask_array_compute_into(y, CASK_DTYPE_DEFAULT, out, sizeof out, NULL),
                     CASK_OK);
    assert_true(out[0] == 1.5 && out[7] == 1.5);
    length = 5; /* more than the chunks say */
    assert_int_equal(cask_arrays_sink(&y, &(cask_sink){.write = check_doubles}, 1), CASK_SHAPE);
    expect_error(ck, "ValueError", "another shape than its chunks say");
    assert_int_equal(cask_array_compute_into(y, CASK_DTYPE_DEFAULT, out, sizeof out, NULL),
                     CASK_SHAPE);
    expect_error(ck, "ValueError", "another shape than its chunks say");
    cask_close(ck);
}

/* ---- storing ---- */

static void storing(void **state)
{
    (void)state;
    char folder[] = "/tmp/cask-calls-XXXXXX", path[64], path2[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.npy", folder);
    snprintf(path2, sizeof path2, "%s/b.npy", folder);
    cask *ck = cask_open(NULL);
    cask_array zeros = cask_array_zeros(ck, CASK_I64, CASK_SHAPE(4, 4), CASK_SHAPE(2, 2));
    cask_array x =
        cask_array_reshape(cask_array_arange(ck, CASK_F64, 1, 5, 1, 3), CASK_SHAPE(2, 2));
    assert_int_equal(cask_array_save(zeros, path, NULL), CASK_OK);
    assert_int_equal(cask_array_save(zeros, path2, NULL), CASK_OK);
    const char *targets[] = {path, path2}, *regions[] = {"1:3, 2:", NULL};
    cask_array both[] = {x, cask_array_add_f64(zeros, 9)};
    assert_int_equal(cask_arrays_store(both, targets, 2, &(cask_storing){.regions = regions}),
                     CASK_OK);
    expect(cask_array_from_npy(ck, path, NULL), "[[0 0 0 0]\n [0 0 1 2]\n [0 0 3 4]\n [0 0 0 0]]");
    expect(cask_array_slice(cask_array_from_npy(ck, path2, NULL), "0"), "[9 9 9 9]");

    cask_delayed writing[2];
    regions[0] = ":2, :2";
    assert_int_equal(cask_arrays_store(both, targets, 1,
                                       &(cask_storing){.regions = regions, .writing = writing}),
                     CASK_OK);
    expect(cask_array_slice(cask_array_from_npy(ck, path, NULL), "0"), "[0 0 0 0]");
    cask_value *none;
    assert_int_equal(cask_delayed_compute(writing[0], &none), CASK_OK);
    cask_value_unref(none);
    expect(cask_array_slice(cask_array_from_npy(ck, path, NULL), "0"), "[1 2 0 0]");

    regions[0] = "1:4, :2";
    assert_int_equal(cask_arrays_store(both, targets, 1, &(cask_storing){.regions = regions}),
                     CASK_SHAPE);
    cask_clear(ck);
    targets[0] = "/nowhere/x.npy";
    assert_int_equal(cask_arrays_store(both, targets, 1, &(cask_storing){.writing = writing}),
                     CASK_NOT_FOUND);
    assert_null(writing[0]);
    expect_error(ck, "FileNotFoundError", "/nowhere/x.npy");
    cask_close(ck);
    unlink(path);
    unlink(path2);
    rmdir(folder);
}

static void several_in_a_file(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"nc", "h5", "npz", "nc3"};
    char folder[] = "/tmp/cask-calls-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_arange(ck, CASK_F64, 0, 6, 1, 4);
    const cask_array both[] = {x, cask_array_multiply_f64(cask_array_slice(x, "::2"), 10)};
    const char *names[] = {"x", "tens"};
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/a.%s", folder, suffixes[i]);
        assert_int_equal(cask_arrays_save(both, names, 2, path), CASK_OK);
        expect(i % 3 == 0 ? cask_array_from_netcdf(ck, path, "tens", NULL)
               : i == 1   ? cask_array_from_hdf5(ck, path, "/tens", NULL)
                          : cask_array_from_npz(ck, path, "tens", NULL),
               "[ 0. 20. 40.]");
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/a.npy", folder);
    assert_int_not_equal(cask_arrays_save(both, names, 2, path), CASK_OK);
    assert_true(cask_message(ck)[0]);
    cask_clear(ck);
    names[1] = "x";
    assert_int_equal(cask_arrays_save(both, names, 2, path), CASK_INVALID);
    expect_error(ck, "ValueError", "two arrays are called 'x'");
    names[1] = NULL;
    assert_int_equal(cask_arrays_save(both, names, 2, path), CASK_INVALID);
    expect_error(ck, "ValueError", "name 1 is NULL");
    cask_close(ck);
    assert_int_equal(rmdir(folder), 0); /* nothing is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(many_threads), TEST(whole_chunks), TEST(chunks_in_memory),
        TEST(failing),      TEST(refused),      TEST(sinks),
        TEST(storing),      TEST(other_blocks), TEST(several_in_a_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
