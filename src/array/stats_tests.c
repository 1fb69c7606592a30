/* Statistical tests: each a pair of lazy arrays, the statistic and its probability by chance. */
#include "array/elementwise.h"
#include "array/formula.h"
#include "array/functions.h"
#include "array/join.h"
#include "array/mapped.h"
#include "array/reductions.h"
#include "array/stats.h"
#include "kernel/special.h"

#include <math.h>
#include <string.h>

/* ---- probabilities ---- */

typedef enum tail { STUDENT, NORMAL, CHISQUARE, FISHER } tail;

/* Of each element of the statistic; the degrees of freedom are numbers, or (Student's only) the
 * elements of a second input. */
typedef struct tails {
    tail kind;
    double df, other;
} tails;

static double probability(const tails *t, double x, double df)
{
    switch (t->kind) {
    case STUDENT:
        return cki_special_student_beyond(x, df);
    case NORMAL:
        return cki_special_normal_beyond(x);
    case CHISQUARE:
        return cki_special_chisquare_above(x, df);
    case FISHER:
        return cki_special_fisher_above(x, df, t->other);
    }
    return (double)NAN;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const tails *t = cki_mapped_of(task)->parameters;
    cask_value *compact = cki_array_compact(task->inputs[0], error), *freedom = NULL;
    if (compact && task->ninputs > 1)
        freedom = cki_array_compact(task->inputs[1], error);
    const cki_array *x = cki_array_of(compact), *df = cki_array_of(freedom);
    cask_value *out = x && (df || task->ninputs == 1)
                          ? cki_array_new(cki_dtype_of(CASK_F64), x->ndim, x->shape, error)
                          : NULL;
    if (out) {
        const double *from = (const double *)(const void *)x->data;
        const double *each = df ? (const double *)(const void *)df->data : NULL;
        double *to = (double *)(void *)cki_array_of(out)->data;
        int64_t count = cki_array_size(x);
        for (int64_t i = 0; i < count; i++)
            to[i] = probability(t, from[i], each ? each[i] : t->df);
    }
    cask_value_unref(compact);
    cask_value_unref(freedom);
    *result = out;
    return error->status;
}

const cki_function cki_stats_tests_function = {"array.tail", 1, run};

static cask_array probabilities(cki_build *build, tails t, cask_array statistic, cask_array df)
{
    cask_array both[2] = {statistic, df};
    cki_axis axes[CKI_MAX_NDIM];
    int ndim;
    tails *own = statistic ? cki_arena_copy(build->arena, &t, sizeof t) : NULL;
    for (int i = 0; i < 2; i++)
        both[i] = both[i] ? cki_elementwise_cast(build, both[i], cki_dtype_of(CASK_F64)) : NULL;
    if (own && df && both[1] && cki_elementwise_unify(build, both, 2, axes, &ndim) != CASK_OK)
        return NULL;
    cki_hasher *hasher = own && both[0] && (both[1] || !df) ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        if (statistic)
            cki_fail_memory(build->error, sizeof t);
        return NULL;
    }
    cki_token_int(hasher, t.kind);
    cki_token_bytes(hasher, &t.df, sizeof t.df);
    cki_token_bytes(hasher, &t.other, sizeof t.other);
    cki_mapped spec = {.function = &cki_stats_tests_function,
                       .label = "pvalue",
                       .dtype = cki_dtype_of(CASK_F64),
                       .ndim = both[0]->ndim,
                       .axes = both[0]->axes,
                       .inputs = {cki_mapped_same(both[0])},
                       .ninputs = 1,
                       .parameters = own,
                       .token = cki_token_end(hasher),
                       .working = 2 * cki_node_largest_block(both[0])};
    if (df)
        spec.inputs[spec.ninputs++] = cki_mapped_same(both[1]);
    return cki_mapped_array(build, &spec);
}

/* (statistic, pvalue) */
static cask_value *answer(cki_build *build, cask_array statistic, cask_array pvalue)
{
    cask_value *pair = statistic && pvalue ? cki_value_list(CKI_TUPLE, 2, build->error) : NULL;
    if (!pair)
        return NULL;
    pair->as.list.count = 0;
    for (size_t i = 0; i < 2; i++) {
        pair->as.list.items[i] = cki_node_value(build, i ? pvalue : statistic);
        if (!pair->as.list.items[i]) {
            cask_value_unref(pair);
            return NULL;
        }
        pair->as.list.count++;
    }
    return pair;
}

/* ---- Student's t ---- */

static cask_array two(cki_build *build, const char *ufunc, cask_array a, cask_array b)
{
    return cki_formula_two(build, ufunc, a, b);
}

static cask_value *finish_student(cki_build *build, cask_array d, cask_array denominator,
                                  cask_array df, double number)
{
    cask_array t = two(build, "divide", d, denominator);
    return answer(build, t, probabilities(build, (tails){STUDENT, number, 0}, t, df));
}

static cask_value *run_independent(cki_call *call)
{
    cki_build b = cki_node_build(call->ck, call->error);
    cki_stats_sample s[2];
    if (cki_stats_read(call, &b, "a", &s[0]) != CASK_OK ||
        cki_stats_read(call, &b, "b", &s[1]) != CASK_OK)
        return NULL;
    const double n1 = s[0].n, n2 = s[1].n;
    cask_array v1 = cki_stats_var(&b, &s[0], 1), v2 = cki_stats_var(&b, &s[1], 1);
    cask_array d =
        two(&b, "subtract", cki_stats_mean(&b, &s[0], false), cki_stats_mean(&b, &s[1], false));
    if (cki_operation_flag(call, "equal_var")) {
        cask_array sum = two(&b, "add", cki_formula_left(&b, "multiply", n1 - 1, v1),
                             cki_formula_left(&b, "multiply", n2 - 1, v2));
        sum = cki_formula_right(&b, "divide", sum, n1 + n2 - 2);
        sum = cki_formula_right(&b, "multiply", sum, 1 / n1 + 1 / n2);
        return finish_student(&b, d, cki_formula_of(&b, "sqrt", sum), NULL, n1 + n2 - 2);
    }
    v1 = cki_formula_right(&b, "divide", v1, n1);
    v2 = cki_formula_right(&b, "divide", v2, n2);
    cask_array sum = two(&b, "add", v1, v2);
    cask_array s1 = cki_formula_right(&b, "divide", cki_formula_of(&b, "square", v1), n1 - 1);
    cask_array s2 = cki_formula_right(&b, "divide", cki_formula_of(&b, "square", v2), n2 - 1);
    cask_array df = two(&b, "divide", cki_formula_of(&b, "square", sum), two(&b, "add", s1, s2));
    /* without any variance it does not matter what df is */
    cask_array known = cki_formula_of(&b, "logical_not", cki_formula_of(&b, "isnan", df));
    df = cki_formula_where(&b, known, df, 1);
    return finish_student(&b, d, cki_formula_of(&b, "sqrt", sum), df, 0);
}

/* Whether the mean of d differs from 0. */
static cask_value *test_mean(cki_build *build, const cki_stats_sample *s, cask_array d)
{
    cask_array v = cki_formula_right(build, "divide", cki_stats_var(build, s, 1), s->n);
    return finish_student(build, d, cki_formula_of(build, "sqrt", v), NULL, s->n - 1);
}

static cask_value *run_one(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample s;
    if (cki_stats_read(call, &build, "a", &s) != CASK_OK)
        return NULL;
    cask_array mean = cki_stats_mean(&build, &s, false);
    cask_value *pair[2] = {cki_node_value(&build, mean), cki_operation_argument(call, "popmean")};
    cask_array d = pair[0] ? cki_elementwise_values(&build, "subtract", pair, 2) : NULL;
    cask_value_unref(pair[0]);
    return test_mean(&build, &s, d);
}

static cask_value *run_related(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample s[2];
    if (cki_stats_read(call, &build, "a", &s[0]) != CASK_OK ||
        cki_stats_read(call, &build, "b", &s[1]) != CASK_OK)
        return NULL;
    if (s[0].n != s[1].n || s[0].x->ndim != s[1].x->ndim) {
        cki_fail(call->error, CASK_INVALID, NULL, "unequal length arrays: %g and %g numbers",
                 s[0].n, s[1].n);
        return NULL;
    }
    cask_array d = two(&build, "subtract", s[0].x, s[1].x);
    d = d ? cki_elementwise_cast(&build, d, cki_dtype_of(CASK_F64)) : NULL;
    cki_stats_sample both = cki_stats_same(&s[0], d);
    return test_mean(&build, &both, cki_stats_mean(&build, &both, false));
}

/* ---- counts ---- */

static cask_status read_lambda(cki_call *call, double *lambda)
{
    static const struct {
        const char *name;
        double value;
    } names[] = {{"pearson", 1},          {"log-likelihood", 0},
                 {"freeman-tukey", -0.5}, {"mod-log-likelihood", -1},
                 {"neyman", -2},          {"cressie-read", 2.0 / 3}};
    const cask_value *value = cki_operation_argument(call, "lambda_");
    *lambda = 1;
    if (value->kind == CKI_NONE)
        return CASK_OK;
    if (value->kind != CKI_STR)
        return cki_value_real(value, lambda, call->error);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i].name, value->as.text.bytes)) {
            *lambda = names[i].value;
            return CASK_OK;
        }
    return cki_fail(call->error, CASK_INVALID, NULL,
                    "invalid string for lambda_: '%s'. Valid strings are 'pearson', "
                    "'log-likelihood', 'freeman-tukey', 'mod-log-likelihood', 'neyman', "
                    "'cressie-read'",
                    value->as.text.bytes);
}

/* 2 x log(x / y), 0 where x is. */
static cask_array likelihood(cki_build *build, cask_array x, cask_array y)
{
    cask_array some = cki_formula_right(build, "not_equal", x, 0);
    cask_array safe = cki_formula_where(build, some, x, 1);
    cask_array logs = cki_formula_of(build, "log", two(build, "divide", safe, y));
    cask_array product = two(build, "multiply", x, logs);
    return cki_formula_right(build, "multiply", cki_formula_where(build, some, product, 0), 2);
}

static cask_array divergence(cki_build *b, cask_array seen, cask_array expected, double lambda)
{
    if (lambda == 1) {
        cask_array d = two(b, "subtract", seen, expected);
        return two(b, "divide", cki_formula_of(b, "square", d), expected);
    }
    if (lambda == 0)
        return likelihood(b, seen, expected);
    if (lambda == -1)
        return likelihood(b, expected, seen);
    cask_array ratio = cki_formula_right(b, "power", two(b, "divide", seen, expected), lambda);
    cask_array terms = two(b, "multiply", seen, cki_formula_right(b, "subtract", ratio, 1));
    return cki_formula_right(b, "divide", terms, 0.5 * lambda * (lambda + 1));
}

static cask_value *run_counts(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample seen;
    double ddof, lambda = 1;
    if (cki_stats_read(call, &build, "f_obs", &seen) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "ddof"), &ddof, call->error) != CASK_OK ||
        (strstr(call->operation->signature, "lambda_") && read_lambda(call, &lambda) != CASK_OK))
        return NULL;
    cask_array expected = cki_operation_is_none(call, "f_exp")
                              ? cki_stats_mean(&build, &seen, true)
                              : cki_node_from_value(&build, cki_operation_argument(call, "f_exp"));
    cki_stats_sample terms = cki_stats_same(&seen, divergence(&build, seen.x, expected, lambda));
    cask_array sum = cki_stats_sum(&build, &terms);
    return answer(&build, sum,
                  probabilities(&build, (tails){CHISQUARE, seen.n - 1 - ddof, 0}, sum, NULL));
}

/* ---- whether numbers are normal ---- */

/* R. B. D'Agostino, A. J. Belanger and R. B. D'Agostino Jr., A suggestion for using powerful and
 * informative tests of normality, 1990. */
static cask_array skew_score(cki_call *call, cki_build *build, const cki_stats_sample *s)
{
    const double n = s->n;
    if (n < 8) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "skewtest is not valid with less than 8 samples; %.0f samples were given.", n);
        return NULL;
    }
    double beta =
        3 * (n * n + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9));
    double w = sqrt(2 * (beta - 1)) - 1, delta = 1 / sqrt(0.5 * log(w)), alpha = sqrt(2 / (w - 1));
    cask_array y = cki_formula_right(build, "multiply", cki_stats_skew(build, s, true),
                                     sqrt((n + 1) * (n + 3) / (6 * (n - 2))));
    y = cki_formula_where(build, cki_formula_right(build, "not_equal", y, 0), y, 1);
    y = cki_formula_of(build, "arcsinh", cki_formula_right(build, "divide", y, alpha));
    return cki_formula_right(build, "multiply", y, delta);
}

/* F. J. Anscombe and W. J. Glynn, Distribution of the kurtosis statistic b2 for normal samples,
 * 1983. */
static cask_array kurtosis_score(cki_call *call, cki_build *build, const cki_stats_sample *s)
{
    const double n = s->n;
    if (n < 5) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "kurtosistest requires at least 5 observations; %.0f observations were given.", n);
        return NULL;
    }
    double mean = 3 * (n - 1) / (n + 1);
    double var = 24 * n * (n - 2) * (n - 3) / ((n + 1) * (n + 1) * (n + 3) * (n + 5));
    double skew = 6 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9)) *
                  sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)));
    double a = 6 + 8 / skew * (2 / skew + sqrt(1 + 4 / (skew * skew)));
    cask_array b2 = cki_stats_kurtosis(build, s, false, true);
    cask_array x = cki_formula_right(build, "subtract", b2, mean);
    x = cki_formula_right(build, "multiply", x, sqrt(2 / (a - 4)) / sqrt(var));
    /* a root of either sign; of 0 the score is 0 */
    x = cki_formula_right(build, "add", x, 1);
    cask_array some = cki_formula_right(build, "not_equal", x, 0);
    cask_array safe = cki_formula_where(build, some, x, 1);
    cask_array root =
        cki_formula_of(build, "cbrt", cki_formula_left(build, "divide", 1 - 2 / a, safe));
    cask_array z = cki_formula_left(build, "subtract", 1 - 2 / (9 * a), root);
    z = cki_formula_right(build, "divide", z, sqrt(2 / (9 * a)));
    return cki_formula_where(build, some, z, 0);
}

static cask_value *run_skewtest(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample s;
    if (cki_stats_read(call, &build, "a", &s) != CASK_OK)
        return NULL;
    cask_array z = skew_score(call, &build, &s);
    return answer(&build, z, probabilities(&build, (tails){NORMAL, 0, 0}, z, NULL));
}

static cask_value *run_kurtosistest(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample s;
    if (cki_stats_read(call, &build, "a", &s) != CASK_OK)
        return NULL;
    cask_array z = kurtosis_score(call, &build, &s);
    return answer(&build, z, probabilities(&build, (tails){NORMAL, 0, 0}, z, NULL));
}

static cask_value *run_normaltest(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample s;
    if (cki_stats_read(call, &build, "a", &s) != CASK_OK)
        return NULL;
    cask_array skew = skew_score(call, &build, &s);
    cask_array kurtosis = skew ? kurtosis_score(call, &build, &s) : NULL;
    cask_array sum = two(&build, "add", cki_formula_of(&build, "square", skew),
                         cki_formula_of(&build, "square", kurtosis));
    return answer(&build, sum, probabilities(&build, (tails){CHISQUARE, 2, 0}, sum, NULL));
}

/* ---- analysis of variance ---- */

static cask_array sum_first(cki_build *build, cask_array x)
{
    cki_reduce_spec spec = {.kind = CKI_REDUCE_SUM, .axes = {true}};
    return x ? cki_reductions_reduce(build, x, &spec) : NULL;
}

/* The square of the sum along the first axis, over how many there are. */
static cask_array square_of_sum(cki_build *build, cask_array x, double n)
{
    return cki_formula_right(build, "divide", cki_formula_of(build, "square", sum_first(build, x)),
                             n);
}

static cask_value *variance_between(cki_build *b, const cask_array *groups, size_t count)
{
    cask_array all = cki_join_concatenate(b, groups, count, 0), between = NULL;
    /* around the whole mean, so that squares do not cancel */
    cask_array offset = all ? cki_reductions_reduce(
                                  b, all, &(cki_reduce_spec){.kind = CKI_REDUCE_MEAN, .all = true})
                            : NULL;
    cask_array centred = two(b, "subtract", all, offset);
    if (!all || !centred)
        return NULL;
    double n = (double)all->axes[0].length, k = (double)count;
    for (size_t i = 0; i < count; i++) {
        cask_array own = square_of_sum(b, two(b, "subtract", groups[i], offset),
                                       (double)groups[i]->axes[0].length);
        between = i ? two(b, "add", between, own) : own;
    }
    cask_array mean = square_of_sum(b, centred, n);
    cask_array whole = two(b, "subtract", sum_first(b, cki_formula_of(b, "square", centred)), mean);
    between = two(b, "subtract", between, mean);
    cask_array within = two(b, "subtract", whole, between);
    cask_array f = two(b, "divide", cki_formula_right(b, "divide", between, k - 1),
                       cki_formula_right(b, "divide", within, n - k));
    return answer(b, f, probabilities(b, (tails){FISHER, k - 1, n - k}, f, NULL));
}

static cask_value *run_oneway(cki_call *call)
{
    enum { MOST = 1024 };
    cki_build build = cki_node_build(call->ck, call->error);
    const cask_value *given = cki_operation_argument(call, "args");
    cask_array groups[MOST];
    size_t count = given->as.list.count;
    if (count < 2) {
        cki_fail(call->error, CASK_TYPE, NULL, "at least two inputs are required; got %zu.", count);
        return NULL;
    }
    if (count > MOST) {
        cki_fail(call->error, CASK_LIMIT, NULL, "f_oneway of %zu groups: at most %d", count, MOST);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        cask_array x = cki_node_from_value(&build, given->as.list.items[i]);
        if (x && (x->ndim == 0 || x->axes[0].length < 0))
            cki_fail(call->error, CASK_INVALID, NULL,
                     "f_oneway: input %zu needs a first axis of known length", i);
        bool small = x && (x->dtype.id == CASK_F32 || x->dtype.id == CASK_F64);
        groups[i] = small || !x ? x : cki_elementwise_cast(&build, x, cki_dtype_of(CASK_F64));
        if (call->error->status != CASK_OK)
            return NULL;
    }
    return variance_between(&build, groups, count);
}

/* ---- the records ---- */

#define PAIR   " Gives the statistic and its p-value."
#define POLICY ", axis=0, nan_policy='propagate'"

static const cki_operation op_ttest_ind = {
    "stats.ttest_ind",
    CKI_IN_DA,
    "a, b, axis=0, equal_var=True",
    "Student's t test that two independent samples have one mean; equal_var=False is Welch's." PAIR,
    run_independent,
    NULL};
static const cki_operation op_ttest_1samp = {
    "stats.ttest_1samp",
    CKI_IN_DA,
    "a, popmean" POLICY,
    "Student's t test that a sample has the mean popmean." PAIR,
    run_one,
    NULL};
static const cki_operation op_ttest_rel = {
    "stats.ttest_rel", CKI_IN_DA,
    "a, b" POLICY,     "Student's t test that two samples of pairs have one mean." PAIR,
    run_related,       NULL};
static const cki_operation op_chisquare = {
    "stats.chisquare",
    CKI_IN_DA,
    "f_obs, f_exp=None, ddof=0, axis=0",
    "Pearson's chi-square test that counts are as expected (by default all alike)." PAIR,
    run_counts,
    NULL};
static const cki_operation op_power_divergence = {
    "stats.power_divergence",
    CKI_IN_DA,
    "f_obs, f_exp=None, ddof=0, axis=0, lambda_=None",
    "Cressie and Read's test that counts are as expected; lambda_ is a number, or 'pearson', "
    "'log-likelihood', 'freeman-tukey', 'mod-log-likelihood', 'neyman' or 'cressie-read'." PAIR,
    run_counts,
    NULL};
static const cki_operation op_skewtest = {
    "stats.skewtest", CKI_IN_DA,
    "a" POLICY,       "Test that the skewness is a normal distribution's." PAIR,
    run_skewtest,     NULL};
static const cki_operation op_kurtosistest = {
    "stats.kurtosistest", CKI_IN_DA,
    "a" POLICY,           "Test that the kurtosis is a normal distribution's." PAIR,
    run_kurtosistest,     NULL};
static const cki_operation op_normaltest = {
    "stats.normaltest",
    CKI_IN_DA,
    "a" POLICY,
    "D'Agostino and Pearson's test that numbers are normal, by skewness and kurtosis." PAIR,
    run_normaltest,
    NULL};
static const cki_operation op_f_oneway = {
    "stats.f_oneway",
    CKI_IN_DA,
    "*args",
    "Analysis of variance: the F test that groups have one mean, along their first axis." PAIR,
    run_oneway,
    NULL};

const cki_operation *const cki_stats_tests_operations[] = {
    &op_ttest_ind, &op_ttest_1samp,  &op_ttest_rel,  &op_chisquare, &op_power_divergence,
    &op_skewtest,  &op_kurtosistest, &op_normaltest, &op_f_oneway,  NULL};
