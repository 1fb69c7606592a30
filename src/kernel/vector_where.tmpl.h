/* Choice by a condition, for elements of one size whatever they mean: T. */
static cask_status NAME(where)(const cki_call *call)
{
    const uint8_t *chosen = call->in[0];
    const T *a = call->in[1], *b = call->in[2];
    T *r = call->out;
    size_t n = call->n;

    CKI_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T x = a[i], y = b[i]; /* both read, so that a blend does */
        r[i] = chosen[i] ? x : y;
    }
    return CASK_OK;
}
