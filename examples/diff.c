/* July minus January: the mean wind speed of two months, from a NetCDF file to a picture.
 *
 *   diff [IN.nc [OUT.png]]
 *
 * The file is the one of Debian's ferret-datasets: eleven years of monthly winds, u and v. Nothing
 * is read before the end, and then only the months that are wanted. */
#include <cask/cask.h>
#include <stdio.h>

/* The mean over every twelfth month from `first` on, as "6::12". */
static cask_array mean_of(cask_array speed, const char *months)
{
    return cask_array_mean(cask_array_slice(speed, months), &(cask_reduce){.axes = CASK_AXES(0)});
}

int main(int argc, char **argv)
{
    const char *in = argc > 1 ? argv[1] : "/usr/share/ferret-vis/data/monthly_navy_winds.cdf";
    const char *out = argc > 2 ? argv[2] : "diff.png";
    cask *ck = cask_open(&(cask_options){.memory_limit = "500MB"});

    cask_array u = cask_array_from_netcdf(ck, in, "UWND", NULL);
    cask_array v = cask_array_from_netcdf(ck, in, "VWND", NULL);
    cask_array speed = cask_array_hypot(u, v);
    cask_array diff = cask_array_subtract(mean_of(speed, "6::12"), mean_of(speed, "0::12"));

    const cask_array ends[] = {cask_array_min(diff, NULL), cask_array_max(diff, NULL)};
    cask_value *values[2] = {NULL, NULL};
    cask_status status = cask_arrays_compute(ends, 2, values);
    if (status == CASK_OK)
        status = cask_array_save(diff, out, &(cask_saving){.cmap = "RdBu_r", .units = "m/s"});

    /* One check for all the calls above: the first failure is kept. */
    if (status == CASK_OK)
        printf("from %.3f to %.3f m/s, drawn in %s\n", cask_value_f64(values[0]),
               cask_value_f64(values[1]), out);
    else
        fprintf(stderr, "%s\n", cask_message(ck));

    cask_value_unref(values[0]);
    cask_value_unref(values[1]);
    cask_close(ck);
    return status != CASK_OK;
}
