/* The math module's functions of integers. */
#include "eval/math.h"
#include "eval/operate.h"

#include <math.h>

static cask_value *overflow(cki_call *call)
{
    cki_fail(call->error, CASK_ARITHMETIC, "OverflowError",
             "the result of math.%s() does not fit in 64 bits", call->builtin->name);
    return NULL;
}

cask_value *cki_math_factorial(cki_call *call)
{
    int64_t n, product = 1;
    if (cki_value_index(call->slot[0], &n, call->error) != CASK_OK)
        return NULL;
    if (n < 0)
        return cki_function_value_error(call, "factorial() not defined for negative values");
    if (n > 20)
        return overflow(call);
    for (int64_t i = 2; i <= n; i++)
        product *= i;
    return cki_value_int(product, call->error);
}

static uint64_t magnitude(int64_t number)
{
    return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static cask_value *made(cki_call *call, uint64_t number)
{
    return number > INT64_MAX ? overflow(call) : cki_value_int((int64_t)number, call->error);
}

cask_value *cki_math_gcd(cki_call *call)
{
    uint64_t result = 0;
    for (size_t i = 0; i < call->arguments->count; i++) {
        int64_t number;
        if (cki_value_index(call->arguments->positional[i], &number, call->error) != CASK_OK)
            return NULL;
        result = gcd(result, magnitude(number));
    }
    return made(call, result);
}

cask_value *cki_math_lcm(cki_call *call)
{
    uint64_t result = 1;
    for (size_t i = 0; i < call->arguments->count; i++) {
        int64_t number;
        if (cki_value_index(call->arguments->positional[i], &number, call->error) != CASK_OK)
            return NULL;
        uint64_t next = magnitude(number), divisor = gcd(result, next);
        if (!divisor)
            result = 0;
        else if (__builtin_mul_overflow(result / divisor, next, &result))
            return overflow(call);
    }
    return made(call, result);
}

cask_value *cki_math_isqrt(cki_call *call)
{
    int64_t n;
    if (cki_value_index(call->slot[0], &n, call->error) != CASK_OK)
        return NULL;
    if (n < 0)
        return cki_function_value_error(call, "isqrt() argument must be nonnegative");
    int64_t root = (int64_t)sqrt((double)n);
    while (root > 3037000499 || root * root > n)
        root--;
    while (root < 3037000499 && (root + 1) * (root + 1) <= n)
        root++;
    return cki_value_int(root, call->error);
}

static bool two(cki_call *call, int64_t *n, int64_t *k)
{
    if (cki_value_index(call->slot[0], n, call->error) != CASK_OK)
        return false;
    *k = *n;
    if (cki_function_given(call, 1) && cki_value_index(call->slot[1], k, call->error) != CASK_OK)
        return false;
    if (*n >= 0 && *k >= 0)
        return true;
    cki_function_value_error(call, "%s must be a non-negative integer", *n < 0 ? "n" : "k");
    return false;
}

cask_value *cki_math_perm(cki_call *call)
{
    int64_t n, k, result = 1;
    if (!two(call, &n, &k))
        return NULL;
    if (k > n)
        return cki_value_int(0, call->error);
    for (int64_t i = 0; i < k; i++) {
        if (__builtin_mul_overflow(result, n - i, &result))
            return overflow(call);
    }
    return cki_value_int(result, call->error);
}

cask_value *cki_math_comb(cki_call *call)
{
    int64_t n, k;
    cki_wide result = 1;
    if (!two(call, &n, &k))
        return NULL;
    if (k > n)
        return cki_value_int(0, call->error);
    if (k > n - k)
        k = n - k;
    for (int64_t i = 0; i < k; i++) {
        result = result * (n - i) / (i + 1);
        if (result > INT64_MAX)
            return overflow(call);
    }
    return cki_value_int((int64_t)result, call->error);
}
