/* The math module's functions of many numbers. */
#include "core/memory.h"
#include "eval/math.h"
#include "eval/operate.h"
#include "eval/walk.h"

#include <math.h>

/* Partial sums that do not overlap, after Shewchuk (1997): their sum is exact. */
typedef struct partials {
    double *part;
    size_t count, room;
} partials;

static bool add_exactly(partials *all, double x, cki_error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        double y = all->part[i];
        if (fabs(x) < fabs(y)) {
            double swap = x;
            x = y;
            y = swap;
        }
        double high = x + y, low = y - (high - x);
        if (low != 0)
            all->part[kept++] = low;
        x = high;
    }
    if (kept == all->room) {
        size_t room = all->room * 2 + 32;
        double *grown = cki_memory_realloc(all->part, room * sizeof *grown);
        if (!grown) {
            cki_fail_memory(error, room * sizeof *grown);
            return false;
        }
        all->part = grown;
        all->room = room;
    }
    all->part[kept] = x;
    all->count = kept + 1;
    return true;
}

/* The exact sum, rounded once; half-way cases look at the next partial for their direction. */
static double round_sum(const partials *all)
{
    size_t n = all->count;
    double high = 0, low = 0;
    if (n == 0)
        return 0;
    high = all->part[--n];
    while (n > 0) {
        double x = high, y = all->part[--n];
        high = x + y;
        low = y - (high - x);
        if (low != 0)
            break;
    }
    if (n > 0 && ((low < 0 && all->part[n - 1] < 0) || (low > 0 && all->part[n - 1] > 0))) {
        double y = low * 2, x = high + y;
        if (y == x - high)
            high = x;
    }
    return high;
}

static bool real_of(cki_call *call, cask_value *item, double *number)
{
    return item && cki_value_real(item, number, call->error) == CASK_OK;
}

cask_value *cki_math_fsum(cki_call *call)
{
    partials all = {0};
    double special = 0, x = 0;
    bool some_special = false, opposite = false;
    cki_walk walk;
    cask_value *item;
    bool ok = cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    while (ok && (item = cki_walk_next(&walk))) {
        ok = real_of(call, item, &x);
        cask_value_unref(item);
        if (ok && isfinite(x)) {
            ok = add_exactly(&all, x, call->error);
        } else if (ok) {
            opposite |= some_special && isinf(x) && isinf(special) && x != special;
            special = some_special ? special + x : x;
            some_special = true;
        }
    }
    cki_walk_end(&walk);
    double sum = round_sum(&all);
    cki_memory_free(all.part);
    if (!ok || call->error->status != CASK_OK)
        return NULL;
    if (opposite)
        return cki_function_value_error(call, "-inf + inf in fsum");
    if (some_special)
        return cki_value_float(special, call->error);
    if (!isfinite(sum)) {
        cki_fail(call->error, CASK_ARITHMETIC, "OverflowError", "intermediate overflow in fsum");
        return NULL;
    }
    return cki_value_float(sum, call->error);
}

cask_value *cki_math_prod(cki_call *call)
{
    cki_walk walk;
    cask_value *item;
    cask_value *product =
        call->slot[1] ? cask_value_ref(call->slot[1]) : cki_value_int(1, call->error);
    bool ok = product && cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    if (!ok) {
        cask_value_unref(product);
        return NULL;
    }
    while (product && (item = cki_walk_next(&walk))) {
        cask_value *next = cki_eval_operate(call->scope, CKI_OP_MUL, product, item, call->error);
        cask_value_unref(product);
        cask_value_unref(item);
        product = next;
    }
    cki_walk_end(&walk);
    if (call->error->status == CASK_OK)
        return product;
    cask_value_unref(product);
    return NULL;
}

/* The length of a vector without overflow on the way: scaled by its largest part, which is a power
 * of two so that scaling is exact. */
static double norm(const double *part, size_t count)
{
    double most = 0;
    bool nan = false;
    for (size_t i = 0; i < count; i++) {
        nan |= isnan(part[i]);
        most = fmax(most, fabs(part[i]));
    }
    if (isinf(most) || most == 0)
        return most;
    if (nan)
        return (double)NAN;
    int exponent;
    (void)frexp(most, &exponent);
    long double sum = 0;
    for (size_t i = 0; i < count; i++) {
        long double scaled = ldexpl((long double)part[i], -exponent);
        sum += scaled * scaled;
    }
    return (double)ldexpl(sqrtl(sum), exponent);
}

static cask_value *norm_value(cki_call *call, double *part, size_t count, bool ok)
{
    double length = ok ? norm(part, count) : 0;
    cki_memory_free(part);
    return ok ? cki_value_float(length, call->error) : NULL;
}

cask_value *cki_math_hypot(cki_call *call)
{
    size_t count = call->arguments->count;
    double *part = cki_memory_alloc((count + 1) * sizeof *part);
    if (!part) {
        cki_fail_memory(call->error, (count + 1) * sizeof *part);
        return NULL;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = real_of(call, call->arguments->positional[i], &part[i]);
    return norm_value(call, part, count, ok);
}

cask_value *cki_math_dist(cki_call *call)
{
    cask_value *p = cki_walk_all(call->scope, call->slot[0], CKI_LIST, call->error);
    cask_value *q = p ? cki_walk_all(call->scope, call->slot[1], CKI_LIST, call->error) : NULL;
    double *part = NULL, other;
    bool ok = q != NULL;
    size_t count = ok ? p->as.list.count : 0;
    if (ok && q->as.list.count != count) {
        cki_function_value_error(call, "both points must have the same number of dimensions");
        ok = false;
    }
    if (ok && !(part = cki_memory_alloc((count + 1) * sizeof *part))) {
        cki_fail_memory(call->error, (count + 1) * sizeof *part);
        ok = false;
    }
    for (size_t i = 0; ok && i < count; i++) {
        ok = real_of(call, p->as.list.items[i], &part[i]) &&
             real_of(call, q->as.list.items[i], &other);
        part[i] -= ok ? other : 0;
    }
    cask_value_unref(p);
    cask_value_unref(q);
    return norm_value(call, part, count, ok);
}
