/* Depth costs no stack: a million operations one upon the other, and as many in one reduction's
 * past, are built, optimised, planned and run. */
#include <cask/cask.h>
#include <stdio.h>

enum { LINKS = 1000000 };

static int check(const char *what, cask_array x, double wanted)
{
    cask_value *value = NULL;
    if (cask_array_compute(cask_array_sum(x, NULL), &value) != CASK_OK) {
        printf("%s: failed\n", what);
        return 1;
    }
    double got = cask_value_f64(value);
    cask_value_unref(value);
    if (got == wanted)
        return 0;
    printf("%s: %.17g, not %.17g\n", what, got, wanted);
    return 1;
}

int main(void)
{
    cask *ck = cask_open(&(cask_options){.threads = 2});
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(4), CASK_SHAPE(2));
    for (int i = 0; i < LINKS; i++)
        x = cask_array_add_f64(x, 1);
    int bad = check("a chain", x, 4.0 * (LINKS + 1));
    cask_scope_begin(ck);
    cask_array y = cask_array_ones(ck, CASK_F64, CASK_SHAPE(4), CASK_SHAPE(2));
    for (int i = 0; i < LINKS / 10; i++) /* every link a barrier: nothing fuses */
        y = cask_array_maximum(y, cask_array_max(y, NULL));
    bad += check("a chain of reductions", y, 4);
    cask_scope_end(ck);
    if (cask_error(ck) != CASK_OK)
        printf("%s\n", cask_message(ck));
    cask_close(ck);
    return bad;
}
