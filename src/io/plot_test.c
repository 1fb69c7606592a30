/* Tests of pictures: read back by libpng and giflib, pixel by pixel. */
#include "core/memory.h"
#include "io/colormap.h"
#include "io/plot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gif_lib.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

static const char *const path = "plot_test.png", *const gif_path = "plot_test.gif";

static cask_value *numbers(int ndim, const int64_t *shape, const double *elements)
{
    cki_error error = {0};
    cask_value *array = cki_array_new(cki_dtype_of(CASK_F64), ndim, shape, &error);
    memcpy(cki_array_of(array)->data, elements,
           (size_t)cki_array_size(cki_array_of(array)) * sizeof *elements);
    return array;
}

/* 0, 1, 2, ... */
static cask_value *counting(int ndim, const int64_t *shape)
{
    cki_error error = {0};
    cask_value *array = cki_array_new(cki_dtype_of(CASK_F64), ndim, shape, &error);
    double *to = (double *)(void *)cki_array_of(array)->data;
    for (int64_t i = 0; i < cki_array_size(cki_array_of(array)); i++)
        to[i] = (double)i;
    return array;
}

/* ---- pictures as they are read back ---- */

typedef struct picture {
    int width, height;
    unsigned char *rgb;
} picture;

static picture read_png(void)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path));
    image.format = PNG_FORMAT_RGB;
    picture p = {(int)image.width, (int)image.height, cki_memory_alloc(PNG_IMAGE_SIZE(image))};
    assert_true(png_image_finish_read(&image, NULL, p.rgb, 0, NULL));
    remove(path);
    return p;
}

static uint32_t pixel(const picture *p, int x, int y)
{
    const unsigned char *rgb = p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static bool has(const picture *p, uint32_t rgb)
{
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++)
            if (pixel(p, x, y) == rgb)
                return true;
    return false;
}

typedef struct area {
    int left, top, width, height;
} area;

/* The map: what lies within the first frame of ink, from the upper left. */
static area find_map(const picture *p)
{
    const uint32_t ink = 0x262626;
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x + 40 < p->width; x++) {
            int width = 0, height = 0;
            while (x + width < p->width && pixel(p, x + width, y) == ink)
                width++;
            while (y + height < p->height && pixel(p, x, y + height) == ink)
                height++;
            if (width > 8 && height > 8)
                return (area){x + 1, y + 1, width - 2, height - 2};
        }
    fail_msg("no map");
    return (area){0};
}

/* The middle of cell (row, column) of so many. */
static uint32_t cell(const picture *p, area map, int row, int rows, int column, int columns)
{
    return pixel(p, map.left + map.width * (2 * column + 1) / (2 * columns),
                 map.top + map.height * (2 * row + 1) / (2 * rows));
}

static void draw(const cask_value *array, const cki_plot_style *style, const char *to)
{
    cki_error error = {0};
    const int64_t start[3] = {0};
    const cki_array *a = cki_array_of(array);
    assert_int_equal(cki_plot_check(a->dtype, a->ndim, a->shape, false, &error), CASK_OK);
    cki_plot *plot = cki_plot_new(a->ndim, a->shape, style, &error);
    if (!plot || cki_plot_add(plot, start, a, &error) != CASK_OK ||
        cki_plot_write(plot, to, &error) != CASK_OK)
        fail_msg("%s: %s", error.python, error.message);
    cki_plot_free(plot);
}

/* ---- at rest ---- */

static void draws_a_map(void **state)
{
    (void)state;
    int64_t shape[2] = {2, 3}, two = 2, three = 3;
    const double elements[] = {-4, 0, 4, (double)NAN, 1.6, -1.6}, lat[] = {-30, 30},
                 lon[] = {0, 120, 240};
    cask_value *array = numbers(2, shape, elements), *x = numbers(1, &three, lon),
               *y = numbers(1, &two, lat);
    const cki_plot_style style = {.cmap = "RdBu_r",
                                  .title = "Title",
                                  .units = "m/s",
                                  .axes = {{cki_array_of(y), CKI_TICKS_LATITUDE, "lat"},
                                           {cki_array_of(x), CKI_TICKS_LONGITUDE, "lon"}}};
    draw(array, &style, path);
    picture p = read_png();
    area map = find_map(&p);
    assert_int_equal(map.width % 3 + map.height % 2, 0);
    assert_in_range(map.width, 900, 1100);
    /* north is up: the second row comes first */
    static const uint32_t wanted[2][3] = {{0xd9d9d9, 0xf4a582, 0x92c5de},
                                          {0x053061, 0xf7f7f7, 0x67001f}};
    for (int row = 0; row < 2; row++)
        for (int column = 0; column < 3; column++) {
            uint32_t got = cell(&p, map, row, 2, column, 3), want = wanted[row][column];
            for (int shift = 0; shift < 24; shift += 8)
                assert_in_range((got >> shift & 0xff) + 4, want >> shift & 0xff,
                                (want >> shift & 0xff) + 8);
        }
    cki_memory_free(p.rgb);
    cask_value_unref(array);
    cask_value_unref(x);
    cask_value_unref(y);
}

/* Blocks in any order make the same picture, bit for bit, as all at once. */
static void adds_blocks(void **state)
{
    (void)state;
    const int64_t shape[2] = {1500, 700};
    cask_value *array = counting(2, shape);
    const cki_array *a = cki_array_of(array);
    cki_error error = {0};
    draw(array, NULL, path);
    picture whole = read_png();
    cki_plot *plot = cki_plot_new(2, shape, NULL, &error);
    assert_non_null(plot);
    for (int64_t i = 19; i >= 0; i--) {
        int64_t start[2] = {i % 5 * 300, i / 5 * 175};
        cki_array block = *a;
        block.shape[0] = 300;
        block.shape[1] = 175;
        block.data += start[0] * a->strides[0] + start[1] * a->strides[1];
        assert_int_equal(cki_plot_add(plot, start, &block, &error), CASK_OK);
    }
    assert_int_equal(cki_plot_write(plot, path, &error), CASK_OK);
    cki_plot_free(plot);
    picture p = read_png();
    assert_int_equal(p.width, whole.width);
    assert_int_equal(p.height, whole.height);
    assert_memory_equal(p.rgb, whole.rgb, (size_t)p.width * (size_t)p.height * 3);
    cki_memory_free(p.rgb);
    cki_memory_free(whole.rgb);
    cask_value_unref(array);
}

static void label(void *user, int64_t i, char *text, size_t room)
{
    snprintf(text, room, "%s %d with words that do not fit above so small a map", (char *)user,
             (int)i);
}

static void draws_a_montage(void **state)
{
    (void)state;
    const int64_t shape[3] = {7, 4, 5};
    char word[] = "map";
    cask_value *array = counting(3, shape);
    const cki_plot_style style = {.cmap = "gray", .label = label, .user = word};
    draw(array, &style, path);
    picture p = read_png();
    assert_in_range(p.width, 600, 1400);
    assert_in_range(p.height, 400, 1100);
    area map = find_map(&p);
    for (int row = 0; row < 4; row++) /* the first map: 0 to 19 of 139 */
        for (int column = 0; column < 5; column++) {
            uint32_t level = (uint32_t)((5 * row + column) * 256 / 139);
            assert_int_equal(cell(&p, map, row, 4, column, 5), level << 16 | level << 8 | level);
        }
    assert_true(has(&p, 0xffffff));
    cki_memory_free(p.rgb);
    cask_value_unref(array);
}

static void draws_a_line(void **state)
{
    (void)state;
    static const int64_t lengths[] = {1, 2, 59, 1000, 100000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        cask_value *array = counting(1, &lengths[i]);
        double *elements = (double *)(void *)cki_array_of(array)->data;
        if (lengths[i] > 2)
            elements[lengths[i] / 2] = (double)NAN;
        if (lengths[i] > 100)
            for (int64_t k = lengths[i] / 4; k < lengths[i] / 2; k++)
                elements[k] = k % 2 ? HUGE_VAL : (double)NAN; /* nothing is drawn there */
        draw(array, &(cki_plot_style){.title = "Line", .units = "K"}, path);
        picture p = read_png();
        area map = find_map(&p);
        assert_int_equal(map.width, 1000);
        assert_true(has(&p, 0x1f77b4));
        bool gap = true;
        for (int y = 0; y < map.height; y++)
            for (int x = 300; x < 450; x++)
                gap &= pixel(&p, map.left + x, map.top + y) != 0x1f77b4;
        assert_int_equal(gap, lengths[i] > 100 || lengths[i] == 1);
        cki_memory_free(p.rgb);
        cask_value_unref(array);
    }
}

static void refuse(const cask_value *array, bool moving, cask_status status, const char *class,
                   const char *words)
{
    cki_error error = {0};
    const cki_array *a = cki_array_of(array);
    assert_int_equal(cki_plot_check(a->dtype, a->ndim, a->shape, moving, &error), status);
    assert_string_equal(error.python, class);
    assert_non_null(strstr(error.message, words));
}

static void refuses_pictures(void **state)
{
    (void)state;
    cki_error error = {0};
    const int64_t shape[4] = {1, 2, 1, 1}, many[3] = {101, 1, 1}, none[2] = {3, 0};
    cask_value *four = cki_array_zeros(cki_dtype_of(CASK_F32), 4, shape, &error);
    cask_value *zero = cki_array_zeros(cki_dtype_of(CASK_F32), 0, shape, &error);
    cask_value *maps = cki_array_zeros(cki_dtype_of(CASK_F32), 3, many, &error);
    cask_value *empty = cki_array_zeros(cki_dtype_of(CASK_F32), 2, none, &error);
    cask_value *complex = cki_array_zeros(cki_dtype_of(CASK_C64), 2, shape, &error);
    refuse(four, false, CASK_SHAPE, "ValueError", "not 4");
    refuse(zero, false, CASK_SHAPE, "ValueError", "not 0");
    refuse(maps, false, CASK_INVALID, "ValueError", "x[::2]");
    refuse(empty, false, CASK_SHAPE, "ValueError", "axis 1");
    refuse(empty, true, CASK_SHAPE, "ValueError", "3 dimensions");
    refuse(complex, false, CASK_TYPE, "TypeError", "complex64");
    assert_int_equal(cki_plot_check(cki_dtype_of(CASK_F32), 3, many, true, &error), CASK_OK);
    cask_value_unref(four);
    cask_value_unref(zero);
    cask_value_unref(maps);
    cask_value_unref(empty);
    cask_value_unref(complex);
}

/* What only shows when it is drawn. */
static void refuses_styles(void **state)
{
    (void)state;
    const int64_t shape[2] = {1, 2}, three = 3;
    cask_value *array = counting(2, shape), *x = counting(1, &three);
    static const struct {
        cki_plot_style style;
        const char *path;
        cask_status status;
        const char *words;
    } cases[] = {
        {{.cmap = "jet"}, "plot_test.png", CASK_INVALID, "RdBu_r"},
        {{.has_vmin = true, .has_vmax = true, .vmin = 2, .vmax = 1},
         "plot_test.png",
         CASK_INVALID,
         "vmin"},
        {{0}, "no/such/place.png", CASK_NOT_FOUND, "no/such/place.png"},
        {{0}, "no/such/place.gif", CASK_NOT_FOUND, "no/such/place.gif"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cki_error error = {0};
        cki_plot *plot = cki_plot_new(2, shape, &cases[i].style, &error);
        assert_non_null(plot);
        assert_int_equal(cki_plot_write(plot, cases[i].path, &error), cases[i].status);
        assert_non_null(strstr(error.message, cases[i].words));
        cki_plot_free(plot);
    }
    cki_error error = {0};
    const cki_plot_style style = {.axes = {{0}, {.values = cki_array_of(x)}}};
    assert_null(cki_plot_new(2, shape, &style, &error));
    assert_non_null(strstr(error.message, "must be 2 numbers"));
    cask_value_unref(array);
    cask_value_unref(x);
}

static void draws_extremes(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{1, 1},       {1, 3000},  {3000, 1},    {2, 2},
                                        {1500, 2100}, {1, 1, 1},  {100, 1, 50}, {100, 50, 1},
                                        {3, 2000, 9}, {100, 2, 2}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        cki_error error = {0};
        cask_value *array =
            cki_array_zeros(cki_dtype_of(CASK_F32), i < 5 ? 2 : 3, shapes[i], &error);
        draw(array, NULL, path);
        picture p = read_png();
        assert_in_range(p.width, 100, 1500);
        assert_in_range(p.height, 100, 1500);
        cki_memory_free(p.rgb);
        cask_value_unref(array);
    }
}

/* ---- moving ---- */

static void film(const cask_value *array, const char *to)
{
    const cki_array *a = cki_array_of(array);
    const int64_t start[3] = {0};
    cki_error error = {0};
    cki_plot_range range = {0};
    assert_int_equal(cki_plot_range_add(&range, a, &error), CASK_OK);
    cki_plot_film *film =
        cki_plot_film_open(to, a->shape, &(cki_plot_style){.fps = 4}, &range, &error);
    if (!film)
        fail_msg("%s: %s", error.python, error.message);
    for (int64_t i = 0; i < a->shape[0]; i++) {
        cki_array frame = *a;
        frame.data += i * a->strides[0];
        frame.shape[0] = 1;
        assert_int_equal(cki_plot_film_add(film, start, &frame, &error), CASK_OK);
        assert_int_equal(cki_plot_film_draw(film, 1, &error), CASK_OK);
    }
    assert_int_equal(cki_plot_film_commit(film, &error), CASK_OK);
}

static void frames_that_cannot_follow_so_are_refused(void **state)
{
    static const double speeds[] = {-3, 0.01, 1e300, (double)NAN};
    const int64_t shape[3] = {2, 3, 3};

    (void)state;
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
        cki_error error = {0};
        cki_plot_range range = {0};
        assert_null(cki_plot_film_open("never.gif", shape, &(cki_plot_style){.fps = speeds[i]},
                                       &range, &error));
        assert_int_equal(error.status, CASK_INVALID);
        assert_non_null(strstr(error.message, "fps is 0.02 to 100 frames a second, not "));
    }
}

/* Lay a frame of the GIF over what was there. */
static void lay(picture *p, const GifFileType *gif, int i)
{
    const SavedImage *image = &gif->SavedImages[i];
    const GifImageDesc *d = &image->ImageDesc;
    for (int y = 0; y < d->Height; y++)
        for (int x = 0; x < d->Width; x++) {
            const GifColorType *c =
                &gif->SColorMap
                     ->Colors[image->RasterBits[(size_t)y * (size_t)d->Width + (size_t)x]];
            unsigned char *to =
                p->rgb + 3 * ((size_t)(y + d->Top) * (size_t)p->width + (size_t)(x + d->Left));
            to[0] = c->Red;
            to[1] = c->Green;
            to[2] = c->Blue;
        }
}

static void moves_as_gif(void **state)
{
    (void)state;
    const int64_t shape[3] = {4, 2, 2};
    const double elements[] = {0, 10, 20, 30, 30, 20, 10, 0, 30, 20, 10, 0, 0, 10, 20, (double)NAN};
    cask_value *array = numbers(3, shape, elements);
    film(array, gif_path);
    int why;
    GifFileType *gif = DGifOpenFileName(gif_path, &why);
    assert_non_null(gif);
    assert_int_equal(DGifSlurp(gif), GIF_OK);
    assert_int_equal(gif->ImageCount, 4);
    picture p = {gif->SWidth, gif->SHeight, NULL};
    p.rgb = cki_memory_calloc((size_t)p.width * (size_t)p.height, 3);
    area map = {0};
    for (int i = 0; i < 4; i++) {
        GraphicsControlBlock control;
        assert_int_equal(DGifSavedExtensionToGCB(gif, i, &control), GIF_OK);
        assert_int_equal(control.DelayTime, 25);
        lay(&p, gif, i);
        map = i ? map : find_map(&p);
        for (int k = 0; k < 4; k++) {
            uint32_t got = cell(&p, map, k / 2, 2, k % 2, 2);
            double value = elements[4 * i + k];
            /* viridis at its ends and thirds; grey where there is none */
            uint32_t want = isnan(value) ? 0xd9d9d9
                                         : (const uint32_t[]){0x440154, 0x31688e, 0x35b779,
                                                              0xfde725}[(int)value / 10];
            for (int shift = 0; shift < 24; shift += 8)
                assert_in_range((got >> shift & 0xff) + 4, want >> shift & 0xff,
                                (want >> shift & 0xff) + 8);
        }
    }
    /* only the label has changed of the third, and it lies above the map */
    const GifImageDesc *third = &gif->SavedImages[2].ImageDesc;
    assert_true(third->Top + third->Height <= map.top);
    cki_memory_free(p.rgb);
    DGifCloseFile(gif, &why);
    remove(gif_path);
    cask_value_unref(array);
}

/* Programs that know no animation see the first frame. */
static void moves_as_png(void **state)
{
    (void)state;
    const int64_t shape[3] = {3, 2, 2};
    cask_value *array = counting(3, shape);
    film(array, path);
    picture p = read_png();
    area map = find_map(&p);
    assert_int_equal(cell(&p, map, 0, 2, 0, 2), 0x440154);
    cki_memory_free(p.rgb);
    cask_value_unref(array);
}

static void draws_a_gif(void **state)
{
    (void)state;
    const int64_t shape[2] = {3, 2};
    cask_value *array = counting(2, shape);
    draw(array, NULL, gif_path);
    int why;
    GifFileType *gif = DGifOpenFileName(gif_path, &why);
    assert_non_null(gif);
    assert_int_equal(DGifSlurp(gif), GIF_OK);
    assert_int_equal(gif->ImageCount, 1);
    DGifCloseFile(gif, &why);
    remove(gif_path);
    cask_value_unref(array);
}

/* ---- ticks and colours ---- */

static void expect_times(double low, double high, int most, const char *first, const char *second)
{
    cki_ticks ticks;
    cki_ticks_make(low, high, most, CKI_TICKS_TIME, &ticks);
    assert_in_range(ticks.count, 2, most + 1);
    assert_string_equal(ticks.label[0], first);
    assert_string_equal(ticks.label[1], second);
    assert_true(ticks.at[0] >= low && ticks.at[ticks.count - 1] <= high);
}

static void makes_times(void **state)
{
    (void)state;
    const double day = 86400, start = 1388534400; /* 2014-01-01 */
    expect_times(start, start + 10, 5, "2014-01-01", "00:00:02");
    expect_times(start + 60, start + day, 5, "06:00", "12:00");
    expect_times(start, start + 8 * day, 10, "2014-01-01", "2014-01-02");
    expect_times(start, start + 200 * day, 8, "2014-01", "2014-02");
    expect_times(start, start + 700 * day, 8, "2014-01", "2014-04");
    expect_times(start - 1, start + 3000 * day, 5, "2014", "2016");
    expect_times(start - 36500 * day, start, 6, "1920", "1940");
}

static void makes_round_ticks(void **state)
{
    (void)state;
    cki_ticks ticks;
    cki_ticks_make(-12.1, 8.6, 6, CKI_TICKS_PLAIN, &ticks);
    assert_int_equal(ticks.count, 4);
    assert_string_equal(ticks.label[0], "−10");
    assert_string_equal(ticks.label[2], "0");
    cki_ticks_make(0, 0.3, 3, CKI_TICKS_PLAIN, &ticks);
    assert_string_equal(ticks.label[1], "0.1");
    cki_ticks_make(0, 359, 8, CKI_TICKS_LONGITUDE, &ticks);
    assert_string_equal(ticks.label[0], "0°");
    assert_string_equal(ticks.label[2], "90°E");
    assert_string_equal(ticks.label[4], "180°");
    assert_string_equal(ticks.label[6], "90°W");
    cki_ticks_make(-90, 90, 6, CKI_TICKS_LATITUDE, &ticks);
    assert_string_equal(ticks.label[0], "90°S");
    assert_string_equal(ticks.label[6], "90°N");
    cki_ticks_make(0, (double)NAN, 6, CKI_TICKS_PLAIN, &ticks);
    assert_int_equal(ticks.count, 0);
}

/* Grey is exact by definition; the others at their published ends. */
static void knows_colours(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned char rgb[5][3];
    } wanted[] = {
        {"gray", {{0, 0, 0}, {64, 64, 64}, {128, 128, 128}, {200, 200, 200}, {255, 255, 255}}},
        {"gray_r", {{255, 255, 255}, {191, 191, 191}, {127, 127, 127}, {55, 55, 55}, {0, 0, 0}}},
    };
    static const int at[] = {0, 64, 128, 200, 255};
    cki_colormap map;
    cki_error error = {0};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_int_equal(cki_colormap_find(wanted[i].name, &map, &error), CASK_OK);
        for (int k = 0; k < 5; k++)
            for (int c = 0; c < 3; c++)
                assert_in_range(map.rgb[at[k]][c] + 1, wanted[i].rgb[k][c],
                                wanted[i].rgb[k][c] + 2);
    }
    assert_int_equal(cki_colormap_find("bone", &map, &error), CASK_OK);
    assert_int_equal(map.rgb[0][0], 0);
    assert_int_equal(map.rgb[255][2], 255);
    assert_true(map.rgb[128][2] > map.rgb[128][0]); /* it is bluish */
    assert_int_equal(cki_colormap_find(NULL, &map, &error), CASK_OK);
    assert_int_equal(map.rgb[0][0], 0x44);
    assert_int_equal(map.rgb[255][0], 0xfd);
    assert_false(map.diverging);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_a_map),
        cmocka_unit_test(adds_blocks),
        cmocka_unit_test(draws_a_montage),
        cmocka_unit_test(draws_a_line),
        cmocka_unit_test(refuses_pictures),
        cmocka_unit_test(refuses_styles),
        cmocka_unit_test(draws_extremes),
        cmocka_unit_test(moves_as_gif),
        cmocka_unit_test(moves_as_png),
        cmocka_unit_test(draws_a_gif),
        cmocka_unit_test(makes_round_ticks),
        cmocka_unit_test(makes_times),
        cmocka_unit_test(frames_that_cannot_follow_so_are_refused),
        cmocka_unit_test(knows_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
