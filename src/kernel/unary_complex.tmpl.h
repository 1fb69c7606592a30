/* One loop of one complex input: OP its name, EXPR(a) its value, of type R. */
static cask_status NAME(OP)(const cki_call *call)
{
    const T *a = call->in[0];
    R *r = call->out;
    size_t n = call->n;

    CKI_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        r[i] = EXPR(a[i]);
    return CASK_OK;
}
#undef OP
#undef EXPR
#undef R
