/* The product of contiguous blocks of one integer type, wrapping around: row by row, in pieces of b
 * that fit the cache. */
static void NAME(multiply)(const void *left, const void *right, void *product, int64_t m, int64_t k,
                           int64_t n)
{
    const U *a = left, *b = right;
    U *out = product;
    enum { DEEP = 64, WIDE = 1024 };

    for (int64_t k0 = 0; k0 < k; k0 += DEEP) {
        int64_t k1 = k - k0 < DEEP ? k : k0 + DEEP;

        for (int64_t n0 = 0; n0 < n; n0 += WIDE) {
            int64_t n1 = n - n0 < WIDE ? n : n0 + WIDE;

            for (int64_t i = 0; i < m; i++) {
                for (int64_t p = k0; p < k1; p++) {
                    W factor = (W)a[i * k + p];

                    for (int64_t j = n0; j < n1; j++)
                        out[i * n + j] = (U)(out[i * n + j] + factor * (W)b[p * n + j]);
                }
            }
        }
    }
}
