/* cask graph run: compute keys of a graph in JSON, or do with it what the file asks for.
 */
#include "call/call.h"
#include "cli/command.h"
#include "cli/graph.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/watch.h"
#include "core/memory.h"
#include "spec/hand.h"
#include "spec/request.h"
#include "spec/spec_read.h"
#include "spec/spec_write.h"
#include "sys/interrupt.h"

#include <cask/chest.h>
#include <cask/lazy.h>
#include <string.h>

static const char usage[] =
    "usage: cask graph run FILE [KEY ...] [-o OUT.json] [options]\n"
    "\n"
    "FILE is a graph in JSON. With KEYs their values are computed and printed, a line each. Else\n"
    "FILE says what is wanted: {\"graph\": {...}, \"op\": ..., \"keys\": ...}, where op is\n"
    "  get               the values of keys, in the lists that keys are in (the default)\n"
    "  cull              what keys need\n"
    "  fuse              chains as one task; keys stay (ave_width, max_width, max_height,\n"
    "                    max_depth_new_edges, rename)\n"
    "  inline            the terms of keys in their places (constants: true)\n"
    "  inline_functions  the same for tasks of the functions in fast; keys stay\n"
    "  common            equal terms under one key; keys stay\n"
    "  rewrite           by rules: [{\"lhs\": ..., \"rhs\": ..., \"vars\": [...]}]\n"
    "  optimize          what suits most graphs; keys stay\n"
    "  toposort, cycle, dependencies\n"
    "\n"
    "  -o, --output OUT     write the result as JSON instead of printing it;\n"
    "                       .chest: values by key, more than memory may hold\n"
    "  --optimize           optimise the graph before keys are computed\n" CKI_START_USAGE
        CKI_WATCH_USAGE "  --help               this text\n"
    "\n"
    "  cask graph run sums.json total\n"
    "  cask graph run request.json -o result.json --scheduler sync\n";

typedef struct request {
    const char *path, *output;
    char **keys;
    int count;
    cki_start start;
    cki_watch watch;
    bool help, optimize;
} request;

static int read_request(int argc, char **argv, request *r)
{
    const cki_option options[] = {{"--output", "-o", CKI_OPTION_TEXT, &r->output, NULL},
                                  {"--optimize", NULL, CKI_OPTION_FLAG, &r->optimize, NULL},
                                  CKI_START_OPTIONS(&r->start),
                                  CKI_WATCH_OPTIONS(&r->watch),
                                  {"--help", "-h", CKI_OPTION_FLAG, &r->help, NULL},
                                  {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    if (cki_options_parse(options, argc, argv, &r->count, &error) != CASK_OK)
        return cki_report_usage("graph run", error.message, "see cask graph run --help\n");
    if (r->help)
        return CKI_EXIT_OK;
    if (!r->count)
        return cki_report_usage("graph run", "no file given", "see cask graph run --help\n");
    if (r->output && !*r->output)
        return cki_report_usage("graph run", "-o needs the name of a file",
                                "see cask graph run --help\n");
    r->path = argv[0];
    r->keys = argv + 1;
    r->count--;
    return CKI_EXIT_OK;
}

/* ---- what is computed ---- */

/* The keys on the command line: one, or a list of them. */
static cask_value *keys_of(const request *r, cki_error *error)
{
    if (r->count == 1)
        return cki_value_string(r->keys[0], error);
    cask_value *list = cki_value_list(CKI_LIST, 0, error);
    size_t room = 0;
    for (int i = 0; list && i < r->count; i++)
        if (!cki_value_list_push(list, &room, cki_value_string(r->keys[i], error), error)) {
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

static cask_value *get(cask *ck, const cki_spec *spec, const cask_value *keys, bool optimize,
                       cki_error *error)
{
    uint32_t *numbers;
    size_t count;
    if (!optimize)
        return cki_request_get(ck, spec, keys, error);
    if (cki_request_keys(spec, keys, false, &numbers, &count, error) != CASK_OK)
        return NULL;
    cki_spec *better = cki_request_optimise(ck, spec, numbers, count, error);
    cask_value *value = better ? cki_request_get(ck, better, keys, error) : NULL;
    cki_spec_free(better);
    cki_memory_free(numbers);
    return value;
}

/* What comes out: values, or a graph as text. */
static cask_value *compute(cask *ck, const request *r, const cki_spec *spec,
                           const cask_value *asked, cki_text *text, cki_error *error)
{
    cask_value *value = NULL;
    cki_spec *made = NULL;
    if (r->count) {
        cask_value *keys = keys_of(r, error);
        value = keys ? get(ck, spec, keys, r->optimize, error) : NULL;
        cask_value_unref(keys);
        return value;
    }
    if (!asked) {
        cki_fail(error, CASK_INVALID, NULL,
                 "which keys? name them behind the file, or give \"keys\" beside \"graph\" in it");
        return NULL;
    }
    const cask_value *op = cki_value_dict_find(asked, "op");
    const cask_value *keys = cki_value_dict_find(asked, "keys");
    if (r->optimize && keys && (!op || (op->kind == CKI_STR && !strcmp(op->as.text.bytes, "get"))))
        return get(ck, spec, keys, true, error);
    cki_request_run(ck, spec, asked, &value, &made, error);
    if (made)
        cki_spec_write(made, CKI_SPEC_JSON, text, error);
    cki_spec_free(made);
    return value;
}

/* Into a chest, each under its key. */
static void store(cask *ck, const request *r, const cki_spec *spec, const cask_value *asked,
                  cki_error *error)
{
    const cask_chest_options options = {.path = r->output,
                                        .available_memory = ck->memory_limit / 8 + 1};
    const cask_value *in_file = asked ? cki_value_dict_find(asked, "keys") : NULL;
    cask_value *keys = r->count || !in_file ? keys_of(r, error) : NULL;
    uint32_t *numbers = NULL;
    size_t count = 0;
    if (error->status == CASK_OK)
        cki_request_keys(spec, keys ? keys : in_file, false, &numbers, &count, error);
    const cask_computing how = {.chest =
                                    error->status == CASK_OK ? cask_chest_open(&options) : NULL};
    ck->how = &how;
    if (how.chest)
        cki_hand_get(ck, spec, numbers, count, NULL, error);
    ck->how = NULL;
    bool told = error->status != CASK_OK;
    if ((!how.chest || cask_chest_close(how.chest) != CASK_OK) && !told)
        cki_fail(error, cask_chest_error(), cask_chest_error_class(), "%s", cask_chest_message());
    cki_memory_free(numbers);
    cask_value_unref(keys);
}

static bool is_chest(const char *path)
{
    size_t length = path ? strlen(path) : 0;
    return length > 6 && strcmp(path + length - 6, ".chest") == 0;
}

/* ---- where it goes ---- */

/* As Python would print it; of several keys each on a line. */
static void show(const request *r, const cask_value *value, cki_text *text)
{
    bool many = r->count > 1 && value->kind == CKI_LIST;
    for (size_t i = 0; i < (many ? value->as.list.count : 1); i++) {
        if (many)
            cki_text_format(text, "%s: ", r->keys[i]);
        cki_value_repr(many ? value->as.list.items[i] : value, text);
        cki_text_char(text, '\n');
    }
}

static void deliver(const request *r, const cask_value *value, cki_text *text, cki_error *error)
{
    if (value && r->output)
        cki_value_json(value, text, error);
    else if (value)
        show(r, value, text);
    if (!value || r->output)
        cki_text_char(text, '\n');
    if (error->status != CASK_OK)
        return;
    if (text->failed)
        cki_fail_memory(error, text->length);
    else if (r->output)
        cki_graph_write(r->output, text->bytes, text->length, error);
    else
        cki_output_add(text->bytes, text->length);
}

static void answer(cask *ck, const request *r, cki_error *error)
{
    size_t length = 0;
    char *file = cki_graph_read(r->path, &length, error);
    cki_spec *spec = file ? cki_spec_new(error) : NULL;
    cki_spec_request asked = {0};
    cki_text text = {0};
    cask_value *value = NULL;
    bool read = spec && cki_spec_read_request(file, length, &asked, error) == CASK_OK &&
                cki_spec_read(spec, asked.graph, asked.length, error) == CASK_OK;
    bool chest = is_chest(r->output);
    if (read && chest)
        store(ck, r, spec, asked.others, error);
    else if (read)
        value = compute(ck, r, spec, asked.others, &text, error);
    if (error->status == CASK_OK && !chest)
        deliver(r, value, &text, error);
    cki_text_free(&text);
    cask_value_unref(value);
    cask_value_unref(asked.others);
    cki_spec_free(spec);
    cki_memory_free(file);
}

static int run(int argc, char **argv)
{
    request r = {0};
    int status = read_request(argc, argv, &r);
    if (status != CKI_EXIT_OK)
        return status;
    if (r.help) {
        cki_output_put(usage);
        return CKI_EXIT_OK;
    }
    static atomic_bool stop; /* Ctrl-C; the handler may come at any time */
    cki_interrupt_catch(&stop);
    cask *ck = cki_start_context("graph run", &r.start);
    if (!ck)
        return CKI_EXIT_USAGE;
    ck->cancel = &stop;
    cki_error error = {0};
    if ((status = cki_watch_begin(&r.watch, ck, r.path)) == CKI_EXIT_OK) {
        answer(ck, &r, &error);
        status = error.status == CASK_OK ? CKI_EXIT_OK : cki_report_error(&error, NULL, 0);
        status = cki_watch_end(&r.watch, ck, status);
    }
    if (status != CKI_EXIT_OK && cki_interrupt_signal())
        status = 128 + cki_interrupt_signal();
    cask_close(ck);
    return status;
}

const cki_graph_part cki_graph_run = {"run", usage, run};
