/* einsum: diagonals, and sums over what only one operand has; then the operands two by two, those
 * first whose product is smallest beside them: by matrix products where axes are in common and one
 * of them has others, else element by element. */
#include "array/einsum.h"
#include "array/contract.h"
#include "array/diagonal.h"
#include "array/einsum_parse.h"
#include "array/elementwise.h"
#include "array/matrix.h"
#include "array/reductions.h"
#include "array/view.h"
#include "core/memory.h"

#include <string.h>

typedef struct operand {
    cask_array x;
    cki_einsum_term term;
} operand;

typedef struct expression {
    cki_build *build;
    operand operands[CKI_EINSUM_OPERANDS];
    size_t count;
    cki_einsum_term output;
    int split_every;
} expression;

static int find(const cki_einsum_term *term, int label)
{
    for (int k = 0; k < term->count; k++)
        if (term->labels[k] == label)
            return k;
    return -1;
}

static void drop_label(cki_einsum_term *term, int k)
{
    term->count--;
    memmove(&term->labels[k], &term->labels[k + 1],
            (size_t)(term->count - k) * sizeof *term->labels);
}

/* Whether a label is in the output, or in an operand other than these two. */
static bool is_kept(const expression *e, int label, size_t i, size_t j)
{
    if (find(&e->output, label) >= 0)
        return true;
    for (size_t o = 0; o < e->count; o++)
        if (o != i && o != j && find(&e->operands[o].term, label) >= 0)
            return true;
    return false;
}

/* ---- one operand ---- */

/* Repeated labels become one: the diagonal of their axes, which goes last. */
static bool take_diagonals(const expression *e, operand *o, size_t number)
{
    for (int k = 1; k < o->term.count; k++) {
        int label = o->term.labels[k], first = find(&o->term, label);
        if (first == k)
            continue;
        int64_t a = cki_node_length(o->x, first), b = cki_node_length(o->x, k);
        if (a != b) {
            cki_fail(e->build->error, CASK_INVALID, NULL,
                     "dimensions in operand %zu for collapsing index '%c' don't match (%lld != "
                     "%lld)",
                     number, label, (long long)a, (long long)b);
            return false;
        }
        o->x = cki_diagonal_take(e->build, o->x, 0, first, k);
        if (!o->x)
            return false;
        drop_label(&o->term, k);
        drop_label(&o->term, first);
        o->term.labels[o->term.count++] = label;
        k = 0;
    }
    return true;
}

/* An axis of length 1 where another operand has more: it has no part in the product. */
static bool drop_broadcast(const expression *e, operand *o, const int64_t *lengths)
{
    bool drop[CKI_MAX_NDIM] = {0}, any = false;
    for (int k = 0; k < o->x->ndim; k++)
        any |= drop[k] = cki_node_length(o->x, k) == 1 && lengths[o->term.labels[k]] != 1;
    if (!any)
        return true;
    for (int k = o->x->ndim - 1; k >= 0; k--)
        if (drop[k])
            drop_label(&o->term, k);
    o->x = cki_view_squeeze(e->build, o->x, drop);
    return o->x != NULL;
}

/* Labels that no other operand has, nor the output. */
static bool sum_alone(expression *e, size_t i)
{
    operand *o = &e->operands[i];
    cki_reduce_spec spec = {.kind = CKI_REDUCE_SUM, .split_every = e->split_every};
    bool any = false;
    for (int k = o->term.count - 1; k >= 0; k--)
        if (!is_kept(e, o->term.labels[k], i, i)) {
            spec.axes[k] = any = true;
            drop_label(&o->term, k);
        }
    o->x = any ? cki_reductions_reduce(e->build, o->x, &spec) : o->x;
    return o->x != NULL;
}

enum { LABELS = CKI_EINSUM_ELLIPSIS + CKI_MAX_NDIM };

/* How long each label is: 0 where it does not occur, -1 where that is unknown. */
static bool read_lengths(const expression *e, int64_t *lengths)
{
    memset(lengths, 0, LABELS * sizeof *lengths);
    bool seen[LABELS] = {0};
    for (size_t i = 0; i < e->count; i++)
        for (int k = 0; k < e->operands[i].term.count; k++) {
            int label = e->operands[i].term.labels[k];
            int64_t length = cki_node_length(e->operands[i].x, k), *all = &lengths[label];
            bool fits = !seen[label] || *all == length || *all < 0 || length < 0 || *all == 1 ||
                        length == 1;
            if (!fits) {
                const char name[4] = {(char)label};
                cki_fail(e->build->error, CASK_SHAPE, NULL,
                         "einsum: operands could not be broadcast together: subscript '%s' is "
                         "%lld long and in operand %zu %lld",
                         label < CKI_EINSUM_ELLIPSIS ? name : "...", (long long)*all, i,
                         (long long)length);
                return false;
            }
            if (!seen[label] || *all == 1 || (*all < 0 && length > 1))
                *all = length;
            seen[label] = true;
        }
    return true;
}

/* ---- two operands ---- */

/* x's axes in the order of `labels`, with axes of length 1 for those it has not. */
static cask_array spread(cki_build *build, const operand *o, const cki_einsum_term *labels)
{
    int order[CKI_MAX_NDIM], count = 0;
    for (int k = 0; k < labels->count; k++) {
        int at = find(&o->term, labels->labels[k]);
        if (at >= 0)
            order[count++] = at;
    }
    cask_array x = cki_view_transpose(build, o->x, order);
    for (int k = 0; k < labels->count && x; k++)
        if (find(&o->term, labels->labels[k]) < 0)
            x = cki_view_expand(build, x, k);
    return x;
}

/* The labels of both by their part in the product: in both and kept, only in one, summed. */
typedef struct parts {
    cki_einsum_term batch, rows, inner, columns;
} parts;

static void put(cki_einsum_term *term, int label)
{
    if (term->count < CKI_MAX_NDIM)
        term->labels[term->count++] = label;
}

static parts split(const expression *e, size_t i, size_t j)
{
    const cki_einsum_term *a = &e->operands[i].term, *b = &e->operands[j].term;
    parts p = {0};
    for (int k = 0; k < a->count; k++) {
        int label = a->labels[k];
        bool both = find(b, label) >= 0;
        put(!both ? &p.rows : is_kept(e, label, i, j) ? &p.batch : &p.inner, label);
    }
    for (int k = 0; k < b->count; k++)
        if (find(a, b->labels[k]) < 0)
            put(&p.columns, b->labels[k]);
    return p;
}

static bool append(cki_einsum_term *to, const cki_einsum_term *from, cki_error *error)
{
    for (int k = 0; k < from->count; k++) {
        if (to->count == CKI_MAX_NDIM) {
            cki_fail(error, CASK_INVALID, NULL, "einsum: a product with more than %d axes",
                     CKI_MAX_NDIM);
            return false;
        }
        to->labels[to->count++] = from->labels[k];
    }
    return true;
}

/* Element by element, and then summed. */
static cask_array multiply(const expression *e, const operand *a, const operand *b, const parts *p)
{
    cki_error *error = e->build->error;
    cki_einsum_term all = {0};
    if (!append(&all, &p->batch, error) || !append(&all, &p->rows, error) ||
        !append(&all, &p->columns, error) || !append(&all, &p->inner, error))
        return NULL;
    cask_array made = cki_matrix_apply(e->build, "multiply", spread(e->build, a, &all),
                                       spread(e->build, b, &all));
    if (!made || !p->inner.count)
        return made;
    cki_reduce_spec spec = {.kind = CKI_REDUCE_SUM, .split_every = e->split_every};
    for (int k = all.count - p->inner.count; k < all.count; k++)
        spec.axes[k] = true;
    return cki_reductions_reduce(e->build, made, &spec);
}

static cask_array contract(const expression *e, const operand *a, const operand *b, const parts *p)
{
    cki_einsum_term left = p->batch, right = p->batch;
    if (!append(&left, &p->rows, e->build->error) || !append(&left, &p->inner, e->build->error) ||
        !append(&right, &p->inner, e->build->error) ||
        !append(&right, &p->columns, e->build->error))
        return NULL;
    cask_array x = spread(e->build, a, &left), y = x ? spread(e->build, b, &right) : NULL;
    return y ? cki_contract_product(e->build, x, y,
                                    &(cki_contraction){p->batch.count, p->rows.count,
                                                       p->inner.count, p->columns.count},
                                    "sum-aggregate")
             : NULL;
}

/* Operands i and j (i < j) become one, in i's place. */
static bool combine(expression *e, size_t i, size_t j)
{
    const parts p = split(e, i, j);
    const operand *a = &e->operands[i], *b = &e->operands[j];
    bool matrix = p.inner.count && (p.rows.count || p.columns.count);
    operand made = {.x = matrix ? contract(e, a, b, &p) : multiply(e, a, b, &p), .term = p.batch};
    if (!made.x || !append(&made.term, &p.rows, e->build->error) ||
        !append(&made.term, &p.columns, e->build->error))
        return false;
    e->operands[i] = made;
    e->count--;
    memmove(&e->operands[j], &e->operands[j + 1], (e->count - j) * sizeof *e->operands);
    return true;
}

static double size_of(const cki_einsum_term *term, const int64_t *lengths)
{
    enum { GUESS = 1000 }; /* where a length is unknown */
    double size = 1;
    for (int k = 0; k < term->count; k++)
        size *= (double)(lengths[term->labels[k]] < 0 ? GUESS : lengths[term->labels[k]]);
    return size;
}

/* The pair whose product is smallest beside its operands; of equals, with fewest products. */
static void choose(const expression *e, const int64_t *lengths, size_t *first, size_t *second)
{
    double best = 0, best_work = 0;
    bool any = false;
    for (size_t i = 0; i < e->count; i++)
        for (size_t j = i + 1; j < e->count; j++) {
            const parts p = split(e, i, j);
            double out = size_of(&p.batch, lengths) * size_of(&p.rows, lengths) *
                         size_of(&p.columns, lengths);
            double grown = out - size_of(&e->operands[i].term, lengths) -
                           size_of(&e->operands[j].term, lengths);
            double work = out * size_of(&p.inner, lengths);
            if (any && (grown > best || (!(grown < best) && work >= best_work)))
                continue;
            any = true;
            best = grown, best_work = work;
            *first = i, *second = j;
        }
}

static cask_array evaluate(expression *e)
{
    int64_t lengths[LABELS];
    for (size_t i = 0; i < e->count; i++)
        if (!take_diagonals(e, &e->operands[i], i))
            return NULL;
    if (!read_lengths(e, lengths))
        return NULL;
    for (size_t i = 0; i < e->count; i++)
        if (!drop_broadcast(e, &e->operands[i], lengths))
            return NULL;
    for (size_t i = 0; i < e->count; i++)
        if (!sum_alone(e, i))
            return NULL;
    while (e->count > 1) {
        size_t i = 0, j = 1;
        choose(e, lengths, &i, &j);
        if (!combine(e, i, j))
            return NULL;
    }
    return spread(e->build, &e->operands[0], &e->output);
}

/* ---- the operation ---- */

/* The subscripts and the operands that stand among the arguments. */
static bool read_operands(cki_call *call, expression *e)
{
    const cask_value *given = cki_operation_argument(call, "operands");
    cask_value *const *items = given->as.list.items;
    size_t count = given->as.list.count, step = 1;
    bool text = count && items[0]->kind == CKI_STR;
    char *lists = NULL;
    const char *subscripts = "";
    cki_einsum read;
    int ndims[CKI_EINSUM_OPERANDS];
    if (text) {
        subscripts = items[0]->as.text.bytes;
        items++, count--;
    } else {
        lists = cki_einsum_parse_lists(items, count, call->error);
        if (!lists)
            return false;
        subscripts = lists;
        step = 2;
        count /= 2;
    }
    for (size_t i = 0; i < count && i < CKI_EINSUM_OPERANDS && call->error->status == CASK_OK;
         i++) {
        e->operands[i].x = cki_node_from_value(e->build, items[i * step]);
        ndims[i] = e->operands[i].x ? e->operands[i].x->ndim : 0;
    }
    if (call->error->status == CASK_OK &&
        cki_einsum_parse(subscripts, ndims, count, &read, call->error) == CASK_OK) {
        e->count = count;
        e->output = read.output;
        for (size_t i = 0; i < count; i++)
            e->operands[i].term = read.terms[i];
    }
    cki_memory_free(lists);
    return call->error->status == CASK_OK;
}

/* The type in which products are computed: what is asked for, or that of all operands. */
static bool cast_operands(cki_call *call, expression *e, cki_dtype *dtype)
{
    const cask_value *casting = cki_operation_argument(call, "casting");
    const char *rule = casting->kind == CKI_STR ? casting->as.text.bytes : "safe";
    if (!e->operands[0].x)
        return false;
    cki_dtype all = e->operands[0].x->dtype;
    if (cki_node_dtype(cki_operation_argument(call, "dtype"), dtype, call->error) != CASK_OK)
        return false;
    for (size_t i = 1; i < e->count; i++)
        if (cki_dtype_promote(all, e->operands[i].x->dtype, &all, call->error) != CASK_OK)
            return false;
    *dtype = dtype->id ? *dtype : all;
    char from[48], to[48];
    if (!cki_dtype_is_number(*dtype)) {
        cki_fail(call->error, CASK_TYPE, NULL, "invalid data type for einsum: %s",
                 cki_dtype_name(*dtype, to));
        return false;
    }
    for (size_t i = 0; i < e->count; i++) {
        operand *o = &e->operands[i];
        if (!o->x)
            return false;
        if (!cki_dtype_can_cast(o->x->dtype, *dtype, rule)) {
            cki_fail(call->error, CASK_TYPE, NULL,
                     "einsum: operand %zu could not be cast from dtype('%s') to dtype('%s') "
                     "according to the rule '%s'",
                     i, cki_dtype_name(o->x->dtype, from), cki_dtype_name(*dtype, to), rule);
            return false;
        }
        if (!(o->x = cki_elementwise_cast(e->build, o->x, *dtype)))
            return false;
    }
    return true;
}

/* Whether some label is summed over. */
static bool contracts(const expression *e)
{
    for (size_t i = 0; i < e->count; i++)
        for (int k = 0; k < e->operands[i].term.count; k++)
            if (find(&e->output, e->operands[i].term.labels[k]) < 0)
                return true;
    return false;
}

static cask_value *run_einsum(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    expression e = {.build = &build};
    cki_dtype dtype;
    int64_t every = 0;
    const cask_value *split_every = cki_operation_argument(call, "split_every");
    if (split_every->kind == CKI_INT &&
        cki_value_index(split_every, &every, call->error) == CASK_OK && every < 2) {
        cki_fail(call->error, CASK_INVALID, NULL, "split_every must be >= 2");
        return NULL;
    }
    e.split_every = every > INT32_MAX ? INT32_MAX : (int)every;
    if (!read_operands(call, &e) || !cast_operands(call, &e, &dtype))
        return NULL;
    bool numpy = call->operation->detail != NULL, sums = contracts(&e);
    bool truth = dtype.id == CASK_BOOL;
    cask_array made = evaluate(&e);
    if (made && truth && sums) /* of bools the sum is "or" */
        made = cki_matrix_apply_number(&build, "not_equal", made, 0);
    if (sums && !numpy && (truth || cki_dtype_is_integer(dtype)))
        dtype = cki_dtype_of(cki_dtype_is_unsigned(dtype) ? CASK_U64 : CASK_I64);
    return cki_node_value(&build, made ? cki_elementwise_cast(&build, made, dtype) : NULL);
}

#define SENTENCE                                                                                   \
    "Sum of products by subscripts, as 'ij,jk->ik': letters name axes, those that the result has " \
    "not are summed over; '...' stands for the others. Operands are combined two by two, in the "  \
    "order that keeps products small, whatever `optimize` says."

static const cki_operation op_einsum = {
    "einsum",
    CKI_IN_DA,
    "*operands, dtype=None, optimize=False, split_every=None, order='K', casting='safe'",
    SENTENCE,
    run_einsum,
    NULL};
static const cki_operation op_numpy = {
    "einsum",
    CKI_IN_NP,
    "*operands, dtype=None, optimize=False, split_every=None, order='K', casting='safe'",
    SENTENCE,
    run_einsum,
    "numpy"};

const cki_operation *const cki_einsum_operations[] = {&op_einsum, &op_numpy, NULL};
