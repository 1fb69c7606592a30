/* A mapping that spills: room in memory for one number, the others go to disk. */
#include <cask/cask.h>
#include <stdio.h>

static void show(const char *what, cask_value *value)
{
    char *text = cask_value_text(value);
    printf("%s %s\n", what, text ? text : cask_chest_message());
    cask_text_free(text);
    cask_value_unref(value);
}

int main(void)
{
    static const char *const names[] = {"one", "two", "three"};
    cask_chest *d = cask_chest_open(&(cask_chest_options){.available_memory = 24});
    if (!d)
        return 1;
    for (int i = 0; i < 3; i++) {
        cask_value *key = cask_value_from_text(names[i]), *value = cask_value_from_int(i + 1);
        if (cask_chest_set(d, key, value) != CASK_OK)
            printf("%s\n", cask_chest_message());
        cask_value_unref(key);
        cask_value_unref(value);
    }
    show("keys", cask_chest_keys(d));
    show("in memory", cask_chest_inmem(d));

    cask_value *one = cask_value_from_text("one"), *none = cask_value_from_text("four");
    show("one", cask_chest_get(d, one));
    show("in memory", cask_chest_inmem(d));
    show("four", cask_chest_get(d, none));
    cask_value_unref(one);
    cask_value_unref(none);

    return cask_chest_close(d); /* and its folder is gone */
}
