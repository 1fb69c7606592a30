/* A signal of two tones in noise, and the tones found again in its spectrum. */
#include <cask/cask.h>
#include <stdio.h>

int main(void)
{
    cask *ck = cask_open(NULL);

    /* a second of 1000 samples: 50 and 120 cycles, and noise as strong as they are */
    cask_array t = cask_array_arange(ck, CASK_F64, 0, 1000, 1, 250);
    cask_array low = cask_array_sin(cask_array_multiply_f64(t, 2 * 3.141592653589793 * 50 / 1000));
    cask_array high =
        cask_array_sin(cask_array_multiply_f64(t, 2 * 3.141592653589793 * 120 / 1000));
    cask_array noise =
        cask_array_random(ck, "normal", CASK_ARGUMENTS(0.0, 1.0), CASK_SHAPE(1000),
                          &(cask_random){.seeded = true, .seed = 42, .chunks = CASK_SHAPE(250)});
    cask_array signal = cask_array_add(cask_array_add(low, high), noise);

    cask_array power = cask_array_absolute(cask_array_rfft(signal, NULL));
    cask_array strongest = cask_array_call(ck, "argtopk", power, 2);

    cask_value *peaks;
    cask_status status = cask_array_compute(strongest, &peaks);
    if (status == CASK_OK) {
        char *text = cask_value_text(peaks);
        printf("%s\n", text);
        cask_text_free(text);
    } else {
        fprintf(stderr, "%s\n", cask_message(ck));
    }
    cask_value_unref(peaks);
    cask_close(ck);
    return status != CASK_OK;
}
