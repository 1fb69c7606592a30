/* A pickle is a program for a stack machine (Lib/pickletools.py of CPython lists its codes). Those
 * that make plain values are run; those that would make objects give None. */
#include "io/pickle.h"
#include "core/memory.h"

#include <string.h>

enum { DEEPEST = 4096, MEMO = 256 };

typedef struct machine {
    const unsigned char *at, *end;
    cask_value *stack[DEEPEST]; /* NULL is a mark */
    size_t depth;
    cask_value *memo[MEMO];
    size_t memos; /* for codes that do not number them */
    cki_error *error;
} machine;

static bool push(machine *m, cask_value *value)
{
    if (value && m->depth < DEEPEST) {
        m->stack[m->depth++] = value;
        return true;
    }
    cask_value_unref(value);
    return false;
}

static bool push_mark(machine *m)
{
    if (m->depth == DEEPEST)
        return false;
    m->stack[m->depth++] = NULL;
    return true;
}

/* `count` bytes of the program. */
static const unsigned char *take(machine *m, size_t count)
{
    if ((size_t)(m->end - m->at) < count)
        return NULL;
    const unsigned char *bytes = m->at;
    m->at += count;
    return bytes;
}

static bool take_number(machine *m, size_t size, bool is_signed, int64_t *number)
{
    const unsigned char *bytes = size <= 8 ? take(m, size) : NULL;
    uint64_t bits = 0;
    if (!bytes)
        return false;
    for (size_t i = 0; i < size; i++)
        bits |= (uint64_t)bytes[i] << 8 * i;
    if (is_signed && size && size < 8 && bytes[size - 1] & 0x80)
        bits |= ~(uint64_t)0 << 8 * size;
    memcpy(number, &bits, sizeof bits);
    return true;
}

static bool push_int(machine *m, size_t size, bool is_signed)
{
    int64_t number;
    return take_number(m, size, is_signed, &number) && push(m, cki_value_int(number, m->error));
}

static bool push_text(machine *m, size_t size)
{
    int64_t length;
    const unsigned char *bytes =
        take_number(m, size, false, &length) && length >= 0 ? take(m, (size_t)length) : NULL;
    return bytes && push(m, cki_value_str((const char *)bytes, (size_t)length, m->error));
}

static void pop(machine *m, size_t count)
{
    while (count-- && m->depth)
        cask_value_unref(m->stack[--m->depth]);
}

/* Where what lies above the last mark begins; false if there is none. */
static bool find_mark(const machine *m, size_t *first)
{
    for (*first = m->depth; *first > 0; --*first)
        if (!m->stack[*first - 1])
            return true;
    return false;
}

static bool push_tuple(machine *m, size_t first, size_t drop)
{
    size_t count = m->depth - first;
    cask_value *tuple = cki_value_list(CKI_TUPLE, count, m->error);
    if (!tuple)
        return false;
    for (size_t i = 0; i < count; i++)
        tuple->as.list.items[i] = m->stack[first + i];
    m->depth = first - drop;
    return push(m, tuple);
}

static bool tuple_of(machine *m, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (m->depth <= i || !m->stack[m->depth - 1 - i])
            return false;
    return push_tuple(m, m->depth - count, 0);
}

/* Keys and values above the mark into the dict below it. */
static bool set_items(machine *m, size_t first, size_t drop)
{
    if (first < drop + 1 || (m->depth - first) % 2)
        return false;
    cask_value *dict = m->stack[first - drop - 1];
    bool good = dict && dict->kind == CKI_DICT;
    for (size_t i = first; good && i < m->depth; i += 2) /* a mark is no item */
        good = m->stack[i] && m->stack[i + 1] &&
               cki_value_dict_set(dict, cask_value_ref(m->stack[i]),
                                  cask_value_ref(m->stack[i + 1]), m->error) == CASK_OK;
    pop(m, m->depth - first + drop);
    return good;
}

/* Objects: what is taken from the stack, and None in its place. */
static bool stand_in(machine *m, size_t count)
{
    if (m->depth < count)
        return false;
    pop(m, count);
    return push(m, cki_value_none());
}

static bool memorise(machine *m, size_t size)
{
    int64_t number = (int64_t)m->memos;
    if ((size && !take_number(m, size, false, &number)) || number < 0 || number >= MEMO ||
        !m->depth || !m->stack[m->depth - 1])
        return false;
    m->memos++;
    cask_value_unref(m->memo[number]);
    m->memo[number] = cask_value_ref(m->stack[m->depth - 1]);
    return true;
}

static bool recall(machine *m, size_t size)
{
    int64_t number;
    return take_number(m, size, false, &number) && number >= 0 && number < MEMO &&
           m->memo[number] && push(m, cask_value_ref(m->memo[number]));
}

static bool skip_lines(machine *m, int count)
{
    while (count && m->at < m->end)
        count -= *m->at++ == '\n';
    return count == 0;
}

static bool run_long(machine *m)
{
    const unsigned char *size = take(m, 1);
    return size && push_int(m, *size, true);
}

/* One code; false if it is not known, or the program is none. */
static bool run_one(machine *m, unsigned char code)
{
    size_t first;
    switch (code) {
    case 0x80: /* PROTO */
        return take(m, 1) != NULL;
    case 0x95: /* FRAME */
        return take(m, 8) != NULL;
    case '}':
        return push(m, cki_value_dict(m->error));
    case ')':
        return push(m, cki_value_list(CKI_TUPLE, 0, m->error));
    case 'N':
        return push(m, cki_value_none());
    case 0x88:
    case 0x89:
        return push(m, cki_value_bool(code == 0x88));
    case '(':
        return push_mark(m);
    case 'J':
        return push_int(m, 4, true);
    case 'K':
        return push_int(m, 1, false);
    case 'M':
        return push_int(m, 2, false);
    case 0x8a: /* LONG1 */
        return run_long(m);
    case 'X':
        return push_text(m, 4);
    case 0x8c: /* SHORT_BINUNICODE */
        return push_text(m, 1);
    case 't':
        return find_mark(m, &first) && push_tuple(m, first, 1);
    case 0x85:
    case 0x86:
    case 0x87: /* TUPLE1 .. TUPLE3 */
        return tuple_of(m, code - 0x84U);
    case 's':
        return m->depth >= 2 && set_items(m, m->depth - 2, 0);
    case 'u':
        return find_mark(m, &first) && set_items(m, first, 1);
    case 'c':
        return skip_lines(m, 2) && push(m, cki_value_none());
    case 0x93: /* STACK_GLOBAL */
    case 'R':
        return stand_in(m, 2);
    case 'b':
        return m->depth >= 2 && (pop(m, 1), true);
    case 0x94: /* MEMOIZE */
        return memorise(m, 0);
    case 'q':
        return memorise(m, 1);
    case 'r':
        return memorise(m, 4);
    case 'h':
        return recall(m, 1);
    case 'j':
        return recall(m, 4);
    default:
        return false;
    }
}

cask_value *cki_pickle_read(const unsigned char *bytes, size_t length, cki_error *error)
{
    machine *m = cki_memory_calloc(1, sizeof *m);
    if (!m) {
        cki_fail_memory(error, sizeof *m);
        return NULL;
    }
    m->at = bytes;
    m->end = bytes + length;
    m->error = error;
    bool good = true;
    while (good && m->at < m->end && *m->at != '.')
        good = run_one(m, *m->at++);
    cask_value *result = NULL;
    if (good && m->at < m->end && m->depth == 1)
        result = cask_value_ref(m->stack[0]);
    else
        cki_fail(error, CASK_FORMAT, "UnpicklingError", "a pickle of other than plain values");
    pop(m, m->depth);
    for (size_t i = 0; i < MEMO; i++)
        cask_value_unref(m->memo[i]);
    cki_memory_free(m);
    return result;
}

/* ---- writing ---- */

static void put_number(cki_text *text, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        cki_text_char(text, (char)(number >> 8 * i & 0xff));
}

static void put_text(cki_text *text, const char *string)
{
    cki_text_char(text, 'X');
    put_number(text, strlen(string), 4);
    cki_text_put(text, string);
}

static void put_int(cki_text *text, int64_t number)
{
    bool small = number >= 0 && number < 256;
    cki_text_put(text, small ? "K" : "\x8a\x08");
    put_number(text, (uint64_t)number, small ? 1 : 8);
}

void cki_pickle_write_stack(const cask_value *chunks, const char *code, int axis, cki_text *text)
{
    cki_text_add(text, "\x80\x02}(", 4);
    put_text(text, "chunks");
    cki_text_char(text, '(');
    for (size_t i = 0; i < chunks->as.list.count; i++) {
        const cask_value *sizes = chunks->as.list.items[i];
        cki_text_char(text, '(');
        for (size_t k = 0; k < sizes->as.list.count; k++)
            put_int(text, sizes->as.list.items[k]->as.integer);
        cki_text_char(text, 't');
    }
    cki_text_char(text, 't');
    put_text(text, "dtype");
    cki_text_put(text, "cnumpy\ndtype\n");
    put_text(text, code);
    cki_text_put(text, "\x85R");
    put_text(text, "axis");
    put_int(text, axis);
    cki_text_put(text, "u.");
}
