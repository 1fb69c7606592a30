/* Loops on texts of one length, padded with zeros: comparison by code, and choice.
 */
#include "kernel/loop.h"
#include <string.h>

/* -1, 0 or 1. Codes of STR are compared as numbers, bytes as unsigned ones. */
static int order(const unsigned char *a, const unsigned char *b, const cki_signature *types)
{
    size_t count = (size_t)types->in[0].count;
    int bytes;

    if (types->in[0].id == CASK_BYTES) {
        bytes = count ? memcmp(a, b, count) : 0;
        return (bytes > 0) - (bytes < 0);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t x, y;

        memcpy(&x, a + i * sizeof x, sizeof x);
        memcpy(&y, b + i * sizeof y, sizeof y);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

/* One loop for the six comparisons: `wanted` has the bit of each order that answers true. */
static cask_status compare(const cki_call *call, unsigned wanted)
{
    const unsigned char *a = call->in[0], *b = call->in[1];
    unsigned char *r = call->out;
    size_t size = cki_dtype_size(call->types->in[0]);

    for (size_t i = 0; i < call->n; i++)
        r[i] = (wanted >> (order(a + i * size, b + i * size, call->types) + 1)) & 1;
    return CASK_OK;
}

enum { LESS = 1, SAME = 2, MORE = 4 };

static cask_status less(const cki_call *call)
{
    return compare(call, LESS);
}

static cask_status less_equal(const cki_call *call)
{
    return compare(call, LESS | SAME);
}

static cask_status greater(const cki_call *call)
{
    return compare(call, MORE);
}

static cask_status greater_equal(const cki_call *call)
{
    return compare(call, MORE | SAME);
}

static cask_status equal(const cki_call *call)
{
    return compare(call, SAME);
}

static cask_status not_equal(const cki_call *call)
{
    return compare(call, LESS | MORE);
}

static cask_status choose(const cki_call *call)
{
    const unsigned char *chosen = call->in[0], *a = call->in[1], *b = call->in[2];
    unsigned char *r = call->out;
    size_t size = cki_dtype_size(call->types->out);

    for (size_t i = 0; i < call->n && size; i++)
        memmove(r + i * size, (chosen[i] ? a : b) + i * size, size);
    return CASK_OK;
}

cki_loop *cki_compare_loop(cki_op op)
{
    static cki_loop *const loops[CKI_OP_COUNT] = {
        [CKI_OP_less] = less,       [CKI_OP_less_equal] = less_equal,
        [CKI_OP_greater] = greater, [CKI_OP_greater_equal] = greater_equal,
        [CKI_OP_equal] = equal,     [CKI_OP_not_equal] = not_equal,
        [CKI_OP_where] = choose,
    };

    return op < CKI_OP_COUNT ? loops[op] : NULL;
}
