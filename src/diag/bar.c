/* The bar: drawn by whichever worker finds that it is time and that no other does. */
#include "diag/bar.h"

#include "core/text.h"
#include "sys/clock.h"
#include "sys/terminal.h"

#include <stdio.h>
#include <string.h>

enum { EVERY = 100000000, SECOND = 1000000000, MOST_LINE = 256, MOST_FILL = 60, FRAME = 3 };

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

void cki_bar_text(char *line, size_t size, int width, size_t done, size_t total, uint64_t read,
                  uint64_t to_read, int64_t elapsed)
{
    char figures[160], bytes[64] = "", spent[24], left[24] = "", number[32];
    double part = total == 0 || done >= total ? 1 : (double)done / (double)total;
    double seconds = (double)elapsed / SECOND;
    put_time(spent, seconds);
    if (to_read > 0)
        snprintf(bytes, sizeof bytes, "  %s read", cki_text_size(read, number));
    if (done > 0 && done < total)
        put_time(left, seconds / part - seconds);
    snprintf(figures, sizeof figures, "%3d%%  %zu/%zu tasks%s  %s%s%s%s", (int)(part * 100), done,
             total, bytes, spent, *left ? ", " : "", left, *left ? " left" : "");
    int fill = width - (int)strlen(figures) - FRAME;
    fill = fill > MOST_FILL ? MOST_FILL : fill < 0 ? 0 : fill;
    char gauge[MOST_FILL + 1];
    memset(gauge, ' ', (size_t)fill);
    memset(gauge, '#', (size_t)(part * fill));
    gauge[fill] = '\0';
    snprintf(line, size, "[%s] %s", gauge, figures);
    if (width >= 0 && (size_t)width < size)
        line[width] = '\0';
}

/* The last column stays free: some terminals go to the next line when it is filled. */
static void draw(cki_bar *bar, const cki_plan *plan, const char *ending)
{
    char text[MOST_LINE], line[MOST_LINE + 16];
    int width = cki_terminal_width(bar->stream) - 1;
    cki_bar_text(text, sizeof text, width, atomic_load(&bar->done), plan->count,
                 atomic_load(&bar->read), plan->bytes_read, cki_clock_now() - bar->begin);
    int length = snprintf(line, sizeof line, "\r%s\033[K%s", text, ending);
    cki_terminal_write(bar->stream, line, (size_t)length);
}

static void start(void *user, const cki_plan *plan)
{
    cki_bar *bar = user;
    (void)plan;
    bar->begin = cki_clock_now();
    atomic_store(&bar->done, 0);
    atomic_store(&bar->read, 0);
    atomic_store(&bar->next, bar->begin + EVERY);
}

static void count(void *user, const cki_plan *plan, size_t task, int worker, const cki_error *error)
{
    cki_bar *bar = user;
    (void)worker, (void)error;
    atomic_fetch_add_explicit(&bar->done, 1, memory_order_relaxed);
    if (plan->bytes_read > 0)
        atomic_fetch_add_explicit(&bar->read, cki_plan_cost(plan, task).read, memory_order_relaxed);
    int64_t now = cki_clock_now();
    if (now < atomic_load_explicit(&bar->next, memory_order_relaxed) ||
        atomic_exchange(&bar->drawing, true))
        return;
    if (now >= atomic_load(&bar->next)) {
        atomic_store(&bar->next, now + EVERY);
        draw(bar, plan, "");
    }
    atomic_store(&bar->drawing, false);
}

/* A run that was over before anything was drawn leaves no line. */
static void finish(void *user, const cki_plan *plan, const cki_error *error)
{
    cki_bar *bar = user;
    (void)error;
    if (cki_clock_now() - bar->begin >= EVERY)
        draw(bar, plan, "\n");
}

void cki_bar_init(cki_bar *bar, int stream)
{
    *bar = (cki_bar){.stream = stream};
    bar->callbacks.user = bar;
    if (!cki_terminal_is(stream))
        return;
    bar->callbacks.start = start;
    bar->callbacks.after = count;
    bar->callbacks.finish = finish;
}
