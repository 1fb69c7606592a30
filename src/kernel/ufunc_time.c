/* The types of calls on dates and durations: which pairs each operation has, and in which unit.
 */
#include "kernel/loop.h"
#include <string.h>

/* 'M' a date, 'm' a duration, 'q' a whole number, 'd' a real one, ' ' nothing; '?' a bool result.
 */
typedef struct time_rule {
    cki_op op;
    char in[3];
    char out;
} time_rule;

static const time_rule rules[] = {
    {CKI_OP_add, "Mm", 'M'},           {CKI_OP_add, "mM", 'M'},
    {CKI_OP_add, "mm", 'm'},           {CKI_OP_subtract, "MM", 'm'},
    {CKI_OP_subtract, "Mm", 'M'},      {CKI_OP_subtract, "mm", 'm'},
    {CKI_OP_multiply, "mq", 'm'},      {CKI_OP_multiply, "qm", 'm'},
    {CKI_OP_multiply, "md", 'm'},      {CKI_OP_multiply, "dm", 'm'},
    {CKI_OP_divide, "mq", 'm'},        {CKI_OP_divide, "md", 'm'},
    {CKI_OP_divide, "mm", 'd'},        {CKI_OP_floor_divide, "mq", 'm'},
    {CKI_OP_floor_divide, "md", 'm'},  {CKI_OP_floor_divide, "mm", 'q'},
    {CKI_OP_remainder, "mm", 'm'},     {CKI_OP_maximum, "MM", 'M'},
    {CKI_OP_maximum, "mm", 'm'},       {CKI_OP_minimum, "MM", 'M'},
    {CKI_OP_minimum, "mm", 'm'},       {CKI_OP_fmax, "MM", 'M'},
    {CKI_OP_fmax, "mm", 'm'},          {CKI_OP_fmin, "MM", 'M'},
    {CKI_OP_fmin, "mm", 'm'},          {CKI_OP_less, "MM", '?'},
    {CKI_OP_less, "mm", '?'},          {CKI_OP_less_equal, "MM", '?'},
    {CKI_OP_less_equal, "mm", '?'},    {CKI_OP_greater, "MM", '?'},
    {CKI_OP_greater, "mm", '?'},       {CKI_OP_greater_equal, "MM", '?'},
    {CKI_OP_greater_equal, "mm", '?'}, {CKI_OP_equal, "MM", '?'},
    {CKI_OP_equal, "mm", '?'},         {CKI_OP_not_equal, "MM", '?'},
    {CKI_OP_not_equal, "mm", '?'},     {CKI_OP_negative, "m ", 'm'},
    {CKI_OP_positive, "m ", 'm'},      {CKI_OP_absolute, "m ", 'm'},
    {CKI_OP_sign, "m ", 'm'},          {CKI_OP_real, "m ", 'm'},
    {CKI_OP_real, "M ", 'M'},          {CKI_OP_nan_to_num, "m ", 'm'},
    {CKI_OP_nan_to_num, "M ", 'M'},    {CKI_OP_isreal, "m ", '?'},
    {CKI_OP_isreal, "M ", '?'},        {CKI_OP_iscomplex, "m ", '?'},
    {CKI_OP_iscomplex, "M ", '?'},     {CKI_OP_isnat, "m ", '?'},
    {CKI_OP_isnat, "M ", '?'},         {CKI_OP_isnan, "m ", '?'},
    {CKI_OP_isnan, "M ", '?'},         {CKI_OP_isfinite, "m ", '?'},
    {CKI_OP_isfinite, "M ", '?'},      {CKI_OP_isinf, "m ", '?'},
    {CKI_OP_isinf, "M ", '?'},
};

static char kind(cki_dtype dtype)
{
    if (cki_dtype_is_time(dtype))
        return dtype.id == CASK_DATETIME ? 'M' : 'm';
    if (dtype.id == CASK_BOOL || cki_dtype_is_integer(dtype))
        return 'q';
    return cki_dtype_is_float(dtype) ? 'd' : '-';
}

static const time_rule *find(cki_op op, char first, char second)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].op == op && rules[i].in[0] == first && rules[i].in[1] == second)
            return &rules[i];
    }
    return NULL;
}

/* A whole number beside a time counts as a duration without unit, if there is no rule for it. */
static const time_rule *find_widely(cki_op op, char first, char second)
{
    const time_rule *rule = find(op, first, second);

    if (!rule && first == 'q')
        rule = find(op, 'm', second);
    if (!rule && second == 'q')
        rule = find(op, first, 'm');
    return rule;
}

static const char *describe(cki_dtype dtype, char buffer[48])
{
    return cki_dtype_is_number(dtype) ? cki_dtype_name(dtype, buffer)
                                      : cki_dtype_code(dtype, buffer);
}

static cask_status no_rule(const char *name, int inputs, const cki_operand *operands,
                           cki_error *error)
{
    char a[48], b[48];

    if (inputs == 2)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "ufunc '%s' cannot use operands with types dtype('%s') and dtype('%s')",
                        name, describe(operands[0].dtype, a), describe(operands[1].dtype, b));
    return cki_fail(error, CASK_TYPE, "TypeError",
                    "ufunc '%s' not supported for the input types, and the inputs could not be "
                    "safely coerced to any supported types according to the casting rule ''safe'' "
                    "(the input is dtype('%s'))",
                    name, describe(operands[0].dtype, a));
}

/* A time of `unit`'s unit, or the number that the letter stands for. */
static cki_dtype typed(char letter, cki_dtype unit)
{
    switch (letter) {
    case 'M':
        unit.id = CASK_DATETIME;
        return unit;
    case 'm':
        unit.id = CASK_TIMEDELTA;
        return unit;
    case 'q':
        return cki_dtype_of(CASK_I64);
    case 'd':
        return cki_dtype_of(CASK_F64);
    default:
        return cki_dtype_of(CASK_BOOL);
    }
}

/* The unit both times fit in. A date beside a duration makes it one of dates, where years and
 * months do become days. */
static cask_status common_unit(const cki_operand *operands, int inputs, cki_dtype *unit,
                               cki_error *error)
{
    cki_dtype a = operands[0].dtype, b = inputs > 1 ? operands[1].dtype : a;
    bool date = a.id == CASK_DATETIME || b.id == CASK_DATETIME;

    if (!cki_dtype_is_time(a))
        a = b;
    if (!cki_dtype_is_time(b))
        b = a;
    a.id = b.id = date ? CASK_DATETIME : CASK_TIMEDELTA;
    return cki_dtype_promote(a, b, unit, error);
}

cask_status cki_ufunc_time_resolve(cki_op op, const char *name, int inputs,
                                   const cki_operand *operands, cki_signature *signature,
                                   cki_error *error)
{
    char first = kind(operands[0].dtype), second = inputs > 1 ? kind(operands[1].dtype) : ' ';
    const time_rule *rule;
    cki_dtype unit;
    cask_status status;

    if (op >= CKI_OP_logical_and && op <= CKI_OP_logical_xor) {
        signature->in[0] = signature->in[1] = signature->out = cki_dtype_of(CASK_BOOL);
        return CASK_OK;
    }
    rule = find_widely(op, first, second);
    if (!rule)
        return no_rule(name, inputs, operands, error);
    status = common_unit(operands, inputs, &unit, error);
    if (status != CASK_OK)
        return status;
    signature->in[0] = typed(rule->in[0], unit);
    if (inputs > 1)
        signature->in[1] = typed(rule->in[1], unit);
    signature->out = typed(rule->out, unit);
    return CASK_OK;
}
