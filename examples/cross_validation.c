/* Nested cross-validation: for each outer fold the inner folds choose the degree of a polynomial
 * and how strongly it is held back (ridge); the outer fold then tells how well that choice does on
 * points that had no part in it. Plain loops, with the work put off: some hundred fits, which run
 * in parallel when the score is wanted. */
#include <cask/cask.h>
#include <math.h>
#include <stdio.h>

enum { POINTS = 120, OUTER = 5, INNER = 4, DEGREES = 6, STRENGTHS = 3, MOST = DEGREES + 1 };

static const double strengths[STRENGTHS] = {1e-6, 1e-3, 1.0};

/* y = 1 - 2x + 3x^3, and noise that is the same in every run. */
static void sample(int i, double *x, double *y)
{
    *x = -1 + 2.0 * i / (POINTS - 1);
    *y = 1 - 2 * *x + 3 * *x * *x * *x + 0.1 * sin(12.9898 * i) * cos(78.233 * i);
}

/* Whether a point is for testing: in outer fold `outer`, or of the rest in inner fold `inner`. */
static int role(int i, int outer, int inner)
{
    if (i % OUTER == outer)
        return inner < 0 ? 1 : -1; /* the inner folds do not see it */
    return inner >= 0 && i / OUTER % INNER == inner;
}

/* Normal equations by elimination with pivots. */
static void solve(int n, double a[MOST][MOST + 1], double *w)
{
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k + 1; i < n; i++)
            if (fabs(a[i][k]) > fabs(a[pivot][k]))
                pivot = i;
        for (int j = 0; j <= n; j++) {
            double kept = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = kept;
        }
        for (int i = k + 1; i < n; i++) {
            double factor = a[i][k] / a[k][k];
            for (int j = k; j <= n; j++)
                a[i][j] -= factor * a[k][j];
        }
    }
    for (int k = n - 1; k >= 0; k--) {
        w[k] = a[k][n];
        for (int j = k + 1; j < n; j++)
            w[k] -= a[k][j] * w[j];
        w[k] /= a[k][k];
    }
}

/* fit_score(degree, strength, outer, inner): the mean squared error on the test points. */
static cask_value *fit_score(cask_call *call)
{
    int n = (int)cask_value_i64(cask_call_argument(call, 0)) + 1;
    double strength = cask_value_f64(cask_call_argument(call, 1));
    int outer = (int)cask_value_i64(cask_call_argument(call, 2));
    int inner = (int)cask_value_i64(cask_call_argument(call, 3));
    double a[MOST][MOST + 1] = {{0}}, w[MOST] = {0}, error = 0, x, y;
    int tests = 0;
    for (int i = 0; i < POINTS; i++) {
        double power[2 * MOST] = {1};
        sample(i, &x, &y);
        for (int k = 1; k < 2 * n; k++)
            power[k] = power[k - 1] * x;
        for (int r = 0; r < n && role(i, outer, inner) == 0; r++) {
            for (int c = 0; c < n; c++)
                a[r][c] += power[r + c];
            a[r][n] += power[r] * y;
        }
    }
    for (int r = 0; r < n; r++)
        a[r][r] += strength;
    solve(n, a, w);
    for (int i = 0; i < POINTS; i++) {
        if (role(i, outer, inner) != 1)
            continue;
        double value = 0;
        sample(i, &x, &y);
        for (int k = n - 1; k >= 0; k--)
            value = value * x + w[k];
        error += (value - y) * (value - y);
        tests++;
    }
    return cask_value_from_float(error / tests);
}

/* The choice of one outer fold, and its score there: (degree, strength, error). */
static cask_delayed outer_fold(cask *ck, int outer)
{
    cask_delayed choices[DEGREES * STRENGTHS];
    for (int c = 0; c < DEGREES * STRENGTHS; c++) {
        cask_delayed errors[INNER];
        for (int inner = 0; inner < INNER; inner++)
            errors[inner] = cask_delayed_call(ck, "cv.fit_score", c / STRENGTHS + 1,
                                              strengths[c % STRENGTHS], outer, inner);
        cask_delayed mean = cask_delayed_call(ck, "lambda e: sum(e) / len(e)",
                                              cask_delayed_gather(ck, errors, INNER));
        choices[c] = cask_delayed_tuple(
            ck, CASK_ARGUMENTS(mean, c / STRENGTHS + 1, strengths[c % STRENGTHS]));
    }
    cask_delayed best =
        cask_delayed_call(ck, "min", cask_delayed_gather(ck, choices, DEGREES * STRENGTHS));
    cask_delayed degree = cask_delayed_item(best, "1"), strength = cask_delayed_item(best, "2");
    cask_delayed error = cask_delayed_call(ck, "cv.fit_score", degree, strength, outer, -1);
    return cask_delayed_tuple(ck, CASK_ARGUMENTS(degree, strength, error));
}

int main(void)
{
    static const cask_function functions[] = {{.name = "cv.fit_score", .run = fit_score}};
    cask *ck = cask_open(NULL);
    if (cask_register(ck, functions, 1) != CASK_OK)
        return 1;
    cask_delayed folds[OUTER];
    for (int outer = 0; outer < OUTER; outer++)
        folds[outer] = outer_fold(ck, outer);
    cask_delayed all = cask_delayed_gather(ck, folds, OUTER);
    cask_delayed score = cask_delayed_call(ck, "lambda f: sum(e for d, s, e in f) / len(f)", all);
    cask_delayed least = cask_delayed_call(ck, "lambda f: min(d for d, s, e in f)", all);
    cask_lazy things[] = {CASK_LAZY(score), CASK_LAZY(least)};
    cask_value *values[2];
    cask_status status = cask_compute(things, 2, values);
    double error = status == CASK_OK ? cask_value_f64(values[0]) : 1;
    int64_t degree = status == CASK_OK ? cask_value_i64(values[1]) : 0;
    if (status != CASK_OK)
        fprintf(stderr, "%s\n", cask_message(ck));
    printf("at least degree %d; error %s the noise\n", (int)degree,
           error < 0.01 ? "as small as" : "larger than");
    cask_value_unref(values[0]);
    cask_value_unref(values[1]);
    cask_close(ck);
    return degree < 3 || !(error < 0.01);
}
