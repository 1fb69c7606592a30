/* A stream of random numbers for one element: what distributions draw from that need more than one
 * number, or as many as it takes. */
#ifndef CKI_KERNEL_RANDOM_STREAM_H
#define CKI_KERNEL_RANDOM_STREAM_H

#include "kernel/random.h"

__extension__ typedef unsigned __int128 cki_wide_word; /* of products */

typedef struct cki_random_stream {
    cki_random_key key;
    uint64_t element;
    /* Blocks drawn: 0 is for numbers by position, 1 for the first two normal numbers, and words
     * begin with 2. */
    uint32_t part;
    int left, spare; /* words, and normal numbers, that are not used yet: the last ones */
    uint64_t words[2];
    double normals[2];
} cki_random_stream;

static inline cki_random_stream cki_random_stream_of(const cki_random_key *key, uint64_t element)
{
    return (cki_random_stream){.key = *key, .element = element, .part = 1};
}
/* The same of many: elements first, first + step, ..., n <= CKI_RANDOM_BATCH of them, and their
 * first normal numbers if `normals`; else no normal number may be drawn of them. */
void cki_random_stream_open_many(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                                 bool normals, cki_random_stream *streams);

uint64_t cki_random_stream_word(cki_random_stream *s);
double cki_random_stream_uniform(cki_random_stream *s); /* [0, 1) */
double cki_random_stream_open(cki_random_stream *s);    /* (0, 1) */
double cki_random_stream_exponential(cki_random_stream *s);
double cki_random_stream_normal(cki_random_stream *s);
double cki_random_stream_gamma(cki_random_stream *s, double shape); /* scale 1 */
double cki_random_stream_chisquare(cki_random_stream *s, double df);
int64_t cki_random_stream_poisson(cki_random_stream *s, double mean);
int64_t cki_random_stream_binomial(cki_random_stream *s, int64_t n, double p);
int64_t cki_random_stream_hypergeometric(cki_random_stream *s, int64_t good, int64_t bad,
                                         int64_t sample);
/* A number in 0 .. last, all alike. */
uint64_t cki_random_stream_below(cki_random_stream *s, uint64_t last);

#endif
