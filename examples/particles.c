/* The Lennard-Jones potential of a cloud of particles, from all pairs at once.
 *
 *   particles [COUNT]
 *
 * With the distances of all pairs written as one broadcast array, of COUNT * COUNT * 3 numbers, no
 * more of it ever exists than the blocks that are being worked on. */
#include <cask/cask.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 500 };

/* 4 * (r^-12 - r^-6) from squared distances; nothing of a particle with itself. */
static cask_array potential(cask_array squared)
{
    cask_array other = cask_array_greater_f64(squared, 0);
    cask_array apart = cask_array_where(other, squared, cask_array_add_f64(squared, INFINITY));
    cask_array sixth = cask_array_power_f64(apart, -3);
    return cask_array_multiply_f64(cask_array_subtract(cask_array_square(sixth), sixth), 4);
}

/* The same with two loops. */
static double by_hand(const double *at, int64_t count)
{
    double energy = 0;
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < i; j++) {
            double squared = 0;
            for (int k = 0; k < 3; k++)
                squared += (at[3 * i + k] - at[3 * j + k]) * (at[3 * i + k] - at[3 * j + k]);
            double sixth = 1 / (squared * squared * squared);
            energy += 4 * (sixth * sixth - sixth);
        }
    return energy;
}

int main(int argc, char **argv)
{
    int64_t count = argc > 1 ? atoll(argv[1]) : 2000;
    cask *ck = cask_open(NULL);
    cask_array at = cask_array_random(ck, "normal", CASK_ARGUMENTS(0, 500), CASK_SHAPE(count, 3),
                                      &(cask_random){.chunks = CASK_SHAPE(CHUNK, 3)});

    cask_array apart =
        cask_array_subtract(cask_array_slice(at, ":, None, :"), cask_array_slice(at, "None, :, :"));
    cask_array squared =
        cask_array_sum(cask_array_square(apart), &(cask_reduce){.axes = CASK_AXES(2)});
    cask_array energy = cask_array_multiply_f64(cask_array_sum(potential(squared), NULL), 0.5);

    const cask_array asked[] = {energy, at};
    cask_value *values[2] = {NULL, NULL};
    cask_status status = cask_arrays_compute(asked, 2, values);
    if (status == CASK_OK) {
        double wanted = by_hand(cask_value_data(values[1]), count), got = cask_value_f64(values[0]);
        printf("%lld particles, the same as by hand: %s\n", (long long)count,
               fabs(got - wanted) <= 1e-9 * fabs(wanted) ? "yes" : "no");
    } else {
        fprintf(stderr, "%s\n", cask_message(ck));
    }
    cask_value_unref(values[0]);
    cask_value_unref(values[1]);
    cask_close(ck);
    return status != CASK_OK;
}
