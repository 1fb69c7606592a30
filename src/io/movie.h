/* Moving pictures of few colours: GIF, or PNG with its extension for animation. A frame holds what
 * has changed since the one before. */
#ifndef CKI_IO_MOVIE_H
#define CKI_IO_MOVIE_H

#include "io/canvas.h"
#include "io/colormap.h"

/* What both encoders write. */
typedef struct cki_movie_head {
    int width, height;
    int64_t frames;
    double fps;
    unsigned char palette[256][3];
} cki_movie_head;

/* Part of a frame: `indices` are its rows, one after the other, which an encoder may spoil. */
typedef struct cki_movie_part {
    int left, top, width, height;
    unsigned char *indices;
} cki_movie_part;

/* A format. `open` writes what comes before the first frame; `close` what comes after the last, or
 * if `error` is NULL frees alone. */
typedef struct cki_movie_format {
    void *(*open)(cki_atomic_file *file, const cki_movie_head *head, cki_error *error);
    cask_status (*frame)(void *encoder, const cki_movie_part *part, cki_error *error);
    cask_status (*close)(void *encoder, cki_error *error);
} cki_movie_format;
extern const cki_movie_format cki_gif_format, cki_apng_format;

typedef struct cki_movie cki_movie;
/* A file that appears at commit; the suffix is .gif, or it is a PNG. All frames are as large as
 * `canvas`; what is not in the colour map is drawn in greys. */
cki_movie *cki_movie_open(const char *path, const cki_canvas *canvas, int64_t frames, double fps,
                          const cki_colormap *map, cki_error *error);
cask_status cki_movie_frame(cki_movie *movie, const cki_canvas *canvas, cki_error *error);
cask_status cki_movie_commit(cki_movie *movie, cki_error *error); /* frees it */
void cki_movie_abort(cki_movie *movie);                           /* likewise */
bool cki_movie_is_gif(const char *path);

#endif
