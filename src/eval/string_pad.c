/* Strings: filling up to a width. */
#include "eval/operate.h"
#include "eval/string.h"

/* The width asked for, and how much is missing; false if it is absurd. */
static bool missing(cki_call *call, int64_t *width, int64_t *short_by)
{
    if (!cki_function_int(call, 0, 0, width))
        return false;
    int64_t length = cki_string_length(call);
    *short_by = *width > length ? *width - length : 0;
    if (*short_by > (int64_t)(CKI_OPERATE_BYTES / 4)) {
        cki_fail_memory(call->error, (size_t)*short_by);
        return false;
    }
    return true;
}

static bool fill_with(cki_call *call, cki_span *fill)
{
    *fill = (cki_span){" ", 1};
    if (!call->slot[1])
        return true;
    if (call->slot[1]->kind != call->self->kind) {
        cki_function_type_error(call, "The fill character must be a unicode character, not %s",
                                cki_value_type(call->slot[1]));
        return false;
    }
    *fill = (cki_span){call->slot[1]->as.text.bytes, call->slot[1]->as.text.length};
    size_t codes =
        cki_string_is_bytes(call) ? fill->length : cki_text_codes(fill->bytes, fill->length);
    if (codes == 1)
        return true;
    cki_function_type_error(call, "The fill character must be exactly one character long");
    return false;
}

static cask_value *pad(cki_call *call, int where)
{
    cki_span self = cki_string_self(call), fill;
    cki_text text = {0};
    int64_t width, count;
    if (!missing(call, &width, &count) || !fill_with(call, &fill))
        return NULL;
    /* CPython's rule for an odd one in the middle */
    int64_t left = where < 0 ? 0 : where > 0 ? count : count / 2 + (count & width & 1);
    for (int64_t i = 0; i < left; i++)
        cki_text_add(&text, fill.bytes, fill.length);
    cki_text_add(&text, self.bytes, self.length);
    for (int64_t i = left; i < count; i++)
        cki_text_add(&text, fill.bytes, fill.length);
    return cki_string_text(call, &text);
}

cask_value *cki_string_center(cki_call *call)
{
    return pad(call, 0);
}

cask_value *cki_string_ljust(cki_call *call)
{
    return pad(call, -1);
}

cask_value *cki_string_rjust(cki_call *call)
{
    return pad(call, 1);
}

cask_value *cki_string_zfill(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    int64_t width, count;
    if (!missing(call, &width, &count))
        return NULL;
    size_t sign = self.length && (self.bytes[0] == '-' || self.bytes[0] == '+');
    cki_text_add(&text, self.bytes, sign);
    cki_text_repeat(&text, '0', (size_t)count);
    cki_text_add(&text, self.bytes + sign, self.length - sign);
    return cki_string_text(call, &text);
}

cask_value *cki_string_expandtabs(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    int64_t size, column = 0;
    if (!cki_function_int(call, 0, 8, &size))
        return NULL;
    for (size_t at = 0; at < self.length;) {
        size_t begin = at;
        uint32_t code = cki_string_is_bytes(call) ? (unsigned char)self.bytes[at++]
                                                  : cki_text_decode(self.bytes, self.length, &at);
        if (code == '\t') {
            int64_t spaces = size > 0 ? size - column % size : 0;
            if (spaces > (int64_t)(CKI_OPERATE_BYTES / 4) || text.length > CKI_OPERATE_BYTES) {
                cki_fail_memory(call->error, (size_t)spaces);
                cki_text_free(&text);
                return NULL;
            }
            cki_text_repeat(&text, ' ', (size_t)spaces);
            column += spaces;
        } else {
            cki_text_add(&text, self.bytes + begin, at - begin);
            column = code == '\n' || code == '\r' ? 0 : column + 1;
        }
    }
    return cki_string_text(call, &text);
}
