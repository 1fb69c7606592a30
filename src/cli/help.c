/* cask help: the operations, from their own records, and the usage of the subcommands.
 */
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "lang/lang.h"

#include <cask/cask.h>

static const char usage[] =
    "usage: cask help [OP | COMMAND | --markdown]\n"
    "\n"
    "Without a word, all operations of the expression language; with one, the operation of that "
    "name\n"
    "(mean, da.mean) with its parameters, or the usage of a command (eval, info).\n"
    "\n"
    "  --markdown           all operations in full: the reference manual's text\n"
    "  --help               this text\n";

static int explain(const char *word, bool markdown)
{
    cki_error error = {0};
    cki_text text = {0};
    cask *ck = cask_open(NULL);
    cki_session *session = cki_lang_open(ck, &error);
    if (session && markdown)
        cki_lang_reference(session, &text, &error);
    else if (session)
        cki_lang_help(session, word, &text, &error);
    if (text.failed)
        cki_fail_memory(&error, text.length);
    if (error.status == CASK_OK && text.length)
        cki_output_add(text.bytes, text.length);
    cki_text_free(&text);
    cki_lang_close(session);
    cask_close(ck);
    return error.status == CASK_OK ? CKI_EXIT_OK : cki_report_error(&error, NULL, 0);
}

static int run(int argc, char **argv)
{
    bool help = false, markdown = false;
    const cki_option options[] = {{"--markdown", NULL, CKI_OPTION_FLAG, &markdown, NULL},
                                  {"--help", "-h", CKI_OPTION_FLAG, &help, NULL},
                                  {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    int count;
    if (cki_options_parse(options, argc, argv, &count, &error) != CASK_OK)
        return cki_report_usage("help", error.message, usage);
    if (count > 1 || (count == 1 && markdown))
        return cki_report_usage("help", "one name at a time", usage);
    const cki_command *command = count == 1 ? cki_command_find(argv[0]) : NULL;
    if (help || command) {
        cki_output_put(help ? usage : command->usage);
        return CKI_EXIT_OK;
    }
    return explain(count == 1 ? argv[0] : NULL, markdown);
}

const cki_command cki_help_command = {"help", usage, run};
