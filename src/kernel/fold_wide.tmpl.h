/* A row of a fold in vectors: element i goes to lane i % 16, whatever the width of vectors is. */
typedef T PART(wide) __attribute__((vector_size(WIDE_BYTES)));

static inline PART(wide) PART(mix)(PART(wide) a, PART(wide) x)
{
    __typeof__(a < x) take = TAKES(a, x);

    return (PART(wide))((take & (__typeof__(take))x) | (~take & (__typeof__(take))a));
}

static inline A PART(run)(const T *x, size_t n)
{
    enum { WIDTH = WIDE_BYTES / sizeof(T), VECTORS = 16 / WIDTH };
    PART(wide) lane[VECTORS], other;
    A total = IDENTITY;
    size_t i = 0;

    if (n < 8) { /* not worth it */
        for (; i < n; i++)
            total = STEP(total, x[i]);
        return total;
    }
    for (int k = 0; k < VECTORS; k++) {
        for (int j = 0; j < WIDTH; j++)
            lane[k][j] = total;
    }
    for (; i + 16 <= n; i += 16) {
        for (int k = 0; k < VECTORS; k++) {
            memcpy(&other, x + i + k * WIDTH, sizeof other);
            lane[k] = PART(mix)(lane[k], other);
        }
    }
    for (int k = 0; k < VECTORS && i < n; k++, i += WIDTH) {
        other = lane[k]; /* a lane without an element meets itself, which changes nothing */
        if (n - i >= WIDTH) {
            memcpy(&other, x + i, sizeof other);
        } else {
            for (size_t j = 0; j < n - i; j++)
                other[j] = x[i + j];
        }
        lane[k] = PART(mix)(lane[k], other);
    }
    for (int many = VECTORS / 2; many > 0; many /= 2) {
        for (int k = 0; k < many; k++)
            lane[k] = PART(mix)(lane[k], lane[k + many]);
    }
    for (int width = WIDTH / 2; width > 0; width /= 2) {
        other = lane[0];
        for (int j = 0; j < width; j++)
            other[j] = lane[0][j + width];
        lane[0] = PART(mix)(lane[0], other);
    }
    return lane[0][0];
}
