/* Operations of one integer type that do not vectorise: division in its forms, powers, divisors.
 * Division by zero gives 0 as in NumPy; the smallest number by -1 wraps around. */
#define NEGATIVE(a) (S && (a) < 1 && (a) != 0)

static inline T NAME(quotient)(T a, T b)
{
    T q;

    if (b == 0)
        return 0;
    if (NEGATIVE(b) && (T)(b + 1) == 0)
        return (T)(U)(0 - (W)a);
    q = (T)(a / b);
    return (T)(q - (a % b != 0 && NEGATIVE(a) != NEGATIVE(b)));
}

/* With the sign of the dividend, as C has it. */
static inline T NAME(rest)(T a, T b)
{
    return (T)(b == 0 || (NEGATIVE(b) && (T)(b + 1) == 0) ? 0 : a % b);
}

/* With the sign of the divisor, as Python has it. */
static inline T NAME(modulus)(T a, T b)
{
    T r = NAME(rest)(a, b);

    return (T)(r != 0 && NEGATIVE(r) != NEGATIVE(b) ? r + b : r);
}

static inline U NAME(divisor)(T a, T b)
{
    U x = (U)(NEGATIVE(a) ? 0 - (W)a : (W)a), y = (U)(NEGATIVE(b) ? 0 - (W)b : (W)b);

    while (y) {
        U r = (U)(x % y);

        x = y;
        y = r;
    }
    return x;
}

static inline U NAME(multiple)(T a, T b)
{
    U x = (U)(NEGATIVE(a) ? 0 - (W)a : (W)a), y = (U)(NEGATIVE(b) ? 0 - (W)b : (W)b);
    U d = NAME(divisor)(a, b);

    return (U)(d ? (W)(x / d) * (W)y : 0);
}

static inline U NAME(raised)(T base, T exponent)
{
    W b = (W)base, r = 1;

    for (U e = (U)exponent; e; e = (U)(e >> 1)) {
        if (e & 1)
            r *= b;
        b *= b;
    }
    return (U)r;
}

/* All by one positive number: what is below 0 is counted from -1 downwards. */
static inline T NAME(quotient_by)(T a, const cki_divisor *d)
{
    const U below = (U)(NEGATIVE(a) ? ~(U)0 : 0);
    return (T)((U)cki_divisor_quotient(d, (U)((U)a ^ below)) ^ below);
}

static inline bool NAME(one_divisor)(const cki_call *call)
{
    const T *b = call->in[1];
    return call->n > 8 && b[0] > 0 && memcmp(b, b + 1, (call->n - 1) * sizeof *b) == 0;
}

static cask_status NAME(floor_divide)(const cki_call *call)
{
    const T *a = call->in[0], *b = call->in[1];
    T *r = call->out;
    const size_t n = call->n;

    if (NAME(one_divisor)(call)) {
        const cki_divisor d = cki_divisor_of((uint64_t)b[0]);
        for (size_t i = 0; i < n; i++)
            r[i] = NAME(quotient_by)(a[i], &d);
    } else
        for (size_t i = 0; i < n; i++)
            r[i] = NAME(quotient)(a[i], b[i]);
    return CASK_OK;
}

static cask_status NAME(remainder)(const cki_call *call)
{
    const T *a = call->in[0], *b = call->in[1];
    T *r = call->out;
    const size_t n = call->n;

    if (NAME(one_divisor)(call)) {
        const T by = b[0];
        const cki_divisor d = cki_divisor_of((uint64_t)by);
        for (size_t i = 0; i < n; i++)
            r[i] = (T)((W)a[i] - (W)NAME(quotient_by)(a[i], &d) * (W)by);
    } else
        for (size_t i = 0; i < n; i++)
            r[i] = NAME(modulus)(a[i], b[i]);
    return CASK_OK;
}

#define OP         fmod
#define EXPR(a, b) NAME(rest)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         gcd
#define EXPR(a, b) NAME(divisor)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         lcm
#define EXPR(a, b) NAME(multiple)(a, b)
#include "kernel/binary.tmpl.h"
/* 1 / 0 is infinite, which becomes what a float out of range does. */
#define OP      reciprocal
#define EXPR(a) ((a) == 0 ? (S && BITS >= 32 ? (U)((U)1 << (BITS - 1)) : 0) : (U)(1 / (a)))
#include "kernel/unary.tmpl.h"

static cask_status NAME(power)(const cki_call *call)
{
    const T *a = call->in[0], *b = call->in[1];
    T *r = call->out;
    size_t n = call->n;

    for (size_t i = 0; i < n; i++) {
        if (NEGATIVE(b[i]))
            return cki_fail(call->error, CASK_INVALID, "ValueError",
                            "Integers to negative integer powers are not allowed.");
        r[i] = (T)NAME(raised)(a[i], b[i]);
    }
    return CASK_OK;
}
#undef NEGATIVE
