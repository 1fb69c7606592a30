/* Every allocation fails in turn, once alone and once with all after it, while a C program makes
 * arrays of its memory, its sources and its functions, and computes them to where it wants them:
 * the right answer or MemoryError, and what was lent is released once. */
#include "core/memory.h"

#include <cask/cask.h>
#include <stdio.h>
#include <string.h>

enum { RELEASED = 5 };

/* What one attempt gave. */
typedef struct outcome {
    int released;
    double sums[6];
    int answers; /* of the sums, in order */
} outcome;

static void release(void *user)
{
    ++((outcome *)user)->released;
}

static cask_status read_numbers(void *user, const cask_region *region, void *elements)
{
    (void)user;
    for (int64_t i = 0; i < region->count[0]; i++)
        ((double *)elements)[i] = (double)(region->start[0] + i * region->step[0]);
    return CASK_OK;
}

static cask_value *chunk_of_numbers(void *user, const cask_region *region)
{
    void *data;
    cask_value *made = cask_value_array(CASK_F64, 1, region->count, &data);
    if (!made)
        cask_region_fail(region, CASK_MEMORY, "no memory for a chunk");
    else
        read_numbers(user, region, data);
    return made;
}

static cask_status take_block(void *user, const cask_region *region, cask_value *block)
{
    (void)region;
    double part[4];
    if (!cask_value_copy(block, CASK_F64, part, sizeof part))
        return cask_region_fail(region, CASK_MEMORY, "no memory for a copy");
    for (int64_t i = 0; i < region->count[0]; i++)
        *(double *)user += part[i];
    return CASK_OK;
}

static cask_value *twice(cask_call *call)
{
    double numbers[4];
    void *data;
    const cask_value *x = cask_call_argument(call, 0);
    cask_value *made = cask_value_array(CASK_F64, 1, cask_value_shape(x), &data);
    if (!made || !cask_value_copy(x, CASK_F64, numbers, sizeof numbers)) {
        cask_value_unref(made);
        return cask_call_fail(call, CASK_MEMORY, "no memory for a block");
    }
    for (int64_t i = 0; i < cask_value_shape(x)[0]; i++)
        ((double *)data)[i] = 2 * numbers[i];
    return made;
}

/* The sum goes to the outcome, if there is one. */
static void add(outcome *o, cask_array x)
{
    double sum = -1;
    if (cask_array_compute_into(cask_array_sum(x, NULL), CASK_F64, &sum, sizeof sum, NULL) ==
        CASK_OK)
        o->sums[o->answers] = sum;
    o->answers++;
}

static void work(cask *ck, const cask_function *function, outcome *o)
{
    static const double numbers[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const unsigned char big[4] = {0, 1, 0, 2};
    const cask_buffer rows = {.data = numbers,
                              .dtype = CASK_F64,
                              .shape = CASK_SHAPE(4),
                              .strides = (const int64_t[]){16},
                              .release = release,
                              .user = o};
    const cask_buffer swapped = {.data = big,
                                 .dtype = CASK_U16,
                                 .shape = CASK_SHAPE(2),
                                 .swapped = true,
                                 .release = release,
                                 .user = o};
    const cask_source source = {.name = "my.numbers",
                                .dtype = CASK_F64,
                                .shape = CASK_SHAPE(10),
                                .chunks = CASK_SHAPE(4),
                                .read = read_numbers,
                                .chunk = chunk_of_numbers,
                                .release = release,
                                .user = o};
    const cask_status known = cask_register(ck, function, 1);
    cask_array x = cask_array_from_buffer(ck, &rows, CASK_SHAPE(3));
    cask_array y = cask_array_from_buffer(ck, &swapped, CASK_SHAPE(1));
    cask_array s = cask_array_from_source(ck, &source);
    add(o, x);
    add(o, cask_array_index(y, CASK_ARGUMENTS("::-1")));
    if (known == CASK_OK)
        add(o, cask_array_map_blocks(&s, 1, "my.twice", &(cask_blocks){.dtype = CASK_F64}));
    else
        o->answers++;
    add(o, cask_array_eval(ck, "s[s > low]",
                           CASK_ARGUMENTS(CASK_NAMED("s", s), CASK_NAMED("low", 6))));
    double sum = 0;
    if (cask_arrays_sink(&s, &(cask_sink){.take = take_block, .user = &sum}, 1) == CASK_OK)
        o->sums[o->answers] = sum;
    o->answers++;
    cask_value *wrapped = cask_value_from_buffer(&rows);
    cask_value *list = cask_value_list(CASK_ARGUMENTS(0, 2));
    if (list && wrapped) {
        cask_array w = cask_array_from_value(ck, wrapped, CASK_SHAPE(4));
        add(o, cask_array_assign(w, CASK_ARGUMENTS(list), CASK_ARGUMENT(10)));
    }
    cask_value_unref(list);
    cask_value_unref(wrapped);
}

/* Whether all went well; what is wrong is told and counted. */
static bool attempt(int64_t n, bool rest, int *failures)
{
    static const double right[6] = {16, 3, 90, 24, 45, 30};
    outcome o = {.released = 0};
    const cask_function function = {
        .name = "my.twice", .run = twice, .release = release, .user = &o};
    cki_memory_fail_at(n, rest);
    cask *ck = cask_open(&(cask_options){.scheduler = "sync"});
    work(ck, &function, &o);
    cki_memory_fail_at(0, false);
    cask_status status = cask_error(ck);
    if (status != CASK_OK && status != CASK_MEMORY) {
        ++*failures;
        printf("allocation %lld: %s: %s\n", (long long)n, cask_error_class(ck), cask_message(ck));
    }
    bool whole = status == CASK_OK && o.answers == 6;
    for (int i = 0; i < 6; i++) {
        bool here = o.sums[i] == right[i];
        whole = whole && here;
        if (!here && o.sums[i] != 0) {
            ++*failures;
            printf("allocation %lld: answer %d is %g\n", (long long)n, i, o.sums[i]);
        }
    }
    cask_close(ck);
    if (o.released != RELEASED) {
        ++*failures;
        printf("allocation %lld: released %d times\n", (long long)n, o.released);
    }
    return whole;
}

int main(void)
{
    int failures = 0;
    for (int rest = 0; rest < 2; rest++)
        for (int64_t n = 0;; n += n < 600 ? 1 : 1 + n / 200) {
            if (attempt(n, rest, &failures) && n > 0)
                break; /* nothing failed any more */
            if (n > 100000) {
                failures++;
                printf("it never ends\n");
                break;
            }
        }
    printf("%d failures\n", failures);
    return failures != 0;
}
