/* cask bench: how fast cask is here; one file for each kind.
 */
#include "cli/bench.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/report.h"

#include <string.h>

static const char usage[] =
    "usage: cask bench tasks [options]   what a task costs: graphs of empty tasks\n"
    "       cask bench tasks --help\n";

static const cki_bench *const benches[] = {&cki_bench_tasks};

static int run(int argc, char **argv)
{
    if (argc < 1)
        return cki_report_usage("bench", "what? there is: tasks", usage);
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        cki_output_put(usage);
        return CKI_EXIT_OK;
    }
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
        if (strcmp(benches[i]->name, argv[0]) == 0)
            return benches[i]->run(argc - 1, argv + 1);
    return cki_report_usage("bench", "there is no such benchmark", usage);
}

const cki_command cki_bench_command = {"bench", usage, run};
