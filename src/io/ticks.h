/* Where an axis has its ticks, and what they say. */
#ifndef CKI_IO_TICKS_H
#define CKI_IO_TICKS_H

#include <stdbool.h>

enum { CKI_TICKS_MOST = 32 };

typedef enum cki_ticks_style {
    CKI_TICKS_PLAIN,
    CKI_TICKS_LONGITUDE,
    CKI_TICKS_LATITUDE,
    CKI_TICKS_TIME /* seconds since 1970 */
} cki_ticks_style;

typedef struct cki_ticks {
    int count;
    double at[CKI_TICKS_MOST];
    char label[CKI_TICKS_MOST][32]; /* UTF-8 */
} cki_ticks;

/* At most `most` round numbers between low and high, and their labels. */
void cki_ticks_make(double low, double high, int most, cki_ticks_style style, cki_ticks *ticks);

#endif
