/* Memory of one's own in and out, without copies: a picture whose rows have gaps and whose numbers
 * are big-endian, as instruments write them, and a mean that goes to where the program wants it. */
#include <cask/cask.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 480, COLUMNS = 640, PITCH = 2 * COLUMNS + 32 }; /* bytes from row to row */

/* Called once, when nothing needs the memory any more. */
static void release(void *user)
{
    free(user);
    printf("the picture is released\n");
}

/* Element [y, x] is x + y. */
static unsigned char *take_picture(void)
{
    unsigned char *bytes = calloc(ROWS, PITCH);
    for (int y = 0; bytes && y < ROWS; y++)
        for (int x = 0; x < COLUMNS; x++) {
            bytes[y * PITCH + 2 * x] = (unsigned char)((x + y) >> 8);
            bytes[y * PITCH + 2 * x + 1] = (unsigned char)(x + y);
        }
    return bytes;
}

int main(void)
{
    cask *ck = cask_open(NULL);
    unsigned char *bytes = take_picture();

    const cask_buffer picture = {.data = bytes,
                                 .dtype = CASK_U16,
                                 .shape = CASK_SHAPE(ROWS, COLUMNS),
                                 .strides = (const int64_t[]){PITCH, 2},
                                 .swapped = true, /* on a little-endian machine */
                                 .release = release,
                                 .user = bytes};
    cask_array x = cask_array_from_buffer(ck, &picture, CASK_SHAPE(120, COLUMNS));

    /* The means of squares of 2 by 2, as floats, into the left half of a frame of the program's. */
    static float frame[ROWS / 2][COLUMNS];
    cask_array small = cask_array_eval(ck, "da.coarsen(np.mean, x, {0: 2, 1: 2})",
                                       CASK_ARGUMENTS(CASK_NAMED("x", x)));
    cask_status status = cask_array_compute_into(small, CASK_F32, frame, sizeof frame,
                                                 (const int64_t[]){sizeof frame[0], sizeof(float)});
    if (status == CASK_OK)
        printf("top left %g, bottom right %g, beside it %g\n", frame[0][0],
               frame[ROWS / 2 - 1][COLUMNS / 2 - 1], frame[0][COLUMNS / 2]);
    else
        fprintf(stderr, "%s: %s\n", cask_error_class(ck), cask_message(ck));
    cask_close(ck);
    return status != CASK_OK;
}
