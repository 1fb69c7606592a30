/* A plug-in: functions of one's own for the command and for every program that loads it.
 *
 *   cc -shared -fPIC plugin.c $(pkg-config --cflags cask) -o libgeo.so
 *   cask eval --preload ./libgeo.so "geo.hypot(3, 4)"
 *
 * What it calls of cask comes from the program that loads it. */
#include <cask/cask.h>
#include <math.h>

static cask_value *hypotenuse(cask_call *call)
{
    if (cask_call_count(call) != 2)
        return cask_call_fail(call, CASK_TYPE, "geo.hypot() takes 2 arguments but %zu were given",
                              cask_call_count(call));
    return cask_value_from_float(sqrt(pow(cask_value_f64(cask_call_argument(call, 0)), 2) +
                                      pow(cask_value_f64(cask_call_argument(call, 1)), 2)));
}

/* A factor by name, as geo.scale(x, by=3). */
static cask_value *scale(cask_call *call)
{
    const cask_value *by = cask_call_named(call, "by");
    return cask_value_from_float(cask_value_f64(cask_call_argument(call, 0)) *
                                 (by ? cask_value_f64(by) : 1));
}

static const cask_function functions[] = {
    {.name = "geo.hypot", .run = hypotenuse, .doc = "The longest side of a right triangle."},
    {.name = "geo.scale", .run = scale, .doc = "A number times another.", .cheap = true}};

CASK_API
cask_status cask_plugin(cask *ck);

cask_status cask_plugin(cask *ck)
{
    return cask_register(ck, functions, sizeof functions / sizeof *functions);
}
