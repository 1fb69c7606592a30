/* Ticks at round numbers: 1, 2, 5 times a power of ten, or the round numbers of a circle or of the
 * calendar. */
#include "io/ticks.h"
#include "value/dtype.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double decimal_step(double least)
{
    double power = pow(10, floor(log10(least)));
    static const double steps[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++)
        if (steps[i] * power >= least * (1 - 1e-9))
            return steps[i] * power;
    return 10 * power;
}

static double degree_step(double least)
{
    static const double steps[] = {1, 2, 5, 10, 15, 20, 30, 45, 60, 90};
    if (least < 1)
        return decimal_step(least);
    for (int i = 0; i < 10; i++)
        if (steps[i] >= least * (1 - 1e-9))
            return steps[i];
    return 180;
}

static int decimals_of(double step)
{
    int decimals = (int)ceil(-log10(step) - 1e-9);
    return decimals < 0 ? 0 : decimals > 12 ? 12 : decimals;
}

static void label_degrees(double value, double step, cki_ticks_style style, char *label,
                          size_t room)
{
    const char *side = "";
    if (style == CKI_TICKS_LONGITUDE) {
        value = fmod(value, 360);
        if (value > 180)
            value -= 360;
        else if (value <= -180)
            value += 360;
        if (value != 0 && value != 180)
            side = value < 0 ? "W" : "E";
    } else if (value != 0) {
        side = value < 0 ? "S" : "N";
    }
    snprintf(label, room, "%.*f°%s", decimals_of(step), fabs(value), side);
}

static void label_plain(double value, double step, double largest, char *label, size_t room)
{
    char digits[32];
    if (largest >= 1e6 || largest < 1e-4) {
        int precision = (int)floor(log10(largest)) - (int)floor(log10(step));
        snprintf(digits, sizeof digits, "%.*e",
                 precision < 0   ? 0
                 : precision > 8 ? 8
                                 : precision,
                 fabs(value));
    } else {
        snprintf(digits, sizeof digits, "%.*f", decimals_of(step), fabs(value));
    }
    snprintf(label, room, "%s%.24s", value < 0 ? "−" : "", value == 0 ? "0" : digits);
}

/* ---- times ---- */

enum { YEAR_0 = 12 * 1970 }; /* months before 1970 */

static void add_time(cki_ticks *ticks, double seconds, cki_unit unit)
{
    const cki_dtype dtype = {.id = CASK_DATETIME, .unit = CKI_UNIT_SECOND, .count = 1};
    /* "2014-03-05T06:00:00", of which each unit shows its own part */
    static const struct {
        int from, to;
    } parts[] = {[CKI_UNIT_YEAR] = {0, 4},
                 [CKI_UNIT_MONTH] = {0, 7},
                 [CKI_UNIT_DAY] = {0, 10},
                 [CKI_UNIT_HOUR] = {11, 16},
                 [CKI_UNIT_SECOND] = {11, 19}};
    char text[64];
    cki_dtype_time_text((int64_t)seconds, dtype, text);
    size_t year = strcspn(text + 1, "-") + 1 - 4; /* digits beyond four */
    if (strlen(text) < year + 19)
        return;
    bool midnight = unit >= CKI_UNIT_HOUR && fmod(seconds, 86400) == 0;
    int from = midnight ? 0 : parts[unit].from, to = midnight ? 10 : parts[unit].to;
    size_t begin = from ? (size_t)from + year : 0, end = (size_t)to + year;
    snprintf(ticks->label[ticks->count], sizeof ticks->label[0], "%.*s", (int)(end - begin),
             text + begin);
    ticks->at[ticks->count++] = seconds;
}

/* Months counted from January 1970, as seconds. */
static double month_start(int64_t month)
{
    const cki_dtype months = {.id = CASK_DATETIME, .unit = CKI_UNIT_MONTH, .count = 1};
    const cki_dtype seconds = {.id = CASK_DATETIME, .unit = CKI_UNIT_SECOND, .count = 1};
    int64_t start = 0;
    return cki_dtype_time_cast(month, months, seconds, &start) == CASK_OK ? (double)start
                                                                          : (double)NAN;
}

static void make_months(double low, double high, int64_t step, cki_ticks *ticks)
{
    const cki_dtype months = {.id = CASK_DATETIME, .unit = CKI_UNIT_MONTH, .count = 1};
    const cki_dtype seconds = {.id = CASK_DATETIME, .unit = CKI_UNIT_SECOND, .count = 1};
    int64_t month = 0;
    if (cki_dtype_time_cast((int64_t)floor(low), seconds, months, &month) != CASK_OK)
        return;
    month += YEAR_0;
    month = (int64_t)floor((double)month / (double)step) * step - YEAR_0;
    for (; ticks->count < CKI_TICKS_MOST; month += step) {
        double at = month_start(month);
        if (!(at <= high))
            break;
        if (at >= low)
            add_time(ticks, at, step % 12 ? CKI_UNIT_MONTH : CKI_UNIT_YEAR);
    }
}

static void make_times(double low, double high, int most, cki_ticks *ticks)
{
    static const double steps[] = {1,     2,     5,     10,    15,     30,     60,
                                   120,   300,   600,   900,   1800,   3600,   7200,
                                   10800, 21600, 43200, 86400, 172800, 432000, 864000};
    static const int months[] = {1, 2, 3, 6, 12};
    double least = (high - low) / most;
    if (fabs(low) > 9e15 || fabs(high) > 9e15) /* beyond what whole seconds tell apart */
        return;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i] < least)
            continue;
        cki_unit unit = steps[i] >= 86400 ? CKI_UNIT_DAY
                        : steps[i] >= 60  ? CKI_UNIT_HOUR
                                          : CKI_UNIT_SECOND;
        for (double k = ceil(low / steps[i]); k * steps[i] <= high; k++)
            if (ticks->count < CKI_TICKS_MOST)
                add_time(ticks, k * steps[i], unit);
        return;
    }
    double wanted = least / (30.44 * 86400);
    for (size_t i = 0; i < sizeof months / sizeof *months; i++)
        if (months[i] >= wanted) {
            make_months(low, high, months[i], ticks);
            return;
        }
    make_months(low, high, 12 * (int64_t)decimal_step(wanted / 12), ticks);
}

void cki_ticks_make(double low, double high, int most, cki_ticks_style style, cki_ticks *ticks)
{
    ticks->count = 0;
    if (most > CKI_TICKS_MOST)
        most = CKI_TICKS_MOST;
    double span = high - low;
    if (!(span > 0) || !isfinite(span) || most < 1)
        return;
    if (style == CKI_TICKS_TIME) {
        make_times(low, high, most, ticks);
        return;
    }
    double least = span / most;
    double step = style == CKI_TICKS_PLAIN ? decimal_step(least) : degree_step(least);
    double largest = fmax(fabs(low), fabs(high));
    for (double i = ceil(low / step - 1e-6); ticks->count < CKI_TICKS_MOST; i++) {
        double value = i * step;
        if (value > high + step * 1e-6)
            break;
        char *label = ticks->label[ticks->count];
        ticks->at[ticks->count++] = value;
        if (style == CKI_TICKS_PLAIN)
            label_plain(value, step, largest, label, sizeof ticks->label[0]);
        else
            label_degrees(value, step, style, label, sizeof ticks->label[0]);
    }
}
