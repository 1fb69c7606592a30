/* Times as people write and read them, and sizes in powers of 1024: the forms of Dask's
 * parse_timedelta, format_time and format_bytes. */
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name; /* short, or long without the plural's s */
    double seconds;
} units[] = {
    {"s", 1},         {"ms", 1e-3},          {"us", 1e-6},          {"ns", 1e-9},
    {"m", 60},        {"h", 3600},           {"d", 86400},          {"w", 604800},
    {"second", 1},    {"minute", 60},        {"hour", 3600},        {"day", 86400},
    {"week", 604800}, {"millisecond", 1e-3}, {"microsecond", 1e-6}, {"nanosecond", 1e-9},
};

static bool unit(const char *text, size_t length, double *seconds)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t own = strlen(units[i].name);
        bool plural = own > 2 && length == own + 1 && (text[own] == 's' || text[own] == 'S');
        if (length != own && !plural)
            continue;
        size_t same = 0;
        while (same < own && (text[same] | 0x20) == units[i].name[same])
            same++;
        if (same == own) {
            *seconds = units[i].seconds;
            return true;
        }
    }
    return false;
}

bool cki_text_seconds(const char *text, double *seconds)
{
    char packed[64]; /* without blanks */
    size_t length = 0;
    for (const char *at = text; *at; at++) {
        if (*at == ' ')
            continue;
        if (length == sizeof packed - 1)
            return false;
        packed[length++] = *at;
    }
    packed[length] = '\0';
    char *end = packed;
    double number = 1; /* "ms" alone is one of them */
    if (strchr("0123456789.+-", packed[0]))
        number = strtod(packed, &end);
    if (!length || (end == packed && strchr("0123456789.+-", packed[0])) || !isfinite(number))
        return false;
    double factor = 1;
    if (*end && !unit(end, strlen(end), &factor))
        return false;
    *seconds = number * factor;
    return true;
}

const char *cki_text_duration(double seconds, char buffer[32])
{
    const double minute = 60, hour = 3600, day = 86400;
    if (seconds > 2 * day) {
        double days = floor(seconds / day);
        snprintf(buffer, 32, "%.0fd %.0fhr", days, floor((seconds - days * day) / hour));
    } else if (seconds > 2 * hour) {
        double hours = floor(seconds / hour);
        snprintf(buffer, 32, "%.0fhr %.0fm", hours, floor((seconds - hours * hour) / minute));
    } else if (seconds > 10 * minute) {
        double minutes = floor(seconds / minute);
        snprintf(buffer, 32, "%.0fm %.0fs", minutes, floor(seconds - minutes * minute));
    } else if (seconds >= 1) {
        snprintf(buffer, 32, "%.2f s", seconds);
    } else if (seconds >= 1e-3) {
        snprintf(buffer, 32, "%.2f ms", seconds * 1e3);
    } else {
        snprintf(buffer, 32, "%.2f us", seconds * 1e6);
    }
    return buffer;
}

const char *cki_text_binary_size(uint64_t bytes, char buffer[32])
{
    static const struct {
        const char *name;
        double bytes;
    } sizes[] = {
        {"PiB", 0x1p50}, {"TiB", 0x1p40}, {"GiB", 0x1p30}, {"MiB", 0x1p20}, {"kiB", 0x1p10}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if ((double)bytes >= sizes[i].bytes * 0.9) {
            snprintf(buffer, 32, "%.2f %s", (double)bytes / sizes[i].bytes, sizes[i].name);
            return buffer;
        }
    snprintf(buffer, 32, "%llu B", (unsigned long long)bytes);
    return buffer;
}
