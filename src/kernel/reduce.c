/* Reductions: the types they run in, what their partial results hold, and how these become one.
 */
#include "kernel/reduce.h"
#include "kernel/reduce_loop.h"
#include <math.h>
#include <string.h>

/* ---- types ---- */

static const char *ufunc_of(cki_reduce_kind kind, bool skip_nan)
{
    switch (kind) {
    case CKI_REDUCE_PROD:
        return "multiply";
    case CKI_REDUCE_MIN:
        return skip_nan ? "fmin" : "minimum";
    case CKI_REDUCE_MAX:
        return skip_nan ? "fmax" : "maximum";
    case CKI_REDUCE_ANY:
        return "logical_or";
    case CKI_REDUCE_ALL:
        return "logical_and";
    case CKI_REDUCE_ARGMIN:
        return "argmin";
    case CKI_REDUCE_ARGMAX:
        return "argmax";
    case CKI_REDUCE_SUM:
    case CKI_REDUCE_MEAN:
    case CKI_REDUCE_VAR:
    case CKI_REDUCE_STD:
    case CKI_REDUCE_COUNT:
    default:
        return "add";
    }
}

static cask_status no_loop(cki_reduce_kind kind, bool skip_nan, cki_dtype input, cki_error *error)
{
    char name[48];

    if (cki_dtype_is_text(input))
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "ufunc '%s' did not contain a loop with signature matching types "
                        "(dtype('%s'), dtype('%s')) -> None",
                        ufunc_of(kind, skip_nan), cki_dtype_code(input, name), name);
    return cki_fail(error, CASK_TYPE, "TypeError",
                    "ufunc '%s' cannot use operands with types dtype('%s') and dtype('%s')",
                    ufunc_of(kind, skip_nan), cki_dtype_code(input, name), name);
}

static bool wholes(cki_dtype dtype)
{
    return dtype.id == CASK_BOOL || cki_dtype_is_integer(dtype);
}

/* bool and integers add up in 64 bits, of their signedness. */
static cki_dtype widest(cki_dtype dtype)
{
    if (!wholes(dtype))
        return dtype;
    return cki_dtype_of(cki_dtype_is_unsigned(dtype) ? CASK_U64 : CASK_I64);
}

static bool allowed(cki_reduce_kind kind, cki_dtype type)
{
    bool duration = type.id == CASK_TIMEDELTA;

    switch (kind) {
    case CKI_REDUCE_SUM:
    case CKI_REDUCE_MEAN:
        return cki_dtype_is_number(type) || duration;
    case CKI_REDUCE_PROD:
    case CKI_REDUCE_VAR:
    case CKI_REDUCE_STD:
        return cki_dtype_is_number(type);
    case CKI_REDUCE_COUNT:
        return true;
    case CKI_REDUCE_MIN:
    case CKI_REDUCE_MAX:
    case CKI_REDUCE_ANY:
    case CKI_REDUCE_ALL:
    case CKI_REDUCE_ARGMIN:
    case CKI_REDUCE_ARGMAX:
    default:
        return cki_dtype_is_number(type) || cki_dtype_is_time(type);
    }
}

/* Sum and product of bool as bool are "or" and "and". */
static void as_truth(cki_reduction *r)
{
    if (r->out.id == CASK_BOOL && r->kind == CKI_REDUCE_SUM)
        r->kind = CKI_REDUCE_ANY;
    if (r->out.id == CASK_BOOL && r->kind == CKI_REDUCE_PROD)
        r->kind = CKI_REDUCE_ALL;
}

cask_status cki_reduce_resolve(cki_reduce_kind kind, bool skip_nan, cki_dtype input,
                               cki_dtype dtype, double ddof, cki_reduction *reduction,
                               cki_error *error)
{
    cki_dtype truth = cki_dtype_of(CASK_BOOL), count = cki_dtype_of(CASK_I64), in = input, out;

    switch (kind) {
    case CKI_REDUCE_SUM:
    case CKI_REDUCE_PROD:
        in = out = dtype.id ? dtype : widest(input);
        break;
    case CKI_REDUCE_ANY:
    case CKI_REDUCE_ALL:
        in = out = truth;
        break;
    case CKI_REDUCE_COUNT:
        in = truth;
        out = count;
        break;
    case CKI_REDUCE_MEAN:
    case CKI_REDUCE_VAR:
    case CKI_REDUCE_STD:
        in = dtype.id ? dtype : wholes(input) ? cki_dtype_of(CASK_F64) : input;
        out = kind == CKI_REDUCE_MEAN ? in : cki_dtype_real(in);
        break;
    case CKI_REDUCE_ARGMIN:
    case CKI_REDUCE_ARGMAX:
        out = count;
        break;
    case CKI_REDUCE_MIN:
    case CKI_REDUCE_MAX:
    default:
        out = input;
        break;
    }
    if (!allowed(kind, input) || !allowed(kind, in))
        return no_loop(kind, skip_nan, input, error);
    /* NaT counts in nanargmin and nanargmax, as in NumPy. */
    if ((kind == CKI_REDUCE_ARGMIN || kind == CKI_REDUCE_ARGMAX) && cki_dtype_is_time(in))
        skip_nan = false;
    *reduction =
        (cki_reduction){.kind = kind, .skip_nan = skip_nan, .in = in, .out = out, .ddof = ddof};
    as_truth(reduction);
    return CASK_OK;
}

/* ---- loops and parts ---- */

/* What the elements are cast to for the loops: sums and moments in the widest type. */
static cki_dtype element_of(const cki_reduction *r)
{
    bool wide = r->kind == CKI_REDUCE_SUM || r->kind == CKI_REDUCE_PROD ||
                r->kind == CKI_REDUCE_MEAN || r->kind == CKI_REDUCE_VAR ||
                r->kind == CKI_REDUCE_STD;
    bool moment = wide && r->kind != CKI_REDUCE_SUM && r->kind != CKI_REDUCE_PROD;

    if (r->kind == CKI_REDUCE_ANY || r->kind == CKI_REDUCE_ALL || r->kind == CKI_REDUCE_COUNT)
        return cki_dtype_of(CASK_BOOL);
    if (!wide)
        return r->in.id == CASK_F16 ? cki_dtype_of(CASK_F32) : r->in;
    if (cki_dtype_is_time(r->in))
        return r->in;
    if (wholes(r->in) && !moment)
        return widest(r->in);
    return cki_dtype_of(cki_dtype_is_complex(r->in) ? CASK_C128 : CASK_F64);
}

void cki_reduce_plan(const cki_reduction *r, cki_reduce_layout *layout)
{
    bool arg = r->kind == CKI_REDUCE_ARGMIN || r->kind == CKI_REDUCE_ARGMAX;
    bool var = r->kind == CKI_REDUCE_VAR || r->kind == CKI_REDUCE_STD;
    bool mean = r->kind == CKI_REDUCE_MEAN;
    bool exact;

    *layout = (cki_reduce_layout){.element = element_of(r)};
    layout->a = r->kind == CKI_REDUCE_COUNT ? cki_dtype_of(CASK_I64) : layout->element;
    exact = layout->element.id == CASK_F64 || layout->element.id == CASK_C128;
    if (arg)
        layout->b = cki_dtype_of(CASK_I64);
    else if (var)
        layout->b = cki_dtype_of(CASK_F64);
    else if (exact && (mean || r->kind == CKI_REDUCE_SUM))
        layout->b = layout->element;
    layout->count_each = var || (mean && r->skip_nan && exact);
    layout->count_one = (mean && !layout->count_each) || arg || r->kind == CKI_REDUCE_MIN ||
                        r->kind == CKI_REDUCE_MAX;
    layout->parts = 1 + (layout->b.id != 0) + layout->count_each + layout->count_one;
}

const cki_reduce_loops *cki_reduce_find(cki_reduce_kind kind, bool skip_nan, cki_dtype element)
{
    const cki_reduce_table *tables[] = {&cki_reduce_fold_baseline[0],
                                        &cki_reduce_moment_baseline[0], &cki_reduce_arg_table[0]};
    cki_reduce_kind row = kind == CKI_REDUCE_MEAN  ? CKI_REDUCE_SUM
                          : kind == CKI_REDUCE_STD ? CKI_REDUCE_VAR
                                                   : kind;

#if defined(__x86_64__)
    if (cki_loop_vector() != &cki_vector_baseline) {
        tables[0] = &cki_reduce_fold_v3[0];
        tables[1] = &cki_reduce_moment_v3[0];
    }
#endif
    for (int skip = skip_nan; skip >= 0; skip--) {
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
            const cki_reduce_loops *loops = &tables[i][row][skip][element.id];

            if (loops->rows)
                return loops;
        }
    }
    return NULL;
}

size_t cki_reduce_partial_bytes(const cki_reduction *reduction, int64_t elements)
{
    cki_reduce_layout layout;
    size_t each;

    cki_reduce_plan(reduction, &layout);
    each = cki_dtype_size(layout.a) + (layout.b.id ? cki_dtype_size(layout.b) : 0) +
           (layout.count_each ? sizeof(int64_t) : 0);
    return (size_t)elements * each + (layout.count_one ? sizeof(int64_t) : 0);
}
