/* Every allocation fails in turn while expressions are evaluated, computed, printed and saved: the
 * answer is the right one or MemoryError, no file is left behind, and the session goes on.
 *
 *   fault_allocation [--all] [TEXT...]
 *
 * in an empty directory of its own. `--all` leaves no allocation out; TEXT: only cases with it. */
#include "cases.h"
#include "expr/context.h"
#include "lang/lang.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EACH = 60,   /* so many of the first allocations fail one by one, */
    PART = 12,   /* then only some, each step a part of the way so far */
    MOST = 20000 /* allocations, for what never ends */
};

static int failures;

/* How one evaluation ended: its text or file, or an error. */
typedef struct outcome {
    char *text; /* NULL: it failed */
    size_t length;
    cki_error error;
    bool open;    /* the session could be opened */
    int64_t made; /* allocations */
} outcome;

static void report(const fault_case *c, int64_t n, bool rest, const char *what, const char *more)
{
    failures++;
    printf("%s%s%s, allocation %lld%s: %s %s\n", c->text, c->output ? " to " : "",
           c->output ? c->output : "", (long long)n, rest ? " and all after" : "", what, more);
    fflush(stdout);
}

/* The bytes of a file, or NULL. */
static char *slurp(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes = file ? malloc(1 << 20) : NULL;
    if (bytes)
        *length = fread(bytes, 1, 1 << 20, file);
    if (file)
        fclose(file);
    return bytes;
}

static int entries(const char *directory)
{
    int count = 0;
    DIR *d = opendir(directory);
    for (struct dirent *entry; d && (entry = readdir(d));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (d)
        closedir(d);
    return count;
}

static void print(const cask_value *value, outcome *o)
{
    cki_text text = {0};
    cki_value_repr(value, &text);
    if (text.failed)
        cki_fail_memory(&o->error, text.length);
    else
        o->text = strdup(text.bytes);
    o->length = text.length;
    cki_text_free(&text);
}

static void evaluate(cki_session *session, const fault_case *c, outcome *o)
{
    cask_value *value = cki_lang_eval(session, c->text, &o->error);
    if (value && c->output) {
        const cki_save how = {.title = "title", .units = "m"};
        cki_lang_save(session, value, c->output, &how, &o->error);
    } else if (value) {
        cask_value *whole = cki_lang_compute(session, value, &o->error);
        if (whole)
            print(whole, o);
        cask_value_unref(whole);
    }
    cask_value_unref(value);
}

/* Evaluate without and perhaps again with all memory, in one new context. */
static outcome attempt(const fault_case *c, int64_t n, bool rest, outcome *again)
{
    outcome o = {0};
    int64_t before = cki_memory_count();
    cki_memory_fail_at(n, rest);
    cask *ck = cask_open(&(cask_options){.scheduler = "sync", .memory_limit = "64MB"});
    cki_session *session = cki_lang_open(ck, &o.error);
    o.open = session != NULL;
    if (session)
        evaluate(session, c, &o);
    cki_memory_fail_at(0, false);
    o.made = cki_memory_count() - before;
    if (c->output) {
        o.text = slurp(c->output, &o.length);
        if (o.text && o.error.status != CASK_OK)
            report(c, n, rest, "failed and left its file:", o.error.message);
        unlink(c->output);
        if (entries("out"))
            report(c, n, rest, "left something behind", "");
    }
    if (session && again)
        evaluate(session, c, again);
    if (again && c->output) {
        again->text = slurp(c->output, &again->length);
        unlink(c->output);
    }
    cki_ledger *ledger = session ? cki_ledger_ref(ck->ledger) : NULL;
    cki_lang_close(session);
    cask_close(ck);
    if (cki_ledger_now(ledger) != 0)
        report(c, n, rest, "loses chunk memory", "");
    cki_ledger_unref(ledger);
    return o;
}

/* Whether two outcomes are the same; of errors `strict` compares the messages too. */
static bool same(const outcome *a, const outcome *b, bool strict)
{
    if (a->error.status != CASK_OK || b->error.status != CASK_OK)
        return strcmp(a->error.python, b->error.python) == 0 &&
               (!strict || strcmp(a->error.message, b->error.message) == 0);
    return a->text && b->text && a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void judge(const fault_case *c, int64_t n, bool rest, const outcome *o,
                  const outcome *expected)
{
    bool memory = o->error.status == CASK_MEMORY && strcmp(o->error.python, "MemoryError") == 0;
    if (!memory &&
        !same(o, expected, false)) /* of a message without memory a list may be missing */
        report(c, n, rest, "another answer:",
               o->error.status != CASK_OK ? o->error.message
               : o->text                  ? o->text
                                          : "nothing");
}

static int64_t sweep(const fault_case *c, bool rest, bool all)
{
    outcome expected = attempt(c, MOST, false, NULL);
    int64_t n = 1;
    for (;; n += all || n < EACH ? 1 : n / PART) {
        outcome again = {0};
        outcome o = attempt(c, n, rest, &again);
        bool reached = o.made >= n && n < MOST;
        judge(c, n, rest, &o, &expected);
        if (o.open && !same(&again, &expected, true))
            report(c, n, rest, "another answer afterwards:",
                   again.error.status != CASK_OK ? again.error.message : "other bytes");
        bool failed = o.error.status == CASK_MEMORY;
        free(o.text);
        free(again.text);
        if (!reached || (rest && !failed))
            break;
    }
    free(expected.text);
    return n;
}

/* The files that cases read. */
static void prepare(void)
{
    static const char *const kept[] = {"m.nc", "m.nc3", "m.h5", "m.npy", "m.npz"};
    mkdir("out", 0700);
    mkdir("kept", 0700);
    mkdir("other", 0700);
    cask *ck = cask_open(&(cask_options){.scheduler = "sync"});
    cki_error error = {0};
    cki_session *session = cki_lang_open(ck, &error);
    for (size_t i = 0; session && i < sizeof kept / sizeof *kept; i++) {
        char path[32];
        outcome o = {0};
        evaluate(session, &fault_cases[i], &o);
        snprintf(path, sizeof path, "kept/%s", kept[i]);
        if (o.error.status != CASK_OK || rename(fault_cases[i].output, path) != 0)
            report(&fault_cases[i], 0, false, "cannot be made:", o.error.message);
    }
    cki_lang_close(session);
    cask_close(ck);
}

static bool chosen(const fault_case *c, int count, char **words)
{
    for (int i = 0; i < count; i++)
        if (strstr(c->text, words[i]) || (c->output && strstr(c->output, words[i])))
            return true;
    return count == 0;
}

int main(int argc, char **argv)
{
    bool all = argc > 1 && strcmp(argv[1], "--all") == 0;
    int first = all ? 2 : 1;
    prepare();
    for (size_t i = 0; i < FAULT_CASES; i++) {
        const fault_case *c = &fault_cases[i];
        if (!chosen(c, argc - first, argv + first))
            continue;
        int64_t n = sweep(c, false, all);
        sweep(c, true, all);
        printf("%lld %s\n", (long long)n, c->text);
        fflush(stdout);
    }
    return failures > 0;
}
