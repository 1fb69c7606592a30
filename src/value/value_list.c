/* Lists that grow while they are built. */
#include "core/memory.h"
#include "value/value.h"

bool cki_value_list_push(cask_value *list, size_t *room, cask_value *item, cki_error *error)
{
    if (!item)
        return false;
    if (list->as.list.count == *room) {
        size_t more = *room ? *room * 2 : 8;
        cask_value **items =
            more > SIZE_MAX / sizeof *items
                ? NULL
                : cki_memory_realloc(list->as.list.items, more * sizeof(cask_value *));
        if (!items) {
            cki_fail(error, CASK_MEMORY, NULL, "no memory for a list of %zu items", more);
            cask_value_unref(item);
            return false;
        }
        list->as.list.items = items;
        *room = more;
    }
    list->as.list.items[list->as.list.count++] = item;
    return true;
}
