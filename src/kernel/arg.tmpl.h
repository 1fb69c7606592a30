/* The first smallest (LESS(x, a)) or largest element of one type T, its value in a, its index in b
 * (-1 while there is none). What is no number (NONE) comes before all others, or with SKIP 1 is
 * passed over. Elements come in the order of their indices. */
#define PART(part) CKI_GLUE(CKI_GLUE(CKI_GLUE(OP, SKIP), part), D)

static inline bool PART(beats)(T x, T best, int64_t held)
{
    bool better = (held < 0) | LESS(x, best);

    return SKIP ? better & !NONE(x) : better | (NONE(x) & !NONE(best));
}

static void PART(rows)(const cki_reduce_run *run)
{
    const T *x = run->x;
    T *a = (T *)run->a + run->at;
    int64_t *b = (int64_t *)run->b + run->at, index = run->index;

    for (size_t r = 0; r < run->rows; r++, a += run->step, b += run->step) {
        T best = *a;
        int64_t held = *b;

        for (size_t i = 0; i < run->columns;) {
            size_t end = run->columns - i < 64 ? run->columns : i + 64;
            bool any = false;

            /* Most stretches hold nothing better: that is seen without a branch. */
            for (size_t k = i; k < end; k++)
                any |= PART(beats)(x[k], best, held);
            for (; any && i < end; i++) {
                if (PART(beats)(x[i], best, held)) {
                    best = x[i];
                    held = index + (int64_t)i;
                }
            }
            i = end;
        }
        x += run->columns;
        *a = best;
        *b = held;
        index += run->index_step;
    }
}

static void PART(columns)(const cki_reduce_run *run)
{
    const T *x = run->x;
    T *a = (T *)run->a + run->at;
    int64_t *b = (int64_t *)run->b + run->at, index = run->index;

    for (size_t r = 0; r < run->rows; r++, a += run->step, b += run->step) {
        for (size_t i = 0; i < run->columns; i++, x++) {
            if (PART(beats)(*x, a[i], b[i])) {
                a[i] = *x;
                b[i] = index;
            }
        }
        index += run->index_step;
    }
}
#undef PART
