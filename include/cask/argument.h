/* Arguments: what calls with any number of arguments of any kinds are given: numbers and texts as
 * they are, values, and lazy things. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_ARGUMENT_H
#define CASK_ARGUMENT_H

#include "value.h"

#ifdef __cplusplus
#include <initializer_list>
extern "C" {
#endif

typedef const struct cask_array_node *cask_array;
typedef const struct cask_delayed_node *cask_delayed;
typedef struct cask_future cask_future;

/* What an argument is, where it is not one of the pointers. */
typedef enum cask_argument_kind {
    CASK_ARGUMENT_DEFAULT, /* whichever of array, value, delayed, future is not NULL; else None */
    CASK_ARGUMENT_BOOL,
    CASK_ARGUMENT_INT,
    CASK_ARGUMENT_FLOAT,
    CASK_ARGUMENT_TEXT
} cask_argument_kind;

/* One argument, by position or by name. Everything in it is only lent. */
typedef struct cask_argument {
    cask_array array;
    cask_value *value;
    const char *name; /* NULL: by position */
    cask_delayed delayed;
    cask_future *future;
    cask_argument_kind kind;
    int64_t integer; /* INT, BOOL */
    double real;     /* FLOAT */
    const char *text;
} cask_argument;

/* Several; they live as long as the block of the call that makes them with CASK_ARGUMENTS. */
typedef struct cask_arguments {
    size_t count;
    const cask_argument *items;
} cask_arguments;

/* An argument of each kind. CASK_ARGUMENT(x) picks the right one by the type of x: numbers, bool,
 * char *, cask_value *, cask_array, cask_delayed, cask_future *, or a cask_argument itself, as
 * CASK_ARGUMENT_NONE, which is None. (In C the words true and false are ints.) */
#ifdef __cplusplus
#define CASK_ARGUMENT_NONE cask_argument()
#else
#define CASK_ARGUMENT_NONE ((cask_argument){0})
#endif
static inline cask_argument cask_argument_same(cask_argument argument)
{
    return argument;
}
static inline cask_argument cask_argument_of_bool(bool x)
{
    cask_argument argument = CASK_ARGUMENT_NONE;
    argument.kind = CASK_ARGUMENT_BOOL;
    argument.integer = x;
    return argument;
}
static inline cask_argument cask_argument_of_int(int64_t x)
{
    cask_argument argument = CASK_ARGUMENT_NONE;
    argument.kind = CASK_ARGUMENT_INT;
    argument.integer = x;
    return argument;
}
static inline cask_argument cask_argument_of_unsigned(uint64_t x)
{
    return x <= INT64_MAX ? cask_argument_of_int((int64_t)x)
                          : cask_argument_of_int(INT64_MAX); /* values have 64 bits with a sign */
}
static inline cask_argument cask_argument_of_float(double x)
{
    cask_argument argument = CASK_ARGUMENT_NONE;
    argument.kind = CASK_ARGUMENT_FLOAT;
    argument.real = x;
    return argument;
}
static inline cask_argument cask_argument_of_text(const char *x)
{
    cask_argument argument = CASK_ARGUMENT_NONE;
    argument.kind = CASK_ARGUMENT_TEXT;
    argument.text = x;
    return argument;
}
static inline cask_argument cask_argument_of_value(cask_value *x)
{
    cask_argument argument = CASK_ARGUMENT_NONE;
    argument.value = x;
    return argument;
}
static inline cask_argument cask_argument_of_array(cask_array x)
{
    cask_argument argument = CASK_ARGUMENT_NONE;
    argument.array = x;
    return argument;
}
static inline cask_argument cask_argument_of_delayed(cask_delayed x)
{
    cask_argument argument = CASK_ARGUMENT_NONE;
    argument.delayed = x;
    return argument;
}
static inline cask_argument cask_argument_of_future(cask_future *x)
{
    cask_argument argument = CASK_ARGUMENT_NONE;
    argument.future = x;
    return argument;
}
static inline cask_argument cask_argument_named(const char *name, cask_argument argument)
{
    argument.name = name;
    return argument;
}

/* Lists, tuples, and dicts of keys and their values in turn: CASK_ARGUMENTS("a", 1, "b", 2). New
 * values, which the caller unrefs, of items that are only lent; NULL without memory, and for an
 * item that is lazy (delayed.h has the same of lazy ones), a key that Python could not hash, or one
 * without a value. */
CASK_API
cask_value *cask_value_list(cask_arguments items);
CASK_API
cask_value *cask_value_tuple(cask_arguments items);
CASK_API
cask_value *cask_value_dict(cask_arguments pairs);

/* An argument by name: CASK_NAMED("axis", 0). */
#define CASK_NAMED(name, x) cask_argument_named(name, CASK_ARGUMENT(x))

#ifdef __cplusplus
}
#define CASK_ARGUMENT_OVERLOAD(type, kind)                                                         \
    inline cask_argument cask_argument_from(type x)                                                \
    {                                                                                              \
        return cask_argument_of_##kind(x);                                                         \
    }
CASK_ARGUMENT_OVERLOAD(bool, bool)
CASK_ARGUMENT_OVERLOAD(int, int)
CASK_ARGUMENT_OVERLOAD(long, int)
CASK_ARGUMENT_OVERLOAD(long long, int)
CASK_ARGUMENT_OVERLOAD(unsigned, int)
CASK_ARGUMENT_OVERLOAD(unsigned long, unsigned)
CASK_ARGUMENT_OVERLOAD(unsigned long long, unsigned)
CASK_ARGUMENT_OVERLOAD(double, float)
CASK_ARGUMENT_OVERLOAD(const char *, text)
CASK_ARGUMENT_OVERLOAD(cask_value *, value)
CASK_ARGUMENT_OVERLOAD(cask_array, array)
CASK_ARGUMENT_OVERLOAD(cask_delayed, delayed)
CASK_ARGUMENT_OVERLOAD(cask_future *, future)
#undef CASK_ARGUMENT_OVERLOAD
inline cask_argument cask_argument_from(cask_argument x)
{
    return x;
}
inline cask_arguments cask_arguments_of(std::initializer_list<cask_argument> list)
{
    cask_arguments arguments = {list.size(), list.begin()};
    return arguments;
}
#define CASK_ARGUMENT(x)            cask_argument_from(x)
#define CASK_ARGUMENTS_MADE(n, ...) cask_arguments_of({__VA_ARGS__})
extern "C" {
#else
#define CASK_ARGUMENT(x)                                                                           \
    _Generic((x),                                                                                  \
        bool: cask_argument_of_bool,                                                               \
        signed char: cask_argument_of_int,                                                         \
        unsigned char: cask_argument_of_int,                                                       \
        short: cask_argument_of_int,                                                               \
        unsigned short: cask_argument_of_int,                                                      \
        int: cask_argument_of_int,                                                                 \
        unsigned: cask_argument_of_int,                                                            \
        long: cask_argument_of_int,                                                                \
        long long: cask_argument_of_int,                                                           \
        unsigned long: cask_argument_of_unsigned,                                                  \
        unsigned long long: cask_argument_of_unsigned,                                             \
        float: cask_argument_of_float,                                                             \
        double: cask_argument_of_float,                                                            \
        char *: cask_argument_of_text,                                                             \
        const char *: cask_argument_of_text,                                                       \
        cask_value *: cask_argument_of_value,                                                      \
        cask_array: cask_argument_of_array,                                                        \
        cask_delayed: cask_argument_of_delayed,                                                    \
        cask_future *: cask_argument_of_future,                                                    \
        cask_argument: cask_argument_same)(x)
#define CASK_ARGUMENTS_MADE(n, ...) ((cask_arguments){n, (const cask_argument[n]){__VA_ARGS__}})
#endif

/* CASK_ARGUMENTS(a, b, ...): one to sixteen arguments of any kinds as one cask_arguments. */
#define CASK_ARGUMENTS(...)                                                                        \
    CASK_ARGUMENTS_PICK(__VA_ARGS__, CASK_ARGUMENTS_16, CASK_ARGUMENTS_15, CASK_ARGUMENTS_14,      \
                        CASK_ARGUMENTS_13, CASK_ARGUMENTS_12, CASK_ARGUMENTS_11,                   \
                        CASK_ARGUMENTS_10, CASK_ARGUMENTS_9, CASK_ARGUMENTS_8, CASK_ARGUMENTS_7,   \
                        CASK_ARGUMENTS_6, CASK_ARGUMENTS_5, CASK_ARGUMENTS_4, CASK_ARGUMENTS_3,    \
                        CASK_ARGUMENTS_2, CASK_ARGUMENTS_1, 0)                                     \
    (__VA_ARGS__)
#define CASK_ARGUMENTS_PICK(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, made, ...) made
#define CASK_ARGUMENTS_1(a)                                                            CASK_ARGUMENTS_MADE(1, CASK_ARGUMENT(a))
#define CASK_ARGUMENTS_2(a, b)                                                         CASK_ARGUMENTS_MADE(2, CASK_ARGUMENT(a), CASK_ARGUMENT(b))
#define CASK_ARGUMENTS_3(a, b, c)                                                                  \
    CASK_ARGUMENTS_MADE(3, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c))
#define CASK_ARGUMENTS_4(a, b, c, d)                                                               \
    CASK_ARGUMENTS_MADE(4, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c), CASK_ARGUMENT(d))
#define CASK_ARGUMENTS_5(a, b, c, d, e)                                                            \
    CASK_ARGUMENTS_MADE(5, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c), CASK_ARGUMENT(d), \
                        CASK_ARGUMENT(e))
#define CASK_ARGUMENTS_6(a, b, c, d, e, f)                                                         \
    CASK_ARGUMENTS_MADE(6, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c), CASK_ARGUMENT(d), \
                        CASK_ARGUMENT(e), CASK_ARGUMENT(f))
#define CASK_ARGUMENTS_7(a, b, c, d, e, f, g)                                                      \
    CASK_ARGUMENTS_MADE(7, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c), CASK_ARGUMENT(d), \
                        CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g))
#define CASK_ARGUMENTS_8(a, b, c, d, e, f, g, h)                                                   \
    CASK_ARGUMENTS_MADE(8, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c), CASK_ARGUMENT(d), \
                        CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g), CASK_ARGUMENT(h))
#define CASK_ARGUMENTS_9(a, b, c, d, e, f, g, h, i)                                                \
    CASK_ARGUMENTS_MADE(9, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c), CASK_ARGUMENT(d), \
                        CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g), CASK_ARGUMENT(h),    \
                        CASK_ARGUMENT(i))
#define CASK_ARGUMENTS_10(a, b, c, d, e, f, g, h, i, j)                                            \
    CASK_ARGUMENTS_MADE(10, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c),                  \
                        CASK_ARGUMENT(d), CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g),    \
                        CASK_ARGUMENT(h), CASK_ARGUMENT(i), CASK_ARGUMENT(j))
#define CASK_ARGUMENTS_11(a, b, c, d, e, f, g, h, i, j, k)                                         \
    CASK_ARGUMENTS_MADE(11, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c),                  \
                        CASK_ARGUMENT(d), CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g),    \
                        CASK_ARGUMENT(h), CASK_ARGUMENT(i), CASK_ARGUMENT(j), CASK_ARGUMENT(k))
#define CASK_ARGUMENTS_12(a, b, c, d, e, f, g, h, i, j, k, l)                                      \
    CASK_ARGUMENTS_MADE(12, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c),                  \
                        CASK_ARGUMENT(d), CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g),    \
                        CASK_ARGUMENT(h), CASK_ARGUMENT(i), CASK_ARGUMENT(j), CASK_ARGUMENT(k),    \
                        CASK_ARGUMENT(l))
#define CASK_ARGUMENTS_13(a, b, c, d, e, f, g, h, i, j, k, l, m)                                   \
    CASK_ARGUMENTS_MADE(13, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c),                  \
                        CASK_ARGUMENT(d), CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g),    \
                        CASK_ARGUMENT(h), CASK_ARGUMENT(i), CASK_ARGUMENT(j), CASK_ARGUMENT(k),    \
                        CASK_ARGUMENT(l), CASK_ARGUMENT(m))
#define CASK_ARGUMENTS_14(a, b, c, d, e, f, g, h, i, j, k, l, m, n)                                \
    CASK_ARGUMENTS_MADE(14, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c),                  \
                        CASK_ARGUMENT(d), CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g),    \
                        CASK_ARGUMENT(h), CASK_ARGUMENT(i), CASK_ARGUMENT(j), CASK_ARGUMENT(k),    \
                        CASK_ARGUMENT(l), CASK_ARGUMENT(m), CASK_ARGUMENT(n))
#define CASK_ARGUMENTS_15(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)                             \
    CASK_ARGUMENTS_MADE(15, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c),                  \
                        CASK_ARGUMENT(d), CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g),    \
                        CASK_ARGUMENT(h), CASK_ARGUMENT(i), CASK_ARGUMENT(j), CASK_ARGUMENT(k),    \
                        CASK_ARGUMENT(l), CASK_ARGUMENT(m), CASK_ARGUMENT(n), CASK_ARGUMENT(o))
#define CASK_ARGUMENTS_16(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                          \
    CASK_ARGUMENTS_MADE(16, CASK_ARGUMENT(a), CASK_ARGUMENT(b), CASK_ARGUMENT(c),                  \
                        CASK_ARGUMENT(d), CASK_ARGUMENT(e), CASK_ARGUMENT(f), CASK_ARGUMENT(g),    \
                        CASK_ARGUMENT(h), CASK_ARGUMENT(i), CASK_ARGUMENT(j), CASK_ARGUMENT(k),    \
                        CASK_ARGUMENT(l), CASK_ARGUMENT(m), CASK_ARGUMENT(n), CASK_ARGUMENT(o),    \
                        CASK_ARGUMENT(p))

#ifdef __cplusplus
}
#endif

#endif
