/* Sources: a word is a file if there is one of that name or it ends in .json; else an expression.
 */
#include "cli/graph_source.h"
#include "cli/command.h"
#include "cli/graph.h"
#include "cli/report.h"
#include "core/memory.h"
#include "expr/collection.h"
#include "spec/request.h"
#include "spec/spec_read.h"
#include "spec/topology.h"
#include "sys/interrupt.h"

#include <string.h>

static bool is_file(const char *word)
{
    size_t length = strlen(word);
    if (length > 5 && strcmp(word + length - 5, ".json") == 0)
        return true;
    cki_error none = {0};
    size_t size;
    char *text = strpbrk(word, "()[]{} ") ? NULL : cki_graph_read(word, &size, &none);
    cki_memory_free(text);
    return text != NULL;
}

/* ---- files ---- */

/* Keys on the command line, or those that the file asks for, or those that nothing else names. */
static cask_status choose_keys(cki_graph_source *s, const cask_value *asked, char **words,
                               int count, cki_error *error)
{
    const cask_value *keys = asked ? cki_value_dict_find(asked, "keys") : NULL;
    size_t found = 0;
    if (!count && keys)
        return cki_request_keys(s->spec, keys, false, &s->keys, &s->picture.count, error);
    s->keys = cki_memory_alloc((s->spec->defined + (size_t)count + 1) * sizeof *s->keys);
    if (!s->keys)
        return cki_fail_memory(error, s->spec->defined * sizeof *s->keys);
    for (int i = 0; i < count; i++) {
        uint32_t key = cki_spec_find(s->spec, words[i], strlen(words[i]));
        if (key == CKI_NO_NAME)
            return cki_spec_missing(s->spec, words[i], error);
        s->keys[found++] = key;
    }
    cki_topology_links down = {0}, up = {0};
    if (!count && cki_topology_dependencies(s->spec, &down, error) == CASK_OK &&
        cki_topology_dependents(s->spec, &down, &up, error) == CASK_OK)
        for (uint32_t key = 0; key < s->spec->keys.count; key++)
            if (cki_spec_has(s->spec, key) && up.first[key] == up.first[key + 1])
                s->keys[found++] = key;
    cki_topology_links_free(&down);
    cki_topology_links_free(&up);
    s->picture.count = found;
    if (!found && error->status == CASK_OK && s->spec->defined) /* all in circles */
        s->keys[s->picture.count++] = s->spec->order[0];
    return error->status;
}

static cask_status open_file(cki_graph_source *s, char **words, int count, cki_error *error)
{
    size_t length = 0;
    char *text = cki_graph_read(words[0], &length, error);
    cki_spec_request asked = {0};
    s->spec = text ? cki_spec_new(error) : NULL;
    if (s->spec && cki_spec_read_request(text, length, &asked, error) == CASK_OK &&
        cki_spec_read(s->spec, asked.graph, asked.length, error) == CASK_OK)
        choose_keys(s, asked.others, words + 1, count - 1, error);
    cask_value_unref(asked.others);
    cki_memory_free(text);
    s->picture.spec = s->spec;
    s->picture.keys = s->keys;
    return error->status;
}

/* ---- expressions ---- */

static cask_status fail_at(cki_graph_source *s, const char *word, size_t at, cki_error *error)
{
    cki_report_error(error, word, at);
    s->told = true;
    return error->status;
}

static cask_status bind(cki_graph_source *s, const char *word, cki_error *error)
{
    size_t begin, end, at;
    if (!cki_options_binding(word, &begin, &end, &at))
        return cki_fail(error, CASK_INVALID, NULL,
                        "'%s': more than one expression; bindings are written NAME=EXPR", word);
    char *name = cki_memory_copy(word + begin, end - begin);
    if (!name)
        return cki_fail_memory(error, end - begin);
    cask_status status = cki_lang_bind(s->session, name, word + at, error);
    cki_memory_free(name);
    return status == CASK_OK ? CASK_OK : fail_at(s, word, at, error);
}

typedef struct gathering {
    cki_graph_source *source;
    size_t room;
} gathering;

/* Each lazy thing in the value. */
static cask_value *gather(void *user, cask_value *lazy, cki_error *error)
{
    gathering *g = user;
    cki_graph_source *s = g->source;
    if (s->picture.count == g->room) {
        size_t room = g->room * 2 + 8;
        const cki_node **wider = cki_memory_realloc((void *)s->nodes, room * sizeof *wider);
        if (!wider) {
            cki_fail_memory(error, room * sizeof *wider);
            return NULL;
        }
        s->nodes = wider;
        g->room = room;
    }
    s->nodes[s->picture.count++] = cki_operation_node(lazy);
    return cask_value_ref(lazy);
}

static cask_status open_expression(cki_graph_source *s, char **words, int count, cki_error *error)
{
    s->session = cki_lang_open(s->ck, error);
    for (int i = 1; s->session && i < count && error->status == CASK_OK; i++)
        (void)bind(s, words[i], error);
    if (!s->session || error->status != CASK_OK)
        return error->status;
    s->value = cki_lang_eval(s->session, words[0], error);
    if (!s->value)
        return fail_at(s, words[0], 0, error);
    gathering g = {.source = s};
    cask_value *same = cki_collection_map(s->value, gather, &g, error);
    cask_value_unref(same);
    s->picture.nodes = s->nodes;
    if (error->status == CASK_OK && !s->picture.count)
        return cki_fail(error, CASK_TYPE, NULL,
                        "'%.200s' has no tasks: it is no file, and its value is not lazy",
                        words[0]);
    return error->status;
}

cask_status cki_graph_source_open(cki_graph_source *source, cask *ck, char **words, int count,
                                  cki_error *error)
{
    *source = (cki_graph_source){.ck = ck, .picture = {.ck = ck}};
    return is_file(words[0]) ? open_file(source, words, count, error)
                             : open_expression(source, words, count, error);
}

void cki_graph_source_close(cki_graph_source *source)
{
    cask_value_unref(source->value);
    cki_lang_close(source->session);
    cki_memory_free((void *)source->nodes);
    cki_memory_free(source->keys);
    cki_spec_free(source->spec);
}

int cki_graph_source_run(const char *command, cki_start *start, char **words, int count,
                         bool computes, cki_graph_work *work, void *request)
{
    static atomic_bool stop; /* Ctrl-C; the handler may come at any time */
    if (computes)
        cki_interrupt_catch(&stop);
    cask *ck = cki_start_context(command, start);
    if (!ck)
        return CKI_EXIT_USAGE;
    if (computes)
        ck->cancel = &stop;
    cki_error error = {0};
    cki_graph_source source;
    int status = CKI_EXIT_OK;
    if (cki_graph_source_open(&source, ck, words, count, &error) == CASK_OK)
        work(&source, request, &error);
    cki_interrupt_heard();
    if (error.status != CASK_OK)
        status = source.told ? CKI_EXIT_FAILED : cki_report_error(&error, NULL, 0);
    if (status != CKI_EXIT_OK && cki_interrupt_signal())
        status = 128 + cki_interrupt_signal();
    cki_graph_source_close(&source);
    cask_close(ck);
    return status;
}
