/* Colour maps: a number between 0 and 1 becomes a colour. */
#ifndef CKI_IO_COLORMAP_H
#define CKI_IO_COLORMAP_H

#include "core/fail.h"

typedef struct cki_colormap {
    bool diverging; /* its middle stands for zero */
    unsigned char rgb[256][3];
} cki_colormap;

/* By name, NULL for the default; "_r" behind reverses. ValueError listing the names. */
cask_status cki_colormap_find(const char *name, cki_colormap *map, cki_error *error);

#endif
