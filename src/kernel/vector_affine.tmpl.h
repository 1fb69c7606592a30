/* Packed numbers made float64 in one pass: of one real type T, by constants, each rounding as its
 * step alone would. */
static cask_status NAME(affine)(const cki_call *call)
{
    const T *x = call->in[0];
    double factor = *(const double *)call->in[1], shift = *(const double *)call->in[2];
    double *r = call->out;
    size_t n = call->n;

    CKI_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        r[i] = (double)x[i] * factor + shift;
    return CASK_OK;
}

static cask_status NAME(replaced)(const cki_call *call)
{
    const T *x = call->in[0], which = *(const T *)call->in[1];
    double by = *(const double *)call->in[2], *r = call->out;
    size_t n = call->n;

    CKI_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        r[i] = x[i] == which ? by : (double)x[i];
    return CASK_OK;
}
