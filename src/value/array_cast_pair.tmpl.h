/* Template: one row of IN elements to OUT elements. The dense case is apart, so that it is
 * vectorised. */
static void NAME(FROM, TO)(unsigned char *to, int64_t to_stride, const unsigned char *from,
                           int64_t from_stride, int64_t count)
{
    IN in;
    OUT out;
    if (to_stride == (int64_t)sizeof out && from_stride == (int64_t)sizeof in) {
        for (int64_t i = 0; i < count; i++) {
            memcpy(&in, from + i * (int64_t)sizeof in, sizeof in);
            out = CONVERT(CLASS, TO)(in);
            memcpy(to + i * (int64_t)sizeof out, &out, sizeof out);
        }
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        memcpy(&in, from + i * from_stride, sizeof in);
        out = CONVERT(CLASS, TO)(in);
        memcpy(to + i * to_stride, &out, sizeof out);
    }
}
#undef TO
#undef OUT
