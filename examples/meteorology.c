/* A pile of NetCDF files as one array: the mean over time, a moment's difference from it, and day
 * against night, as maps.
 *
 *   meteorology ['2014-*.nc3' VARIABLE]
 *
 * Without a pattern it makes a pile of its own first: twelve days of temperatures, four a day. */
#include <cask/cask.h>
#include <math.h>
#include <stdio.h>

enum { DAYS = 12, STEPS = 4, LAT = 73, LON = 144 };

/* A warm equator, a season, and a wave of warmth that goes round once a day. */
static cask_status write_day(cask *ck, int day)
{
    const double degree = acos(-1) / 180;
    cask_array lat = cask_array_reshape(cask_array_linspace(ck, 90 * degree, -90 * degree, LAT, 0),
                                        CASK_SHAPE(1, LAT, 1));
    cask_array lon =
        cask_array_reshape(cask_array_arange(ck, CASK_F64, 0, LON, 1, 0), CASK_SHAPE(1, 1, LON));
    cask_array step = cask_array_reshape(cask_array_arange(ck, CASK_F64, 0, STEPS, 1, 0),
                                         CASK_SHAPE(STEPS, 1, 1));
    cask_array wave =
        cask_array_cos(cask_array_add(cask_array_multiply_f64(lon, 360.0 / LON * degree),
                                      cask_array_multiply_f64(step, 360.0 / STEPS * degree)));
    cask_array warm = cask_array_multiply_f64(cask_array_square(cask_array_cos(lat)), 40);
    cask_array t =
        cask_array_add(cask_array_add_f64(warm, 250 + 0.1 * day), cask_array_multiply_f64(wave, 6));

    char path[32];
    snprintf(path, sizeof path, "2014-01-%02d.nc3", day + 1);
    return cask_array_save(t, path, &(cask_saving){.variable = "t2m", .units = "K"});
}

/* The mean over some of the steps, as "::4". */
static cask_array mean_of(cask_array x, const char *steps)
{
    return cask_array_mean(cask_array_slice(x, steps), &(cask_reduce){.axes = CASK_AXES(0)});
}

int main(int argc, char **argv)
{
    cask *ck = cask_open(&(cask_options){.memory_limit = "500MB"});
    cask_status status = CASK_OK;
    for (int day = 0; argc < 3 && day < DAYS && status == CASK_OK; day++)
        status = write_day(ck, day);

    cask_array x = cask_array_from_netcdf(ck, argc > 2 ? argv[1] : "2014-*.nc3",
                                          argc > 2 ? argv[2] : "t2m", NULL);
    cask_array mean = mean_of(x, ":");
    cask_array moment = cask_array_subtract(cask_array_slice(x, "10"), mean);
    cask_array day_night = cask_array_subtract(mean_of(x, "::4"), mean_of(x, "2::4"));

    if (status == CASK_OK)
        status = cask_array_save(mean, "mean.png", &(cask_saving){.cmap = "bone", .units = "K"});
    if (status == CASK_OK)
        status = cask_array_save(moment, "moment.png", &(cask_saving){.cmap = "RdBu_r"});
    if (status == CASK_OK)
        status = cask_array_save(day_night, "day-night.png", &(cask_saving){.cmap = "RdBu_r"});
    cask_value *largest = NULL;
    if (status == CASK_OK)
        status = cask_array_compute(cask_array_max(day_night, NULL), &largest);
    cask_shape shape = cask_array_shape(x);
    if (status == CASK_OK)
        printf("(%lld, %lld, %lld): midnight and noon differ by up to %.2f K\n",
               (long long)shape.sizes[0], (long long)shape.sizes[1], (long long)shape.sizes[2],
               cask_value_f64(largest));
    else
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_value_unref(largest);
    cask_close(ck);
    return status != CASK_OK;
}
