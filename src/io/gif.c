/* Moving pictures as GIF89a, by giflib. */
#include "core/memory.h"
#include "io/movie.h"

#include <gif_lib.h>
#include <math.h>

/* Where giflib's callback puts bytes and errors. */
typedef struct gif {
    GifFileType *file;
    cki_atomic_file *sink;
    cki_error error;
    int delay; /* hundredths of a second */
} gif;

static int put(GifFileType *file, const GifByteType *bytes, int count)
{
    gif *g = file->UserData;
    return cki_sink_write(g->sink, bytes, (size_t)count, &g->error) == CASK_OK ? count : -1;
}

/* What went wrong: the file's writing, or memory, as giflib does nothing else. */
static cask_status explain(const gif *g, cki_error *error)
{
    if (g->error.status != CASK_OK)
        return cki_fail(error, g->error.status, g->error.python, "%s", g->error.message);
    return cki_fail(error, CASK_MEMORY, NULL, "no memory to write the picture");
}

/* Sizes and colours, and that it goes on for ever (Netscape's extension). */
static bool put_head(gif *g, const cki_movie_head *head)
{
    static const GifByteType for_ever[3] = {1, 0, 0};
    GifColorType colours[256];
    for (int i = 0; i < 256; i++)
        colours[i] = (GifColorType){head->palette[i][0], head->palette[i][1], head->palette[i][2]};
    ColorMapObject *map = GifMakeMapObject(256, colours);
    EGifSetGifVersion(g->file, true);
    bool good = map && EGifPutScreenDesc(g->file, head->width, head->height, 8, 0, map) == GIF_OK;
    GifFreeMapObject(map);
    if (!good || head->frames < 2)
        return good;
    return EGifPutExtensionLeader(g->file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
           EGifPutExtensionBlock(g->file, 11, "NETSCAPE2.0") == GIF_OK &&
           EGifPutExtensionBlock(g->file, sizeof for_ever, for_ever) == GIF_OK &&
           EGifPutExtensionTrailer(g->file) == GIF_OK;
}

static cask_status close_gif(void *encoder, cki_error *error)
{
    gif *g = encoder;
    int why;
    bool good = EGifCloseFile(g->file, &why) == GIF_OK && g->error.status == CASK_OK;
    cask_status status = good || !error ? CASK_OK : explain(g, error);
    cki_memory_free(g);
    return status;
}

static void *open_gif(cki_atomic_file *file, const cki_movie_head *head, cki_error *error)
{
    gif *g = cki_memory_calloc(1, sizeof *g);
    if (!g) {
        cki_fail_memory(error, sizeof *g);
        return NULL;
    }
    int why;
    g->sink = file;
    g->delay = (int)lround(100 / head->fps);
    if (g->delay < 2) /* below, browsers take ten */
        g->delay = 2;
    g->file = EGifOpen(g, put, &why);
    if (!g->file) {
        cki_memory_free(g);
        cki_fail_memory(error, sizeof *g->file);
        return NULL;
    }
    if (put_head(g, head))
        return g;
    explain(g, error);
    close_gif(g, NULL);
    return NULL;
}

static cask_status put_frame(void *encoder, const cki_movie_part *part, cki_error *error)
{
    gif *g = encoder;
    const GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                          .DelayTime = g->delay,
                                          .TransparentColor = NO_TRANSPARENT_COLOR};
    GifByteType extension[4];
    EGifGCBToExtension(&control, extension);
    bool good =
        EGifPutExtension(g->file, GRAPHICS_EXT_FUNC_CODE, sizeof extension, extension) == GIF_OK &&
        EGifPutImageDesc(g->file, part->left, part->top, part->width, part->height, false, NULL) ==
            GIF_OK;
    for (int y = 0; good && y < part->height; y++)
        good = EGifPutLine(g->file, part->indices + (size_t)y * (size_t)part->width, part->width) ==
               GIF_OK;
    return good ? CASK_OK : explain(g, error);
}

const cki_movie_format cki_gif_format = {open_gif, put_frame, close_gif};
