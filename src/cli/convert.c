/* cask convert: a data file as another, of any format that is written, in other chunks and by
 * another codec, within the memory limit.
 */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/start.h"
#include "cli/watch.h"
#include "lang/lang.h"
#include "sys/interrupt.h"
#include "value/value.h"

#include <cask/cask.h>
#include <stdatomic.h>
#include <stdio.h>

static const char usage[] =
    "usage: cask convert IN OUT [options]\n"
    "\n"
    "Writes the arrays of one file into another, whose suffix says the format: .zarr, .zarr.zip,\n"
    ".h5, .hdf5, .nc, .nc4, .nc3, .cdf, .nc5, .npy, .npz. IN may be a pattern: files end to end "
    "along the\n"
    "first axis, or with --stack one behind the other on a new first axis.\n"
    "Numbers stay as they are stored, attributes go along, and OUT appears when it is complete.\n"
    "\n"
    "  --variable NAME      only this array\n"
    "  --stack              each file is one place of a new first axis, called file\n"
    "  --chunks CHUNKS      on disk: \"(10, -1, -1)\", \"{0: 10}\", \"'auto'\", \"'16 MiB'\"; "
    "default: IN's\n"
    "  --codec CODEC        zstd:5, gzip:4, blosc:zstd:5:bitshuffle, lz4, none, ...\n"
    "  --zarr-format N      2 (default) or 3\n"
    "  --shards SHARDS      of Zarr 3: \"(100, 500)\", each of whole chunks\n" CKI_START_USAGE
        CKI_WATCH_USAGE "  --help               this text\n"
    "\n"
    "  cask convert in.nc out.zarr --chunks \"(-1, 50, 50)\" --codec zstd:3 --memory-limit 1GB\n";

typedef struct request {
    cki_start start;
    cki_watch watch;
    const char *variable, *chunks, *codec, *shards;
    int version;
    bool stack, help;
} request;

/* The value of a text between quotes of the shell; NULL is none. */
static cask_value *value_of(cki_session *session, const char *text, cki_error *error)
{
    return text ? cki_lang_eval(session, text, error) : cki_value_none();
}

static void put(cask_value *options, const char *key, cask_value *value, cki_error *error)
{
    cask_value *name = value ? cki_value_string(key, error) : NULL;
    if (name)
        cki_value_dict_set(options, name, value, error);
    else
        cask_value_unref(value);
}

static cask_value *options_of(cki_session *session, const request *r, cki_error *error)
{
    cask_value *options = cki_value_dict(error);
    if (!options)
        return NULL;
    put(options, "chunks", value_of(session, r->chunks, error), error);
    put(options, "shards", value_of(session, r->shards, error), error);
    if (r->variable)
        put(options, "variable", cki_value_string(r->variable, error), error);
    if (r->codec)
        put(options, "codec", cki_value_string(r->codec, error), error);
    if (r->stack)
        put(options, "stack", cki_value_bool(true), error);
    if (r->version)
        put(options, "zarr_format", cki_value_int(r->version, error), error);
    if (error->status == CASK_OK)
        return options;
    cask_value_unref(options);
    return NULL;
}

static int convert(cki_session *session, const request *r, const char *in, const char *out)
{
    cki_error error = {0};
    cask_value *options = options_of(session, r, &error);
    if (options)
        cki_lang_convert(session, in, out, options, &error);
    cask_value_unref(options);
    return error.status == CASK_OK ? CKI_EXIT_OK : cki_report_error(&error, NULL, 0);
}

static int run_request(request *r, char **argv)
{
    static atomic_bool stop; /* Ctrl-C; the handler may come at any time */
    cki_error error = {0};
    cki_interrupt_catch(&stop);
    cask *ck = cki_start_context("convert", &r->start);
    if (!ck)
        return CKI_EXIT_USAGE;
    cki_session *session = cki_lang_open(ck, &error);
    int status = CKI_EXIT_OK;
    if (session)
        cki_lang_watch(session, NULL, &stop);
    if (!session)
        status = cki_report_error(&error, NULL, 0);
    else if ((status = cki_watch_begin(&r->watch, ck, argv[1])) == CKI_EXIT_OK)
        status = cki_watch_end(&r->watch, ck, convert(session, r, argv[0], argv[1]));
    if (status != CKI_EXIT_OK && cki_interrupt_signal())
        status = 128 + cki_interrupt_signal();
    cki_lang_close(session);
    cask_close(ck);
    return status;
}

static int run(int argc, char **argv)
{
    request r = {0};
    const cki_option options[] = {CKI_START_OPTIONS(&r.start),
                                  CKI_WATCH_OPTIONS(&r.watch),
                                  {"--variable", NULL, CKI_OPTION_TEXT, &r.variable, NULL},
                                  {"--chunks", NULL, CKI_OPTION_TEXT, &r.chunks, NULL},
                                  {"--stack", NULL, CKI_OPTION_FLAG, &r.stack, NULL},
                                  {"--codec", NULL, CKI_OPTION_TEXT, &r.codec, NULL},
                                  {"--shards", NULL, CKI_OPTION_TEXT, &r.shards, NULL},
                                  {"--zarr-format", NULL, CKI_OPTION_COUNT, &r.version, NULL},
                                  {"--help", "-h", CKI_OPTION_FLAG, &r.help, NULL},
                                  {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    int count;
    if (cki_options_parse(options, argc, argv, &count, &error) != CASK_OK)
        return cki_report_usage("convert", error.message, usage);
    if (r.help) {
        cki_output_put(usage);
        return CKI_EXIT_OK;
    }
    if (count != 2)
        return cki_report_usage("convert", "give the file to read and the file to write", usage);
    return run_request(&r, argv);
}

const cki_command cki_convert_command = {"convert", usage, run};
