/* Frames on their way into a moving picture: colours become places in one palette, and only the
 * rectangle that has changed goes on to the encoder. */
#include "io/movie.h"
#include "core/memory.h"

#include <string.h>
#include <strings.h>

/* The palette: colours of the map, the blue of lines, the grey of missing numbers, and greys from
 * the ink to the paper for letters. */
enum { MAPPED = 232, LINE = MAPPED, MISSING, GREYS, INK = 0x26, CACHE = 4096 };

struct cki_movie {
    const cki_movie_format *format;
    void *encoder;
    cki_atomic_file *file;
    cki_movie_head head;
    unsigned char *now, *before, *part; /* indices of whole frames, and of what has changed */
    int64_t drawn;
    uint32_t known[CACHE];   /* colours + 1 and, */
    unsigned char at[CACHE]; /* where they are in the palette */
};

static void make_palette(unsigned char palette[256][3], const cki_colormap *map)
{
    static const unsigned char line[3] = {0x1f, 0x77, 0xb4};
    for (int i = 0; i < MAPPED; i++)
        memcpy(palette[i], map->rgb[(i * 255 + (MAPPED - 1) / 2) / (MAPPED - 1)], 3);
    memcpy(palette[LINE], line, 3);
    memset(palette[MISSING], 0xd9, 3);
    for (int i = GREYS; i < 256; i++)
        memset(palette[i], INK + (255 - INK) * (i - GREYS) / (255 - GREYS), 3);
}

static unsigned char nearest(const cki_movie *movie, const unsigned char *rgb)
{
    int best = 0, least = 1 << 30;
    for (int i = 0; i < 256; i++) {
        int distance = 0;
        for (int k = 0; k < 3; k++) {
            int d = movie->head.palette[i][k] - rgb[k];
            distance += d * d;
        }
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return (unsigned char)best;
}

/* Most pixels have one of few colours: each is looked for once. */
static unsigned char index_of(cki_movie *movie, const unsigned char *rgb)
{
    uint32_t colour = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
    uint32_t slot = (colour * 2654435761U) >> 20;
    if (movie->known[slot] != colour + 1) {
        movie->known[slot] = colour + 1;
        movie->at[slot] = nearest(movie, rgb);
    }
    return movie->at[slot];
}

bool cki_movie_is_gif(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcasecmp(path + length - 4, ".gif") == 0;
}

static void free_movie(cki_movie *movie)
{
    cki_memory_free(movie->now);
    cki_memory_free(movie->before);
    cki_memory_free(movie->part);
    cki_memory_free(movie);
}

cki_movie *cki_movie_open(const char *path, const cki_canvas *canvas, int64_t frames, double fps,
                          const cki_colormap *map, cki_error *error)
{
    cki_movie *movie = cki_memory_calloc(1, sizeof *movie);
    if (!movie) {
        cki_fail_memory(error, sizeof *movie);
        return NULL;
    }
    cki_movie_head *head = &movie->head;
    head->frames = frames;
    head->fps = fps;
    cki_canvas_extent(canvas, &head->width, &head->height);
    make_palette(head->palette, map);
    size_t pixels = (size_t)head->width * (size_t)head->height;
    movie->format = cki_movie_is_gif(path) ? &cki_gif_format : &cki_apng_format;
    movie->now = cki_memory_alloc(pixels);
    movie->before = cki_memory_calloc(pixels, 1);
    movie->part = cki_memory_alloc(pixels);
    if (!movie->now || !movie->before || !movie->part)
        cki_fail_memory(error, pixels);
    else if ((movie->file = cki_sink_open(path, error)))
        movie->encoder = movie->format->open(movie->file, head, error);
    if (movie->encoder)
        return movie;
    cki_sink_abort(movie->file);
    free_movie(movie);
    return NULL;
}

/* Where the frame differs from the one before: all of the first; one pixel of an equal one. */
static void find_change(const cki_movie *movie, cki_movie_part *part)
{
    int width = movie->head.width, height = movie->head.height;
    int left = width, right = 0, top = height, bottom = 0;
    for (int y = 0; y < height; y++) {
        const unsigned char *now = movie->now + (size_t)y * (size_t)width;
        const unsigned char *before = movie->before + (size_t)y * (size_t)width;
        if (memcmp(now, before, (size_t)width) == 0)
            continue;
        int first = 0, last = width - 1;
        while (now[first] == before[first])
            first++;
        while (now[last] == before[last])
            last--;
        left = first < left ? first : left;
        right = last + 1 > right ? last + 1 : right;
        top = y < top ? y : top;
        bottom = y + 1;
    }
    *part = (cki_movie_part){left, top, right - left, bottom - top, movie->part};
    if (movie->drawn == 0)
        *part = (cki_movie_part){0, 0, width, height, movie->part};
    else if (bottom == 0)
        *part = (cki_movie_part){0, 0, 1, 1, movie->part};
}

cask_status cki_movie_frame(cki_movie *movie, const cki_canvas *canvas, cki_error *error)
{
    int width = movie->head.width, height = movie->head.height;
    for (int y = 0; y < height; y++) {
        const unsigned char *row = cki_canvas_row(canvas, y);
        unsigned char *to = movie->now + (size_t)y * (size_t)width;
        for (int x = 0; x < width; x++)
            to[x] = index_of(movie, row + 3 * (size_t)x);
    }
    cki_movie_part part;
    find_change(movie, &part);
    for (int y = 0; y < part.height; y++)
        memcpy(part.indices + (size_t)y * (size_t)part.width,
               movie->now + (size_t)(part.top + y) * (size_t)width + (size_t)part.left,
               (size_t)part.width);
    unsigned char *before = movie->before;
    movie->before = movie->now;
    movie->now = before;
    movie->drawn++;
    return movie->format->frame(movie->encoder, &part, error);
}

cask_status cki_movie_commit(cki_movie *movie, cki_error *error)
{
    cask_status status = movie->format->close(movie->encoder, error);
    if (status == CASK_OK)
        status = cki_sink_commit(movie->file, error);
    else
        cki_sink_abort(movie->file);
    free_movie(movie);
    return status;
}

void cki_movie_abort(cki_movie *movie)
{
    if (!movie)
        return;
    movie->format->close(movie->encoder, NULL);
    cki_sink_abort(movie->file);
    free_movie(movie);
}
