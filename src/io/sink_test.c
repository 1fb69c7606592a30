/* Tests of the sinks: text forms against what Python writes, pictures read back by libpng. */
#include "core/memory.h"
#include "io/colormap.h"
#include "io/sink.h"
#include "io/store.h"
#include "io/ticks.h"
#include "sys/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

static const char *const path = "sink_test.out";

static void expect_file(const char *wanted)
{
    char bytes[512];
    cki_error error = {0};
    cki_file *file = cki_file_open(path, &error);
    assert_non_null(file);
    size_t size = (size_t)cki_file_size(file);
    assert_true(size < sizeof bytes);
    assert_int_equal(cki_file_read(file, 0, bytes, size, "it", &error), CASK_OK);
    bytes[size] = '\0';
    assert_string_equal(bytes, wanted);
    cki_file_unref(file);
    remove(path);
}

static cask_value *numbers(int ndim, const int64_t *shape, const double *elements)
{
    cki_error error = {0};
    cask_value *array = cki_array_new(cki_dtype_of(CASK_F64), ndim, shape, &error);
    memcpy(cki_array_of(array)->data, elements,
           (size_t)cki_array_size(cki_array_of(array)) * sizeof *elements);
    return array;
}

static void writes_csv(void **state)
{
    (void)state;
    cki_error error = {0};
    static const double elements[] = {0.1, 1e22, -0.0, 3, 1.0 / 3, 1e-7};
    int64_t shape[2] = {2, 3}, six = 6;
    cask_value *array = numbers(2, shape, elements);
    assert_int_equal(cki_csv_write(path, cki_array_of(array), &error), CASK_OK);
    expect_file("0.1,1e+22,-0.0\n3.0,0.3333333333333333,1e-07\n");
    cask_value *flat = cki_array_reshape(array, 1, &six, &error);
    assert_int_equal(cki_csv_write(path, cki_array_of(flat), &error), CASK_OK);
    expect_file("0.1\n1e+22\n-0.0\n3.0\n0.3333333333333333\n1e-07\n");
    int64_t three[3] = {1, 2, 3};
    cask_value *cube = cki_array_reshape(array, 3, three, &error);
    assert_int_equal(cki_csv_write(path, cki_array_of(cube), &error), CASK_SHAPE);
    assert_string_equal(error.python, "ValueError");
    cask_value_unref(cube);
    cask_value_unref(flat);
    cask_value_unref(array);
}

static void quotes_csv(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t two = 2;
    cask_value *array = cki_array_new((cki_dtype){.id = CASK_BYTES, .count = 4}, 1, &two, &error);
    memcpy(cki_array_of(array)->data, "a,\"bcd\0\0", 8);
    assert_int_equal(cki_csv_write(path, cki_array_of(array), &error), CASK_OK);
    expect_file("\"a,\"\"b\"\ncd\n");
    cask_value_unref(array);
}

static void writes_json_and_text(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t ints[] = {1, 2};
    cask_value *list = cki_value_ints(CKI_TUPLE, ints, 2, &error);
    assert_int_equal(cki_json_write(path, list, &error), CASK_OK);
    expect_file("[1, 2]\n");
    assert_int_equal(cki_text_write(path, list, &error), CASK_OK);
    expect_file("(1, 2)\n");
    cask_value_unref(list);
}

/* Pixels of the picture, three bytes each. */
static unsigned char *read_png(png_image *image)
{
    *image = (png_image){.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(image, path));
    image->format = PNG_FORMAT_RGB;
    unsigned char *pixels = cki_memory_alloc(PNG_IMAGE_SIZE(*image));
    assert_true(png_image_finish_read(image, NULL, pixels, 0, NULL));
    remove(path);
    return pixels;
}

static bool has(const png_image *image, const unsigned char *pixels, unsigned r, unsigned g,
                unsigned b)
{
    for (size_t i = 0; i < (size_t)image->width * image->height; i++)
        if (pixels[3 * i] == r && pixels[3 * i + 1] == g && pixels[3 * i + 2] == b)
            return true;
    return false;
}

static void draws_a_map(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t shape[2] = {2, 3}, two = 2, three = 3;
    const double elements[] = {-4, 0, 4, (double)NAN, 2, -2}, lat[] = {-30, 30},
                 lon[] = {0, 120, 240};
    cask_value *array = numbers(2, shape, elements), *x = numbers(1, &three, lon),
               *y = numbers(1, &two, lat);
    cki_picture picture = {.cmap = "RdBu_r",
                           .title = "Title",
                           .units = "m/s",
                           .degrees = true,
                           .x = cki_array_of(x),
                           .y = cki_array_of(y)};
    if (cki_png_write(path, cki_array_of(array), &picture, &error) != CASK_OK)
        fail_msg("%s: %s", error.python, error.message);
    png_image image;
    unsigned char *pixels = read_png(&image);
    assert_in_range(image.width, 700, 1400);
    assert_in_range(image.height, 300, 1000);
    assert_true(has(&image, pixels, 0x05, 0x30, 0x61)); /* the ends of RdBu, */
    assert_true(has(&image, pixels, 0x67, 0x00, 0x1f));
    assert_true(has(&image, pixels, 0xd9, 0xd9, 0xd9)); /* nothing, */
    assert_true(has(&image, pixels, 0x26, 0x26, 0x26)); /* and ink */
    /* north is up: the grey cell of the second row lies in the upper half, on the left */
    size_t row = image.height / 3, column = image.width / 5;
    assert_int_equal(pixels[3 * (row * image.width + column)], 0xd9);
    cki_memory_free(pixels);
    cask_value_unref(array);
    cask_value_unref(x);
    cask_value_unref(y);
}

static void refuses_pictures(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t shape[2] = {1, 2}, two = 2;
    const double elements[] = {1, 2};
    cask_value *array = numbers(2, shape, elements), *line = numbers(1, &two, elements);
    assert_int_equal(cki_png_write(path, cki_array_of(line), NULL, &error), CASK_SHAPE);
    error = (cki_error){0};
    cki_picture jet = {.cmap = "jet"};
    assert_int_equal(cki_png_write(path, cki_array_of(array), &jet, &error), CASK_INVALID);
    assert_string_equal(error.python, "ValueError");
    assert_non_null(strstr(error.message, "RdBu_r"));
    error = (cki_error){0};
    cki_picture turned = {.has_vmin = true, .has_vmax = true, .vmin = 2, .vmax = 1};
    assert_int_equal(cki_png_write(path, cki_array_of(array), &turned, &error), CASK_INVALID);
    error = (cki_error){0};
    assert_int_equal(cki_png_write("no/such/place.png", cki_array_of(array), NULL, &error),
                     CASK_NOT_FOUND);
    assert_string_equal(error.python, "FileNotFoundError");
    cask_value_unref(array);
    cask_value_unref(line);
}

static void draws_extremes(void **state)
{
    (void)state;
    static const int64_t shapes[][2] = {{1, 1}, {1, 3000}, {3000, 1}, {2, 2}, {1500, 2100}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        cki_error error = {0};
        cask_value *array = cki_array_zeros(cki_dtype_of(CASK_F32), 2, shapes[i], &error);
        if (cki_png_write(path, cki_array_of(array), NULL, &error) != CASK_OK)
            fail_msg("%s: %s", error.python, error.message);
        png_image image;
        cki_memory_free(read_png(&image));
        assert_in_range(image.width, 150, 1500);
        assert_in_range(image.height, 150, 1500);
        cask_value_unref(array);
    }
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

static void globs(void **state)
{
    (void)state;
    cki_error error = {0};
    static const char *const names[] = {"sink_test_b.x", "sink_test_a.x", "sink_test_A.x"};
    for (int i = 0; i < 3; i++)
        assert_int_equal(cki_sink_commit(cki_sink_open(names[i], &error), &error), CASK_OK);
    cask_value *found = cki_store_glob("sink_test_?.x", &error);
    assert_int_equal(found->as.list.count, 3);
    assert_string_equal(found->as.list.items[0]->as.text.bytes, "sink_test_A.x");
    assert_string_equal(found->as.list.items[2]->as.text.bytes, "sink_test_b.x");
    cask_value_unref(found);
    found = cki_store_glob("sink_test_[ab].*", &error);
    assert_int_equal(found->as.list.count, 2);
    cask_value_unref(found);
    found = cki_store_glob("not there", &error);
    assert_string_equal(found->as.list.items[0]->as.text.bytes, "not there");
    cask_value_unref(found);
    assert_null(cki_store_glob("sink_test_*.none", &error));
    assert_string_equal(error.python, "FileNotFoundError");
    for (int i = 0; i < 3; i++)
        remove(names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_csv),
        cmocka_unit_test(quotes_csv),
        cmocka_unit_test(writes_json_and_text),
        cmocka_unit_test(draws_a_map),
        cmocka_unit_test(refuses_pictures),
        cmocka_unit_test(draws_extremes),
        cmocka_unit_test(makes_round_ticks),
        cmocka_unit_test(knows_colours),
        cmocka_unit_test(globs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
