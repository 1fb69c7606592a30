/* Errors: the one function through which every failure passes. */
#include "core/fail.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>
#undef cki_fail_memory /* the analyser's */

static const char *usual_class(cask_status status)
{
    switch (status) {
    case CASK_OK:
        return "";
    case CASK_TYPE:
        return "TypeError";
    case CASK_INDEX:
        return "IndexError";
    case CASK_NOT_FOUND:
        return "KeyError";
    case CASK_IO:
    case CASK_FORMAT:
        return "OSError";
    case CASK_SYNTAX:
        return "SyntaxError";
    case CASK_ARITHMETIC:
        return "ArithmeticError";
    case CASK_MEMORY:
    case CASK_LIMIT:
        return "MemoryError";
    case CASK_UNSUPPORTED:
        return "NotImplementedError";
    case CASK_CANCELLED:
        return "KeyboardInterrupt";
    case CASK_INTERNAL:
        return "SystemError";
    case CASK_INVALID:
    case CASK_SHAPE:
        break;
    }
    return "ValueError";
}

cask_status cki_fail_va(cki_error *error, cask_status status, const char *python,
                        const char *format, va_list arguments)
{
    if (!error)
        return status;
    if (error->status != CASK_OK)
        return error->status;
    error->status = status;
    snprintf(error->python, sizeof error->python, "%s", python ? python : usual_class(status));
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    if (length >= (int)sizeof error->message) /* cut at a whole character, and say so */
        memcpy(error->message + cki_text_cut(error->message, sizeof error->message - 4), "...", 4);
    return status;
}

cask_status cki_fail(cki_error *error, cask_status status, const char *python, const char *format,
                     ...)
{
    va_list arguments;
    va_start(arguments, format);
    status = cki_fail_va(error, status, python, format, arguments);
    va_end(arguments);
    return status;
}

cask_status cki_fail_memory(cki_error *error, size_t bytes)
{
    return cki_fail(error, CASK_MEMORY, NULL, "no memory for %zu bytes", bytes);
}

cask_status cki_fail_internal(cki_error *error, const char *where)
{
    return cki_fail(error, CASK_INTERNAL, NULL, "a defect in cask: %s", where);
}

void cki_fail_place(cki_error *error, size_t begin, size_t end)
{
    if (error && error->status != CASK_OK && error->end <= error->begin && end > begin) {
        error->begin = begin;
        error->end = end;
    }
}
