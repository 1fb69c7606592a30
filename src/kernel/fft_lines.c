/* Fourier transforms of the lines of an array: as many lines at once as the vectors have lanes, and
 * lines of real numbers as complex ones of half the length where that is even. */
#include "kernel/fft_lines.h"
#include "core/memory.h"
#include "kernel/fft.h"

#include <string.h>

enum { MOST_LANES = 8 };

struct cki_fft_shared {
    cki_fft_lines spec;
    cki_fft *plan;
    double *roots; /* to split and merge; NULL if lines are not halved */
    int64_t half;  /* n / 2 then, else 0 */
};

/* Real lines are complex ones of half the length, where that is whole. */
static int64_t half_of(const cki_fft_lines *spec)
{
    bool real = spec->kind != CKI_FFT_COMPLEX || spec->real;
    return real && spec->n % 2 == 0 ? spec->n / 2 : 0;
}

cki_fft_shared *cki_fft_lines_open(const cki_fft_lines *spec, cki_error *error)
{
    cki_fft_shared *shared = cki_memory_calloc(1, sizeof *shared);
    if (!shared) {
        cki_fail_memory(error, sizeof *shared);
        return NULL;
    }
    shared->spec = *spec;
    shared->half = half_of(spec);
    shared->plan = cki_fft_new(shared->half ? shared->half : spec->n, error);
    if (shared->half)
        shared->roots = cki_fft_roots(spec->n, shared->half + 1, 1, error);
    if (!shared->plan || (shared->half && !shared->roots)) {
        cki_fft_lines_close(shared);
        return NULL;
    }
    return shared;
}

void cki_fft_lines_close(cki_fft_shared *shared)
{
    if (!shared)
        return;
    cki_fft_free(shared->plan);
    cki_memory_free(shared->roots);
    cki_memory_free(shared);
}

int64_t cki_fft_lines_length(const cki_fft_lines *spec)
{
    return spec->kind == CKI_FFT_REAL ? spec->n / 2 + 1 : spec->n;
}

/* Doubles of a line, with what halves of real ones are made of or into behind it. */
static int64_t line_doubles(int64_t n, int64_t half)
{
    return 2 * (half ? 2 * (half + 1) : n);
}

/* The same and those of the plan's memory beside it. */
static int64_t all_doubles(int64_t n, int64_t half)
{
    return line_doubles(n, half) + 2 * cki_fft_work(half ? half : n);
}

/* Lines go one by one where there are fewer than lanes. */
static int lanes_for(int64_t lines)
{
    const int wide = cki_fft_lanes();
    return lines >= wide && wide <= MOST_LANES ? wide : 1;
}

size_t cki_fft_lines_bytes(const cki_fft_lines *spec, int64_t lines)
{
    const int64_t half = half_of(spec);
    return (size_t)(all_doubles(spec->n, half) * lanes_for(lines)) * sizeof(double) +
           (size_t)cki_fft_plan_bytes(half ? half : spec->n) +
           (size_t)(half + 1) * 2 * sizeof(double);
}

/* Where lines begin and how far apart their elements are, in bytes. */
typedef struct lanes {
    int count;
    const unsigned char *from[MOST_LANES];
    unsigned char *to[MOST_LANES];
    int64_t in_stride, out_stride;
    int64_t in_length, out_length;
} lanes;

/* Which numbers of a line go with a complex one: the real part of number i is `by * i` elements
 * from the line's beginning, and the imaginary part `gap` bytes from it (0 where all elements are
 * one in memory), unless it is `alone`. */
typedef struct pairing {
    int64_t by, gap;
    double sign; /* of the imaginary part */
    bool alone;
} pairing;

/* How many of `count` numbers are in the line: the real parts, and the imaginary ones, which in a
 * line of reals are elements of their own. */
static void inside(const lanes *l, const pairing *p, int64_t count, int64_t *re, int64_t *im)
{
    *re = (l->in_length + p->by - 1) / p->by;
    *im = p->alone ? 0 : p->by == 1 ? *re : l->in_length / p->by;
    *re = *re < count ? *re : count;
    *im = *im < count ? *im : count;
}

/* `count` numbers of each line, with zeros beyond its end, to `re` and `im`: element after element,
 * so that those of all lanes are written together. */
static inline void load_by(const lanes *l, const pairing *p, int64_t count, double *re, double *im,
                           int width)
{
    int64_t nre, nim;
    const int64_t by = p->by * l->in_stride;
    inside(l, p, count, &nre, &nim);
    for (int64_t i = 0; i < count; i++, re += 2 * width, im += 2 * width)
        for (int lane = 0; lane < width; lane++) {
            const unsigned char *at = l->from[lane] + i * by;
            re[lane] = im[lane] = 0;
            if (i < nre)
                memcpy(&re[lane], at, sizeof *re);
            if (i < nim)
                memcpy(&im[lane], at + p->gap, sizeof *im);
            im[lane] *= p->sign;
        }
}

static inline void store_by(const lanes *l, const double *re, const double *im, double factor,
                            const pairing *p, int64_t first, int64_t count, int width)
{
    const int64_t by = p->by * l->out_stride;
    const double turned = factor * p->sign;
    for (int64_t i = 0; i < count; i++, re += 2 * width, im += 2 * width)
        for (int lane = 0; lane < width; lane++) {
            unsigned char *at = l->to[lane] + first * l->out_stride + i * by;
            double x = re[lane] * factor, y = im[lane] * turned;
            memcpy(at, &x, sizeof x);
            if (!p->alone)
                memcpy(at + p->gap, &y, sizeof y);
        }
}

/* The widths that there are, as constants. */
static void load(const lanes *l, pairing p, int64_t count, double *re, double *im)
{
    switch (l->count) {
    case 8:
        load_by(l, &p, count, re, im, 8);
        break;
    case 4:
        load_by(l, &p, count, re, im, 4);
        break;
    default:
        load_by(l, &p, count, re, im, l->count);
    }
}

static void store(const lanes *l, const double *re, const double *im, double factor, pairing p,
                  int64_t first, int64_t count)
{
    switch (l->count) {
    case 8:
        store_by(l, re, im, factor, &p, first, count, 8);
        break;
    case 4:
        store_by(l, re, im, factor, &p, first, count, 4);
        break;
    default:
        store_by(l, re, im, factor, &p, first, count, l->count);
    }
}

enum { PART = (int)sizeof(double) }; /* from a real part to its imaginary part */

/* The backward transform is the forward one with real and imaginary parts exchanged, before and
 * after. */
static void run_complex(const cki_fft_shared *s, const lanes *l, double *line, double *work)
{
    const int re = s->spec.backward ? l->count : 0, im = l->count - re;
    load(l, (pairing){1, PART, 1, s->spec.real}, s->spec.n, line + re, line + im);
    const double *done = cki_fft_run(s->plan, line, work, l->count);
    store(l, done + re, done + im, s->spec.factor, (pairing){1, PART, 1, false}, 0, l->out_length);
}

/* Of real lines the backward transform is the conjugate. */
static void run_real(const cki_fft_shared *s, const lanes *l, double *line, double *work)
{
    const int64_t m = s->half, step = 2 * l->count;
    const double factor = s->spec.factor, sign = s->spec.backward ? -1 : 1;
    double *out = line + step * (m + 1);
    load(l, (pairing){2, l->in_stride, 1, false}, m, line, line + l->count);
    const double *done = cki_fft_run(s->plan, line, work, l->count);
    cki_fft_split(done, s->roots, m, out, l->count);
    store(l, out, out + l->count, factor, (pairing){1, PART, sign, false}, 0, m + 1);
    if (s->spec.kind == CKI_FFT_COMPLEX) /* the rest mirrors it */
        store(l, out + step, out + step + l->count, factor, (pairing){-1, PART, -sign, false},
              2 * m - 1, m - 1);
}

static void run_hermitian(const cki_fft_shared *s, const lanes *l, double *line, double *work)
{
    const int64_t n = s->spec.n, m = s->half, step = 2 * l->count;
    const pairing whole = {1, PART, s->spec.backward ? 1 : -1, false};
    double *half = line + step * (m + 1);
    const double *done;
    if (m) {
        load(l, whole, m + 1, half, half + l->count);
        cki_fft_merge(half, s->roots, m, line, l->count);
        done = cki_fft_run(s->plan, line, work, l->count);
        store(l, done + l->count, done, s->spec.factor, (pairing){2, l->out_stride, 1, false}, 0,
              m);
        return;
    }
    /* an odd length: both halves of the line, its parts exchanged */
    load(l, whole, n / 2 + 1, line + l->count, line);
    memset(line, 0, (size_t)l->count * sizeof *line);
    for (int64_t k = n / 2 + 1; k < n; k++)
        for (int64_t lane = 0; lane < l->count; lane++) {
            line[step * k + lane] = -line[step * (n - k) + lane];
            line[step * k + l->count + lane] = line[step * (n - k) + l->count + lane];
        }
    done = cki_fft_run(s->plan, line, work, l->count);
    store(l, done + l->count, done, s->spec.factor, (pairing){1, PART, 1, true}, 0, n);
}

static void run_lanes(const cki_fft_shared *s, const lanes *l, double *line, double *work)
{
    if (s->spec.kind == CKI_FFT_HERMITIAN)
        run_hermitian(s, l, line, work);
    else if (s->half)
        run_real(s, l, line, work);
    else
        run_complex(s, l, line, work);
}

/* On to the next line: the offsets of the position in all axes but one. */
static void advance(const cki_array *in, const cki_array *out, int axis, int64_t *position,
                    const unsigned char **from, unsigned char **to)
{
    for (int k = in->ndim - 1; k >= 0; k--) {
        if (k == axis)
            continue;
        *from += in->strides[k];
        *to += out->strides[k];
        if (++position[k] < in->shape[k])
            return;
        *from -= in->shape[k] * in->strides[k];
        *to -= in->shape[k] * out->strides[k];
        position[k] = 0;
    }
}

cask_status cki_fft_lines_run(const cki_fft_shared *shared, const cki_array *in, int axis,
                              const cki_array *out, cki_error *error)
{
    const int64_t n = shared->spec.n;
    int64_t lines = 1, position[CKI_MAX_NDIM] = {0};
    for (int k = 0; k < in->ndim; k++)
        lines *= k == axis ? 1 : in->shape[k];
    const int wide = lanes_for(lines);
    size_t bytes = (size_t)(all_doubles(n, shared->half) * wide) * sizeof(double);
    cki_ledger *ledger = cki_ledger_current();
    double *memory = lines > 0 ? cki_ledger_take(ledger, bytes, false) : NULL;
    if (lines > 0 && !memory)
        return cki_fail_memory(error, bytes);
    double *work = memory ? memory + line_doubles(n, shared->half) * wide : NULL;
    const unsigned char *from = in->data;
    unsigned char *to = out->data;
    lanes l = {.in_stride = in->strides[axis],
               .out_stride = out->strides[axis],
               .in_length = in->shape[axis],
               .out_length = out->shape[axis]};
    for (int64_t line = 0; line < lines; line += l.count) {
        l.count = lines - line >= wide ? wide : 1;
        for (int lane = 0; lane < l.count; lane++) {
            l.from[lane] = from;
            l.to[lane] = to;
            advance(in, out, axis, position, &from, &to);
        }
        run_lanes(shared, &l, memory, work);
    }
    if (memory)
        cki_ledger_give(ledger, memory, bytes);
    return CASK_OK;
}
