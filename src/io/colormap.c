/* Colour maps from their published control points: ColorBrewer's RdBu in 11 classes, viridis at 21
 * points, bone by its definition in straight pieces. Linear between points. */
#include "io/colormap.h"

#include <string.h>

static const unsigned rdbu[] = {0x67001f, 0xb2182b, 0xd6604d, 0xf4a582, 0xfddbc7, 0xf7f7f7,
                                0xd1e5f0, 0x92c5de, 0x4393c3, 0x2166ac, 0x053061};
static const unsigned viridis[] = {0x440154, 0x481467, 0x482576, 0x463480, 0x414487, 0x3b528b,
                                   0x35608d, 0x2f6c8e, 0x2a788e, 0x25848e, 0x21908c, 0x1e9c89,
                                   0x22a884, 0x2fb47c, 0x43bf71, 0x5dc863, 0x7ad151, 0x9ad93c,
                                   0xbbdf27, 0xdee318, 0xfde725};
static const unsigned gray[] = {0x000000, 0xffffff};

/* bone: each of red, green and blue by its own corners, (position, level). */
static const double bone_red[] = {0, 0, 0.746032, 0.652778, 1, 1};
static const double bone_green[] = {0, 0, 0.365079, 0.319444, 0.746032, 0.777778, 1, 1};
static const double bone_blue[] = {0, 0, 0.365079, 0.444444, 1, 1};

static const struct {
    const char *name;
    const unsigned *points; /* NULL: bone */
    int count;
    bool diverging;
} maps[] = {{"viridis", viridis, 21, false},
            {"RdBu", rdbu, 11, true},
            {"gray", gray, 2, false},
            {"bone", NULL, 0, false}};

static unsigned char level(double value)
{
    return (unsigned char)(value * 255 + 0.5);
}

static double on_corners(const double *corners, double at)
{
    while (at > corners[2])
        corners += 2;
    return corners[1] + (corners[3] - corners[1]) * (at - corners[0]) / (corners[2] - corners[0]);
}

static void between(const unsigned *points, int count, double at, unsigned char rgb[3])
{
    double place = at * (count - 1);
    int i = (int)place;
    if (i > count - 2)
        i = count - 2;
    for (int k = 0; k < 3; k++) {
        double low = points[i] >> (16 - 8 * k) & 0xff, high = points[i + 1] >> (16 - 8 * k) & 0xff;
        rgb[k] = level((low + (high - low) * (place - i)) / 255);
    }
}

static void fill(size_t which, bool reversed, cki_colormap *map)
{
    map->diverging = maps[which].diverging;
    for (int i = 0; i < 256; i++) {
        double at = (reversed ? 255 - i : i) / 255.0;
        if (maps[which].points) {
            between(maps[which].points, maps[which].count, at, map->rgb[i]);
        } else {
            map->rgb[i][0] = level(on_corners(bone_red, at));
            map->rgb[i][1] = level(on_corners(bone_green, at));
            map->rgb[i][2] = level(on_corners(bone_blue, at));
        }
    }
}

cask_status cki_colormap_find(const char *name, cki_colormap *map, cki_error *error)
{
    if (!name)
        name = "viridis";
    size_t length = strlen(name);
    bool reversed = length > 2 && strcmp(name + length - 2, "_r") == 0;
    length -= reversed ? 2 : 0;
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        if (strlen(maps[i].name) == length && strncmp(maps[i].name, name, length) == 0) {
            fill(i, reversed, map);
            return CASK_OK;
        }
    return cki_fail(error, CASK_INVALID, "ValueError",
                    "'%s' is not a known colour map; there are viridis, RdBu, gray and bone, and "
                    "each reversed: viridis_r, RdBu_r, gray_r, bone_r",
                    name);
}
