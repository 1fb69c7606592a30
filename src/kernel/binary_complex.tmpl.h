/* One loop of two complex inputs: OP its name, EXPR(a, b) its value, of type R. */
static cask_status NAME(OP)(const cki_call *call)
{
    const T *a = call->in[0], *b = call->in[1];
    R *r = call->out;
    size_t n = call->n;

    CKI_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        r[i] = EXPR(a[i], b[i]);
    return CASK_OK;
}
#undef OP
#undef EXPR
#undef R
