/* Tails of distributions against recorded values of many digits.
 */
#include "kernel/special.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static double compute(const char *name, const double *x)
{
    return !strcmp(name, "normal")      ? cki_special_normal_beyond(x[0])
           : !strcmp(name, "student")   ? cki_special_student_beyond(x[0], x[1])
           : !strcmp(name, "chisquare") ? cki_special_chisquare_above(x[0], x[1])
                                        : cki_special_fisher_above(x[0], x[1], x[2]);
}

static void recorded(void **state)
{
    char line[200];
    FILE *file = fopen(CASK_GOLDEN "/special_values.data", "r");
    int lines = 0;
    (void)state;
    assert_non_null(file);
    for (; fgets(line, sizeof line, file); lines++) {
        double x[4] = {0};
        int count = 0;
        char *name = strtok(line, " ");
        for (char *word; count < 4 && (word = strtok(NULL, " \n"));)
            x[count++] = strtod(word, NULL);
        assert_non_null(name);
        assert_true(count >= 2);
        double wanted = x[count - 1], got = compute(name, x);
        if (!(fabs(got - wanted) <= 2e-13 * wanted + 1e-300))
            fail_msg("%s(%.17g, %.17g, %.17g) is %.17g, not %.17g: %g", name, x[0], x[1], x[2], got,
                     wanted, got / wanted - 1);
    }
    fclose(file);
    assert_true(lines > 200);
}

static void edges(void **state)
{
    const double nan_ = (double)NAN, inf = (double)INFINITY;
    (void)state;
    assert_true(isnan(cki_special_normal_beyond(nan_)));
    assert_true(isnan(cki_special_student_beyond(nan_, 3)));
    assert_true(isnan(cki_special_student_beyond(1, nan_)));
    assert_true(isnan(cki_special_student_beyond(1, 0)));
    assert_true(isnan(cki_special_chisquare_above(1, 0)));
    assert_true(isnan(cki_special_chisquare_above(nan_, 2)));
    assert_true(isnan(cki_special_fisher_above(nan_, 1, 2)));
    assert_true(isnan(cki_special_fisher_above(1, 0, 2)));
    assert_true(cki_special_student_beyond(inf, 3) == 0);
    assert_true(cki_special_student_beyond(-inf, 3) == 0);
    assert_true(cki_special_student_beyond(1.5, inf) == cki_special_normal_beyond(1.5));
    assert_true(cki_special_chisquare_above(inf, 3) == 0);
    assert_true(cki_special_chisquare_above(-1, 3) == 1);
    assert_true(cki_special_fisher_above(inf, 3, 4) == 0);
    assert_true(cki_special_fisher_above(-1, 3, 4) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(recorded), cmocka_unit_test(edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
