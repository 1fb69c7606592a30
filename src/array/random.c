/* Random numbers of all distributions: arrays whose elements depend on a key and on their position,
 * so that chunks, slices and schedulers change nothing. */
#include "array/random.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/source.h"
#include "graph/spelling.h"
#include "kernel/distributions.h"

#include <string.h>

/* What the tasks of one array know. */
typedef struct drawn {
    const cki_distribution *distribution;
    cki_random_key key;
    cki_random_layout layout;
    double p[CKI_DISTRIBUTION_PARAMETERS];
    int input[CKI_DISTRIBUTION_PARAMETERS]; /* which input a parameter is; -1: p has it */
    cki_dtype dtype;
} drawn;

typedef struct filling {
    const drawn *what;
    const double *each[CKI_DISTRIBUTION_PARAMETERS];
    const cki_random_table *table;
    unsigned char *out;
    cki_error *error;
} filling;

static cask_status fill_run(void *user, uint64_t first, int64_t step, int64_t n, int64_t done)
{
    const filling *f = user;
    const double *each[CKI_DISTRIBUTION_PARAMETERS];
    for (int k = 0; k < CKI_DISTRIBUTION_PARAMETERS; k++)
        each[k] = f->each[k] ? f->each[k] + done : NULL;
    return cki_distributions_run(f->what->distribution, f->table, &f->what->key, first, step, n,
                                 f->what->p, each, f->out + (size_t)done * sizeof(double),
                                 f->error);
}

/* A region's numbers, as the type that is wanted. */
static cask_value *draw(filling *f, const int64_t *start, const int64_t *count, const int64_t *step)
{
    const drawn *d = f->what;
    bool counts = d->distribution->base == CKI_BASE_COUNT;
    cki_dtype natural = cki_dtype_of(counts ? CASK_I64 : CASK_F64);
    cask_value *made = cki_array_new(natural, d->layout.ndim, count, f->error), *cast;
    if (!made)
        return NULL;
    cki_random_table room; /* made once, however short the runs are */
    f->table = cki_distributions_table(d->distribution, d->p, f->each, &room);
    f->out = cki_array_of(made)->data;
    if (cki_random_walk(&d->layout, start, count, step, fill_run, f) != CASK_OK) {
        cask_value_unref(made);
        return NULL;
    }
    if (cki_dtype_same(natural, d->dtype))
        return made;
    cast = cki_array_new(d->dtype, d->layout.ndim, count, f->error);
    if (cast)
        cki_array_cast(cki_array_of(cast), cki_array_of(made), f->error);
    cask_value_unref(made);
    return cast;
}

/* ---- parameters that are numbers: a source ---- */

static cask_status region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                          const int64_t *count, const int64_t *step, cask_value **out,
                          cki_error *error)
{
    (void)dtype, (void)ndim;
    filling f = {.what = self, .error = error};
    *out = draw(&f, start, count, step);
    return error->status;
}

static void spell(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                  const int64_t *count, const int64_t *step, cki_spelling *spelling)
{
    const drawn *d = self;
    cki_random_spell(&d->key, ndim, start, count, step, spelling);
    for (int k = 0; k < d->distribution->count; k++)
        cki_spelling_float(spelling, d->p[k]);
    cki_spelling_dtype(spelling, dtype);
}

static const cki_source source = {"random", region, NULL, false, false, spell};

/* ---- parameters that are arrays ---- */

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const drawn *d = spec->parameters;
    int64_t position[CKI_MAX_NDIM], start[CKI_MAX_NDIM], shape[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
    cask_value *compact[CKI_MAPPED_INPUTS] = {NULL};
    filling f = {.what = d, .error = error};
    cki_node_position(spec->out, task->block, position);
    cki_node_block_start(spec->out, position, start);
    cki_node_block_shape(spec->out, position, shape);
    for (int k = 0; k < spec->ndim; k++)
        step[k] = 1;
    for (size_t i = 0; i < task->ninputs && i < CKI_MAPPED_INPUTS; i++)
        compact[i] = cki_array_compact(task->inputs[i], error);
    for (int k = 0; k < d->distribution->count && error->status == CASK_OK; k++)
        if (d->input[k] >= 0)
            f.each[k] = (const double *)(const void *)cki_array_of(compact[d->input[k]])->data;
    if (error->status == CASK_OK)
        *result = draw(&f, start, shape, step);
    for (int i = 0; i < CKI_MAPPED_INPUTS; i++)
        cask_value_unref(compact[i]);
    return error->status;
}

const cki_function cki_random_function = {"array.random", 1, run};

/* ---- building ---- */

static cask_status read_parameters(cki_call *call, cki_build *build, drawn *d, cask_array *arrays,
                                   size_t *count)
{
    *count = 0;
    for (int k = 0; k < d->distribution->count; k++) {
        cask_value *value = cki_operation_argument(call, d->distribution->parameters[k].name);
        const cki_array *eager = cki_array_of(value);
        d->input[k] = -1;
        if (cki_node_lazy(value) || value->kind == CKI_LIST || value->kind == CKI_TUPLE ||
            (eager && eager->ndim > 0)) {
            d->input[k] = (int)*count;
            if (!(arrays[(*count)++] = cki_node_from_value(build, value)))
                return call->error->status;
        } else if (cki_value_real(value, &d->p[k], call->error) != CASK_OK) {
            return call->error->status;
        }
    }
    return *count ? CASK_OK : cki_distributions_check(d->distribution, d->p, false, call->error);
}

/* float64 and float32 for the distributions that have them; counts are int64. */
static cask_status read_dtype(cki_call *call, drawn *d)
{
    bool counts = d->distribution->base == CKI_BASE_COUNT;
    d->dtype = cki_dtype_of(counts ? CASK_I64 : CASK_F64);
    if (!strstr(call->operation->signature, "dtype") || cki_operation_is_none(call, "dtype"))
        return CASK_OK;
    cki_dtype wanted;
    if (cki_node_dtype(cki_operation_argument(call, "dtype"), &wanted, call->error) != CASK_OK)
        return call->error->status;
    if (wanted.id != CASK_F64 && wanted.id != CASK_F32) {
        char name[48];
        return cki_fail(call->error, CASK_TYPE, NULL, "Unsupported dtype dtype('%s') for %s",
                        cki_dtype_name(wanted, name), d->distribution->name);
    }
    d->dtype = wanted;
    return CASK_OK;
}

static cki_hasher *hash(const drawn *d, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return NULL;
    cki_token_text(hasher, d->distribution->name);
    cki_token_bytes(hasher, &d->key, sizeof d->key);
    cki_token_bytes(hasher, d->p, sizeof d->p);
    cki_token_bytes(hasher, d->input, sizeof d->input);
    cki_token_int(hasher, d->dtype.id);
    cki_token_bytes(hasher, d->layout.strides, (size_t)d->layout.ndim * sizeof(int64_t));
    return hasher;
}

static cask_array make(cki_build *build, drawn *d, const cask_array *arrays, size_t count, int ndim,
                       const cki_axis *axes)
{
    int64_t shape[CKI_MAX_NDIM];
    for (int k = 0; k < ndim; k++)
        shape[k] = axes[k].length;
    d->layout = cki_random_layout_of(ndim, shape);
    drawn *own = cki_arena_copy(&build->ck->arena, d, sizeof *d);
    cki_mapped spec = {.function = &cki_random_function,
                       .label = d->distribution->name,
                       .dtype = d->dtype,
                       .ndim = ndim,
                       .axes = axes,
                       .ninputs = count,
                       .parameters = own};
    for (size_t i = 0; i < count; i++) {
        cask_array x = cki_random_parameter(build, arrays[i], cki_dtype_of(CASK_F64), ndim, axes);
        spec.inputs[i] = cki_mapped_same(x);
        if (!x)
            return NULL;
        spec.working += cki_node_largest_block(x);
    }
    cki_hasher *hasher = own ? hash(own, build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *d);
        return NULL;
    }
    spec.token = cki_token_end(hasher);
    return count ? cki_mapped_array(build, &spec)
                 : cki_source_array(build, spec.label, &source, own, spec.token, d->dtype, ndim,
                                    axes);
}

/* The record's detail names the distribution. */
static cask_value *run_distribution(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    drawn d = {.distribution = cki_distributions_find(call->operation->detail)};
    cask_array arrays[CKI_DISTRIBUTION_PARAMETERS];
    cki_axis axes[CKI_MAX_NDIM];
    size_t count;
    int ndim;
    if (read_parameters(call, &build, &d, arrays, &count) != CASK_OK ||
        read_dtype(call, &d) != CASK_OK ||
        cki_random_shape(call, &build, arrays, count, axes, &ndim) != CASK_OK ||
        cki_random_state_next(call, &d.key) != CASK_OK)
        return NULL;
    cki_axis *own = cki_arena_copy(build.arena, axes, (size_t)ndim * sizeof *axes);
    if (!own) {
        cki_fail_memory(call->error, sizeof axes);
        return NULL;
    }
    return cki_node_value(&build, make(&build, &d, arrays, count, ndim, own));
}

/* rand(2, 3) and randn(2, 3): the shape in the arguments. */
static cask_value *run_shaped(cki_call *call)
{
    bool method = call->operation->places == CKI_ARRAY_PROTOCOL;
    cki_operation sized = *call->operation;
    sized.signature = method ? "self, size=None, chunks='auto'" : "size=None, chunks='auto'";
    cask_value *arguments[3] = {call->arguments[0]};
    arguments[method ? 1 : 0] = cki_operation_argument(call, "shape");
    arguments[method ? 2 : 1] = cki_operation_argument(call, "chunks");
    return run_distribution(&(cki_call){.ck = call->ck,
                                        .operation = &sized,
                                        .arguments = arguments,
                                        .count = method ? 3 : 2,
                                        .error = call->error});
}

/* ---- the records ---- */

#define SHAPED "size=None, chunks='auto'"
#define TYPED  SHAPED ", dtype=None"

/* X(name, parameters, doc) */
#define DISTRIBUTIONS(X)                                                                           \
    X(random_sample, TYPED, "Numbers in [0, 1), all alike.")                                       \
    X(standard_normal, TYPED, "Normal numbers of mean 0 and deviation 1.")                         \
    X(standard_exponential, TYPED, "Exponential numbers of mean 1.")                               \
    X(standard_cauchy, SHAPED, "Cauchy numbers around 0 of width 1.")                              \
    X(standard_gamma, "shape, " TYPED, "Gamma numbers of scale 1.")                                \
    X(standard_t, "df, " SHAPED, "Student's t with df degrees of freedom.")                        \
    X(uniform, "low=0.0, high=1.0, " SHAPED, "Numbers in [low, high), all alike.")                 \
    X(normal, "loc=0.0, scale=1.0, " SHAPED, "Normal numbers of mean loc and deviation scale.")    \
    X(lognormal, "mean=0.0, sigma=1.0, " SHAPED,                                                   \
      "Numbers whose logarithms are normal, of mean mean and deviation sigma.")                    \
    X(exponential, "scale=1.0, " SHAPED, "Exponential numbers of mean scale.")                     \
    X(gamma, "shape, scale=1.0, " SHAPED, "Gamma numbers.")                                        \
    X(beta, "a, b, " SHAPED, "Beta numbers, between 0 and 1.")                                     \
    X(chisquare, "df, " SHAPED, "Chi-square numbers with df degrees of freedom.")                  \
    X(noncentral_chisquare, "df, nonc, " SHAPED, "Noncentral chi-square numbers.")                 \
    X(f, "dfnum, dfden, " SHAPED, "Fisher's F.")                                                   \
    X(noncentral_f, "dfnum, dfden, nonc, " SHAPED, "Noncentral F.")                                \
    X(gumbel, "loc=0.0, scale=1.0, " SHAPED, "Gumbel numbers: extremes of many.")                  \
    X(laplace, "loc=0.0, scale=1.0, " SHAPED, "Laplace's double exponential numbers.")             \
    X(logistic, "loc=0.0, scale=1.0, " SHAPED, "Logistic numbers.")                                \
    X(pareto, "a, " SHAPED, "Pareto numbers of the second kind (Lomax), from 0 on.")               \
    X(power, "a, " SHAPED, "Numbers in [0, 1] whose density is a * x ** (a - 1).")                 \
    X(rayleigh, "scale=1.0, " SHAPED, "Rayleigh numbers.")                                         \
    X(weibull, "a, " SHAPED, "Weibull numbers of scale 1.")                                        \
    X(triangular, "left, mode, right, " SHAPED, "Numbers whose density is a triangle.")            \
    X(vonmises, "mu, kappa, " SHAPED, "Angles around mu, from -pi to pi.")                         \
    X(wald, "mean, scale, " SHAPED, "Wald's numbers: the inverse Gaussian distribution.")          \
    X(poisson, "lam=1.0, " SHAPED, "Counts of events that come lam times on average.")             \
    X(binomial, "n, p, " SHAPED, "Successes in n trials of probability p.")                        \
    X(negative_binomial, "n, p, " SHAPED, "Failures before the n-th success.")                     \
    X(geometric, "p, " SHAPED, "Trials until the first success.")                                  \
    X(hypergeometric, "ngood, nbad, nsample, " SHAPED,                                             \
      "Good ones in a sample of nsample that are not put back.")                                   \
    X(logseries, "p, " SHAPED, "Numbers of the logarithmic series.")                               \
    X(zipf, "a, " SHAPED, "Zipf numbers: k comes with probability k ** -a / zeta(a).")

#define RECORD(name, parameters, doc)                                                              \
    CKI_RANDOM_RECORDS(name, #name, parameters, doc, run_distribution, #name);
DISTRIBUTIONS(RECORD)
#undef RECORD
CKI_RANDOM_RECORDS(random, "random", TYPED, "Numbers in [0, 1), all alike.", run_distribution,
                   "random_sample");
CKI_RANDOM_RECORDS(rand, "rand", "*shape, chunks='auto'",
                   "Numbers in [0, 1); the shape is in the arguments: rand(2, 3).", run_shaped,
                   "random_sample");
CKI_RANDOM_RECORDS(randn, "randn", "*shape, chunks='auto'",
                   "Normal numbers of mean 0 and deviation 1; the shape is in the arguments.",
                   run_shaped, "standard_normal");

#define ADDRESSES(name, parameters, doc) CKI_RANDOM_ADDRESSES(name),
const cki_operation *const cki_random_operations[] = {
    DISTRIBUTIONS(ADDRESSES) CKI_RANDOM_ADDRESSES(random), CKI_RANDOM_ADDRESSES(rand),
    CKI_RANDOM_ADDRESSES(randn), NULL};
#undef ADDRESSES
