/* Chests: items in the order of their keys, those in memory also in the order of their last use. */
#include "core/map.h"
#include "core/memory.h"
#include "exec/chest_file.h"
#include "sys/file.h"
#include "sys/folder.h"
#include "sys/thread.h"
#include "value/token.h"

#include <errno.h>
#include <string.h>

#define USUAL_MEMORY 1000000000
enum { NUMBER_BYTES = 24 };
static const char prefix[] = "cask-", suffix[] = ".chest", index_name[] = ".keys";

typedef struct item {
    cki_token token; /* of the key */
    cask_value *key;
    cask_value *value; /* NULL: on disk only */
    size_t nbytes;     /* of the value, in memory */
    bool stored;       /* there is a file... */
    bool clean;        /* ...that says the same as the value in memory */
    char *file;
    struct item *next, *previous; /* in the order of keys */
    struct item *newer, *older;   /* of those in memory, in the order of use */
    struct item *alike;           /* another one in the same slot of the map */
} item;

struct cask_chest {
    cki_mutex mutex; /* of all below */
    char *path;
    bool temporary;
    int lock; /* of a temporary folder; -1 */
    cki_chest_format format;
    size_t available, used, writes, count;
    cki_map map;  /* half a token: the first item; 0 where there is none any more */
    size_t empty; /* such slots */
    item *first, *last;
    item *newest, *oldest;
};

static _Thread_local cki_error failure;

static cki_error *fresh(void)
{
    failure = (cki_error){0};
    return &failure;
}

cask_status cask_chest_error(void)
{
    return failure.status;
}

const char *cask_chest_message(void)
{
    return failure.message;
}

const char *cask_chest_error_class(void)
{
    return failure.python;
}

/* ---- keys ---- */

static bool is_key(const cask_value *key, int depth)
{
    enum { DEEPEST = 100 };
    if (key->kind != CKI_TUPLE || depth > DEEPEST)
        return key->kind == CKI_STR || key->kind == CKI_INT;
    for (size_t i = 0; i < key->as.list.count; i++)
        if (!is_key(key->as.list.items[i], depth + 1))
            return false;
    return true;
}

static uint64_t slot_of(cki_token token)
{
    return token.low ? token.low : 1;
}

static item *find(const cask_chest *chest, const cask_value *key)
{
    cki_token token = cki_token_of(key);
    uint64_t at = 0;
    cki_map_get(&chest->map, slot_of(token), &at);
    item *i = (item *)(uintptr_t)at;
    while (i && !cki_token_same(i->token, token))
        i = i->alike;
    return i;
}

static cask_status no_such_key(const cask_value *key)
{
    cki_text text = {0};
    if (key)
        cki_value_repr(key, &text);
    cask_status status = cki_fail(fresh(), CASK_NOT_FOUND, "KeyError", "%s",
                                  text.bytes ? text.bytes : "no such key");
    cki_text_free(&text);
    return status;
}

/* ---- the two orders ---- */

static void leave_memory(cask_chest *chest, item *i)
{
    *(i->newer ? &i->newer->older : &chest->newest) = i->older;
    *(i->older ? &i->older->newer : &chest->oldest) = i->newer;
    i->newer = i->older = NULL;
    chest->used -= i->nbytes;
    cask_value_unref(i->value);
    i->value = NULL;
}

/* In memory, as the one used last. The reference is taken over. */
static void enter_memory(cask_chest *chest, item *i, cask_value *value)
{
    bool number = value->kind <= CKI_FLOAT;
    i->value = value;
    i->nbytes = number ? NUMBER_BYTES : cki_value_nbytes(value);
    chest->used += i->nbytes;
    i->older = chest->newest;
    i->newer = NULL;
    *(chest->newest ? &chest->newest->newer : &chest->oldest) = i;
    chest->newest = i;
}

static void use(cask_chest *chest, item *i)
{
    cask_value *value = cask_value_ref(i->value);
    leave_memory(chest, i);
    enter_memory(chest, i, value);
}

static void free_item(item *i)
{
    cask_value_unref(i->key);
    cask_value_unref(i->value);
    cki_memory_free(i->file);
    cki_memory_free(i);
}

/* Another map without the slots that are empty. What finds no memory stays as it is. */
static void tidy(cask_chest *chest)
{
    cki_map map = {0};
    for (size_t k = 0; k < chest->map.capacity; k++) {
        const cki_map_slot *slot = &chest->map.slots[k];
        if (slot->key && slot->value && !cki_map_set(&map, slot->key, slot->value)) {
            cki_map_free(&map);
            return;
        }
    }
    cki_map_free(&chest->map);
    chest->map = map;
    chest->empty = 0;
}

/* A new item at the end; NULL when there is no memory. */
static item *add_item(cask_chest *chest, cask_value *key, cki_error *error)
{
    item *i = cki_memory_calloc(1, sizeof *i);
    char *file = i ? cki_chest_file_name(key) : NULL;
    uint64_t at = 0;
    if (file) {
        i->token = cki_token_of(key);
        bool known = cki_map_get(&chest->map, slot_of(i->token), &at);
        i->alike = (item *)(uintptr_t)at;
        if (cki_map_set(&chest->map, slot_of(i->token), (uint64_t)(uintptr_t)i)) {
            chest->empty -= known && !at;
            i->key = cask_value_ref(key);
            i->file = file;
            i->previous = chest->last;
            *(chest->last ? &chest->last->next : &chest->first) = i;
            chest->last = i;
            chest->count++;
            return i;
        }
    }
    cki_fail_memory(error, sizeof *i);
    cki_memory_free(file);
    cki_memory_free(i);
    return NULL;
}

static void remove_item(cask_chest *chest, item *i)
{
    uint64_t at = 0;
    cki_map_get(&chest->map, slot_of(i->token), &at);
    item *alike = (item *)(uintptr_t)at;
    if (alike == i) { /* the slot is there: setting it needs no memory */
        cki_map_set(&chest->map, slot_of(i->token), (uint64_t)(uintptr_t)i->alike);
        chest->empty += !i->alike;
    } else {
        while (alike->alike != i)
            alike = alike->alike;
        alike->alike = i->alike;
    }
    *(i->previous ? &i->previous->next : &chest->first) = i->next;
    *(i->next ? &i->next->previous : &chest->last) = i->previous;
    chest->count--;
    if (i->value)
        leave_memory(chest, i);
    free_item(i);
    if (chest->empty > 64 && chest->empty > chest->count)
        tidy(chest);
}

/* ---- the disk ---- */

static char *path_of(const cask_chest *chest, const char *name)
{
    cki_text path = {0};
    cki_text_format(&path, "%s/%s", chest->path, name);
    return cki_text_take(&path);
}

static cask_status store(cask_chest *chest, item *i, cki_error *error)
{
    if (i->clean)
        return CASK_OK;
    char *path = path_of(chest, i->file);
    cask_status status =
        path ? cki_chest_file_write(path, i->value, &chest->format, !chest->temporary, error)
             : cki_fail_memory(error, strlen(i->file));
    cki_memory_free(path);
    if (status == CASK_OK) {
        i->stored = i->clean = true;
        chest->writes++;
    }
    return status;
}

/* Out of memory with what was used longest ago, until the rest has room. */
static cask_status shrink(cask_chest *chest, cki_error *error)
{
    while (chest->used > chest->available && chest->oldest) {
        item *i = chest->oldest;
        cask_status status = store(chest, i, error);
        if (status != CASK_OK)
            return status;
        leave_memory(chest, i);
    }
    return CASK_OK;
}

static cask_status load(cask_chest *chest, item *i, cki_error *error)
{
    char *path = path_of(chest, i->file);
    cask_value *value = path ? cki_chest_file_read(path, &chest->format, error) : NULL;
    if (!path)
        cki_fail_memory(error, strlen(i->file));
    cki_memory_free(path);
    if (!value)
        return error->status;
    enter_memory(chest, i, value);
    i->clean = true;
    return CASK_OK;
}

/* ---- the list of keys ---- */

static const cki_chest_format records = {.records = true};

static cask_value *list_keys(const cask_chest *chest, cki_error *error)
{
    cask_value *keys = cki_value_list(CKI_LIST, chest->count, error);
    size_t n = 0;
    for (const item *i = chest->first; keys && i; i = i->next)
        keys->as.list.items[n++] = cask_value_ref(i->key);
    return keys;
}

static cask_status write_index(cask_chest *chest, cki_error *error)
{
    cask_value *keys = list_keys(chest, error);
    char *path = path_of(chest, index_name);
    cask_status status = !keys   ? error->status
                         : !path ? cki_fail_memory(error, sizeof index_name)
                                 : cki_chest_file_write(path, keys, &records, true, error);
    cki_memory_free(path);
    cask_value_unref(keys);
    return status;
}

/* The names of the files that are there: a set. */
typedef struct listing {
    cask_value *names;
    cki_error *error;
} listing;

static bool note_name(void *user, const char *name)
{
    listing *l = user;
    cask_value *text = cki_value_string(name, l->error);
    return text && cki_value_set_add(l->names, text, l->error) == CASK_OK;
}

static cask_status take_keys(cask_chest *chest, const cask_value *keys, const listing *files,
                             cki_error *error)
{
    for (size_t n = 0; n < keys->as.list.count && error->status == CASK_OK; n++) {
        cask_value *key = keys->as.list.items[n];
        if (!is_key(key, 0) || find(chest, key))
            return cki_fail(error, CASK_FORMAT, "ValueError", "%s/%s: not a chest's list of keys",
                            chest->path, index_name);
        item *i = add_item(chest, key, error);
        cask_value *name = i ? cki_value_string(i->file, error) : NULL;
        i = name ? chest->last : NULL;
        if (i)
            i->stored = i->clean = true;
        /* one that was deleted after the list was written */
        if (i && !cki_value_set_has(files->names, name, error))
            remove_item(chest, i);
        cask_value_unref(name);
    }
    return error->status;
}

/* What an earlier chest left in the folder, if one did. */
static cask_status read_index(cask_chest *chest, cki_error *error)
{
    cki_error missing = {0};
    char *path = path_of(chest, index_name);
    cask_value *keys = path ? cki_chest_file_read(path, &records, &missing) : NULL;
    if (!path)
        cki_fail_memory(error, sizeof index_name);
    else if (!keys && missing.status != CASK_NOT_FOUND)
        *error = missing;
    cki_memory_free(path);
    if (!keys)
        return error->status;
    listing files = {cki_value_set(error), error};
    int number = files.names ? cki_folder_list(chest->path, note_name, &files) : 0;
    if (number)
        cki_file_fail(error, number, chest->path);
    if (error->status == CASK_OK && keys->kind != CKI_LIST)
        cki_fail(error, CASK_FORMAT, "ValueError", "%s/%s: not a chest's list of keys", chest->path,
                 index_name);
    if (error->status == CASK_OK)
        take_keys(chest, keys, &files, error);
    cask_value_unref(files.names);
    cask_value_unref(keys);
    return error->status;
}

/* ---- opening and closing ---- */

static bool ends_rightly(const char *path)
{
    size_t length = strlen(path), end = strlen(suffix);
    return length > end && strcmp(path + length - end, suffix) == 0;
}

static cask_status open_folder(cask_chest *chest, const char *path, cki_error *error)
{
    int number;
    chest->temporary = !path;
    if (!path) {
        cki_folder_sweep(cki_folder_usual(), prefix, suffix);
        number =
            cki_folder_temporary(cki_folder_usual(), prefix, suffix, &chest->path, &chest->lock);
        return number ? cki_file_fail(error, number, cki_folder_usual()) : CASK_OK;
    }
    if (!ends_rightly(path))
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "a chest's path ends in '%s': '%s' does not", suffix, path);
    chest->path = cki_memory_copy(path, strlen(path));
    if (!chest->path)
        return cki_fail_memory(error, strlen(path));
    number = cki_folder_make(path);
    return number ? cki_file_fail(error, number, path) : read_index(chest, error);
}

static void free_chest(cask_chest *chest)
{
    while (chest->first)
        remove_item(chest, chest->first);
    cki_map_free(&chest->map);
    cki_folder_unlock(chest->lock);
    cki_memory_free(chest->path);
    cki_thread_mutex_free(&chest->mutex);
    cki_memory_free(chest);
}

cask_chest *cask_chest_open(const cask_chest_options *options)
{
    static const cask_chest_options usual = {0};
    cki_error *error = fresh();
    cask_chest *chest = cki_memory_calloc(1, sizeof *chest);
    if (!chest) {
        cki_fail_memory(error, sizeof *chest);
        return NULL;
    }
    if (!options)
        options = &usual;
    cki_thread_mutex_init(&chest->mutex);
    chest->lock = -1;
    chest->available = options->available_memory ? options->available_memory : USUAL_MEMORY;
    if (cki_chest_file_format(options, &chest->format, error) == CASK_OK &&
        open_folder(chest, options->path, error) == CASK_OK)
        return chest;
    free_chest(chest);
    return NULL;
}

cask_status cask_chest_flush(cask_chest *chest)
{
    cki_error *error = fresh();
    cki_thread_lock(&chest->mutex);
    for (item *i = chest->first; i && error->status == CASK_OK; i = i->next)
        if (i->value)
            store(chest, i, error);
    if (error->status == CASK_OK)
        write_index(chest, error);
    cki_thread_unlock(&chest->mutex);
    return error->status;
}

cask_status cask_chest_drop(cask_chest *chest)
{
    cki_error *error = fresh();
    if (!chest)
        return CASK_OK;
    int number = cki_folder_remove(chest->path);
    if (number && number != ENOENT)
        cki_file_fail(error, number, chest->path);
    free_chest(chest);
    return error->status;
}

cask_status cask_chest_close(cask_chest *chest)
{
    if (!chest || chest->temporary)
        return cask_chest_drop(chest);
    cask_status status = cask_chest_flush(chest);
    free_chest(chest);
    return status;
}

/* ---- the mapping ---- */

cask_status cask_chest_set(cask_chest *chest, cask_value *key, cask_value *value)
{
    cki_error *error = fresh();
    if (!key || !value || !is_key(key, 0))
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "a chest's keys are strings, integers and tuples of them, not '%s'",
                        key ? cki_value_type(key) : "NULL");
    cki_thread_lock(&chest->mutex);
    item *i = find(chest, key);
    if (!i)
        i = add_item(chest, key, error);
    if (i) {
        if (i->value)
            leave_memory(chest, i);
        i->clean = false;
        enter_memory(chest, i, cask_value_ref(value));
        shrink(chest, error);
    }
    cki_thread_unlock(&chest->mutex);
    return error->status;
}

cask_value *cask_chest_get(cask_chest *chest, const cask_value *key)
{
    cki_error *error = fresh();
    cask_value *value = NULL;
    cki_thread_lock(&chest->mutex);
    item *i = find(chest, key);
    if (!i)
        no_such_key(key);
    else if (i->value)
        use(chest, i);
    else
        load(chest, i, error);
    if (i && error->status == CASK_OK) {
        value = cask_value_ref(i->value);
        /* what cannot be written stays in memory, which is no failure of reading */
        shrink(chest, &(cki_error){0});
    }
    cki_thread_unlock(&chest->mutex);
    return value;
}

cask_status cask_chest_delete(cask_chest *chest, const cask_value *key)
{
    cki_error *error = fresh();
    cki_thread_lock(&chest->mutex);
    item *i = find(chest, key);
    char *path = i && i->stored ? path_of(chest, i->file) : NULL;
    if (!i)
        no_such_key(key);
    else if (i->stored && !path)
        cki_fail_memory(error, strlen(i->file));
    else if (path) {
        int number = cki_folder_unlink(path);
        if (number)
            cki_file_fail(error, number, path);
    }
    if (i && error->status == CASK_OK)
        remove_item(chest, i);
    cki_memory_free(path);
    cki_thread_unlock(&chest->mutex);
    return error->status;
}

bool cask_chest_contains(cask_chest *chest, const cask_value *key)
{
    cki_thread_lock(&chest->mutex);
    bool found = find(chest, key) != NULL;
    cki_thread_unlock(&chest->mutex);
    return found;
}

/* One of the chest's numbers. */
static size_t look(cask_chest *chest, const size_t *number)
{
    cki_thread_lock(&chest->mutex);
    size_t now = *number;
    cki_thread_unlock(&chest->mutex);
    return now;
}

size_t cask_chest_length(cask_chest *chest)
{
    return look(chest, &chest->count);
}

size_t cask_chest_memory(cask_chest *chest)
{
    return look(chest, &chest->used);
}

size_t cask_chest_writes(cask_chest *chest)
{
    return look(chest, &chest->writes);
}

const char *cask_chest_path(const cask_chest *chest)
{
    return chest->path;
}

cask_value *cask_chest_keys(cask_chest *chest)
{
    cki_error *error = fresh();
    cki_thread_lock(&chest->mutex);
    cask_value *keys = list_keys(chest, error);
    cki_thread_unlock(&chest->mutex);
    return keys;
}

cask_value *cask_chest_inmem(cask_chest *chest)
{
    cki_error *error = fresh();
    cki_thread_lock(&chest->mutex);
    cask_value *dict = cki_value_dict(error);
    for (const item *i = chest->first; dict && i; i = i->next)
        if (i->value && cki_value_dict_set(dict, cask_value_ref(i->key), cask_value_ref(i->value),
                                           error) != CASK_OK) {
            cask_value_unref(dict);
            dict = NULL;
        }
    cki_thread_unlock(&chest->mutex);
    return dict;
}
