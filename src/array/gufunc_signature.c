/* Signatures of generalised ufuncs: reading them, and the axes that callers choose. */
#include "array/gufunc_signature.h"

#include <string.h>

/* ---- reading ---- */

typedef struct reader {
    const char *at, *text;
    cki_gufunc_signature *signature;
    cki_error *error;
} reader;

static void skip(reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')
        r->at++;
}

static bool take(reader *r, char mark)
{
    skip(r);
    if (*r->at != mark)
        return false;
    r->at++;
    return true;
}

static bool is_word(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static cask_status refuse(reader *r)
{
    return cki_fail(r->error, CASK_INVALID, NULL, "Not a valid gufunc signature: %.200s", r->text);
}

/* The number of a name. */
static int name_of(cki_gufunc_signature *s, const char *name, size_t length)
{
    for (int i = 0; i < s->nnames; i++)
        if (strlen(s->names[i]) == length && memcmp(s->names[i], name, length) == 0)
            return i;
    if (s->nnames == CKI_GUFUNC_NAMES || length >= sizeof s->names[0])
        return -1;
    memcpy(s->names[s->nnames], name, length);
    s->names[s->nnames][length] = '\0';
    return s->nnames++;
}

/* "(i,j)", a comma behind the last allowed. */
static cask_status read_operand(reader *r, cki_gufunc_operand *operand)
{
    operand->ndim = 0;
    if (!take(r, '('))
        return refuse(r);
    while (!take(r, ')')) {
        const char *begin = r->at;
        while (is_word(*r->at))
            r->at++;
        size_t length = (size_t)(r->at - begin);
        while (*r->at == '?')
            r->at++;
        int name = length ? name_of(r->signature, begin, length) : -1;
        if (name < 0 || operand->ndim == CKI_MAX_NDIM)
            return refuse(r);
        operand->names[operand->ndim++] = name;
        skip(r);
        if (*r->at != ')' && !take(r, ','))
            return refuse(r);
    }
    return CASK_OK;
}

/* Operands up to `end` ('-' of the arrow, or the end of the text). *comma: one stood behind the
 * last. */
static cask_status read_operands(reader *r, char end, cki_gufunc_operand *operands, int *count,
                                 bool *comma)
{
    *count = 0;
    *comma = false;
    for (skip(r); *r->at != end; skip(r)) {
        if (*count == CKI_GUFUNC_ARGUMENTS)
            return cki_fail(r->error, CASK_LIMIT, NULL, "a signature of more than %d arguments",
                            CKI_GUFUNC_ARGUMENTS);
        if ((*count && !*comma) || read_operand(r, &operands[*count]) != CASK_OK)
            return r->error->status ? r->error->status : refuse(r);
        ++*count;
        *comma = take(r, ',');
    }
    return CASK_OK;
}

cask_status cki_gufunc_signature_parse(const char *text, cki_gufunc_signature *signature,
                                       cki_error *error)
{
    reader r = {text, text, signature, error};
    bool comma;
    memset(signature, 0, sizeof *signature);
    if (read_operands(&r, '-', signature->inputs, &signature->ninputs, &comma) != CASK_OK)
        return error->status;
    r.at++;
    if (*r.at++ != '>')
        return refuse(&r);
    if (read_operands(&r, '\0', signature->outputs, &signature->noutputs, &comma) != CASK_OK)
        return error->status;
    if (signature->noutputs == 0)
        return refuse(&r);
    signature->single = signature->noutputs == 1 && !comma;
    return CASK_OK;
}

/* ---- axes ---- */

static cask_status invalid(cki_error *error, const char *message)
{
    return cki_fail(error, CASK_INVALID, NULL, "%s", message);
}

/* The first input that has axes, which keepdims and axis are about; NULL if none has. */
static const cki_gufunc_operand *first_core(const cki_gufunc_signature *s)
{
    for (int i = 0; i < s->ninputs; i++)
        if (s->inputs[i].ndim)
            return &s->inputs[i];
    return NULL;
}

static bool same_names(const cki_gufunc_operand *a, const cki_gufunc_operand *b)
{
    return a->ndim == b->ndim &&
           memcmp(a->names, b->names, (size_t)a->ndim * sizeof *a->names) == 0;
}

static void usual_axes(cki_gufunc_operand *operand)
{
    for (int k = 0; k < operand->ndim; k++)
        operand->axes[k] = k - operand->ndim;
}

/* axis=: the one axis that all operands have in common. */
static cask_status one_axis(cki_gufunc_signature *s, cask_value *value, bool keepdims,
                            cki_error *error)
{
    const cki_gufunc_operand *first = first_core(s);
    if (value->kind != CKI_INT)
        return invalid(error, "`axis` argument has to be an integer value");
    if (first && first->ndim != 1)
        return invalid(error, "`axis` can be used only, if one core dimension is present");
    for (int i = 0; first && i < s->ninputs; i++)
        if (s->inputs[i].ndim && !same_names(&s->inputs[i], first))
            return invalid(error, "To use `axis`, all core dimensions have to be equal");
    int axis = (int)value->as.integer;
    for (int i = 0; i < s->ninputs; i++)
        s->inputs[i].axes[0] = axis;
    for (int i = 0; i < s->noutputs; i++)
        if (s->outputs[i].ndim || keepdims)
            s->outputs[i].axes[0] = axis;
    return CASK_OK;
}

/* An entry of axes=: a number or a tuple of them. */
static cask_status read_entry(cask_value *value, int *axes, int *count, cki_error *error)
{
    bool list = value->kind == CKI_TUPLE || value->kind == CKI_LIST;
    size_t given = list ? value->as.list.count : 1;
    if (given > CKI_MAX_NDIM)
        return invalid(error, "too many axes");
    *count = (int)given;
    for (size_t i = 0; i < given; i++) {
        int64_t number;
        if (cki_value_index(list ? value->as.list.items[i] : value, &number, error) != CASK_OK)
            return error->status;
        axes[i] = (int)number;
    }
    return CASK_OK;
}

static cask_status fill_entry(cask_value *value, cki_gufunc_operand *operand, int wanted,
                              int number, const char *kind, cki_error *error)
{
    int axes[CKI_MAX_NDIM], count = 0;
    if (read_entry(value, axes, &count, error) != CASK_OK)
        return error->status;
    if (count != wanted)
        return cki_fail(error, CASK_INVALID, NULL,
                        "The number of `axes` entries for argument #%d is not equal the number of "
                        "respective %s core dimensions in signature",
                        number, kind);
    memcpy(operand->axes, axes, (size_t)count * sizeof *axes);
    return CASK_OK;
}

/* axes=: a list of entries for all inputs and, unless all results are scalars, outputs. */
static cask_status listed_axes(cki_gufunc_signature *s, cask_value *value, bool keepdims,
                               cki_error *error)
{
    int with_core = 0;
    if (value->kind != CKI_LIST)
        return invalid(error, "`axes` has to be of type list");
    for (int i = 0; i < s->noutputs; i++)
        with_core += s->outputs[i].ndim > 0;
    size_t count = value->as.list.count, inputs = (size_t)s->ninputs;
    bool all = count == inputs + (size_t)s->noutputs;
    if (!all && (with_core || count != inputs))
        return invalid(error, "The number of `axes` entries is not equal the number of input and "
                              "output arguments");
    for (int i = 0; i < s->ninputs; i++)
        if (fill_entry(value->as.list.items[i], &s->inputs[i], s->inputs[i].ndim, i, "input",
                       error) != CASK_OK)
            return error->status;
    for (int i = 0; all && !keepdims && i < s->noutputs; i++)
        if (fill_entry(value->as.list.items[inputs + (size_t)i], &s->outputs[i], s->outputs[i].ndim,
                       i, "output", error) != CASK_OK)
            return error->status;
    return CASK_OK;
}

cask_status cki_gufunc_signature_axes(cki_gufunc_signature *signature, cask_value *axes,
                                      cask_value *axis, bool keepdims, cki_error *error)
{
    cki_gufunc_signature *s = signature;
    bool has_axes = axes->kind != CKI_NONE, has_axis = axis->kind != CKI_NONE;
    if (has_axes && has_axis)
        return invalid(error, "Only one of `axis` or `axes` keyword arguments should be given");
    for (int i = 0; i < s->ninputs; i++)
        usual_axes(&s->inputs[i]);
    for (int i = 0; i < s->noutputs; i++) {
        usual_axes(&s->outputs[i]);
        if (keepdims && s->outputs[i].ndim)
            return invalid(error, "`keepdims` can only be used for scalar outputs");
    }
    if (has_axis && one_axis(s, axis, keepdims, error) != CASK_OK)
        return error->status;
    if (has_axes && listed_axes(s, axes, keepdims, error) != CASK_OK)
        return error->status;
    for (int i = 1; keepdims && i < s->ninputs; i++)
        if (!same_names(&s->inputs[i], &s->inputs[0]))
            return invalid(error, "To use `keepdims`, all core dimensions have to be equal");
    return CASK_OK;
}
