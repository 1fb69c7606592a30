/* The table of subcommands, and the choice among them.
 */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/report.h"

#include "sys/file.h"
#include <cask/cask.h>
#include <signal.h>
#include <string.h>

static const cki_command *const commands[] = {
    &cki_eval_command,  &cki_explain_command, &cki_info_command,   &cki_convert_command,
    &cki_graph_command, &cki_bench_command,   &cki_config_command, &cki_help_command};

static const char usage[] =
    "usage: cask eval EXPR [NAME=EXPR ...] [-o OUT]   evaluate an expression\n"
    "       cask explain EXPR|FILE [NAME=EXPR ...]    what computing it would take\n"
    "       cask info FILE...                         what is inside data files\n"
    "       cask convert IN OUT [options]             a file as another, in other chunks\n"
    "       cask graph run | show | stats FILE        graphs by hand, and pictures of any graph\n"
    "       cask bench tasks [options]                what a task costs here\n"
    "       cask config list | get KEY                what is configured, and where\n"
    "       cask help [OP | COMMAND]                  operations, each with its signature\n"
    "       cask --version | --help\n";

const cki_command *cki_command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int cki_command_main(int argc, char **argv)
{
    /* A reader that goes away is an error like any other, told by the write that fails. */
    signal(SIGPIPE, SIG_IGN);
    cki_file_expect_many();
    if (argc < 2)
        return cki_report_usage(NULL, "no command given", usage);
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        cki_output_put("cask ");
        cki_output_put(cask_version());
        cki_output_put("\n");
        return cki_output_close();
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        cki_output_put(usage);
        return cki_output_close();
    }
    const cki_command *command = cki_command_find(name);
    if (!command)
        return cki_report_usage(name, "there is no such command", usage);
    int status = command->run(argc - 2, argv + 2);
    int closed = cki_output_close();
    return status != CKI_EXIT_OK ? status : closed;
}
