/* Fourier transforms: plans of passes by the factors of the length, and Bluestein's chirp where one
 * of them is a large prime. */
#include "kernel/fft.h"
#include "core/memory.h"
#include "kernel/fft_grid.h"
#include "kernel/loop.h"

#include <math.h>
#include <string.h>

enum { STAGES = 44 }; /* of CKI_FFT_MOST = 2**40 */

struct cki_fft {
    int64_t n;
    int nstages;
    cki_fft_stage stages[STAGES];
    double *twiddles; /* of all stages */
    /* L. I. Bluestein, A linear filtering approach to the computation of the discrete Fourier
     * transform, 1970: x[k] = conj(c[k]) * (convolution of x * conj(c) and c). */
    double *chirp;  /* n pairs: exp(pi i j^2 / n) */
    double *filter; /* the transform of c, divided by its length */
    cki_fft *inner;
    cki_fft_grid *grid; /* of long ones, instead of passes */
};

static const cki_fft_loops *loops(void)
{
    const char *isa = cki_loop_vector()->isa;
#if defined(__x86_64__)
    if (!strcmp(isa, "x86-64-v4"))
        return cki_fft_v4;
    if (!strcmp(isa, "x86-64-v3"))
        return cki_fft_v3;
#endif
    (void)isa;
    return cki_fft_baseline;
}

int cki_fft_lanes(void)
{
    return loops()[1].lanes;
}

/* ---- roots of unity ---- */

/* All of exp(-2 pi i k / n) from about 2 sqrt(n) of them, each the product of a coarse and a fine
 * one; in long double, so that what is rounded to double is right almost always. */
typedef struct circle {
    int64_t n;
    int shift;
    long double *coarse, *fine; /* pairs */
} circle;

/* By its angle within an eighth of the circle, where sine and cosine are best. */
static void place(int64_t k, int64_t n, long double *at)
{
    int64_t octant = 0;
    long double part = (long double)k / (long double)n, angle;
    const long double tau = 6.283185307179586476925286766559L;
    octant = (int64_t)floorl(8 * part + 0.5L); /* the nearest multiple of 45 degrees */
    /* k / n - octant / 8, from integers: n < 2**41 */
    angle = tau * ((long double)(8 * k - octant * n) / (8 * (long double)n));
    long double c = cosl(angle), s = sinl(angle), diagonal = 0.70710678118654752440084436210485L;
    static const int turns[8][2] = {{1, 0},  {1, 1},   {0, 1},  {-1, 1},
                                    {-1, 0}, {-1, -1}, {0, -1}, {1, -1}};
    const int *t = turns[octant & 7];
    long double r = (octant & 1) ? diagonal : 1.0L;
    at[0] = r * ((long double)t[0] * c - (long double)t[1] * s);
    at[1] = -r * ((long double)t[0] * s + (long double)t[1] * c);
}

static bool circle_open(circle *c, int64_t n, cki_error *error)
{
    *c = (circle){.n = n};
    while (((int64_t)1 << (2 * c->shift)) < n)
        c->shift++;
    int64_t fine = (int64_t)1 << c->shift, coarse = (n >> c->shift) + 1;
    c->fine = cki_memory_calloc((size_t)fine, 2 * sizeof *c->fine);
    c->coarse = cki_memory_calloc((size_t)coarse, 2 * sizeof *c->coarse);
    if (!c->fine || !c->coarse) {
        cki_fail_memory(error, (size_t)(fine + coarse) * 2 * sizeof *c->fine);
        return false;
    }
    for (int64_t i = 0; i < fine; i++)
        place(i, n, c->fine + 2 * i);
    for (int64_t i = 0; i < coarse; i++)
        place(i << c->shift, n, c->coarse + 2 * i);
    return true;
}

static void circle_close(circle *c)
{
    cki_memory_free(c->fine);
    cki_memory_free(c->coarse);
}

/* exp(-2 pi i k / n) for 0 <= k < n; of the two halves of the circle one mirrors the other. */
static void circle_root(const circle *c, int64_t k, double *root)
{
    bool below = 2 * k > c->n;
    if (below)
        k = c->n - k;
    const long double *a = c->fine + 2 * (k & (((int64_t)1 << c->shift) - 1));
    const long double *b = c->coarse + 2 * (k >> c->shift);
    double im = (double)(a[0] * b[1] + a[1] * b[0]);
    root[0] = (double)(a[0] * b[0] - a[1] * b[1]);
    root[1] = below ? -im : im;
}

double *cki_fft_roots(int64_t n, int64_t count, int64_t step, cki_error *error)
{
    circle c = {0};
    double *roots = NULL;
    if (!circle_open(&c, n, error))
        goto out;
    roots = cki_memory_calloc((size_t)count, 2 * sizeof *roots);
    if (!roots)
        cki_fail_memory(error, (size_t)count * 2 * sizeof *roots);
    for (int64_t k = 0; roots && k < count; k++)
        circle_root(&c, k * step % n, roots + 2 * k);
out:
    circle_close(&c);
    return roots;
}

/* ---- plans ---- */

/* The radices of a length, fours first, as they are the fastest; 0 if one would be too large. */
static int factorise(int64_t n, int *radices)
{
    int count = 0;
    for (; n % 4 == 0; n /= 4)
        radices[count++] = 4;
    if (n % 2 == 0) {
        radices[count++] = 2;
        n /= 2;
    }
    for (int p = 3; p <= CKI_FFT_RADIX && n > 1; p += 2)
        for (; n % p == 0; n /= p)
            radices[count++] = p;
    return n > 1 ? 0 : count;
}

static bool has_passes(int64_t n)
{
    int radices[STAGES];
    return n == 1 || factorise(n, radices) > 0;
}

/* The least length from `least` on that has factors 2, 3 and 5 only. */
static int64_t good_length(int64_t least)
{
    int64_t best = INT64_MAX;
    for (int64_t five = 1; five < 5 * least; five *= 5)
        for (int64_t three = five; three < 3 * least; three *= 3) {
            int64_t n = three;
            while (n < least)
                n *= 2;
            best = n < best ? n : best;
        }
    return best;
}

/* The sides of the grid of a long transform, as near to each other as its radices let them be. */
static bool sides_of(int64_t n, int64_t *a, int64_t *b)
{
    int radices[STAGES], count = n >= CKI_FFT_LONG ? factorise(n, radices) : 0;
    *a = *b = 1;
    for (int i = count - 1; i >= 0; i--) /* large ones first */
        *(*a < *b ? a : b) *= radices[i];
    return count > 0;
}

/* Beside a line of a length that has passes. */
static int64_t work_of(int64_t n)
{
    int64_t a, b;
    return sides_of(n, &a, &b) ? cki_fft_grid_work(a, b) : n;
}

int64_t cki_fft_work(int64_t n)
{
    int64_t inner = has_passes(n) ? 0 : good_length(2 * n - 1);
    return inner ? inner + work_of(inner) : work_of(n);
}

int64_t cki_fft_plan_bytes(int64_t n)
{
    int64_t pairs = has_passes(n) ? n : n + 2 * good_length(2 * n - 1);
    return (pairs + 2 * CKI_FFT_RADIX * STAGES) * 2 * (int64_t)sizeof(double) +
           (int64_t)sizeof(cki_fft) * 2;
}

/* Twiddles and roots of each stage, in one piece of memory. */
static bool fill_stages(cki_fft *plan, const int *radices, cki_error *error)
{
    int64_t l1 = 1, pairs = 0;
    for (int s = 0; s < plan->nstages; s++) {
        int64_t ido = plan->n / (l1 * radices[s]);
        plan->stages[s] = (cki_fft_stage){.radix = radices[s], .l1 = l1, .ido = ido};
        pairs += (radices[s] - 1) * ido + radices[s];
        l1 *= radices[s];
    }
    circle c = {0};
    double *at = plan->twiddles = cki_memory_calloc((size_t)pairs, 2 * sizeof *at);
    if (!at) {
        cki_fail_memory(error, (size_t)pairs * 2 * sizeof *at);
        return false;
    }
    bool opened = circle_open(&c, plan->n, error);
    for (int s = 0; opened && s < plan->nstages; s++) {
        cki_fft_stage *stage = &plan->stages[s];
        stage->twiddles = at;
        for (int64_t j = 1; j < stage->radix; j++)
            for (int64_t i = 0; i < stage->ido; i++, at += 2)
                circle_root(&c, j * stage->l1 * i, at);
        stage->roots = at;
        for (int64_t k = 0; k < stage->radix; k++, at += 2)
            circle_root(&c, k * (plan->n / stage->radix), at);
    }
    circle_close(&c);
    return opened;
}

/* A plan of passes; its stages are empty where the length has none. */
static cki_fft *make_short(int64_t n, cki_error *error)
{
    int radices[STAGES];
    cki_fft *plan = cki_memory_calloc(1, sizeof *plan);
    if (!plan) {
        cki_fail_memory(error, sizeof *plan);
        return NULL;
    }
    plan->n = n;
    plan->nstages = factorise(n, radices);
    if (plan->nstages && !fill_stages(plan, radices, error)) {
        cki_fft_free(plan);
        return NULL;
    }
    return plan;
}

/* The same, of a grid where it is long: then its sides have passes. */
static cki_fft *make(int64_t n, cki_error *error)
{
    int64_t a, b;
    if (!sides_of(n, &a, &b))
        return make_short(n, error);
    cki_fft *plan = cki_memory_calloc(1, sizeof *plan);
    if (plan) {
        cki_fft *down = make_short(a, error), *across = make_short(b, error);
        plan->n = n;
        plan->grid = cki_fft_grid_new(down, a, across, b, error);
    } else {
        cki_fail_memory(error, sizeof *plan);
    }
    if (plan && !plan->grid) {
        cki_memory_free(plan);
        return NULL;
    }
    return plan;
}

/* The chirp, and the transform of its filter. */
static bool fill_chirp(cki_fft *plan, cki_error *error)
{
    const int64_t n = plan->n;
    double *roots = cki_fft_roots(2 * n, 2 * n, 1, error), *work = NULL;
    plan->inner = make(good_length(2 * n - 1), error);
    size_t length = plan->inner ? (size_t)plan->inner->n : 0;
    plan->chirp = cki_memory_calloc((size_t)n, 2 * sizeof(double));
    plan->filter = cki_memory_calloc(length, 2 * sizeof(double));
    work = cki_memory_calloc(length ? (size_t)work_of((int64_t)length) : 0, 2 * sizeof(double));
    bool made = roots && plan->inner && plan->chirp && plan->filter && work;
    if (!made) {
        cki_fail_memory(error, length * 2 * sizeof(double));
    } else {
        int64_t square = 0; /* j * j modulo 2 n */
        for (int64_t j = 0; j < n; j++) {
            plan->chirp[2 * j] = roots[2 * square];
            plan->chirp[2 * j + 1] = -roots[2 * square + 1];
            square += 2 * j + 1;
            square -= square >= 2 * n ? 2 * n : 0;
        }
        for (int64_t j = 0; j < n; j++)
            for (int64_t part = 0; part < 2; part++) {
                double value = plan->chirp[2 * j + part] / (double)length;
                plan->filter[2 * j + part] = value;
                if (j)
                    plan->filter[2 * ((int64_t)length - j) + part] = value;
            }
        double *done = cki_fft_run(plan->inner, plan->filter, work, 1);
        if (done == work)
            memcpy(plan->filter, work, length * 2 * sizeof(double));
    }
    cki_memory_free(roots);
    cki_memory_free(work);
    return made;
}

cki_fft *cki_fft_new(int64_t n, cki_error *error)
{
    cki_fft *plan = make(n, error);
    if (plan && n > 1 && !plan->nstages && !plan->grid && !fill_chirp(plan, error)) {
        cki_fft_free(plan);
        return NULL;
    }
    return plan;
}

void cki_fft_free(cki_fft *plan)
{
    if (!plan)
        return;
    if (plan->inner) { /* which has passes or a grid, and so no inner plan of its own */
        cki_fft_grid_free(plan->inner->grid);
        cki_memory_free(plan->inner->twiddles);
        cki_memory_free(plan->inner);
    }
    cki_fft_grid_free(plan->grid);
    cki_memory_free(plan->twiddles);
    cki_memory_free(plan->chirp);
    cki_memory_free(plan->filter);
    cki_memory_free(plan);
}

/* ---- runs ---- */

static double *run_passes(const cki_fft *plan, double *line, double *work,
                          const cki_fft_loops *lanes)
{
    if (plan->grid)
        return cki_fft_grid_run(plan->grid, line, work, lanes->lanes);
    for (int s = 0; s < plan->nstages; s++) {
        lanes->pass(&plan->stages[s], line, work);
        double *swap = line;
        line = work;
        work = swap;
    }
    return line;
}

double *cki_fft_run(const cki_fft *plan, double *line, double *work, int lanes)
{
    const cki_fft_loops *own = &loops()[lanes > 1];
    if (!plan->inner)
        return run_passes(plan, line, work, own);
    const int64_t n = plan->n, length = plan->inner->n;
    double *other = work + 2 * lanes * length;
    own->twist(line, plan->chirp, n, false, true, work);
    memset(work + 2 * lanes * n, 0, (size_t)(2 * lanes * (length - n)) * sizeof *work);
    double *done = run_passes(plan->inner, work, other, own);
    other = done == work ? other : work;
    /* the inverse is the transform with real and imaginary parts exchanged, before and after */
    own->twist(done, plan->filter, length, true, false, done);
    done = run_passes(plan->inner, done, other, own);
    for (int64_t i = 0; i < n; i++) {
        double *at = done + 2 * lanes * i;
        for (int lane = 0; lane < lanes; lane++) {
            double re = at[lane];
            at[lane] = at[lane + lanes];
            at[lane + lanes] = re;
        }
    }
    own->twist(done, plan->chirp, n, false, true, line);
    return line;
}

void cki_fft_split(const double *line, const double *roots, int64_t m, double *out, int lanes)
{
    loops()[lanes > 1].split(line, roots, m, out);
}

void cki_fft_merge(const double *half, const double *roots, int64_t m, double *line, int lanes)
{
    loops()[lanes > 1].merge(half, roots, m, line);
}
