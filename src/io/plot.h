/* Pictures of numbers: lines, maps, montages of maps and moving maps. The numbers come in blocks,
 * in any order and from any thread, and only what the pixels show is kept. */
#ifndef CKI_IO_PLOT_H
#define CKI_IO_PLOT_H

#include "io/ticks.h"
#include "sys/thread.h"
#include "value/array.h"

/* Pictures that a montage has at most. */
enum { CKI_PLOT_PANELS = 100 };

/* One axis of the array. */
typedef struct cki_plot_axis {
    const cki_array *values; /* coordinates, 1-d; NULL: indices */
    cki_ticks_style style;   /* of them: times are seconds since 1970 */
    const char *name;        /* beside an axis that is not latitude, longitude or time; NULL none */
} cki_plot_axis;

/* How it is drawn; zero is the default throughout. */
typedef struct cki_plot_style {
    const char *cmap; /* "viridis" (default), "RdBu_r", "gray", "bone"; ValueError lists them */
    bool has_vmin, has_vmax;
    double vmin, vmax; /* default: the data's extremes; symmetric about 0 for a diverging map */
    const char *title; /* above the picture; NULL none */
    const char *units; /* beside the colour bar, or a line's axis; NULL none */
    double fps;        /* of moving maps; 0: 5 */
    cki_plot_axis axes[3];
    /* What stands above map i of several; NULL: its index. */
    void (*label)(void *user, int64_t i, char *text, size_t room);
    void *user;
} cki_plot_style;

/* ValueError where the array's dimensions or lengths, TypeError where its elements cannot be drawn:
 * 1 axis is a line, 2 are a map, 3 a montage, or if `moving` frames. */
cask_status cki_plot_check(cki_dtype dtype, int ndim, const int64_t *shape, bool moving,
                           cki_error *error);

/* ---- at rest ---- */

typedef struct cki_plot cki_plot;
/* `style` (NULL: defaults) and what it points to live as long as the plot. ValueError where
 * coordinates do not fit the array. */
cki_plot *cki_plot_new(int ndim, const int64_t *shape, const cki_plot_style *style,
                       cki_error *error);
/* Look at a block, whose first element has the index `start`. */
cask_status cki_plot_add(cki_plot *plot, const int64_t *start, const cki_array *block,
                         cki_error *error);
/* Draw what was added; the suffix of the path is .gif, or it is a PNG. */
cask_status cki_plot_write(cki_plot *plot, const char *path, cki_error *error);
void cki_plot_free(cki_plot *plot);

/* ---- moving ---- */

/* The extremes of the finite elements of blocks, from any thread; {0} is of none. */
typedef struct cki_plot_range {
    cki_spin lock;
    bool any;
    double low, high;
} cki_plot_range;
cask_status cki_plot_range_add(cki_plot_range *range, const cki_array *block, cki_error *error);

/* A picture whose frames come run by run: of each, blocks are added and then drawn. */
typedef struct cki_plot_film cki_plot_film;
cki_plot_film *cki_plot_film_open(const char *path, const int64_t *shape,
                                  const cki_plot_style *style, const cki_plot_range *range,
                                  cki_error *error);
/* How many frames to add at once, so that what is kept of them is small. */
int64_t cki_plot_film_run(const cki_plot_film *film);
/* `start` counts frames from the first that is not drawn yet. */
cask_status cki_plot_film_add(cki_plot_film *film, const int64_t *start, const cki_array *block,
                              cki_error *error);
/* Draw the next `count` frames. */
cask_status cki_plot_film_draw(cki_plot_film *film, int64_t count, cki_error *error);
cask_status cki_plot_film_commit(cki_plot_film *film, cki_error *error); /* frees it */
void cki_plot_film_abort(cki_plot_film *film);                           /* likewise */

#endif
