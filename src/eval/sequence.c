/* Sequences and sets: concatenation, repetition, and the algebra of sets and dictionaries. */
#include "core/memory.h"
#include "eval/operate.h"
#include "eval/walk.h"

#include <string.h>

static cask_value *add_text(const cask_value *a, const cask_value *b, cki_error *error)
{
    cki_text text = {0};
    if (a->as.text.length + b->as.text.length > CKI_OPERATE_BYTES) {
        cki_fail_memory(error, a->as.text.length + b->as.text.length);
        return NULL;
    }
    cki_text_add(&text, a->as.text.bytes, a->as.text.length);
    cki_text_add(&text, b->as.text.bytes, b->as.text.length);
    return a->kind == CKI_STR ? cki_function_str(&text, error) : cki_function_bytes(&text, error);
}

cask_value *cki_sequence_add(const cask_value *a, const cask_value *b, cki_error *error)
{
    if (a->kind != b->kind)
        return NULL;
    if (a->kind == CKI_STR || a->kind == CKI_BYTES)
        return add_text(a, b, error);
    if (a->kind != CKI_LIST && a->kind != CKI_TUPLE)
        return NULL;
    size_t n = a->as.list.count, m = b->as.list.count;
    if (n + m > CKI_OPERATE_ITEMS) {
        cki_fail_memory(error, (n + m) * sizeof(cask_value *));
        return NULL;
    }
    cask_value *list = cki_value_list((cki_kind)a->kind, n + m, error);
    for (size_t i = 0; list && i < n + m; i++)
        list->as.list.items[i] =
            cask_value_ref(i < n ? a->as.list.items[i] : b->as.list.items[i - n]);
    return list;
}

cask_value *cki_sequence_repeat(const cask_value *sequence, const cask_value *times,
                                cki_error *error)
{
    int64_t given = times->kind == CKI_BOOL ? times->as.boolean : times->as.integer;
    bool text = sequence->kind == CKI_STR || sequence->kind == CKI_BYTES;
    size_t one = text ? sequence->as.text.length : sequence->as.list.count, total;
    size_t count = given > 0 && one ? (size_t)given : 0;
    size_t limit = text ? CKI_OPERATE_BYTES : CKI_OPERATE_ITEMS;
    if (__builtin_mul_overflow(one, count, &total) || total > limit) {
        cki_fail(error, CASK_MEMORY, NULL,
                 "%lld times %zu %s is more than an expression may hold (%zu)", (long long)given,
                 one, text ? "bytes" : "items", limit);
        return NULL;
    }
    if (text) {
        cki_text out = {0};
        if (one == 1)
            cki_text_repeat(&out, sequence->as.text.bytes[0], count);
        for (size_t i = 0; one > 1 && i < count && !out.failed; i++)
            cki_text_add(&out, sequence->as.text.bytes, one);
        return sequence->kind == CKI_STR ? cki_function_str(&out, error)
                                         : cki_function_bytes(&out, error);
    }
    cask_value *list = cki_value_list((cki_kind)sequence->kind, total, error);
    for (size_t i = 0; list && one && i < total; i++)
        list->as.list.items[i] = cask_value_ref(sequence->as.list.items[i % one]);
    return list;
}

static bool add_items(cask_value *set, const cask_value *from, const cask_value *other, bool in,
                      cki_error *error)
{
    for (size_t i = 0; i < from->as.list.count; i++) {
        cask_value *item = from->as.list.items[i];
        if (other && cki_value_set_has(other, item, NULL) != in)
            continue;
        if (cki_value_set_add(set, cask_value_ref(item), error) != CASK_OK)
            return false;
    }
    return true;
}

cask_value *cki_sequence_set(cki_operator op, const cask_value *a, const cask_value *b,
                             cki_error *error)
{
    cask_value *set = cki_value_set(error);
    bool ok = set != NULL;
    if (op == CKI_OP_OR)
        ok = ok && add_items(set, a, NULL, false, error) && add_items(set, b, NULL, false, error);
    else
        ok = ok && add_items(set, a, b, op == CKI_OP_AND, error);
    if (op == CKI_OP_XOR)
        ok = ok && add_items(set, b, a, false, error);
    if (ok)
        return set;
    cask_value_unref(set);
    return NULL;
}

bool cki_sequence_subset(const cask_value *a, const cask_value *b)
{
    for (size_t i = 0; i < a->as.list.count; i++) {
        if (!cki_value_set_has(b, a->as.list.items[i], NULL))
            return false;
    }
    return true;
}

static cask_value *join_dicts(const cask_value *a, const cask_value *b, cki_error *error)
{
    const cask_value *parts[2] = {a, b};
    cask_value *dict = cki_value_dict(error);
    for (int p = 0; dict && p < 2; p++) {
        for (size_t i = 0; dict && i < parts[p]->as.dict.count; i++) {
            if (cki_value_dict_set(dict, cask_value_ref(parts[p]->as.dict.keys[i]),
                                   cask_value_ref(parts[p]->as.dict.values[i]), error) != CASK_OK) {
                cask_value_unref(dict);
                dict = NULL;
            }
        }
    }
    return dict;
}

cask_value *cki_sequence_combine(cki_operator op, const cask_value *a, const cask_value *b,
                                 cki_error *error)
{
    if (a->kind == CKI_DICT && b->kind == CKI_DICT && op == CKI_OP_OR)
        return join_dicts(a, b, error);
    bool set = op == CKI_OP_OR || op == CKI_OP_AND || op == CKI_OP_SUB || op == CKI_OP_XOR;
    if (a->kind == CKI_SET && b->kind == CKI_SET && set)
        return cki_sequence_set(op, a, b, error);
    return NULL;
}
