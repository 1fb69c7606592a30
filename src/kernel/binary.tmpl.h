/* One loop of two inputs: OP its name, EXPR(a, b) its value, R the type of that (T unless set). */
#ifndef R
#define R T
#endif
static cask_status NAME(OP)(const cki_call *call)
{
    const T *a = call->in[0], *b = call->in[1];
    R *r = call->out;
    size_t n = call->n;

    CKI_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        r[i] = (R)(EXPR(a[i], b[i]));
    return CASK_OK;
}
#undef OP
#undef EXPR
#undef R
