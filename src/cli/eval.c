/* cask eval: evaluate one expression, and print what it gives or save it.
 */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/start.h"
#include "cli/watch.h"
#include "core/memory.h"
#include "lang/lang.h"
#include "sys/clock.h"
#include "sys/interrupt.h"
#include "sys/machine.h"
#include "sys/terminal.h"
#include "value/value.h"

#include <cask/cask.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: cask eval EXPR [NAME=EXPR ...] [-o OUT] [options]\n"
    "\n"
    "Binds each NAME from left to right (a later one may use an earlier one), evaluates EXPR,\n"
    "computes it if it is lazy, and prints it as Python would.\n"
    "\n"
    "  -o, --output OUT     save instead; the suffix says how: .npy .json .csv .nc .h5 .txt\n"
    "                       .png .gif (a picture: of 1 axis a line, of 2 a map, of 3 maps side by\n"
    "                       side, or moving), .svg (of its chunks; nothing is computed),\n"
    "                       .chest (its blocks, in a folder)\n" CKI_START_USAGE CKI_WATCH_USAGE
    "  --stats              at the end, one line on stderr: time, bytes read, memory\n"
    "  --help               this text\n"
    "\n"
    "For pictures (-o x.png, -o x.gif):\n"
    "  --cmap NAME          colours: RdBu_r, viridis, gray, bone\n"
    "  --vmin X, --vmax X   the values at the ends of the colours\n"
    "  --title TEXT, --units TEXT\n"
    "  --animate            of 3 axes the first is time; .gif moves anyhow\n"
    "  --fps N              frames a second (5)\n"
    "\n"
    "Options may stand anywhere; -- ends them. Exit status: 0; 1 if the expression fails; 2 if "
    "the\n"
    "command line or the configuration makes no sense.\n"
    "\n"
    "  cask eval \"(arange(15, chunks=5) + 100).sum()\"\n"
    "  cask eval \"t[::2].mean(axis=0)\" t=\"da.from_netcdf('in.nc', 't')\" -o mean.png\n";

typedef struct request {
    const char *expression;
    char **words; /* bindings, and among them the expression */
    int count;
    const char *output;
    cki_start start;
    cki_save save;
    cki_watch watch;
    bool help, stats, has_picture_option, has_fps;
} request;

/* What the command line asks for; CKI_EXIT_OK if it can be tried. */
static int read_request(int argc, char **argv, request *r)
{
    const cki_option options[] = {
        {"--output", "-o", CKI_OPTION_TEXT, &r->output, NULL},
        CKI_START_OPTIONS(&r->start),
        CKI_WATCH_OPTIONS(&r->watch),
        {"--stats", NULL, CKI_OPTION_FLAG, &r->stats, NULL},
        {"--cmap", NULL, CKI_OPTION_TEXT, &r->save.cmap, &r->has_picture_option},
        {"--vmin", NULL, CKI_OPTION_REAL, &r->save.vmin, &r->save.has_vmin},
        {"--vmax", NULL, CKI_OPTION_REAL, &r->save.vmax, &r->save.has_vmax},
        {"--title", NULL, CKI_OPTION_TEXT, &r->save.title, &r->has_picture_option},
        {"--units", NULL, CKI_OPTION_TEXT, &r->save.units, &r->has_picture_option},
        {"--animate", NULL, CKI_OPTION_FLAG, &r->save.animate, NULL},
        {"--fps", NULL, CKI_OPTION_REAL, &r->save.fps, &r->has_fps},
        {"--help", "-h", CKI_OPTION_FLAG, &r->help, NULL},
        {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    const char *what = NULL;
    if (cki_options_parse(options, argc, argv, &r->count, &error) != CASK_OK)
        return cki_report_usage("eval", error.message, "see cask eval --help\n");
    if (r->help)
        return CKI_EXIT_OK;
    r->words = argv;
    for (int i = 0; i < r->count && !what; i++) {
        size_t begin, end, at;
        if (cki_options_binding(argv[i], &begin, &end, &at))
            continue;
        if (r->expression)
            what = "more than one expression; bindings are written NAME=EXPR, and an expression "
                   "with spaces needs quotes";
        r->expression = argv[i];
    }
    bool picture = r->has_picture_option || r->save.has_vmin || r->save.has_vmax ||
                   r->save.animate || r->has_fps;
    if (!what && !r->expression)
        what = "no expression given";
    else if (r->output && !*r->output)
        what = "-o needs the name of a file";
    else if (picture && !r->output)
        what = "--cmap, --vmin, --vmax, --title, --units, --animate and --fps are for pictures: "
               "give -o OUT.png";
    else if (r->has_fps && !(r->save.fps >= 0.02 && r->save.fps <= 100))
        what = "--fps takes 0.02 to 100 frames a second";
    if (what)
        return cki_report_usage("eval", what, "see cask eval --help\n");
    return CKI_EXIT_OK;
}

static int bind_word(cki_session *session, const char *word, size_t begin, size_t end, size_t at)
{
    cki_error error = {0};
    char *name = cki_memory_copy(word + begin, end - begin);
    if (!name)
        cki_fail_memory(&error, end - begin);
    else
        cki_lang_bind(session, name, word + at, &error);
    cki_memory_free(name);
    return error.status == CASK_OK ? CKI_EXIT_OK : cki_report_error(&error, word, at);
}

/* Print as a prompt would: repr(), but NumPy's scalars as plain as Python's. */
static int print_value(const cask_value *value)
{
    cki_text text = {0};
    if (value->kind == CKI_ARRAY && cask_value_ndim(value) == 0)
        cki_value_print(value, &text);
    else
        cki_value_repr(value, &text);
    cki_text_char(&text, '\n');
    cki_error error = {0};
    if (text.failed)
        cki_fail_memory(&error, text.length);
    else
        cki_output_add(text.bytes, text.length);
    cki_text_free(&text);
    return error.status == CASK_OK ? cki_output_close() : cki_report_error(&error, NULL, 0);
}

/* Bind, evaluate, and deliver. */
static int answer(cki_session *session, const request *r)
{
    for (int i = 0; i < r->count; i++) {
        size_t begin, end, at;
        if (r->words[i] == r->expression || !cki_options_binding(r->words[i], &begin, &end, &at))
            continue;
        int status = bind_word(session, r->words[i], begin, end, at);
        if (status != CKI_EXIT_OK)
            return status;
    }
    cki_error error = {0};
    cask_value *value = cki_lang_eval(session, r->expression, &error);
    if (value && r->output) {
        cki_lang_save(session, value, r->output, &r->save, &error);
    } else if (value) {
        cask_value *concrete = cki_lang_compute(session, value, &error);
        cask_value_unref(value);
        value = concrete;
    }
    int status = CKI_EXIT_OK;
    if (error.status != CASK_OK || !value)
        status = cki_report_error(&error, r->expression, 0);
    else if (!r->output)
        status = print_value(value);
    cask_value_unref(value);
    return status;
}

static void print_stats(const cask *ck, double seconds)
{
    char read[32], chunks[32], resident[32];
    fprintf(stderr, "%.3f s, %s read, %s of chunks at most, %s resident at most\n", seconds,
            cki_text_size(cask_bytes_read(ck), read), cki_text_size(cask_memory_peak(ck), chunks),
            cki_text_size(cki_machine_peak(), resident));
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
    int64_t start = cki_clock_now();
    static atomic_bool stop; /* Ctrl-C; the handler may come at any time */
    cki_interrupt_catch(&stop);
    cask *ck = cki_start_context("eval", &r.start);
    if (!ck)
        return CKI_EXIT_USAGE;
    cki_error error = {0};
    cki_session *session = cki_lang_open(ck, &error);
    if (session)
        cki_lang_watch(session, NULL, &stop);
    if (!session)
        status = cki_report_error(&error, NULL, 0);
    else if ((status = cki_watch_begin(&r.watch, ck, r.expression)) == CKI_EXIT_OK)
        status = cki_watch_end(&r.watch, ck, answer(session, &r));
    if (status != CKI_EXIT_OK && cki_interrupt_signal())
        status = 128 + cki_interrupt_signal();
    if (r.stats)
        print_stats(ck, (double)(cki_clock_now() - start) * 1e-9);
    cki_lang_close(session);
    cask_close(ck);
    return status;
}

const cki_command cki_eval_command = {"eval", usage, run};
