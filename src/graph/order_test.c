/* Tests of the order: bytes alive at most on the shapes that matter, beside what dask.order of Dask
 * 2022.12 gives on the same graphs with the same weights. */
#include "graph/test_graph.h"

enum { CHUNK = 100 };

typedef struct drawing {
    cki_graph *graph;
    hand_list wanted;
} drawing;

static uint32_t add(drawing *shape, size_t output, const hand_list *inputs)
{
    return hand_add(shape->graph, &hand_function, output, inputs->items, inputs->count);
}

static uint32_t load(drawing *shape)
{
    return add(shape, CHUNK, &(hand_list){.count = 0});
}

static uint32_t add1(drawing *shape, size_t output, uint32_t a)
{
    return hand_add(shape->graph, &hand_function, output, &a, 1);
}

static uint32_t add2(drawing *shape, size_t output, uint32_t a, uint32_t b)
{
    return hand_add(shape->graph, &hand_function, output, (uint32_t[]){a, b}, 2);
}

static drawing begin(void)
{
    drawing shape = {.graph = cki_graph_new(NULL)};
    assert_non_null(shape.graph);
    return shape;
}

/* Bytes alive at most in the order that the plan has. */
static size_t peak_of(drawing *shape)
{
    cki_plan *plan = hand_plan(shape->graph, &shape->wanted);
    assert_int_equal(plan->count, cki_graph_layers(shape->graph));
    check_plan(plan);
    size_t peak = plan->peak_bytes;
    cki_plan_free(plan);
    cki_graph_free(shape->graph);
    return peak;
}

static void many_chains_into_a_sink(void **state)
{
    (void)state;
    drawing shape = begin();
    hand_list stores = {.count = 0};
    for (int i = 0; i < 100; i++)
        hand_put(&stores, add1(&shape, 0, add1(&shape, CHUNK, load(&shape))));
    hand_put(&shape.wanted, add(&shape, 0, &stores));
    assert_int_equal(peak_of(&shape), 200); /* Dask: 200 */
}

static void a_tree_of_sums(void **state)
{
    (void)state;
    drawing shape = begin();
    hand_list level = {.count = 0};
    for (int i = 0; i < 64; i++)
        hand_put(&level, load(&shape));
    for (; level.count > 1; level.count /= 2)
        for (size_t i = 0; i < level.count / 2; i++)
            level.items[i] = add2(&shape, CHUNK, level.items[2 * i], level.items[2 * i + 1]);
    hand_put(&shape.wanted, level.items[0]);
    assert_int_equal(peak_of(&shape), 800); /* Dask: 800 */
}

/* An uneven tree: the deep side goes first, wherever it stands. */
static void the_demanding_side_goes_first(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        drawing shape = begin();
        hand_list wide = {.count = 0};
        for (int i = 0; i < 8; i++)
            hand_put(&wide, load(&shape));
        uint32_t deep = add(&shape, CHUNK, &wide), flat = load(&shape);
        hand_put(&shape.wanted, add2(&shape, CHUNK, side ? deep : flat, side ? flat : deep));
        assert_int_equal(peak_of(&shape), 900); /* 1000 with the other side first */
    }
}

/* (A.T @ B - B.mean(axis=0)) of n x n chunks: the fail case of the articles. */
static void a_product_less_a_mean(void **state)
{
    (void)state;
    enum { N = 5 };
    drawing shape = begin();
    uint32_t a[N][N], b[N][N], mean[N];
    for (int k = 0; k < N; k++)
        for (int i = 0; i < N; i++)
            a[k][i] = add1(&shape, 0, load(&shape));
    for (int k = 0; k < N; k++)
        for (int j = 0; j < N; j++)
            b[k][j] = load(&shape);
    for (int j = 0; j < N; j++) {
        hand_list parts = {.count = 0};
        for (int k = 0; k < N; k++)
            hand_put(&parts, add1(&shape, 1, b[k][j]));
        mean[j] = add(&shape, 1, &parts);
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            hand_list parts = {.count = 0};
            for (int k = 0; k < N; k++)
                hand_put(&parts, add2(&shape, CHUNK, a[k][i], b[k][j]));
            hand_put(&shape.wanted, add2(&shape, CHUNK, add(&shape, CHUNK, &parts), mean[j]));
        }
    size_t peak = peak_of(&shape);
    assert_int_equal(peak, 1101); /* Dask: 2604 */
}

static void diamonds(void **state)
{
    (void)state;
    drawing shape = begin();
    for (int i = 0; i < 20; i++) {
        uint32_t a = load(&shape);
        uint32_t b = add1(&shape, CHUNK, a), c = add1(&shape, CHUNK, a);
        hand_put(&shape.wanted, add2(&shape, CHUNK, b, c));
    }
    assert_int_equal(peak_of(&shape), 300); /* Dask: 300 */
}

/* Rows of chunks are cut and put together as columns, in groups of four. */
static void all_to_some(void **state)
{
    (void)state;
    enum { N = 16, M = 4 };
    drawing shape = begin();
    uint32_t source[N], piece[N][M];
    for (int i = 0; i < N; i++)
        source[i] = load(&shape);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < M; j++)
            piece[i][j] = add1(&shape, CHUNK / M, source[i]);
    for (int j = 0; j < M; j++)
        for (int q = 0; q < N / M; q++) {
            hand_list parts = {.count = 0};
            for (int i = q * M; i < q * M + M; i++)
                hand_put(&parts, piece[i][j]);
            hand_put(&shape.wanted, add(&shape, CHUNK, &parts));
        }
    size_t peak = peak_of(&shape);
    assert_int_equal(peak, 525); /* Dask: 600 */
}

static void neighbours_sweep(void **state)
{
    (void)state;
    enum { N = 50 };
    drawing shape = begin();
    uint32_t x[N];
    for (int i = 0; i < N; i++)
        x[i] = load(&shape);
    for (int i = 0; i < N; i++) {
        hand_list near = {.count = 0};
        for (int j = i ? i - 1 : 0; j < N && j <= i + 1; j++)
            hand_put(&near, x[j]);
        hand_put(&shape.wanted, add1(&shape, 0, add(&shape, CHUNK, &near)));
    }
    assert_int_equal(peak_of(&shape), 400); /* Dask: 400 */
}

/* sum(x) and sum(x * x) of the same chunks: neither sum may wait until all chunks are there. */
static void two_reductions_share_their_chunks(void **state)
{
    (void)state;
    drawing shape = begin();
    hand_list sums = {.count = 0}, squares = {.count = 0};
    for (int i = 0; i < 50; i++) {
        uint32_t x = load(&shape);
        hand_put(&sums, add1(&shape, 1, x));
        hand_put(&squares, add1(&shape, 1, add1(&shape, CHUNK, x)));
    }
    uint32_t sum = add(&shape, 1, &sums), square = add(&shape, 1, &squares);
    hand_put(&shape.wanted, add2(&shape, 1, sum, square));
    size_t peak = peak_of(&shape);
    assert_int_equal(peak, 299); /* Dask: 299 */
}

/* x - x.mean(): every chunk must wait for the mean; then each goes as soon as it can. */
static void anomalies(void **state)
{
    (void)state;
    enum { N = 20 };
    drawing shape = begin();
    hand_list parts = {.count = 0};
    uint32_t x[N];
    for (int i = 0; i < N; i++) {
        x[i] = load(&shape);
        hand_put(&parts, add1(&shape, 1, x[i]));
    }
    uint32_t mean = add(&shape, 1, &parts);
    for (int i = 0; i < N; i++)
        hand_put(&shape.wanted, add1(&shape, 0, add2(&shape, CHUNK, x[i], mean)));
    size_t peak = peak_of(&shape);
    assert_int_equal(peak, 2101); /* Dask: 2101 */
}

/* A @ B, stored: of each row of blocks of A, and all of B, as much as a walk along rows needs. */
static void a_product_to_a_store(void **state)
{
    (void)state;
    enum { N = 5 };
    drawing shape = begin();
    uint32_t a[N][N], b[N][N];
    hand_list stores = {.count = 0};
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            a[i][k] = load(&shape);
    for (int k = 0; k < N; k++)
        for (int j = 0; j < N; j++)
            b[k][j] = load(&shape);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            hand_list parts = {.count = 0};
            for (int k = 0; k < N; k++)
                hand_put(&parts, add2(&shape, CHUNK, a[i][k], b[k][j]));
            hand_put(&stores, add1(&shape, 0, add(&shape, CHUNK, &parts)));
        }
    hand_put(&shape.wanted, add(&shape, 0, &stores));
    assert_int_equal(peak_of(&shape), 3600); /* Dask: 4600 */
}

/* Each output needs the 3 x 3 blocks around it: two rows and a little are enough. */
static void neighbours_in_two_dimensions(void **state)
{
    (void)state;
    enum { N = 8 };
    drawing shape = begin();
    uint32_t x[N][N];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            x[i][j] = load(&shape);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            hand_list near = {.count = 0};
            for (int p = i ? i - 1 : 0; p < N && p <= i + 1; p++)
                for (int q = j ? j - 1 : 0; q < N && q <= j + 1; q++)
                    hand_put(&near, x[p][q]);
            hand_put(&shape.wanted, add1(&shape, 0, add(&shape, CHUNK, &near)));
        }
    assert_int_equal(peak_of(&shape), 2000); /* Dask: 3700 */
}

/* Steps in time: each block needs itself and its neighbours of the step before. */
static void steps_of_a_grid(void **state)
{
    (void)state;
    enum { N = 8, STEPS = 30 };
    drawing shape = begin();
    uint32_t x[N], y[N];
    for (int i = 0; i < N; i++)
        x[i] = load(&shape);
    for (int t = 1; t < STEPS; t++) {
        for (int i = 0; i < N; i++) {
            hand_list near = {.count = 0};
            for (int j = i ? i - 1 : 0; j < N && j <= i + 1; j++)
                hand_put(&near, x[j]);
            y[i] = add(&shape, CHUNK, &near);
        }
        memcpy(x, y, sizeof x);
    }
    for (int i = 0; i < N; i++)
        hand_put(&shape.wanted, x[i]);
    assert_int_equal(peak_of(&shape), 1300); /* Dask: 1600 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_chains_into_a_sink),
        cmocka_unit_test(a_tree_of_sums),
        cmocka_unit_test(the_demanding_side_goes_first),
        cmocka_unit_test(a_product_less_a_mean),
        cmocka_unit_test(diamonds),
        cmocka_unit_test(all_to_some),
        cmocka_unit_test(neighbours_sweep),
        cmocka_unit_test(two_reductions_share_their_chunks),
        cmocka_unit_test(anomalies),
        cmocka_unit_test(a_product_to_a_store),
        cmocka_unit_test(neighbours_in_two_dimensions),
        cmocka_unit_test(steps_of_a_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
