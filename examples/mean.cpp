// The same library from C++17: a mean over one axis.
#include <cask/cask.h>
#include <cstdio>

int main()
{
    cask_options options = {};
    options.threads = 2;
    cask *ck = cask_open(&options);

    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(1000, 100), CASK_SHAPE(100, 100));
    cask_reduce columns = {};
    columns.axes = CASK_AXES(0);
    cask_value *mean = nullptr;
    cask_status status = cask_array_compute(cask_array_mean(cask_array_add(x, x), &columns), &mean);
    if (status == CASK_OK)
        std::printf("%d means, the last %g\n", int(cask_value_shape(mean)[0]),
                    static_cast<const double *>(cask_value_data(mean))[99]);
    else
        std::fprintf(stderr, "%s\n", cask_message(ck));
    cask_value_unref(mean);
    cask_close(ck);
    return status != CASK_OK;
}
