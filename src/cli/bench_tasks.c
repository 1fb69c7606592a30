/* cask bench tasks: what a task costs, from the built graph to the last result released.
 */
#include "cli/bench.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "config/config.h"
#include "core/memory.h"
#include "exec/exec.h"
#include "sys/clock.h"
#include "sys/interrupt.h"
#include "sys/machine.h"
#include "sys/pages.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: cask bench tasks [options]\n"
    "\n"
    "Builds a graph of tasks that do nothing, plans it and runs it; shows what that cost.\n"
    "\n"
    "  --shape SHAPE        independent (default), chain, tree, grid or random\n"
    "  --tasks N            how many, about; default 1e6\n"
    "  --threads T          worker threads; default: as configured, one for each processor\n"
    "  --scheduler NAME     threads, sync or processes; default: as configured, threads\n"
    "  --work NS            nanoseconds that each task keeps its processor busy; default 0\n"
    "  --bytes B            size of each result, as 100kB; default: none\n"
    "  --memory-limit SIZE  bytes of results alive at once; default: as\n"
    "                       configured, but no limit if nobody set one\n"
    "  --config FILE        read this instead of $CASK_CONFIG; see cask help config\n"
    "  --set KEY=VALUE      any setting: cask config list shows them\n"
    "  --repeat R           do it R times and show the run in the middle; default 1\n"
    "  --json               one line of JSON instead of a table\n"
    "  --help               this text\n"
    "\n"
    "The figure ns_per_task is the time from the built graph until its last result and its plan\n"
    "are released, divided by the tasks.\n";

typedef struct request {
    const char *shape, *scheduler, *bytes, *memory_limit;
    double tasks, nanoseconds;
    int threads, repeat;
    bool json, help;
    const char *config;
    cki_option_texts set;
    const cki_scheduler *found;
    const cki_bench_shape *form;
    cki_bench_work work;
    uint64_t limit;
} request;

/* Seconds of one run, by part. */
typedef struct timing {
    double build, lower, order, run, release;
} timing;

static double total(const timing *t)
{
    return t->lower + t->order + t->run + t->release;
}

static bool is_whole(double number, double least)
{
    return number >= least && number <= 4e9 && floor(number) >= number;
}

/* What is wrong with the values of the options; NULL if nothing is. */
static const char *check(request *r)
{
    uint64_t bytes = 0;
    r->form = cki_bench_shape_find(r->shape);
    r->found = cki_exec_find(r->scheduler);
    if (!r->form)
        return "--shape takes independent, chain, tree, grid or random";
    if (!is_whole(r->tasks, 1))
        return "--tasks takes a whole number from 1 to 4e9";
    if (!is_whole(r->nanoseconds, 0))
        return "--work takes nanoseconds, a whole number from 0 to 4e9";
    if (r->bytes && (!cki_text_bytes(r->bytes, &bytes) || bytes > INT64_MAX))
        return "--bytes takes a size such as 100kB";
    if (!r->found)
        return "--scheduler takes the name of one, as threads or sync";
    r->work = (cki_bench_work){.tasks = (int64_t)r->tasks,
                               .nanoseconds = (int64_t)r->nanoseconds,
                               .bytes = (int64_t)bytes};
    if (r->memory_limit)
        cki_text_bytes(r->memory_limit, &r->limit);
    return NULL;
}

static int read_request(int argc, char **argv, request *r)
{
    const cki_option options[] = {
        {"--shape", NULL, CKI_OPTION_TEXT, &r->shape, NULL},
        {"--tasks", NULL, CKI_OPTION_REAL, &r->tasks, NULL},
        {"--threads", NULL, CKI_OPTION_COUNT, &r->threads, NULL},
        {"--scheduler", NULL, CKI_OPTION_TEXT, &r->scheduler, NULL},
        {"--work", NULL, CKI_OPTION_REAL, &r->nanoseconds, NULL},
        {"--bytes", NULL, CKI_OPTION_TEXT, &r->bytes, NULL},
        {"--memory-limit", NULL, CKI_OPTION_BYTES, &r->memory_limit, NULL},
        {"--config", NULL, CKI_OPTION_TEXT, &r->config, NULL},
        {"--set", NULL, CKI_OPTION_TEXTS, &r->set, NULL},
        {"--repeat", NULL, CKI_OPTION_COUNT, &r->repeat, NULL},
        {"--json", NULL, CKI_OPTION_FLAG, &r->json, NULL},
        {"--help", "-h", CKI_OPTION_FLAG, &r->help, NULL},
        {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    int count;
    const char *what = NULL;
    if (cki_options_parse(options, argc, argv, &count, &error) != CASK_OK)
        what = error.message;
    else if (!r->help && count)
        what = "it takes options only";
    return what ? cki_report_usage("bench tasks", what, "see cask bench tasks --help\n")
                : CKI_EXIT_OK;
}

static double since(int64_t *start)
{
    int64_t now = cki_clock_now();
    double seconds = (double)(now - *start) * 1e-9;
    *start = now;
    return seconds;
}

/* The last `count` blocks of the graph's only layer. */
static cki_key *want(int64_t blocks, int64_t count, cki_error *error)
{
    cki_key *wanted = cki_memory_alloc((size_t)count * sizeof *wanted);
    if (!wanted)
        cki_fail_memory(error, (size_t)count * sizeof *wanted);
    cki_pages_expect(wanted, (size_t)count * sizeof *wanted);
    for (int64_t i = 0; wanted && i < count; i++)
        wanted[i] = (cki_key){0, blocks - count + i};
    return wanted;
}

static cask_status run_once(const request *r, const cki_exec_options *options, cki_bench_work *work,
                            timing *t, cki_error *error)
{
    int64_t clock = cki_clock_now(), count = 0;
    cki_plan *plan = NULL;
    cki_key *wanted = NULL;
    cki_graph *graph = cki_graph_new(error);
    cask_status status =
        graph ? cki_bench_shape_add(r->form, graph, work, &count, error) : CASK_MEMORY;
    t->build = since(&clock);
    if (status == CASK_OK && !(wanted = want(work->tasks, count, error)))
        status = error->status;
    if (status == CASK_OK)
        status = cki_plan_find(graph, wanted, (size_t)count, NULL, &plan, error);
    cki_memory_free(wanted);
    t->lower = since(&clock);
    if (status == CASK_OK)
        status = cki_plan_order(plan, error);
    t->order = since(&clock);
    if (status == CASK_OK)
        status = r->found->run(plan, options, NULL, NULL, error);
    t->run = since(&clock);
    cki_plan_free(plan);
    t->release = since(&clock);
    cki_graph_free(graph);
    return status;
}

static int by_total(const void *a, const void *b)
{
    double x = total(a), y = total(b);
    return (x > y) - (x < y);
}

static void print(const request *r, const cki_bench_work *work, const timing *t, double grown)
{
    double tasks = (double)work->tasks, each = total(t) / tasks * 1e9;
    uint64_t peak = cki_machine_peak();
    char line[768], size[32];
    if (r->json)
        snprintf(line, sizeof line,
                 "{\"shape\": \"%s\", \"tasks\": %lld, \"threads\": %d, \"scheduler\": \"%s\", "
                 "\"work_ns\": %lld, \"bytes\": %lld, \"repeat\": %d, \"build_s\": %.9f, "
                 "\"lower_s\": %.9f, \"order_s\": %.9f, \"run_s\": %.9f, \"release_s\": %.9f, "
                 "\"total_s\": %.9f, \"ns_per_task\": %.2f, \"bytes_per_task\": %.1f, "
                 "\"peak_rss\": %llu}\n",
                 r->shape, (long long)work->tasks, r->threads, r->found->name,
                 (long long)work->nanoseconds, (long long)work->bytes, r->repeat, t->build,
                 t->lower, t->order, t->run, t->release, total(t), each, grown / tasks,
                 (unsigned long long)peak);
    else
        snprintf(line, sizeof line,
                 "%s, %lld tasks, %s, %d threads\n"
                 "  build    %12.3f ms\n"
                 "  lower    %12.3f ms %9.1f ns a task\n"
                 "  order    %12.3f ms %9.1f ns a task\n"
                 "  run      %12.3f ms %9.1f ns a task\n"
                 "  release  %12.3f ms %9.1f ns a task\n"
                 "  in all   %12.3f ms %9.1f ns a task\n"
                 "  memory   %12.1f bytes a task, %s resident at most\n",
                 r->shape, (long long)work->tasks, r->found->name, r->threads, t->build * 1e3,
                 t->lower * 1e3, t->lower / tasks * 1e9, t->order * 1e3, t->order / tasks * 1e9,
                 t->run * 1e3, t->run / tasks * 1e9, t->release * 1e3, t->release / tasks * 1e9,
                 total(t) * 1e3, each, grown / tasks, cki_text_size(peak, size));
    cki_output_put(line);
}

static int measure(const request *r)
{
    static atomic_bool stop; /* Ctrl-C; the handler may come at any time */
    cki_interrupt_catch(&stop);
    cki_error error = {0};
    cki_ledger *ledger = cki_ledger_new(r->limit ? (size_t)r->limit / 4 : SIZE_MAX / 4);
    timing *runs = cki_memory_calloc((size_t)r->repeat, sizeof *runs);
    cask_status status = ledger && runs ? CASK_OK : cki_fail_memory(&error, sizeof *runs);
    const cki_exec_options options = {
        .threads = r->threads, .memory_limit = (size_t)r->limit, .ledger = ledger, .cancel = &stop};
    uint64_t before = cki_machine_peak();
    cki_bench_work work = {0};
    for (int i = 0; status == CASK_OK && i < r->repeat; i++) {
        work = r->work;
        status = run_once(r, &options, &work, &runs[i], &error);
    }
    if (status == CASK_OK) {
        qsort(runs, (size_t)r->repeat, sizeof *runs, by_total);
        print(r, &work, &runs[r->repeat / 2], (double)(cki_machine_peak() - before));
    }
    cki_interrupt_heard();
    cki_memory_free(runs);
    cki_ledger_unref(ledger);
    int code = status == CASK_OK ? CKI_EXIT_OK : cki_report_error(&error, NULL, 0);
    return code != CKI_EXIT_OK && cki_interrupt_signal() ? 128 + cki_interrupt_signal() : code;
}

/* What the command line leaves open is as configured. A limit counts only if somebody set one: its
 * default would have every byte counted. */
static int read_configuration(request *r, char **scheduler)
{
    cki_error error = {0};
    cki_config *config = cki_config_open(r->config, &error);
    for (size_t i = 0; config && i < r->set.count && error.status == CASK_OK; i++)
        cki_config_put_word(config, r->set.items[i], CKI_RANK_CONTEXT, "option", &error);
    char *origin = config && error.status == CASK_OK
                       ? cki_config_origin(config, "memory-limit", &error)
                       : NULL;
    if (origin) {
        double threads = cki_config_number(config, "threads", 0, &error);
        *scheduler = cki_config_text(config, "scheduler", &error);
        if (!r->threads)
            r->threads = threads >= 1 ? (int)threads : cki_machine_processors();
        if (!r->scheduler)
            r->scheduler = *scheduler ? *scheduler : "threads";
        if (!r->memory_limit && strcmp(origin, "default") != 0)
            r->limit = cki_config_bytes(config, "memory-limit", cki_machine_memory(), &error);
    }
    cki_memory_free(origin);
    cki_config_close(config);
    return error.status == CASK_OK
               ? CKI_EXIT_OK
               : cki_report_usage("bench tasks", error.message, "see cask help config\n");
}

static int answer(int argc, char **argv, request *r, char **scheduler)
{
    int status = read_request(argc, argv, r);
    if (status != CKI_EXIT_OK)
        return status;
    if (r->help) {
        cki_output_put(usage);
        return CKI_EXIT_OK;
    }
    if ((status = read_configuration(r, scheduler)) != CKI_EXIT_OK)
        return status;
    const char *wrong = check(r);
    return wrong ? cki_report_usage("bench tasks", wrong, "see cask bench tasks --help\n")
                 : measure(r);
}

static int run(int argc, char **argv)
{
    request r = {.shape = "independent", .tasks = 1e6, .repeat = 1};
    char *scheduler = NULL;
    int status = answer(argc, argv, &r, &scheduler);
    cki_memory_free(scheduler);
    return status;
}

const cki_bench cki_bench_tasks = {"tasks", usage, run};
