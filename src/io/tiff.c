/* Reading TIFF pictures through libtiff, which is loaded with the first: strips and tiles of any
 * compression that it knows, samples of 1 to 64 bits. Pages of one shape are one array, with the
 * page as its first axis; others are arrays of their own. */
#include "core/memory.h"
#include "io/formats.h"
#include "sys/library.h"
#include "sys/thread.h"

#include <stdio.h>
#include <string.h>
#include <tiffio.h>

/* ---- the library ---- */

#define TIFF_CALLS(X)                                                                              \
    X(TIFFClientOpenExt)                                                                           \
    X(TIFFOpenOptionsAlloc)                                                                        \
    X(TIFFOpenOptionsFree)                                                                         \
    X(TIFFOpenOptionsSetErrorHandlerExtR)                                                          \
    X(TIFFOpenOptionsSetWarningHandlerExtR)                                                        \
    X(TIFFOpenOptionsSetMaxSingleMemAlloc)                                                         \
    X(TIFFClose)                                                                                   \
    X(TIFFGetField)                                                                                \
    X(TIFFGetFieldDefaulted)                                                                       \
    X(TIFFSetField)                                                                                \
    X(TIFFSetDirectory)                                                                            \
    X(TIFFReadDirectory)                                                                           \
    X(TIFFReadEncodedStrip) X(TIFFReadEncodedTile) X(TIFFStripSize) X(TIFFTileSize) X(TIFFIsTiled)

#define MEMBER(name) __typeof__(name) *name;
#define NAME(name)   #name,

static struct {
    TIFF_CALLS(MEMBER)
} lib;
static cki_error failure;

static void load(void)
{
    static const char *const names[] = {TIFF_CALLS(NAME)};
    cki_library_load(CASK_TIFF_SONAME, "libtiff6", names, sizeof names / sizeof *names, &lib,
                     &failure);
}

static cask_status need_library(cki_error *error)
{
    static cki_once once = CKI_ONCE_INIT;
    cki_thread_once(&once, load);
    return failure.status == CASK_OK
               ? CASK_OK
               : cki_fail(error, failure.status, failure.python, "%s", failure.message);
}

/* ---- a file for the library ---- */

enum { BEST_RATIO = 100000, MOST_PAGES = 65536 };

typedef struct stream {
    cki_file *file;
    uint64_t at;
    char words[160]; /* what the library said first */
} stream;

static tmsize_t read_bytes(thandle_t handle, void *bytes, tmsize_t count)
{
    stream *s = handle;
    uint64_t size = cki_file_size(s->file), left = s->at < size ? size - s->at : 0;
    uint64_t want = count < 0 ? 0 : (uint64_t)count < left ? (uint64_t)count : left;
    if (want && cki_file_read(s->file, s->at, bytes, (size_t)want, "the picture", NULL) != CASK_OK)
        return -1;
    s->at += want;
    return (tmsize_t)want;
}

static tmsize_t refuse_write(thandle_t handle, void *bytes, tmsize_t count)
{
    (void)handle, (void)bytes, (void)count;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    stream *s = handle;
    s->at = whence == SEEK_CUR   ? s->at + offset
            : whence == SEEK_END ? cki_file_size(s->file) + offset
                                 : offset;
    return s->at;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    return cki_file_size(((stream *)handle)->file);
}

/* What libtiff complains of first. */
__attribute__((format(printf, 4, 0))) static int hear(TIFF *tiff, void *user, const char *module,
                                                      const char *format, va_list arguments)
{
    stream *s = user;
    (void)tiff, (void)module;
    if (!s->words[0])
        vsnprintf(s->words, sizeof s->words, format, arguments);
    return 1;
}

static int ignore(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
    (void)tiff, (void)user, (void)module, (void)format, (void)arguments;
    return 1;
}

static cask_status broken(const cki_store *store, const stream *s, const char *what,
                          cki_error *error)
{
    return cki_fail(error, CASK_FORMAT, "OSError", "%s: not a valid TIFF file: %s", store->path,
                    s->words[0] ? s->words : what);
}

static TIFF *open_tiff(const cki_store *store, stream *s, cki_error *error)
{
    *s = (stream){.file = store->file};
    TIFFOpenOptions *options = lib.TIFFOpenOptionsAlloc();
    if (!options) {
        cki_fail_memory(error, 0);
        return NULL;
    }
    lib.TIFFOpenOptionsSetErrorHandlerExtR(options, hear, s);
    lib.TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
    lib.TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
    TIFF *tiff = lib.TIFFClientOpenExt(store->path, "rm", s, read_bytes, refuse_write, seek,
                                       close_nothing, size_of, NULL, NULL, options);
    lib.TIFFOpenOptionsFree(options);
    if (!tiff)
        broken(store, s, "it cannot be opened", error);
    return tiff;
}

/* ---- pages ---- */

typedef struct page {
    int64_t width, height;
    int samples, bits;
    cki_dtype dtype;
    bool planar, tiled;
    int64_t across, down; /* pixels of a strip or tile */
} page;

static bool find_dtype(page *p, int format)
{
    static const cask_dtype whole[] = {CASK_U8, CASK_U16, CASK_U32, CASK_U64};
    static const cask_dtype with_sign[] = {CASK_I8, CASK_I16, CASK_I32, CASK_I64};
    int size = p->bits <= 8 ? 0 : p->bits <= 16 ? 1 : p->bits <= 32 ? 2 : 3;
    bool exact = p->bits == 8 << size;
    if (p->bits < 1 || p->bits > 64 || (!exact && p->bits > 32))
        return false;
    if (format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID)
        p->dtype = cki_dtype_of(whole[size]);
    else if (format == SAMPLEFORMAT_INT && exact)
        p->dtype = cki_dtype_of(with_sign[size]);
    else if (format == SAMPLEFORMAT_IEEEFP && exact && size > 0)
        p->dtype = cki_dtype_of(size == 1 ? CASK_F16 : size == 2 ? CASK_F32 : CASK_F64);
    else
        return false;
    return true;
}

static const char *describe_page(TIFF *tiff, page *p)
{
    uint32_t width = 0, height = 0, across = 0, down = 0;
    uint16_t samples = 1, bits = 1, format = SAMPLEFORMAT_UINT, planar = PLANARCONFIG_CONTIG;
    uint16_t photometric = 0, compression = 0;
    if (!lib.TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) ||
        !lib.TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height) || width == 0 || height == 0 ||
        width > 1 << 30 || height > 1 << 30)
        return "its size is impossible";
    lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
    lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    lib.TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    if (compression == COMPRESSION_JPEG && photometric == PHOTOMETRIC_YCBCR)
        lib.TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    else if (photometric == PHOTOMETRIC_YCBCR)
        return "its colours are YCbCr, which is read only from JPEG";
    *p = (page){.width = width, .height = height, .samples = samples, .bits = bits};
    p->planar = planar == PLANARCONFIG_SEPARATE && samples > 1;
    p->tiled = lib.TIFFIsTiled(tiff);
    if (samples == 0 || samples > 1024 || !find_dtype(p, format))
        return "its samples are of a type that is not read";
    if (p->tiled) {
        lib.TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &across);
        lib.TIFFGetField(tiff, TIFFTAG_TILELENGTH, &down);
    } else {
        across = width;
        lib.TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &down);
        down = down > height ? height : down;
    }
    p->across = across;
    p->down = down;
    return across && down ? NULL : "its strips are empty";
}

static bool alike(const page *a, const page *b)
{
    return a->width == b->width && a->height == b->height && a->samples == b->samples &&
           cki_dtype_same(a->dtype, b->dtype);
}

/* ---- opening ---- */

/* What is kept of a file. */
typedef struct book {
    page *pages;
    size_t count;
    bool stacked; /* all pages are one array */
} book;

static cask_status read_pages(cki_store *store, TIFF *tiff, const stream *s, book *b,
                              cki_error *error)
{
    size_t room = 0;
    do {
        page p;
        const char *why = describe_page(tiff, &p);
        if (why)
            return broken(store, s, why, error);
        double bytes = (double)p.width * (double)p.height * p.samples * p.bits / 8;
        if (bytes / BEST_RATIO > (double)cki_file_size(store->file))
            return broken(store, s, "it has too few bytes for its size", error);
        if (b->count == MOST_PAGES)
            return broken(store, s, "it has too many pages", error);
        if (b->count == room) {
            room = room ? room * 2 : 4;
            page *pages = cki_formats_alloc(store, room, sizeof *pages, error);
            if (!pages)
                return CASK_MEMORY;
            if (b->count)
                memcpy(pages, b->pages, b->count * sizeof *pages);
            b->pages = pages;
        }
        b->pages[b->count++] = p;
    } while (lib.TIFFReadDirectory(tiff));
    return CASK_OK;
}

static cask_status fill_variable(cki_store *store, const book *b, size_t i, cki_error *error)
{
    cki_variable *v = &store->variables[i];
    const page *p = &b->pages[i];
    int64_t *shape = cki_formats_alloc(store, 2 * CKI_MAX_NDIM, sizeof *shape, error);
    char *name = cki_formats_alloc(store, 24, 1, error);
    v->attributes = cki_value_dict(error);
    if (!shape || !name || !v->attributes)
        return CASK_MEMORY;
    snprintf(name, 24, b->stacked ? "data" : "page_%zu", i);
    int n = 0;
    if (b->stacked && b->count > 1)
        shape[n++] = (int64_t)b->count;
    shape[n++] = p->height;
    shape[n++] = p->width;
    if (p->samples > 1)
        shape[n++] = p->samples;
    memcpy(shape + CKI_MAX_NDIM, shape, (size_t)n * sizeof *shape);
    if (b->stacked && b->count > 1)
        shape[CKI_MAX_NDIM] = 1; /* a page is decoded whole */
    v->name = name;
    v->dtype = p->dtype;
    v->ndim = n;
    v->shape = shape;
    v->chunks = shape + CKI_MAX_NDIM;
    return CASK_OK;
}

static bool starts(cki_file *file, const unsigned char *head, size_t length)
{
    static const char *const marks[] = {"II*\0", "MM\0*", "II+\0", "MM\0+"};
    (void)file;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (length >= 8 && memcmp(head, marks[i], 4) == 0)
            return true;
    return false;
}

static cask_status open_store(cki_store *store, cki_error *error)
{
    stream s;
    book *b = cki_formats_alloc(store, 1, sizeof *b, error);
    store->name = "TIFF";
    store->state = b;
    if (!b || need_library(error) != CASK_OK)
        return error->status;
    TIFF *tiff = open_tiff(store, &s, error);
    if (!tiff)
        return error->status;
    cask_status status = read_pages(store, tiff, &s, b, error);
    lib.TIFFClose(tiff);
    if (status != CASK_OK)
        return status;
    b->stacked = true;
    for (size_t i = 1; i < b->count; i++)
        b->stacked = b->stacked && alike(&b->pages[0], &b->pages[i]);
    size_t count = b->stacked ? 1 : b->count;
    store->variables = cki_formats_alloc(store, count, sizeof *store->variables, error);
    if (!store->variables)
        return CASK_MEMORY;
    for (size_t i = 0; status == CASK_OK && i < count; i++) {
        store->count++;
        status = fill_variable(store, b, i, error);
    }
    return status;
}

/* ---- pixels ---- */

/* Sample number `i` of a row of packed bits, first bit high. */
static uint64_t get_bits(const unsigned char *row, int64_t i, int bits)
{
    uint64_t value = 0;
    for (int64_t at = i * bits; at < (i + 1) * bits; at++)
        value = value << 1 | (uint64_t)(row[at / 8] >> (7 - at % 8) & 1);
    return value;
}

/* `count` samples of a row to every `stride`-th place. */
static void put_samples(const page *p, const unsigned char *row, int64_t count, unsigned char *to,
                        int64_t stride)
{
    size_t size = cki_dtype_size(p->dtype);
    for (int64_t i = 0; i < count; i++, to += stride * (int64_t)size) {
        if ((size_t)p->bits == size * 8) {
            memcpy(to, row + (size_t)i * size, size);
            continue;
        }
        uint64_t value = get_bits(row, i, p->bits);
        memcpy(to, &value, size); /* little-endian machines; see the check below */
    }
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "samples are narrowed by their low bytes");

/* A strip or tile, in `block`, to its place in the page. */
static void place_block(const page *p, const unsigned char *block, int64_t x, int64_t y, int plane,
                        unsigned char *out)
{
    int each = p->planar ? 1 : p->samples;
    size_t size = cki_dtype_size(p->dtype);
    int64_t row = (p->across * each * p->bits + 7) / 8;
    int64_t width = p->width - x < p->across ? p->width - x : p->across;
    int64_t height = p->height - y < p->down ? p->height - y : p->down;
    for (int64_t i = 0; i < height; i++) {
        int64_t first = ((y + i) * p->width + x) * p->samples + plane;
        put_samples(p, block + i * row, width * each, out + (size_t)first * size,
                    p->planar ? p->samples : 1);
    }
}

static cask_status decode_page(const cki_store *store, TIFF *tiff, const stream *s, const page *p,
                               unsigned char *out, cki_error *error)
{
    int64_t columns = (p->width + p->across - 1) / p->across;
    int64_t rows = (p->height + p->down - 1) / p->down;
    tmsize_t bytes = p->tiled ? lib.TIFFTileSize(tiff) : lib.TIFFStripSize(tiff);
    int each = p->planar ? 1 : p->samples;
    if (bytes <= 0 || bytes < (p->across * each * p->bits + 7) / 8 * p->down)
        return broken(store, s, "its strips are too short", error);
    unsigned char *block = cki_ledger_take(cki_ledger_current(), (size_t)bytes, true);
    if (!block)
        return cki_fail_memory(error, (size_t)bytes);
    cask_status status = CASK_OK;
    for (int64_t i = 0; status == CASK_OK && i < columns * rows * (p->planar ? p->samples : 1);
         i++) {
        tmsize_t got = p->tiled ? lib.TIFFReadEncodedTile(tiff, (uint32_t)i, block, bytes)
                                : lib.TIFFReadEncodedStrip(tiff, (uint32_t)i, block, bytes);
        int64_t in_plane = i % (columns * rows);
        if (got < 0)
            status = broken(store, s, "a strip cannot be decoded", error);
        else
            place_block(p, block, in_plane % columns * p->across, in_plane / columns * p->down,
                        (int)(i / (columns * rows)), out);
    }
    cki_ledger_give(cki_ledger_current(), block, (size_t)bytes);
    return status;
}

/* One page's part of the region: `start`, `step` and `out` are of its own axes. */
static cask_status read_page(const cki_store *store, TIFF *tiff, stream *s, size_t number,
                             const int64_t *start, const int64_t *step, const cki_array *out,
                             cki_error *error)
{
    const book *b = store->state;
    const page *p = &b->pages[number];
    page now;
    int64_t shape[] = {p->height, p->width, p->samples};
    cki_region_layout layout = {.itemsize = cki_dtype_size(p->dtype), .word = 1, .ndim = out->ndim};
    uint64_t bytes;
    if (!lib.TIFFSetDirectory(tiff, (tdir_t)number) || describe_page(tiff, &now) ||
        !alike(p, &now) || !cki_region_order(&layout, shape, false, &bytes))
        return broken(store, s, "a page cannot be found again", error);
    unsigned char *whole = cki_ledger_take(cki_ledger_current(), (size_t)bytes, false);
    if (!whole)
        return cki_fail_memory(error, (size_t)bytes);
    cask_status status = decode_page(store, tiff, s, &now, whole, error);
    if (status == CASK_OK)
        cki_region_copy(whole, &layout, start, out->shape, step, out);
    cki_ledger_give(cki_ledger_current(), whole, (size_t)bytes);
    return status;
}

static cask_status read_region(const cki_store *store, size_t i, const int64_t *start,
                               const int64_t *count, const int64_t *step, const cki_array *out,
                               cki_error *error)
{
    const book *b = store->state;
    stream s;
    TIFF *tiff = open_tiff(store, &s, error);
    if (!tiff)
        return error->status;
    cask_status status = CASK_OK;
    if (!b->stacked || b->count == 1) {
        status = read_page(store, tiff, &s, i, start, step, out, error);
    } else {
        cki_array part = *out;
        part.ndim--;
        memmove(part.shape, out->shape + 1, (size_t)part.ndim * sizeof *part.shape);
        memmove(part.strides, out->strides + 1, (size_t)part.ndim * sizeof *part.strides);
        for (int64_t k = 0; status == CASK_OK && k < count[0]; k++) {
            part.data = out->data + k * out->strides[0];
            status = read_page(store, tiff, &s, (size_t)(start[0] + k * step[0]), start + 1,
                               step + 1, &part, error);
        }
    }
    lib.TIFFClose(tiff);
    return status;
}

static size_t region_bytes(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step)
{
    (void)store, (void)i, (void)start, (void)count, (void)step;
    return (size_t)cki_file_size(store->file);
}

const cki_format cki_tiff_format = {
    .starts = starts,
    .open = open_store,
    .read = read_region,
    .read_bytes = region_bytes,
};
