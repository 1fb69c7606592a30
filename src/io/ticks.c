/* Ticks at round numbers: 1, 2, 5 times a power of ten, or the round numbers of a circle. */
#include "io/ticks.h"

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

void cki_ticks_make(double low, double high, int most, cki_ticks_style style, cki_ticks *ticks)
{
    ticks->count = 0;
    if (most > CKI_TICKS_MOST)
        most = CKI_TICKS_MOST;
    double span = high - low;
    if (!(span > 0) || !isfinite(span) || most < 1)
        return;
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
