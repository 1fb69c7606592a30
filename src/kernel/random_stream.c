/* Streams of random numbers: words, and the distributions that others are made of. */
#include "kernel/random_stream.h"

#include <math.h>

uint64_t cki_random_stream_word(cki_random_stream *s)
{
    if (s->left == 0) {
        cki_random_block(&s->key, s->element, ++s->part, s->words);
        s->left = 2;
    }
    return s->words[2 - s->left--];
}

double cki_random_stream_uniform(cki_random_stream *s)
{
    return (double)(cki_random_stream_word(s) >> 11) * 0x1p-53;
}

double cki_random_stream_open(cki_random_stream *s)
{
    return (double)(cki_random_stream_word(s) >> 11 | 1) * 0x1p-53;
}

double cki_random_stream_exponential(cki_random_stream *s)
{
    return -log(cki_random_stream_open(s));
}

void cki_random_stream_open_many(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                                 bool normals, cki_random_stream *streams)
{
    uint64_t a[CKI_RANDOM_BATCH], b[CKI_RANDOM_BATCH];
    double x[CKI_RANDOM_BATCH] = {0}, y[CKI_RANDOM_BATCH] = {0};
    cki_random_blocks(key, first, step, 2, n, a, b);
    if (normals)
        cki_random_pairs(key, first, step, 1, n, x, y);
    for (int64_t i = 0; i < n; i++)
        streams[i] = (cki_random_stream){.key = *key,
                                         .element = first + (uint64_t)i * (uint64_t)step,
                                         .part = 2,
                                         .left = 2,
                                         .spare = normals ? 2 : 0,
                                         .words = {a[i], b[i]},
                                         .normals = {x[i], y[i]}};
}

double cki_random_stream_normal(cki_random_stream *s)
{
    if (s->spare == 0) {
        double radius = sqrt(-2 * log(cki_random_stream_open(s)));
        double angle = 2 * M_PI * cki_random_stream_uniform(s);
        s->normals[0] = radius * cos(angle);
        s->normals[1] = radius * sin(angle);
        s->spare = 2;
    }
    return s->normals[2 - s->spare--];
}

/* G. Marsaglia and W. W. Tsang, A simple method for generating gamma variables, 2000. */
static double gamma_above_one(cki_random_stream *s, double shape)
{
    const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = cki_random_stream_normal(s), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        double u = cki_random_stream_open(s);
        if (u < 1 - 0.0331 * (x * x) * (x * x) || log(u) < 0.5 * x * x + d * (1 - v + log(v)))
            return d * v;
    }
}

double cki_random_stream_gamma(cki_random_stream *s, double shape)
{
    if (isnan(shape))
        return shape;
    if (shape == 0)
        return 0;
    if (shape >= 1)
        return gamma_above_one(s, shape);
    double x = gamma_above_one(s, shape + 1);
    return x * exp(-cki_random_stream_exponential(s) / shape);
}

double cki_random_stream_chisquare(cki_random_stream *s, double df)
{
    return 2 * cki_random_stream_gamma(s, df / 2);
}

/* D. Lemire, Fast random integer generation in an interval, 2019. */
uint64_t cki_random_stream_below(cki_random_stream *s, uint64_t last)
{
    uint64_t word = cki_random_stream_word(s), range = last + 1;
    if (range == 0)
        return word;
    cki_wide_word product = (cki_wide_word)word * range;
    for (uint64_t least = -range % range; (uint64_t)product < least;)
        product = (cki_wide_word)cki_random_stream_word(s) * range;
    return (uint64_t)(product >> 64);
}
