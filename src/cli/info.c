/* cask info: what is inside data files, and the expressions that open it.
 */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/start.h"
#include "lang/lang.h"

#include <cask/cask.h>

static const char usage[] =
    "usage: cask info FILE... [options]\n"
    "\n"
    "Shows what is inside NetCDF, HDF5, Zarr, npy, npz and picture files: variables with their "
    "dtypes, shapes, chunks on\n"
    "disk, units and attributes, and the expression that opens each.\n"
    "\n"
    "  --stats              least, largest, mean, standard deviation and "
    "NaNs of each variable,\n"
    "                       by reading it all, in parallel\n"
    "  --json               for programs: a line for each file, an object with path, format,\n"
    "                       attributes, variables\n" CKI_START_USAGE;

static int show(cki_session *session, const char *path, bool stats, bool json)
{
    cki_error error = {0};
    cki_text text = {0};
    cki_lang_info(session, path, stats, json, &text, &error);
    if (text.failed)
        cki_fail_memory(&error, text.length);
    if (error.status == CASK_OK && text.length) {
        cki_output_add(text.bytes, text.length);
        if (text.bytes[text.length - 1] != '\n')
            cki_output_put("\n");
    }
    cki_text_free(&text);
    return error.status == CASK_OK ? CKI_EXIT_OK : cki_report_error(&error, NULL, 0);
}

static int run(int argc, char **argv)
{
    bool help = false, stats = false, json = false;
    cki_start start = {0};
    const cki_option options[] = {CKI_START_OPTIONS(&start),
                                  {"--stats", NULL, CKI_OPTION_FLAG, &stats, NULL},
                                  {"--json", NULL, CKI_OPTION_FLAG, &json, NULL},
                                  {"--help", "-h", CKI_OPTION_FLAG, &help, NULL},
                                  {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    int count;
    if (cki_options_parse(options, argc, argv, &count, &error) != CASK_OK)
        return cki_report_usage("info", error.message, usage);
    if (help) {
        cki_output_put(usage);
        return CKI_EXIT_OK;
    }
    if (count == 0)
        return cki_report_usage("info", "no file given", usage);
    cask *ck = cki_start_context("info", &start);
    if (!ck)
        return CKI_EXIT_USAGE;
    cki_session *session = cki_lang_open(ck, &error);
    int status = session ? CKI_EXIT_OK : cki_report_error(&error, NULL, 0);
    /* One file that cannot be read does not hide the others. */
    for (int i = 0; session && i < count; i++) {
        if (i > 0 && !json)
            cki_output_put("\n");
        int one = show(session, argv[i], stats, json);
        status = one != CKI_EXIT_OK ? one : status;
    }
    cki_lang_close(session);
    cask_close(ck);
    return status;
}

const cki_command cki_info_command = {"info", usage, run};
