/* The bar: workers count, its thread draws. */
#include "diag/bar.h"

#include "core/text.h"
#include "sys/clock.h"
#include "sys/terminal.h"

#include <stdio.h>
#include <string.h>

enum { TENTH = 100000000, SECOND = 1000000000, MOST_LINE = 256, MOST_FILL = 60, FRAME = 3 };

/* ---- the line ---- */

/* 75 s as "1:15", 3675 s as "1:01:15". */
static void put_time(char text[24], double seconds)
{
    uint64_t whole = seconds < 0 ? 0 : seconds > 1e9 ? 1000000000 : (uint64_t)seconds;
    unsigned hours = (unsigned)(whole / 3600), minutes = (unsigned)(whole / 60 % 60);
    unsigned left = (unsigned)(whole % 60);
    if (hours > 0)
        snprintf(text, 24, "%u:%02u:%02u", hours, minutes, left);
    else
        snprintf(text, 24, "%u:%02u", minutes, left);
}

/* Tasks a second: "0.4/s", "850/s", "12k/s", "3.1M/s". */
static void put_rate(char text[24], double rate)
{
    if (rate < 10)
        snprintf(text, 24, "%.1f/s", rate);
    else if (rate < 10000)
        snprintf(text, 24, "%.0f/s", rate);
    else if (rate < 1e6)
        snprintf(text, 24, "%.0fk/s", rate / 1e3);
    else
        snprintf(text, 24, "%.1fM/s", rate / 1e6);
}

void cki_bar_text(char *line, size_t size, int columns, int width, const cki_bar_state *state)
{
    char figures[200], bytes[64] = "", spent[24], left[24] = "", rate[24], number[32];
    bool all = state->done >= state->total;
    double part = all ? 1 : (double)state->done / (double)state->total;
    double seconds = (double)state->elapsed / SECOND;
    put_time(spent, seconds);
    put_rate(rate, seconds > 0 ? (double)state->done / seconds : 0);
    if (state->to_read > 0)
        snprintf(bytes, sizeof bytes, "  %s read", cki_text_size(state->read, number));
    if (state->done > 0 && !all && !state->stopped)
        put_time(left, seconds / part - seconds);
    snprintf(figures, sizeof figures, "%3d%%  %llu/%llu tasks%s  %s  %s%s%s%s%s", (int)(part * 100),
             (unsigned long long)state->done, (unsigned long long)state->total, bytes, rate, spent,
             *left ? ", " : "", left, *left ? " left" : "", state->stopped ? ", stopped" : "");
    int most = width > 0 && width < MOST_LINE / 2 ? width : MOST_FILL;
    int fill = columns - (int)strlen(figures) - FRAME;
    fill = fill > most ? most : fill < 0 ? 0 : fill;
    char gauge[MOST_LINE / 2 + 1];
    memset(gauge, ' ', (size_t)fill);
    memset(gauge, '#', (size_t)(part * fill));
    gauge[fill] = '\0';
    snprintf(line, size, "[%s] %s", gauge, figures);
    if (columns >= 0 && (size_t)columns < size)
        line[columns] = '\0';
}

/* ---- drawing ---- */

/* With the mutex. The last column stays free: some terminals go to the next line when it is
 * filled. */
static void draw(cki_bar *bar, bool stopped, const char *ending)
{
    char text[MOST_LINE], line[MOST_LINE + 16];
    cki_bar_state state = {.total = bar->total,
                           .to_read = bar->to_read,
                           .elapsed = cki_clock_now() - bar->begin,
                           .stopped = stopped};
    for (size_t i = 0; i < CKI_BAR_COUNTERS; i++) {
        state.done += atomic_load_explicit(&bar->counters[i].done, memory_order_relaxed);
        state.read += atomic_load_explicit(&bar->counters[i].read, memory_order_relaxed);
    }
    cki_bar_text(text, sizeof text, cki_terminal_width(bar->options.stream) - 1, bar->options.width,
                 &state);
    int length = snprintf(line, sizeof line, "\r%s\033[K%s", text, ending);
    cki_terminal_write(bar->options.stream, line, (size_t)length);
    bar->drawn = true;
}

static void keep_drawing(void *given)
{
    cki_bar *bar = given;
    cki_thread_lock(&bar->mutex);
    while (!bar->quit) {
        int64_t now = cki_clock_now();
        if (bar->runs == 0) {
            cki_thread_wait(&bar->wake, &bar->mutex);
        } else if (now < bar->next) {
            cki_thread_wait_until(&bar->wake, &bar->mutex, bar->next);
        } else {
            draw(bar, false, "");
            bar->next = now + bar->options.every;
        }
    }
    cki_thread_unlock(&bar->mutex);
}

/* ---- the callbacks ---- */

static void start(void *user, const cki_plan *plan)
{
    cki_bar *bar = user;
    cki_thread_lock(&bar->mutex);
    if (bar->runs++ == 0) {
        bar->begin = cki_clock_now();
        bar->total = bar->to_read = 0;
        bar->drawn = false;
        for (size_t i = 0; i < CKI_BAR_COUNTERS; i++) {
            atomic_store(&bar->counters[i].done, 0);
            atomic_store(&bar->counters[i].read, 0);
        }
        bar->next = bar->begin + bar->options.minimum;
        /* Where there are no more threads the line appears at the end. */
        if (bar->silent)
            bar->started = false;
        else if (!bar->started)
            bar->started =
                cki_thread_start(&bar->thread, keep_drawing, bar, "cask-bar", NULL) == CASK_OK;
        else
            cki_thread_signal(&bar->wake);
    }
    bar->total += plan->count;
    bar->to_read += plan->bytes_read;
    cki_thread_unlock(&bar->mutex);
}

static void count(void *user, const cki_plan *plan, size_t task, int worker, const cki_error *error)
{
    cki_bar *bar = user;
    size_t at = (size_t)worker % CKI_BAR_COUNTERS;
    (void)error;
    atomic_fetch_add_explicit(&bar->counters[at].done, 1, memory_order_relaxed);
    if (plan->bytes_read > 0)
        atomic_fetch_add_explicit(&bar->counters[at].read, cki_plan_cost(plan, task).read,
                                  memory_order_relaxed);
}

/* A run that was over before anything was drawn leaves no line. */
static void finish(void *user, const cki_plan *plan, const cki_error *error)
{
    cki_bar *bar = user;
    (void)plan;
    cki_thread_lock(&bar->mutex);
    if (--bar->runs == 0) {
        bar->last = cki_clock_now() - bar->begin;
        if (!bar->silent && (bar->drawn || bar->last >= bar->options.minimum))
            draw(bar, error != NULL, "\n");
    }
    cki_thread_unlock(&bar->mutex);
}

void cki_bar_init(cki_bar *bar, const cki_bar_options *options)
{
    *bar = (cki_bar){.options = *options};
    if (bar->options.minimum <= 0)
        bar->options.minimum = TENTH;
    if (bar->options.every <= 0)
        bar->options.every = TENTH;
    cki_thread_mutex_init(&bar->mutex);
    cki_thread_condition_init(&bar->wake);
    bar->silent = !options->always && !cki_terminal_is(options->stream);
    bar->callbacks = (cki_callbacks){
        .user = bar, .start = start, .after = bar->silent ? NULL : count, .finish = finish};
}

void cki_bar_free(cki_bar *bar)
{
    cki_thread_lock(&bar->mutex);
    bar->quit = true;
    cki_thread_signal(&bar->wake);
    cki_thread_unlock(&bar->mutex);
    if (bar->started)
        cki_thread_join(&bar->thread);
    cki_thread_condition_free(&bar->wake);
    cki_thread_mutex_free(&bar->mutex);
}
