/* Subcommands of the cask command: one record each, in one table.
 * To add one, add its file and its row in command.c. */
#ifndef CKI_CLI_COMMAND_H
#define CKI_CLI_COMMAND_H

#include <stddef.h>

/* Exit statuses of every subcommand. */
enum { CKI_EXIT_OK, CKI_EXIT_FAILED, CKI_EXIT_USAGE };

typedef struct cki_command {
    const char *name;
    const char *usage; /* the whole text of `cask NAME --help` */
    /* argv[0] is the first word after the subcommand's name; argv may be reordered. */
    int (*run)(int argc, char **argv);
} cki_command;

extern const cki_command cki_eval_command;
extern const cki_command cki_config_command;
extern const cki_command cki_explain_command;
extern const cki_command cki_info_command;
extern const cki_command cki_convert_command;
extern const cki_command cki_graph_command;
extern const cki_command cki_bench_command;
extern const cki_command cki_help_command;

/* NULL if there is none of that name. */
const cki_command *cki_command_find(const char *name);

/* What main() does. */
int cki_command_main(int argc, char **argv);

#endif
