/* A search that feeds itself: ten points are tried at a time; each that comes back is the reason
 * for the next one. It goes down Rosenbrock's valley towards (1, 1). */
#include <cask/cask.h>
#include <stdio.h>

enum { IN_FLIGHT = 10 };

/* A number from 0 to 1, the same ones in every run. */
static double draw(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (double)((x ^ x >> 31) >> 11) * 0x1p-53;
}

/* (x, y) to (x, y, score). */
static cask_future *submit(cask *ck, double x, double y)
{
    return cask_submit_call(
        ck, CASK_ARGUMENTS("lambda x, y: (x, y, (1 - x) ** 2 + 2 * (y - x ** 2) ** 2)", x, y),
        NULL);
}

/* One of the three numbers in a result. */
static double part(cask *ck, cask_future *future, int i)
{
    cask_value *value;
    cask_future *item = cask_submit(ck, "getitem", future, i);
    cask_status status = cask_future_result(item, &value);
    double number = status == CASK_OK ? cask_value_f64(value) : 1e9;
    cask_value_unref(value);
    cask_future_release(item);
    return number;
}

int main(void)
{
    cask *ck = cask_open(NULL);
    uint64_t seed = 1;
    double best[3] = {0, 0, 1}, scale = 5;
    int tried = 0;
    cask_completion *points = cask_as_completed(NULL, 0);
    cask_status status = points ? CASK_OK : CASK_MEMORY;
    for (int i = 0; i < IN_FLIGHT && status == CASK_OK; i++) {
        cask_future *point = submit(ck, (draw(&seed) - 0.5) * scale, (draw(&seed) - 0.5) * scale);
        status = cask_completion_add(points, point);
        cask_future_release(point);
    }
    for (cask_future *point; status == CASK_OK && (point = cask_completion_next(points));) {
        double score = part(ck, point, 2);
        if (score < best[2]) {
            best[0] = part(ck, point, 0);
            best[1] = part(ck, point, 1);
            best[2] = score;
        }
        cask_future_release(point);
        tried++;
        scale *= 0.99;
        if (scale < 0.001)
            continue; /* no new ones: those in flight come in */
        cask_future *next = submit(ck, best[0] + (draw(&seed) - 0.5) * scale,
                                   best[1] + (draw(&seed) - 0.5) * scale);
        status = cask_completion_add(points, next);
        cask_future_release(next);
    }
    cask_completion_free(points);
    bool near = best[0] > 0.98 && best[0] < 1.02 && best[1] > 0.96 && best[1] < 1.04;
    printf("%d points tried; the best is %s (1, 1)\n", tried, near ? "near" : "far from");
    cask_close(ck);
    return status != CASK_OK || !near;
}
