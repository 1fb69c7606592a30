/* A pipeline: three files are loaded and cleaned side by side, then analysed together and stored;
 * the graph says only what needs what. */
#include <cask/cask.h>
#include <stdio.h>
#include <string.h>

/* What stands in for reading a file: its name with some dirt. */
static cask_value *load(cask_call *call)
{
    char *name = cask_value_text(cask_call_argument(call, 0));
    char text[64];
    snprintf(text, sizeof text, "  %.40s ", name);
    cask_text_free(name);
    return cask_value_from_text(text);
}

/* Without blanks around it. */
static cask_value *clean(cask_call *call)
{
    char *text = cask_value_text(cask_call_argument(call, 0));
    char *begin = text + strspn(text, " ");
    begin[strcspn(begin, " ")] = '\0';
    cask_value *cleaned = cask_value_from_text(begin);
    cask_text_free(text);
    return cleaned;
}

static cask_value *store(cask_call *call)
{
    char *text = cask_value_text(cask_call_argument(call, 0));
    printf("stored %s\n", text);
    cask_text_free(text);
    return cask_value_from_bool(true);
}

static const cask_function functions[] = {{.name = "my.load", .run = load},
                                          {.name = "my.clean", .run = clean},
                                          {.name = "my.store", .run = store}};

int main(void)
{
    static const char *const files[] = {"myfile.a.data", "myfile.b.data", "myfile.c.data"};
    cask *ck = cask_open(&(cask_options){.threads = 3});
    cask_graph *g = cask_graph_new(ck);
    cask_status status = cask_register(ck, functions, 3);
    for (int64_t i = 0; i < 3; i++) {
        cask_graph_set_key(g, CASK_KEY_AT("load", i), CASK_TASK("my.load", CASK_TEXT(files[i])));
        cask_graph_set_key(g, CASK_KEY_AT("clean", i),
                           CASK_TASK("my.clean", CASK_KEY_AT("load", i)));
    }
    cask_graph_set(g, "analyze",
                   CASK_TASK("sorted", CASK_LIST(CASK_KEY_AT("clean", 0), CASK_KEY_AT("clean", 1),
                                                 CASK_KEY_AT("clean", 2))));
    cask_graph_set(g, "store", CASK_TASK("my.store", CASK_KEY("analyze")));

    cask_value *done = NULL;
    if (status == CASK_OK)
        status = cask_graph_get(g, "store", &done);
    if (status != CASK_OK)
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_value_unref(done);
    cask_graph_free(g);
    cask_close(ck);
    return status != CASK_OK;
}
