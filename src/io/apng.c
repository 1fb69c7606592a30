/* Moving pictures as PNG, with the chunks acTL, fcTL and fdAT of its third edition (W3C, 2025):
 * programs that do not know them show the first frame. */
#include "core/memory.h"
#include "io/movie.h"

#include <libdeflate.h>
#include <math.h>
#include <string.h>

enum { LEVEL = 6, PALETTE = 3, NONE = 0, MOST_FRAMES = 0x7fffffff };

typedef struct apng {
    cki_atomic_file *sink;
    struct libdeflate_compressor *deflater;
    unsigned char *rows, *packed; /* a frame's, a filter's byte before each row; and deflated */
    size_t room;                  /* of `packed` */
    uint32_t sequence;            /* number of the next fcTL or fdAT */
    unsigned delay;               /* thousandths of a second */
    bool moving, begun;
} apng;

static void put_32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* A chunk of `head` and then `body`. */
static cask_status put_chunk(apng *a, const char name[5], const unsigned char *head, size_t before,
                             const unsigned char *body, size_t count, cki_error *error)
{
    unsigned char frame[8], sum[4];
    put_32(frame, (uint32_t)(before + count));
    memcpy(frame + 4, name, 4);
    uint32_t crc = libdeflate_crc32(0, frame + 4, 4);
    crc = before ? libdeflate_crc32(crc, head, before) : crc;
    crc = count ? libdeflate_crc32(crc, body, count) : crc;
    put_32(sum, crc);
    cask_status status = cki_sink_write(a->sink, frame, sizeof frame, error);
    if (status == CASK_OK && before)
        status = cki_sink_write(a->sink, head, before, error);
    if (status == CASK_OK && count)
        status = cki_sink_write(a->sink, body, count, error);
    return status == CASK_OK ? cki_sink_write(a->sink, sum, sizeof sum, error) : status;
}

static void free_apng(apng *a)
{
    if (a->deflater)
        libdeflate_free_compressor(a->deflater);
    cki_memory_free(a->rows);
    cki_memory_free(a->packed);
    cki_memory_free(a);
}

static cask_status put_head(apng *a, const cki_movie_head *head, cki_error *error)
{
    static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    unsigned char size[13] = {0}, frames[8] = {0};
    put_32(size, (uint32_t)head->width);
    put_32(size + 4, (uint32_t)head->height);
    size[8] = 8; /* bits */
    size[9] = PALETTE;
    put_32(frames, (uint32_t)head->frames);
    cask_status status = cki_sink_write(a->sink, signature, sizeof signature, error);
    if (status == CASK_OK)
        status = put_chunk(a, "IHDR", size, sizeof size, NULL, 0, error);
    if (status == CASK_OK)
        status = put_chunk(a, "PLTE", head->palette[0], sizeof head->palette, NULL, 0, error);
    if (status == CASK_OK && head->frames > 1)
        status = put_chunk(a, "acTL", frames, sizeof frames, NULL, 0, error);
    return status;
}

static void *open_apng(cki_atomic_file *file, const cki_movie_head *head, cki_error *error)
{
    if (head->frames > MOST_FRAMES) {
        cki_fail(error, CASK_INVALID, "ValueError", "a PNG has at most %d frames", MOST_FRAMES);
        return NULL;
    }
    apng *a = cki_memory_calloc(1, sizeof *a);
    size_t bytes = ((size_t)head->width + 1) * (size_t)head->height;
    if (!a) {
        cki_fail_memory(error, sizeof *a);
        return NULL;
    }
    a->sink = file;
    a->moving = head->frames > 1;
    a->delay = (unsigned)lround(1000 / head->fps);
    a->deflater = libdeflate_alloc_compressor(LEVEL);
    if (a->deflater)
        a->room = libdeflate_zlib_compress_bound(a->deflater, bytes);
    a->rows = cki_memory_alloc(bytes);
    a->packed = cki_memory_alloc(a->room + 1);
    if (!a->deflater || !a->rows || !a->packed)
        cki_fail_memory(error, a->room + bytes);
    else if (put_head(a, head, error) == CASK_OK)
        return a;
    free_apng(a);
    return NULL;
}

/* Where the frame lies, and how long it stands: what was there stays below it, and is replaced. */
static cask_status put_control(apng *a, const cki_movie_part *part, cki_error *error)
{
    unsigned char control[26] = {0};
    put_32(control, a->sequence++);
    put_32(control + 4, (uint32_t)part->width);
    put_32(control + 8, (uint32_t)part->height);
    put_32(control + 12, (uint32_t)part->left);
    put_32(control + 16, (uint32_t)part->top);
    control[20] = (unsigned char)(a->delay >> 8);
    control[21] = (unsigned char)a->delay;
    control[22] = 1000 >> 8;
    control[23] = 1000 & 0xff;
    return put_chunk(a, "fcTL", control, sizeof control, NULL, 0, error);
}

static cask_status put_frame(void *encoder, const cki_movie_part *part, cki_error *error)
{
    apng *a = encoder;
    size_t width = (size_t)part->width;
    for (int y = 0; y < part->height; y++) {
        unsigned char *row = a->rows + (size_t)y * (width + 1);
        row[0] = NONE;
        memcpy(row + 1, part->indices + (size_t)y * width, width);
    }
    size_t count = libdeflate_zlib_compress(a->deflater, a->rows,
                                            (width + 1) * (size_t)part->height, a->packed, a->room);
    if (count == 0)
        return cki_fail_internal(error, "a picture that is larger deflated than at most");
    cask_status status = a->moving ? put_control(a, part, error) : CASK_OK;
    if (status != CASK_OK)
        return status;
    if (!a->begun) {
        a->begun = true;
        return put_chunk(a, "IDAT", NULL, 0, a->packed, count, error);
    }
    unsigned char number[4];
    put_32(number, a->sequence++);
    return put_chunk(a, "fdAT", number, sizeof number, a->packed, count, error);
}

static cask_status close_apng(void *encoder, cki_error *error)
{
    cask_status status = error ? put_chunk(encoder, "IEND", NULL, 0, NULL, 0, error) : CASK_OK;
    free_apng(encoder);
    return status;
}

const cki_movie_format cki_apng_format = {open_apng, put_frame, close_apng};
