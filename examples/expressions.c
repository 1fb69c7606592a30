/* Expressions in a program: what C would say in many lines, with names bound to what the program
 * has; several results, a dict of results, operations by name, and what an error looks like. */
#include <cask/cask.h>
#include <stdio.h>

static double number(cask_value *dict, const char *key)
{
    cask_value *value = cask_value_get(dict, key);
    double number = cask_value_f64(value);
    cask_value_unref(value);
    return number;
}

int main(void)
{
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_random(ck, "normal", CASK_ARGUMENTS(20, 5), CASK_SHAPE(365, 24),
                                     &(cask_random){.seeded = true, .chunks = CASK_SHAPE(30, 24)});

    /* A lazy array, of which anything can be made. */
    cask_array warm = cask_array_eval(ck, "x.mean(axis=1)[x.max(axis=1) > limit]",
                                      CASK_ARGUMENTS(CASK_NAMED("x", x), CASK_NAMED("limit", 30)));

    /* Several results in one run, each computed once. */
    cask_value *all = NULL;
    if (cask_eval(ck, "{'days': w.size, 'mean': w.mean(), 'spread': w.max() - w.min()}",
                  CASK_ARGUMENTS(CASK_NAMED("w", cask_array_compute_chunk_sizes(warm))),
                  &all) == CASK_OK)
        printf("%g warm days, %.1f degrees on average, %.1f between them\n", number(all, "days"),
               number(all, "mean"), number(all, "spread"));
    cask_value_unref(all);

    /* An operation that gives several arrays, by its name; lists, tuples and dicts are values. */
    cask_array parts[2];
    cask_value *range = cask_value_tuple(CASK_ARGUMENTS(0, 40));
    cask_arrays_apply(ck, "histogram",
                      CASK_ARGUMENTS(x, CASK_NAMED("bins", 4), CASK_NAMED("range", range)), parts,
                      2);
    int64_t bins[4] = {0};
    if (cask_array_compute_into(parts[0], CASK_I64, bins, sizeof bins, NULL) == CASK_OK)
        printf("hours up to 10, 20, 30, 40 degrees: %d %d %d %d\n", (int)bins[0], (int)bins[1],
               (int)bins[2], (int)bins[3]);
    cask_value_unref(range);

    cask_value *none;
    if (cask_eval(ck, "x.mean(axis=1) + y", CASK_ARGUMENTS(CASK_NAMED("x", x)), &none) != CASK_OK)
        printf("%s: %s\n", cask_error_class(ck), cask_message(ck));
    cask_close(ck);
    return none != NULL;
}
