/* Host: how its operators are written. */
#include "eval/host.h"

const char *cki_host_sign(cki_operator op)
{
    static const char *const signs[] = {
        [CKI_OP_ADD] = "+",     [CKI_OP_SUB] = "-",       [CKI_OP_MUL] = "*",
        [CKI_OP_DIV] = "/",     [CKI_OP_FLOORDIV] = "//", [CKI_OP_MOD] = "%",
        [CKI_OP_POW] = "**",    [CKI_OP_MATMUL] = "@",    [CKI_OP_LSHIFT] = "<<",
        [CKI_OP_RSHIFT] = ">>", [CKI_OP_AND] = "&",       [CKI_OP_OR] = "|",
        [CKI_OP_XOR] = "^",     [CKI_OP_EQ] = "==",       [CKI_OP_NE] = "!=",
        [CKI_OP_LT] = "<",      [CKI_OP_LE] = "<=",       [CKI_OP_GT] = ">",
        [CKI_OP_GE] = ">=",     [CKI_OP_NEG] = "-",       [CKI_OP_POS] = "+",
        [CKI_OP_INVERT] = "~",  [CKI_OP_ABS] = "abs()"};
    return signs[op];
}
