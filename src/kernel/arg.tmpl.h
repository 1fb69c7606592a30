/* The first smallest (LESS(x, a)) or largest element of one type T, its value in a, its index in b
 * (-1 while there is none). What is no number (NONE) comes before all others, or with SKIP 1 is
 * passed over. Elements come in the order of their indices. */
#define PART(part) CKI_GLUE(CKI_GLUE(CKI_GLUE(OP, SKIP), part), D)

static inline bool PART(beats)(T x, T best, int64_t held)
{
    bool better = (held < 0) | LESS(x, best);

    return SKIP ? better & !NONE(x) : better | (NONE(x) & !NONE(best));
}

/* Where the extreme element, which is among them, comes first. */
static inline size_t PART(first)(const T *x, T extreme)
{
    size_t i = 0;

    if (NONE(extreme)) {
        while (!NONE(x[i]))
            i++;
    } else {
        while (NONE(x[i]) | LESS(extreme, x[i]))
            i++;
    }
    return i;
}

/* The extremes of some rows come from the fold, which goes through vectors; a row that has a better
 * one than is held is gone through for its place. */
static void PART(rows)(const cki_reduce_run *run)
{
    const cki_dtype dtype = cki_dtype_of((cask_dtype)CKI_GLUE(ID, D));
    const cki_reduce_loops *fold = cki_reduce_find(FOLD, SKIP, dtype);
    const T *x = run->x;
    T *a = (T *)run->a + run->at, extreme[ROWS];
    int64_t *b = (int64_t *)run->b + run->at, index = run->index;

    for (size_t r = 0, many; r < run->rows; r += many) {
        many = run->rows - r < ROWS ? run->rows - r : ROWS;
        for (size_t k = 0; k < many; k++)
            memcpy(&extreme[k], fold->identity, sizeof *extreme);
        fold->rows(&(cki_reduce_run){
            .x = x, .rows = many, .columns = run->columns, .a = extreme, .step = 1});
        for (size_t k = 0; k < many; k++) {
            if (PART(beats)(extreme[k], *a, *b)) {
                size_t place = PART(first)(x, extreme[k]);

                *a = x[place];
                *b = index + (int64_t)place;
            }
            x += run->columns;
            a += run->step;
            b += run->step;
            index += run->index_step;
        }
    }
}

static void PART(columns)(const cki_reduce_run *run)
{
    const T *x = run->x;
    T *a = (T *)run->a + run->at;
    int64_t *b = (int64_t *)run->b + run->at, index = run->index;
    size_t n = run->columns;

    for (size_t r = 0; r < run->rows; r++, a += run->step, b += run->step) {
        CKI_INDEPENDENT
        for (size_t i = 0; i < n; i++) {
            T best = a[i]; /* read whether or not they stay: then there is no branch */
            int64_t held = b[i];
            bool better = PART(beats)(x[i], best, held);

            a[i] = better ? x[i] : best;
            b[i] = better ? index : held;
        }
        x += n;
        index += run->index_step;
    }
}
#undef PART
