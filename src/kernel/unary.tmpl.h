/* One loop of one input: OP its name, EXPR(a) its value, R the type of that (T unless set). */
#ifndef R
#define R T
#endif
static cask_status NAME(OP)(const cki_call *call)
{
    const T *a = call->in[0];
    R *r = call->out;
    size_t n = call->n;

    CKI_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        r[i] = (R)(EXPR(a[i]));
    return CASK_OK;
}
#undef OP
#undef EXPR
#undef R
