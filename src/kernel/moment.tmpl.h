/* Sums, products and second moments of elements T (float64 or complex128). SKIP 1 passes NaN over.
 * NUMBER(x) is whether x counts, ADD and TIMES are arithmetic, SQUARED(d, e) the real part of d
 * times the conjugate of e, SCALED(d, s) is d / s,
 * SHARED(d, s) is d * s, KEEP(a, b, x) adds with the error to b. */
#define PART(part) CKI_GLUE(CKI_GLUE(part, D), SKIP)

static inline T PART(total)(const T *x, size_t n)
{
    T lane[16], total = ZERO;
    size_t i = 0;

    if (n >= 32) {
        for (int k = 0; k < 16; k++)
            lane[k] = total;
        for (; i + 16 <= n; i += 16) {
            for (int k = 0; k < 16; k++) {
                T v = x[i + (size_t)k];

                lane[k] = ADD(lane[k], CHOSEN(v));
            }
        }
        for (int width = 8; width > 0; width /= 2) {
            for (int k = 0; k < width; k++)
                lane[k] = ADD(lane[k], lane[k + width]);
        }
        total = lane[0];
    }
    for (; i < n; i++)
        total = ADD(total, CHOSEN(x[i]));
    return total;
}

static inline int64_t PART(counted)(const T *x, size_t n)
{
    int64_t count = 0;

    for (size_t i = 0; i < n && SKIP; i++)
        count += NUMBER(x[i]);
    return SKIP ? count : (int64_t)n;
}

static void PART(sum_rows)(const cki_reduce_run *run)
{
    const T *x = run->x;
    T *a = (T *)run->a + run->at, *b = (T *)run->b + run->at;

    for (size_t r = 0; r < run->rows; r++, x += run->columns, a += run->step, b += run->step) {
        KEEP(a, b, PART(total)(x, run->columns));
        if (run->n)
            run->n[run->at + (int64_t)r * run->step] += PART(counted)(x, run->columns);
    }
}

static void PART(sum_columns)(const cki_reduce_run *run)
{
    const T *x = run->x;
    T *a = (T *)run->a + run->at;
    size_t columns = run->columns;

    for (size_t r = 0; r < run->rows; r++, x += columns, a += run->step) {
        CKI_INDEPENDENT
        for (size_t i = 0; i < columns; i++)
            a[i] = ADD(a[i], CHOSEN(x[i]));
        if (run->n) {
            int64_t *n = run->n + run->at + (int64_t)r * run->step;

            for (size_t i = 0; i < columns; i++)
                n[i] += NUMBER(x[i]);
        }
    }
}

static void PART(prod_rows)(const cki_reduce_run *run)
{
    const T *x = run->x;
    T *a = (T *)run->a + run->at;

    for (size_t r = 0; r < run->rows; r++, x += run->columns, a += run->step) {
        for (size_t i = 0; i < run->columns; i++)
            *a = NUMBER(x[i]) || !SKIP ? TIMES(*a, x[i]) : *a;
    }
}

static void PART(prod_columns)(const cki_reduce_run *run)
{
    const T *x = run->x;
    T *a = (T *)run->a + run->at;

    for (size_t r = 0; r < run->rows; r++, x += run->columns, a += run->step) {
        for (size_t i = 0; i < run->columns; i++)
            a[i] = NUMBER(x[i]) || !SKIP ? TIMES(a[i], x[i]) : a[i];
    }
}

/* Chan's combination of two sets of numbers given by count, mean and squared deviations. */
static inline void PART(unite)(T *mean, double *squares, int64_t *n, T mean2, double squares2,
                               int64_t n2)
{
    T d = SUBTRACT(mean2, *mean);
    double all = (double)(*n + n2), share = all > 0 ? (double)n2 / all : 0;

    if (n2 == 0)
        return;
    if (*n == 0) {
        *mean = mean2;
        *squares = squares2;
    } else {
        *squares += squares2 + SQUARED(d, d) * ((double)*n * share);
        *mean = ADD(*mean, SCALED(d, all / (double)n2));
    }
    *n += n2;
}

/* A row in two passes: the mean, then the deviations from it. */
static void PART(var_rows)(const cki_reduce_run *run)
{
    const T *x = run->x;

    for (size_t r = 0; r < run->rows; r++, x += run->columns) {
        int64_t at = run->at + (int64_t)r * run->step, n = PART(counted)(x, run->columns);
        T mean = PART(total)(x, run->columns);
        double lane[8] = {0};
        size_t i = 0;

        mean = SCALED(mean, (double)n);
        for (; i + 8 <= run->columns; i += 8) {
            for (int k = 0; k < 8; k++) {
                T v = x[i + (size_t)k], d = SUBTRACT(v, mean);
                double square = SQUARED(d, d);

                lane[k] += NUMBER(v) || !SKIP ? square : 0;
            }
        }
        for (; i < run->columns; i++) {
            T d = SUBTRACT(x[i], mean);

            lane[0] += NUMBER(x[i]) || !SKIP ? SQUARED(d, d) : 0;
        }
        PART(unite)
        ((T *)run->a + at, (double *)run->b + at, run->n + at, mean,
         ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7])),
         n);
    }
}

/* Columns one element at a time, after Welford. Where all elements count, all columns of a row have
 * had as many. */
static void PART(var_columns)(const cki_reduce_run *run)
{
    const T *x = run->x;

    for (size_t r = 0; r < run->rows; r++, x += run->columns) {
        int64_t at = run->at + (int64_t)r * run->step;
        T *mean = (T *)run->a + at;
        double *squares = (double *)run->b + at;
        int64_t *n = run->n + at;
        double share = 1 / (double)(n[0] + 1);
        (void)share; /* SKIP has a share an element */

        CKI_INDEPENDENT
        for (size_t i = 0; i < run->columns; i++) {
            bool counts = NUMBER(x[i]) || !SKIP;
            double part = SKIP ? 1 / (double)(n[i] + counts) : share;
            T d = SUBTRACT(x[i], mean[i]);
            T moved = ADD(mean[i], SHARED(d, part));
            T e = SUBTRACT(x[i], moved);

            n[i] += counts;
            squares[i] = counts ? squares[i] + SQUARED(d, e) : squares[i];
            mean[i] = counts ? moved : mean[i];
        }
    }
}
#undef PART
