/* The passes of Fourier transforms for vectors V of LANES doubles; NAME(x) names what is made. The
 * passes are those of Swarztrauber's FFTPACK (P. N. Swarztrauber, Vectorizing the FFTs, 1982):
 * every pass reads and writes whole lines in order, so nothing is left to be put in order at the
 * end. */

typedef struct NAME(number) {
    V re, im;
} NAME(number);

static inline NAME(number) NAME(get)(const double *at, int64_t i)
{
    NAME(number) x;
    memcpy(&x.re, at + 2 * LANES * i, sizeof x.re);
    memcpy(&x.im, at + 2 * LANES * i + LANES, sizeof x.im);
    return x;
}

static inline void NAME(put)(double *at, int64_t i, NAME(number) x)
{
    memcpy(at + 2 * LANES * i, &x.re, sizeof x.re);
    memcpy(at + 2 * LANES * i + LANES, &x.im, sizeof x.im);
}

static inline NAME(number) NAME(plus)(NAME(number) a, NAME(number) b)
{
    return (NAME(number)){a.re + b.re, a.im + b.im};
}

static inline NAME(number) NAME(minus)(NAME(number) a, NAME(number) b)
{
    return (NAME(number)){a.re - b.re, a.im - b.im};
}

/* Times -i. */
static inline NAME(number) NAME(turn)(NAME(number) a)
{
    return (NAME(number)){a.im, -a.re};
}

static inline NAME(number) NAME(times)(NAME(number) a, double re, double im)
{
    return (NAME(number)){a.re * re - a.im * im, a.re * im + a.im * re};
}

static inline NAME(number) NAME(scale)(NAME(number) a, double by)
{
    return (NAME(number)){a.re * by, a.im * by};
}

/* Element j of the small transform at k and i, to its place, times its twiddle if there is one. */
static inline void NAME(give)(const cki_fft_stage *s, double *to, int64_t k, int64_t i, int j,
                              NAME(number) x, bool twist)
{
    const double *w = s->twiddles + 2 * ((j - 1) * s->ido + i);
    NAME(put)(to, i + s->ido * (k + s->l1 * j), twist && j > 0 ? NAME(times)(x, w[0], w[1]) : x);
}

static inline void NAME(two)(const cki_fft_stage *s, const double *from, double *to, bool twist)
{
    for (int64_t k = 0; k < s->l1; k++)
        for (int64_t i = 0; i < s->ido; i++) {
            const double *at = from + 2 * LANES * (i + s->ido * 2 * k);
            NAME(number) a = NAME(get)(at, 0), b = NAME(get)(at, s->ido);
            NAME(give)(s, to, k, i, 0, NAME(plus)(a, b), twist);
            NAME(give)(s, to, k, i, 1, NAME(minus)(a, b), twist);
        }
}

static inline void NAME(three)(const cki_fft_stage *s, const double *from, double *to, bool twist)
{
    const double sine = 0.86602540378443864676; /* of 60 degrees */
    for (int64_t k = 0; k < s->l1; k++)
        for (int64_t i = 0; i < s->ido; i++) {
            const double *at = from + 2 * LANES * (i + s->ido * 3 * k);
            NAME(number) a = NAME(get)(at, 0), b = NAME(get)(at, s->ido);
            NAME(number) c = NAME(get)(at, 2 * s->ido), sum = NAME(plus)(b, c);
            NAME(number) mid = NAME(minus)(a, NAME(scale)(sum, 0.5));
            NAME(number) side = NAME(turn)(NAME(scale)(NAME(minus)(b, c), sine));
            NAME(give)(s, to, k, i, 0, NAME(plus)(a, sum), twist);
            NAME(give)(s, to, k, i, 1, NAME(plus)(mid, side), twist);
            NAME(give)(s, to, k, i, 2, NAME(minus)(mid, side), twist);
        }
}

static inline void NAME(four)(const cki_fft_stage *s, const double *from, double *to, bool twist)
{
    for (int64_t k = 0; k < s->l1; k++)
        for (int64_t i = 0; i < s->ido; i++) {
            const double *at = from + 2 * LANES * (i + s->ido * 4 * k);
            NAME(number) a = NAME(get)(at, 0), b = NAME(get)(at, s->ido);
            NAME(number) c = NAME(get)(at, 2 * s->ido), d = NAME(get)(at, 3 * s->ido);
            NAME(number) even = NAME(plus)(a, c), odd = NAME(plus)(b, d);
            NAME(number) mid = NAME(minus)(a, c), side = NAME(turn)(NAME(minus)(b, d));
            NAME(give)(s, to, k, i, 0, NAME(plus)(even, odd), twist);
            NAME(give)(s, to, k, i, 1, NAME(plus)(mid, side), twist);
            NAME(give)(s, to, k, i, 2, NAME(minus)(even, odd), twist);
            NAME(give)(s, to, k, i, 3, NAME(minus)(mid, side), twist);
        }
}

static inline void NAME(five)(const cki_fft_stage *s, const double *from, double *to, bool twist)
{
    /* cosines and sines of 72 and 144 degrees */
    const double c1 = 0.3090169943749474241, s1 = 0.95105651629515357212;
    const double c2 = -0.8090169943749474241, s2 = 0.58778525229247312917;
    for (int64_t k = 0; k < s->l1; k++)
        for (int64_t i = 0; i < s->ido; i++) {
            const double *at = from + 2 * LANES * (i + s->ido * 5 * k);
            NAME(number) a = NAME(get)(at, 0);
            NAME(number) b = NAME(get)(at, s->ido), e = NAME(get)(at, 4 * s->ido);
            NAME(number) c = NAME(get)(at, 2 * s->ido), d = NAME(get)(at, 3 * s->ido);
            NAME(number) be = NAME(plus)(b, e), cd = NAME(plus)(c, d);
            NAME(number) bd = NAME(minus)(b, e), ce = NAME(minus)(c, d);
            NAME(number) m1 = NAME(plus)(NAME(plus)(a, NAME(scale)(be, c1)), NAME(scale)(cd, c2));
            NAME(number) m2 = NAME(plus)(NAME(plus)(a, NAME(scale)(be, c2)), NAME(scale)(cd, c1));
            NAME(number) t1 = NAME(turn)(NAME(plus)(NAME(scale)(bd, s1), NAME(scale)(ce, s2)));
            NAME(number) t2 = NAME(turn)(NAME(minus)(NAME(scale)(bd, s2), NAME(scale)(ce, s1)));
            NAME(give)(s, to, k, i, 0, NAME(plus)(NAME(plus)(a, be), cd), twist);
            NAME(give)(s, to, k, i, 1, NAME(plus)(m1, t1), twist);
            NAME(give)(s, to, k, i, 2, NAME(plus)(m2, t2), twist);
            NAME(give)(s, to, k, i, 3, NAME(minus)(m2, t2), twist);
            NAME(give)(s, to, k, i, 4, NAME(minus)(m1, t1), twist);
        }
}

/* Any odd radix, by the sums and differences of opposite elements. */
static void NAME(any)(const cki_fft_stage *s, const double *from, double *to, int64_t k, int64_t i)
{
    NAME(number) sum[CKI_FFT_RADIX / 2 + 1], difference[CKI_FFT_RADIX / 2 + 1];
    const int p = s->radix, half = p / 2;
    const bool twist = s->ido > 1;
    const double *at = from + 2 * LANES * (i + s->ido * p * k);
    NAME(number) first = NAME(get)(at, 0), all = first;
    for (int j = 1; j <= half; j++) {
        NAME(number) a = NAME(get)(at, s->ido * j), b = NAME(get)(at, s->ido * (p - j));
        sum[j] = NAME(plus)(a, b);
        difference[j] = NAME(minus)(a, b);
        all = NAME(plus)(all, sum[j]);
    }
    NAME(give)(s, to, k, i, 0, all, twist);
    for (int m = 1; m <= half; m++) {
        NAME(number) mid = first, side = NAME(scale)(difference[1], -s->roots[2 * m + 1]);
        mid = NAME(plus)(mid, NAME(scale)(sum[1], s->roots[2 * m]));
        for (int j = 2, at_root = 2 * m % p; j <= half; j++) {
            mid = NAME(plus)(mid, NAME(scale)(sum[j], s->roots[2 * at_root]));
            side = NAME(plus)(side, NAME(scale)(difference[j], -s->roots[2 * at_root + 1]));
            at_root = (at_root + m) % p;
        }
        side = NAME(turn)(side);
        NAME(give)(s, to, k, i, m, NAME(plus)(mid, side), twist);
        NAME(give)(s, to, k, i, p - m, NAME(minus)(mid, side), twist);
    }
}

static void NAME(pass)(const cki_fft_stage *s, const double *from, double *to)
{
    bool twist = s->ido > 1;
    if (s->radix == 4)
        twist ? NAME(four)(s, from, to, true) : NAME(four)(s, from, to, false);
    else if (s->radix == 2)
        twist ? NAME(two)(s, from, to, true) : NAME(two)(s, from, to, false);
    else if (s->radix == 3)
        twist ? NAME(three)(s, from, to, true) : NAME(three)(s, from, to, false);
    else if (s->radix == 5)
        twist ? NAME(five)(s, from, to, true) : NAME(five)(s, from, to, false);
    else
        for (int64_t k = 0; k < s->l1; k++)
            for (int64_t i = 0; i < s->ido; i++)
                NAME(any)(s, from, to, k, i);
}

static void NAME(twist)(const double *from, const double *factors, int64_t n, bool swap,
                        bool conjugate, double *to)
{
    for (int64_t i = 0; i < n; i++) {
        double im = conjugate ? -factors[2 * i + 1] : factors[2 * i + 1];
        NAME(number) x = NAME(times)(NAME(get)(from, i), factors[2 * i], im);
        NAME(put)(to, i, swap ? (NAME(number)){x.im, x.re} : x);
    }
}

static void NAME(split)(const double *line, const double *roots, int64_t m, double *out)
{
    for (int64_t k = 0; k <= m; k++) {
        NAME(number) a = NAME(get)(line, k < m ? k : 0), b = NAME(get)(line, k ? m - k : 0);
        b.im = -b.im;
        NAME(number) even = NAME(plus)(a, b), odd = NAME(turn)(NAME(minus)(a, b));
        odd = NAME(times)(odd, roots[2 * k], roots[2 * k + 1]);
        NAME(put)(out, k, NAME(scale)(NAME(plus)(even, odd), 0.5));
    }
}

static void NAME(merge)(const double *half, const double *roots, int64_t m, double *line)
{
    for (int64_t k = 0; k < m; k++) {
        NAME(number) a = NAME(get)(half, k), b = NAME(get)(half, m - k);
        if (k == 0)
            a.im = b.im = (V){0}; /* of both ends of a real line's transform the real part counts */
        b.im = -b.im;
        NAME(number) even = NAME(plus)(a, b), odd = NAME(minus)(a, b);
        odd = NAME(times)(odd, roots[2 * k], -roots[2 * k + 1]);
        /* even + i odd, with its parts exchanged */
        NAME(put)(line, k, (NAME(number)){even.im + odd.re, even.re - odd.im});
    }
}
