/* A drawing surface: rectangles, points and text in RGB, written as PNG. */
#ifndef CKI_IO_CANVAS_H
#define CKI_IO_CANVAS_H

#include "io/sink.h"

typedef struct cki_canvas cki_canvas;

typedef enum cki_canvas_align {
    CKI_CANVAS_LEFT,
    CKI_CANVAS_MIDDLE,
    CKI_CANVAS_RIGHT
} cki_canvas_align;

/* A white one, with the font opened. OSError naming the package if the font is not there. */
cki_canvas *cki_canvas_new(cki_error *error);
void cki_canvas_free(cki_canvas *canvas);
cask_status cki_canvas_size(cki_canvas *canvas, int width, int height, cki_error *error);
void cki_canvas_extent(const cki_canvas *canvas, int *width, int *height);
void cki_canvas_clear(cki_canvas *canvas);
/* What lies outside the canvas is not drawn, nor what lies outside a rectangle; width 0: all of it.
 */
void cki_canvas_clip(cki_canvas *canvas, int x, int y, int width, int height);
void cki_canvas_rect(cki_canvas *canvas, int x, int y, int width, int height, uint32_t rgb);
void cki_canvas_point(cki_canvas *canvas, int x, int y, uint32_t rgb);
/* From one place to the other, smooth, so many pixels thick; equal ends make a dot. */
void cki_canvas_line(cki_canvas *canvas, double x1, double y1, double x2, double y2,
                     double thickness, uint32_t rgb);
/* UTF-8 on the baseline (x, y); `upward` turns it a quarter to the left. */
void cki_canvas_text(cki_canvas *canvas, int x, int y, int size, cki_canvas_align align,
                     bool upward, const char *text, uint32_t rgb);
int cki_canvas_width(cki_canvas *canvas, int size, const char *text); /* of such text */
/* A row's pixels, three bytes each. */
const unsigned char *cki_canvas_row(const cki_canvas *canvas, int y);
cask_status cki_canvas_write(const cki_canvas *canvas, cki_atomic_file *file, cki_error *error);

#endif
