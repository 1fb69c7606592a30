/* Names of what is saved: a mean over time of `t` is still t, on its latitudes and longitudes, in
 * Kelvin. What the file said is written again; what became of it in between decides how much. */
#include "array/save_named.h"
#include "array/coordinates.h"

#include <stdio.h>
#include <string.h>

/* Attributes that say how numbers were stored, and those that point to other variables. */
static bool is_of_storage(const char *name)
{
    static const char *const names[] = {
        "scale_factor", "add_offset",  "_FillValue",   "missing_value",       "_Unsigned",
        "valid_min",    "valid_max",   "valid_range",  "actual_range",        "bounds",
        "climatology",  "coordinates", "grid_mapping", "ancillary_variables", "cell_measures",
        "dtype"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static cask_status put(cask_value *dict, cask_value *key, cask_value *value, cki_error *error)
{
    if (key && value)
        return cki_value_dict_set(dict, key, value, error);
    cask_value_unref(key);
    cask_value_unref(value);
    return error->status;
}

/* The attributes of a variable that hold for its values wherever they are written. */
static cask_status copy_attributes(cask_value *dict, const cki_variable *v, bool times,
                                   cki_error *error)
{
    const cask_value *from = v->attributes;
    for (size_t i = 0; from && i < from->as.dict.count && error->status == CASK_OK; i++) {
        const cask_value *key = from->as.dict.keys[i];
        if (key->kind != CKI_STR || is_of_storage(key->as.text.bytes) ||
            (times &&
             (!strcmp(key->as.text.bytes, "units") || !strcmp(key->as.text.bytes, "calendar"))))
            continue;
        put(dict, cask_value_ref(from->as.dict.keys[i]), cask_value_ref(from->as.dict.values[i]),
            error);
    }
    return error->status;
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Whether it is a name that axes have for want of one: it would be another's in the new file. */
static bool is_makeshift(const char *name)
{
    return strncmp(name, "dim_", 4) == 0 && name[4 + strspn(name + 4, "0123456789")] == '\0';
}

static cask_status find_dimensions(cask_array x, cki_save_names *names, cki_error *error)
{
    for (int k = 0; k < x->ndim; k++) {
        names->coordinates[k] =
            cki_coordinates_stored(x, k, names->texts[k], &names->variables[k], error);
        names->dims[k] =
            names->texts[k][0] && !is_makeshift(names->texts[k]) ? names->texts[k] : NULL;
        for (int i = 0; i < k && names->dims[k]; i++) {
            if (!names->dims[i] || strcmp(names->dims[i], names->dims[k]) != 0)
                continue;
            cask_value_unref(names->coordinates[k]); /* as in a product with itself */
            names->coordinates[k] = NULL;
            names->dims[k] = NULL;
        }
        if (names->dims[k] && strcmp(names->dims[k], names->name) == 0 && x->ndim > 1)
            names->name[0] = '\0';
    }
    return error->status;
}

static cask_status take_options(cask_value *dict, const cki_save_options *how, cki_error *error)
{
    const char *keys[] = {"units", "long_name"}, *texts[] = {how->units, how->title};
    for (int i = 0; i < 2 && error->status == CASK_OK; i++)
        if (texts[i])
            put(dict, cki_value_string(keys[i], error), cki_value_string(texts[i], error), error);
    if (how->fill && error->status == CASK_OK)
        put(dict, cki_value_string("_FillValue", error), cask_value_ref(how->fill), error);
    return error->status;
}

cask_status cki_save_named(cask_array x, const cki_save_options *how, cki_save_names *names,
                           cki_error *error)
{
    bool same = false;
    *names = (cki_save_names){.attributes = cki_value_dict(error)};
    const cki_variable *v = x ? cki_coordinates_source(x, &same) : NULL;
    if (!names->attributes)
        return error->status;
    if (v && strcmp(v->name, "data") != 0) /* what files without names have */
        snprintf(names->name, sizeof names->name, "%s", last_name(v->name));
    if (how->variable)
        snprintf(names->name, sizeof names->name, "%s", how->variable);
    if (x && find_dimensions(x, names, error) == CASK_OK && v && same)
        copy_attributes(names->attributes, v, cki_dtype_is_time(x->dtype), error);
    if (error->status != CASK_OK || take_options(names->attributes, how, error) != CASK_OK)
        cki_save_named_free(names);
    return error->status;
}

void cki_save_named_free(cki_save_names *names)
{
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        cask_value_unref(names->coordinates[k]);
    cask_value_unref(names->attributes);
    *names = (cki_save_names){0};
}

/* ---- writing ---- */

/* One coordinate, as it was stored, with its attributes. */
static cki_writer *write_coordinate(cki_writer *first, const char *path,
                                    const cki_save_names *names, int k, size_t room,
                                    cki_error *error)
{
    static const int64_t zero;
    const cki_array *values = cki_array_of(names->coordinates[k]);
    cask_value *attributes = cki_value_dict(error);
    cki_writer *writer = NULL;
    if (attributes && copy_attributes(attributes, names->variables[k], false, error) == CASK_OK) {
        cki_target target = {.name = names->dims[k],
                             .dtype = values->dtype,
                             .ndim = 1,
                             .shape = values->shape,
                             .dims = &names->dims[k],
                             .attributes = attributes,
                             .room = room};
        writer = first ? cki_writer_beside(first, &target, error)
                       : cki_writer_open(path, &target, error);
    }
    cask_value_unref(attributes);
    if (!writer || cki_writer_region(writer, &zero, values, error) == CASK_OK)
        return writer;
    cki_writer_abort(writer);
    return NULL;
}

/* Whether the values of axis k are written. */
static bool is_written(const cki_save_names *names, const cki_target *target, int k)
{
    bool itself = target->name && names->dims[k] && !strcmp(target->name, names->dims[k]);
    return names->coordinates[k] && !itself;
}

/* What the first array of the file is told that those beside it need: the array, and its
 * coordinates. */
static size_t room_of(const cki_save_names *names, const cki_target *target)
{
    size_t room = cki_writer_room(target);
    for (int k = 0; k < target->ndim; k++)
        if (is_written(names, target, k))
            room += cki_writer_room(&(cki_target){.name = names->dims[k],
                                                  .ndim = 1,
                                                  .dims = &names->dims[k],
                                                  .attributes = names->variables[k]->attributes});
    return room;
}

cki_writer *cki_save_named_open(const char *path, const cki_target *target,
                                const cki_save_names *names, cki_writer **first, cki_error *error)
{
    bool several = cki_writer_names_axes(path); /* coordinates go along */
    size_t room = several ? room_of(names, target) : 0;
    *first = NULL;
    for (int k = 0; several && k < target->ndim && error->status == CASK_OK; k++) {
        if (!is_written(names, target, k))
            continue;
        cki_writer *writer = write_coordinate(*first, path, names, k, room, error);
        if (writer && !*first)
            *first = writer;
        else if (writer)
            cki_writer_commit(writer, error);
    }
    cki_writer *writer = NULL;
    if (error->status == CASK_OK)
        writer = *first ? cki_writer_beside(*first, target, error)
                        : cki_writer_open(path, target, error);
    if (!writer && *first) {
        cki_writer_abort(*first);
        *first = NULL;
    }
    return writer;
}
