/* Reading PNG pictures (PNG 1.2) as arrays of height x width, or height x width x channels: 8 or 16
 * bits a sample; fewer are spread over 8, palettes become RGB, or RGBA where they have
 * transparency. A picture is one deflated stream, so it is decoded whole. */
#include "core/memory.h"
#include "io/formats.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIGNATURE = 8,
    GREY = 0,
    RGB = 2,
    PALETTE = 3,
    GREY_ALPHA = 4,
    RGB_ALPHA = 6,
    BEST_RATIO = 1032
};

/* What the chunks before the pixels say. */
typedef struct picture {
    int64_t width, height;
    int depth, color, channels; /* of the file */
    int shown;                  /* channels of the array */
    bool interlaced;
    unsigned char palette[256][4];
    int colors;
    uint64_t packed; /* bytes of all IDAT chunks */
} picture;

static bool starts(cki_file *file, const unsigned char *head, size_t length)
{
    (void)file;
    return length >= SIGNATURE && memcmp(head, "\x89PNG\r\n\x1a\n", SIGNATURE) == 0;
}

static cask_status broken(const cki_store *store, const char *what, cki_error *error)
{
    return cki_fail(error, CASK_FORMAT, "OSError", "%s: not a valid PNG file: %s", store->path,
                    what);
}

static uint32_t get32(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool take_header(picture *p, const unsigned char *b)
{
    static const struct {
        int color, channels;
        const char *depths;
    } kinds[] = {{GREY, 1, "\1\2\4\10\20"},
                 {RGB, 3, "\10\20"},
                 {PALETTE, 1, "\1\2\4\10"},
                 {GREY_ALPHA, 2, "\10\20"},
                 {RGB_ALPHA, 4, "\10\20"}};
    p->width = get32(b);
    p->height = get32(b + 4);
    p->depth = b[8];
    p->color = b[9];
    p->interlaced = b[12] == 1;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].color == p->color && p->depth && strchr(kinds[i].depths, p->depth))
            p->channels = kinds[i].channels;
    p->shown = p->color == PALETTE ? 3 : p->channels;
    return p->width > 0 && p->height > 0 && p->width < 1 << 30 && p->height < 1 << 30 &&
           p->channels > 0 && b[10] == 0 && b[11] == 0 && b[12] <= 1;
}

/* A chunk's content, for those that are small; its checksum is verified. */
static cask_status read_small(const cki_store *store, uint64_t at, uint32_t length,
                              const unsigned char kind[4], unsigned char *bytes, cki_error *error)
{
    unsigned char sum[4];
    cask_status status = cki_file_read(store->file, at, bytes, length, "a chunk", error);
    if (status == CASK_OK)
        status = cki_file_read(store->file, at + length, sum, 4, "a checksum", error);
    if (status != CASK_OK)
        return status;
    uint32_t want = libdeflate_crc32(libdeflate_crc32(0, kind, 4), bytes, length);
    return want == get32(sum) ? CASK_OK : broken(store, "a checksum is wrong", error);
}

static void take_palette(picture *p, const unsigned char *bytes, uint32_t length)
{
    p->colors = (int)(length / 3);
    for (int i = 0; i < p->colors; i++) {
        memcpy(p->palette[i], bytes + (size_t)3 * (size_t)i, 3);
        p->palette[i][3] = 255;
    }
}

/* Walk the chunks: with `idat` NULL their facts are taken, else the pixels' bytes are put there. */
static cask_status walk(const cki_store *store, picture *p, unsigned char *idat, cki_error *error)
{
    unsigned char head[8], small[768];
    uint64_t at = SIGNATURE, size = cki_file_size(store->file), put = 0;
    bool first = true;
    for (;;) {
        cask_status status = cki_file_read(store->file, at, head, 8, "a chunk", error);
        if (status != CASK_OK)
            return status;
        uint32_t length = get32(head);
        const unsigned char *kind = head + 4;
        if (length > INT32_MAX || length + 12ULL > size - at)
            return broken(store, "truncated: a chunk reaches beyond the end", error);
        if (first != (memcmp(kind, "IHDR", 4) == 0) || (first && length != 13))
            return broken(store, "its header is missing", error);
        first = false;
        bool wanted = !idat && (memcmp(kind, "IHDR", 4) == 0 || memcmp(kind, "PLTE", 4) == 0 ||
                                memcmp(kind, "tRNS", 4) == 0);
        if (wanted) {
            if (length > sizeof small)
                return broken(store, "a chunk is too long", error);
            status = read_small(store, at + 8, length, kind, small, error);
            if (status != CASK_OK)
                return status;
        }
        if (wanted && kind[0] == 'I' && !take_header(p, small))
            return broken(store, "its header is impossible", error);
        if (wanted && kind[0] == 'P')
            take_palette(p, small, length);
        if (wanted && kind[0] == 't' && p->color == PALETTE) {
            p->shown = 4;
            for (uint32_t i = 0; i < length && i < 256; i++)
                p->palette[i][3] = small[i];
        }
        if (memcmp(kind, "IDAT", 4) == 0 && !idat)
            p->packed += length;
        if (memcmp(kind, "IDAT", 4) == 0 && idat) {
            unsigned char sum[4];
            status = cki_file_read(store->file, at + 8, idat + put, length, "the pixels", error);
            if (status == CASK_OK)
                status = cki_file_read(store->file, at + 8 + length, sum, 4, "a checksum", error);
            if (status != CASK_OK)
                return status;
            if (libdeflate_crc32(libdeflate_crc32(0, kind, 4), idat + put, length) != get32(sum))
                return broken(store, "the checksum of its pixels is wrong", error);
            put += length;
        }
        at += length + 12ULL;
        if (memcmp(kind, "IEND", 4) == 0)
            return CASK_OK;
    }
}

/* ---- pixels ---- */

/* Bytes of a row of so many pixels, without the filter's. */
static size_t row_bytes(const picture *p, int64_t width)
{
    return ((size_t)width * (size_t)p->channels * (size_t)p->depth + 7) / 8;
}

/* The seven passes of an interlaced picture, or one of all. */
typedef struct pass {
    int64_t x, y, dx, dy, width, height;
} pass;

static pass pass_of(const picture *p, int i)
{
    static const int8_t steps[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                       {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
    if (!p->interlaced)
        return (pass){0, 0, 1, 1, p->width, p->height};
    const int8_t *s = steps[i];
    pass made = {s[0], s[1], s[2], s[3], 0, 0};
    made.width = (p->width - s[0] + s[2] - 1) / s[2];
    made.height = (p->height - s[1] + s[3] - 1) / s[3];
    return made;
}

/* Bytes of all rows, with a filter's byte each; false if that is beyond measure. */
static bool raw_bytes(const picture *p, size_t *bytes)
{
    *bytes = 0;
    for (int i = 0; i < (p->interlaced ? 7 : 1); i++) {
        pass one = pass_of(p, i);
        size_t rows;
        if (one.width <= 0 || one.height <= 0)
            continue;
        if (__builtin_mul_overflow((size_t)one.height, row_bytes(p, one.width) + 1, &rows) ||
            __builtin_add_overflow(*bytes, rows, bytes) || *bytes > (size_t)1 << 40)
            return false;
    }
    return true;
}

static unsigned char paeth(int a, int b, int c)
{
    int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
    return (unsigned char)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

/* One row's filter undone; `above` is NULL for the first. */
static bool unfilter(int kind, unsigned char *row, const unsigned char *above, size_t length,
                     size_t pixel)
{
    for (size_t i = 0; i < length; i++) {
        int a = i >= pixel ? row[i - pixel] : 0, b = above ? above[i] : 0;
        int c = above && i >= pixel ? above[i - pixel] : 0, add = 0;
        if (kind == 1)
            add = a;
        else if (kind == 2)
            add = b;
        else if (kind == 3)
            add = (a + b) / 2;
        else if (kind == 4)
            add = paeth(a, b, c);
        row[i] = (unsigned char)(row[i] + add);
    }
    return kind <= 4;
}

/* One pixel's samples to their place. */
static bool put_pixel(const picture *p, const unsigned char *row, int64_t x, unsigned char *to)
{
    if (p->depth == 16) {
        for (int c = 0; c < p->channels; c++) {
            const unsigned char *at = row + 2 * (x * p->channels + c);
            uint16_t sample = (uint16_t)(at[0] << 8 | at[1]);
            memcpy(to + (size_t)2 * (size_t)c, &sample, 2);
        }
        return true;
    }
    if (p->depth == 8 && p->color != PALETTE) {
        memcpy(to, row + x * p->channels, (size_t)p->channels);
        return true;
    }
    int64_t bit = x * p->depth;
    int most = (1 << p->depth) - 1;
    int sample = row[bit / 8] >> (8 - p->depth - bit % 8) & most;
    if (p->color != PALETTE)
        to[0] = (unsigned char)(sample * 255 / most);
    else if (sample < p->colors)
        memcpy(to, p->palette[sample], (size_t)p->shown);
    return p->color != PALETTE || sample < p->colors;
}

static const char *place_pass(const picture *p, const pass *one, unsigned char **raw,
                              unsigned char *out)
{
    size_t length = row_bytes(p, one->width), size = (size_t)p->shown * (p->depth == 16 ? 2 : 1);
    size_t pixel = ((size_t)p->channels * (size_t)p->depth + 7) / 8;
    const unsigned char *above = NULL;
    for (int64_t y = 0; y < one->height; y++) {
        unsigned char *row = *raw + 1;
        if (!unfilter(**raw, row, above, length, pixel))
            return "a row has an unknown filter";
        for (int64_t x = 0; x < one->width; x++) {
            int64_t place = (one->y + y * one->dy) * p->width + one->x + x * one->dx;
            if (!put_pixel(p, row, x, out + (size_t)place * size))
                return "a pixel has a colour that the palette has not";
        }
        above = row;
        *raw += length + 1;
    }
    return NULL;
}

/* ---- the format ---- */

static cask_status open_store(cki_store *store, cki_error *error)
{
    store->name = "PNG";
    store->variables = cki_formats_alloc(store, 1, sizeof *store->variables, error);
    picture *p = cki_formats_alloc(store, 1, sizeof *p, error);
    int64_t *shape = cki_formats_alloc(store, CKI_MAX_NDIM, sizeof *shape, error);
    if (!store->variables || !p || !shape)
        return CASK_MEMORY;
    cki_variable *variable = store->variables;
    size_t raw;
    store->count = 1;
    store->state = p;
    variable->name = "data";
    variable->attributes = cki_value_dict(error);
    if (!variable->attributes || walk(store, p, NULL, error) != CASK_OK)
        return error->status;
    if (!raw_bytes(p, &raw) || raw / BEST_RATIO > p->packed)
        return broken(store, "it has too few pixels for its size", error);
    if (p->color == PALETTE && p->colors == 0)
        return broken(store, "its palette is missing", error);
    shape[0] = p->height;
    shape[1] = p->width;
    shape[2] = p->shown;
    variable->ndim = p->shown > 1 ? 3 : 2;
    variable->shape = variable->chunks = shape;
    variable->codec = "deflate";
    variable->dtype = cki_dtype_of(p->depth == 16 ? CASK_U16 : CASK_U8);
    return CASK_OK;
}

static cask_status decode(const cki_store *store, picture *p, unsigned char *idat,
                          unsigned char *raw, size_t length, unsigned char *out, cki_error *error)
{
    cask_status status = walk(store, p, idat, error);
    struct libdeflate_decompressor *inflater =
        status == CASK_OK ? libdeflate_alloc_decompressor() : NULL;
    if (status != CASK_OK)
        return status;
    if (!inflater)
        return cki_fail_memory(error, 0);
    enum libdeflate_result result =
        libdeflate_zlib_decompress(inflater, idat, (size_t)p->packed, raw, length, NULL);
    libdeflate_free_decompressor(inflater);
    if (result != LIBDEFLATE_SUCCESS)
        return broken(store, "its pixels cannot be inflated", error);
    const char *why = NULL;
    for (int i = 0; !why && i < (p->interlaced ? 7 : 1); i++) {
        pass one = pass_of(p, i);
        if (one.width > 0 && one.height > 0)
            why = place_pass(p, &one, &raw, out);
    }
    return why ? broken(store, why, error) : CASK_OK;
}

static cask_status read_region(const cki_store *store, size_t i, const int64_t *start,
                               const int64_t *count, const int64_t *step, const cki_array *out,
                               cki_error *error)
{
    picture p = *(const picture *)store->state;
    const cki_variable *variable = &store->variables[i];
    cki_region_layout layout = {
        .itemsize = cki_dtype_size(variable->dtype), .word = 1, .ndim = variable->ndim};
    uint64_t bytes;
    size_t length;
    if (!raw_bytes(&p, &length) || !cki_region_order(&layout, variable->shape, false, &bytes))
        return cki_fail_memory(error, SIZE_MAX);
    cki_ledger *ledger = cki_ledger_current();
    unsigned char *idat = cki_ledger_take(ledger, (size_t)p.packed + 1, false);
    unsigned char *raw = cki_ledger_take(ledger, length + 1, false);
    unsigned char *whole = cki_ledger_take(ledger, (size_t)bytes + 1, false);
    cask_status status = idat && raw && whole ? decode(store, &p, idat, raw, length, whole, error)
                                              : cki_fail_memory(error, length);
    if (status == CASK_OK)
        cki_region_copy(whole, &layout, start, count, step, out);
    if (idat)
        cki_ledger_give(ledger, idat, (size_t)p.packed + 1);
    if (raw)
        cki_ledger_give(ledger, raw, length + 1);
    if (whole)
        cki_ledger_give(ledger, whole, (size_t)bytes + 1);
    return status;
}

static size_t region_bytes(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step)
{
    (void)i, (void)start, (void)count, (void)step;
    return (size_t)((const picture *)store->state)->packed;
}

static size_t working(const cki_store *store, size_t i)
{
    const picture *p = store->state;
    size_t raw = 0;
    (void)i;
    return raw_bytes(p, &raw) ? (size_t)p->packed + 2 * raw : (size_t)p->packed;
}

const cki_format cki_png_format = {
    .starts = starts,
    .open = open_store,
    .read = read_region,
    .read_bytes = region_bytes,
    .working = working,
};
