/* Drawing in RGB: FreeType sets the text, libpng writes the picture. */
#include "io/canvas.h"
#include "core/memory.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <string.h>

struct cki_canvas {
    int width, height;
    int left, top, right, bottom; /* what may be drawn on */
    unsigned char *pixels;        /* three bytes each, rows from the top */
    FT_Library library;
    FT_Face face;
};

cki_canvas *cki_canvas_new(cki_error *error)
{
    cki_canvas *canvas = cki_memory_calloc(1, sizeof *canvas);
    if (!canvas) {
        cki_fail_memory(error, sizeof *canvas);
        return NULL;
    }
    if (FT_Init_FreeType(&canvas->library) != 0) {
        cki_fail_memory(error, 0);
    } else if (FT_New_Face(canvas->library, CASK_FONT, 0, &canvas->face) != 0) {
        cki_fail(error, CASK_IO, "OSError",
                 "cannot read the font %s for the picture; install the package fonts-dejavu-core",
                 CASK_FONT);
    } else {
        return canvas;
    }
    cki_canvas_free(canvas);
    return NULL;
}

void cki_canvas_free(cki_canvas *canvas)
{
    if (!canvas)
        return;
    if (canvas->face)
        FT_Done_Face(canvas->face);
    if (canvas->library)
        FT_Done_FreeType(canvas->library);
    cki_memory_free(canvas->pixels);
    cki_memory_free(canvas);
}

cask_status cki_canvas_size(cki_canvas *canvas, int width, int height, cki_error *error)
{
    size_t bytes = (size_t)width * (size_t)height * 3;
    cki_memory_free(canvas->pixels);
    canvas->pixels = cki_memory_alloc(bytes);
    if (!canvas->pixels)
        return cki_fail_memory(error, bytes);
    canvas->width = width;
    canvas->height = height;
    cki_canvas_clear(canvas);
    cki_canvas_clip(canvas, 0, 0, 0, 0);
    return CASK_OK;
}

void cki_canvas_clear(cki_canvas *canvas)
{
    memset(canvas->pixels, 0xff, (size_t)canvas->width * (size_t)canvas->height * 3);
}

void cki_canvas_extent(const cki_canvas *canvas, int *width, int *height)
{
    *width = canvas->width;
    *height = canvas->height;
}

void cki_canvas_clip(cki_canvas *canvas, int x, int y, int width, int height)
{
    int right = width ? x + width : canvas->width, bottom = width ? y + height : canvas->height;
    canvas->left = width && x > 0 ? x : 0;
    canvas->top = width && y > 0 ? y : 0;
    canvas->right = right < canvas->width ? right : canvas->width;
    canvas->bottom = bottom < canvas->height ? bottom : canvas->height;
}

const unsigned char *cki_canvas_row(const cki_canvas *canvas, int y)
{
    return canvas->pixels + 3 * (size_t)y * (size_t)canvas->width;
}

/* Mix a colour in, alpha of 255. */
static void blend(cki_canvas *canvas, int x, int y, uint32_t rgb, unsigned alpha)
{
    if (x < canvas->left || y < canvas->top || x >= canvas->right || y >= canvas->bottom)
        return;
    unsigned char *pixel = canvas->pixels + 3 * ((size_t)y * (size_t)canvas->width + (size_t)x);
    for (int i = 0; i < 3; i++) {
        unsigned to = rgb >> (16 - 8 * i) & 0xff;
        pixel[i] = (unsigned char)((pixel[i] * (255 - alpha) + to * alpha + 127) / 255);
    }
}

void cki_canvas_point(cki_canvas *canvas, int x, int y, uint32_t rgb)
{
    blend(canvas, x, y, rgb, 255);
}

void cki_canvas_rect(cki_canvas *canvas, int x, int y, int width, int height, uint32_t rgb)
{
    for (int row = y; row < y + height; row++)
        for (int column = x; column < x + width; column++)
            blend(canvas, column, row, rgb, 255);
}

static int within(double value, int low, int high)
{
    return value < low ? low : value > high ? high : (int)value;
}

/* How much of each pixel is covered follows from how far its middle is from the line. */
void cki_canvas_line(cki_canvas *canvas, double x1, double y1, double x2, double y2,
                     double thickness, uint32_t rgb)
{
    double dx = x2 - x1, dy = y2 - y1, length = dx * dx + dy * dy, reach = thickness / 2 + 1;
    int left = within(floor(fmin(x1, x2) - reach), canvas->left, canvas->right);
    int right = within(ceil(fmax(x1, x2) + reach) + 1, canvas->left, canvas->right);
    int top = within(floor(fmin(y1, y2) - reach), canvas->top, canvas->bottom);
    int bottom = within(ceil(fmax(y1, y2) + reach) + 1, canvas->top, canvas->bottom);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            double along = length > 0 ? ((x - x1) * dx + (y - y1) * dy) / length : 0;
            along = along < 0 ? 0 : along > 1 ? 1 : along;
            double far = hypot(x - x1 - along * dx, y - y1 - along * dy);
            double cover = thickness / 2 + 0.5 - far;
            if (cover > 0)
                blend(canvas, x, y, rgb, cover < 1 ? (unsigned)(cover * 255) : 255);
        }
}

/* Glyph after glyph with kerning; draw(…) if `canvas_x` is wanted, the advance in 1/64 pixel. */
static FT_Pos set_glyphs(cki_canvas *canvas, const char *text, FT_Pos x, FT_Pos y, bool upward,
                         uint32_t rgb, bool draw)
{
    FT_Pos advance = 0;
    FT_UInt before = 0;
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        FT_UInt glyph = FT_Get_Char_Index(canvas->face, cki_text_decode(text, length, &at));
        FT_Vector kerning = {0, 0};
        if (before && glyph)
            FT_Get_Kerning(canvas->face, before, glyph, FT_KERNING_DEFAULT, &kerning);
        before = glyph;
        advance += kerning.x;
        if (FT_Load_Glyph(canvas->face, glyph, FT_LOAD_DEFAULT) != 0)
            continue;
        FT_GlyphSlot slot = canvas->face->glyph;
        FT_Pos step = slot->advance.x;
        if (draw && FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) == 0) {
            const FT_Bitmap *bitmap = &slot->bitmap;
            for (int row = 0; row < (int)bitmap->rows; row++)
                for (int column = 0; column < (int)bitmap->width; column++) {
                    unsigned alpha = bitmap->buffer[row * bitmap->pitch + column];
                    int along = (int)((advance + 32) >> 6) + slot->bitmap_left + column;
                    int down = row - slot->bitmap_top;
                    int px = (int)x + (upward ? down : along);
                    int py = (int)y + (upward ? -along : down);
                    blend(canvas, px, py, rgb, alpha);
                }
        }
        advance += step;
    }
    return advance;
}

int cki_canvas_width(cki_canvas *canvas, int size, const char *text)
{
    FT_Set_Pixel_Sizes(canvas->face, 0, (FT_UInt)size);
    return (int)((set_glyphs(canvas, text, 0, 0, false, 0, false) + 32) >> 6);
}

void cki_canvas_text(cki_canvas *canvas, int x, int y, int size, cki_canvas_align align,
                     bool upward, const char *text, uint32_t rgb)
{
    int width = cki_canvas_width(canvas, size, text);
    int back = align == CKI_CANVAS_LEFT ? 0 : align == CKI_CANVAS_MIDDLE ? width / 2 : width;
    set_glyphs(canvas, text, upward ? x : x - back, upward ? y + back : y, upward, rgb, true);
}

/* Where libpng's callbacks put bytes and errors. */
typedef struct sending {
    cki_atomic_file *file;
    cki_error *error;
} sending;

static void send(png_structp png, png_bytep bytes, size_t count)
{
    sending *s = png_get_io_ptr(png);
    if (cki_sink_write(s->file, bytes, count, s->error) != CASK_OK)
        png_error(png, "the file cannot be written");
}

static void flush(png_structp png)
{
    (void)png;
}

static void stay_silent(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

static void give_up(png_structp png, png_const_charp message)
{
    (void)message;
    longjmp(png_jmpbuf(png), 1); /* libpng's way out; it knows no other */
}

cask_status cki_canvas_write(const cki_canvas *canvas, cki_atomic_file *file, cki_error *error)
{
    sending s = {file, error};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, give_up, stay_silent);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        return cki_fail_memory(error, 0);
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return cki_fail(error, CASK_MEMORY, NULL, "no memory to write the picture");
    }
    png_set_write_fn(png, &s, send, flush);
    png_set_IHDR(png, info, (png_uint_32)canvas->width, (png_uint_32)canvas->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < canvas->height; y++)
        png_write_row(png, cki_canvas_row(canvas, y));
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return CASK_OK;
}
