/* Pictures: what is drawn is planned or, where colours tell how it ran, run, and drawn at the end
 * of the run from what was seen. */
#include "spec/picture.h"

#include "core/memory.h"
#include "exec/exec.h"
#include "expr/collection.h"
#include "spec/draw.h"
#include "spec/hand.h"
#include "spec/passes.h"
#include "spec/request.h"
#include "spec/spec_write.h"
#include "spec/tasks.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

cask_status cki_picture_plan(const cki_picture *p, bool optimise, struct cki_graph **graph,
                             struct cki_plan **plan, cki_error *error)
{
    if (p->spec)
        return cki_hand_plan(p->ck, p->spec, p->keys, p->count, graph, plan, error);
    return cki_tasks_plan(p->ck, p->nodes, p->count, optimise, graph, plan, error);
}

/* ---- amounts as texts ---- */

static const char *order_text(double amount, char buffer[32])
{
    snprintf(buffer, 32, "#%.0f", amount);
    return buffer;
}

static const char *time_text(double amount, char buffer[32])
{
    const char *unit = amount < 1e3 ? "ns" : amount < 1e6 ? "\xc2\xb5s" : amount < 1e9 ? "ms" : "s";
    double in = amount < 1e3 ? 1 : amount < 1e6 ? 1e3 : amount < 1e9 ? 1e6 : 1e9;
    snprintf(buffer, 32, "%.3g %s", amount / in, unit);
    return buffer;
}

static const char *size_text(double amount, char buffer[32])
{
    return cki_text_size((uint64_t)amount, buffer);
}

/* ---- watching a run ---- */

typedef struct watch {
    cask_colors colors;
    cki_draw how;
    double *amounts; /* by task */
    cki_text *text;
    cki_error *error;
} watch;

static void begin(void *user, const cki_plan *plan)
{
    watch *w = user;
    w->amounts = cki_memory_calloc(plan->count + 1, sizeof *w->amounts);
}

static void before(void *user, const cki_plan *plan, size_t task, int worker)
{
    watch *w = user;
    (void)plan, (void)worker;
    if (w->amounts && w->colors == CASK_COLORS_TIME)
        w->amounts[task] = -(double)cki_clock_now();
}

static void after(void *user, const cki_plan *plan, size_t task, int worker, const cki_error *error)
{
    watch *w = user;
    (void)plan, (void)worker, (void)error;
    if (w->amounts && w->colors == CASK_COLORS_TIME)
        w->amounts[task] += (double)cki_clock_now();
}

static void result(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes)
{
    watch *w = user;
    (void)plan, (void)worker;
    if (w->amounts && w->colors == CASK_COLORS_MEMORY)
        w->amounts[task] = (double)bytes;
}

static void finish(void *user, const cki_plan *plan, const cki_error *error)
{
    watch *w = user;
    if (!w->amounts)
        cki_fail_memory(w->error, plan->count * sizeof *w->amounts);
    w->how.amounts = w->amounts;
    if (w->amounts && !(error && error->status != CASK_OK))
        cki_draw_plan(plan, &w->how, w->text, w->error);
}

/* Run it; what comes out is let go of. */
static cask_status run(const cki_picture *p, cki_error *error)
{
    cask_value **values = (cask_value **)cki_memory_calloc(p->count + 1, sizeof *values);
    if (!values)
        return cki_fail_memory(error, p->count * sizeof *values);
    cask_status status = p->spec ? cki_hand_get(p->ck, p->spec, p->keys, p->count, values, error)
                                 : cki_collection_compute(p->ck, p->nodes, p->count, values, error);
    for (size_t i = 0; i < p->count; i++)
        cask_value_unref(values[i]);
    cki_memory_free((void *)values);
    return status;
}

static cask_status draw_run(const cki_picture *p, watch *w)
{
    const cki_callbacks callbacks = {.user = w,
                                     .start = begin,
                                     .before = before,
                                     .after = after,
                                     .result = result,
                                     .finish = finish};
    cask_status status = cki_context_watch(p->ck, &callbacks, w->error);
    if (status != CASK_OK)
        return status;
    run(p, w->error);
    cki_context_unwatch(p->ck, &callbacks);
    cki_memory_free(w->amounts);
    return w->error->status;
}

/* ---- without running ---- */

static cask_status draw_plan(const cki_picture *p, bool optimise, watch *w)
{
    cki_graph *graph = NULL;
    cki_plan *plan = NULL;
    if (cki_picture_plan(p, optimise, &graph, &plan, w->error) != CASK_OK)
        return w->error->status;
    if (w->colors == CASK_COLORS_ORDER) {
        begin(w, plan);
        for (size_t i = 0; w->amounts && i < plan->count; i++)
            w->amounts[i] = (double)i; /* tasks stand in the order of their priority */
        finish(w, plan, NULL);
        cki_memory_free(w->amounts);
    } else {
        cki_draw_plan(plan, &w->how, w->text, w->error);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
    return w->error->status;
}

static cask_status draw(const cki_picture *p, bool optimise, watch *w)
{
    bool runs = w->colors == CASK_COLORS_TIME || w->colors == CASK_COLORS_MEMORY;
    if (!p->spec || !optimise)
        return runs ? draw_run(p, w) : draw_plan(p, optimise, w);
    cki_spec *better = cki_request_optimise(p->ck, p->spec, p->keys, p->count, w->error);
    cki_picture other = *p;
    other.spec = better; /* keys have the same numbers */
    if (better && runs)
        draw_run(&other, w);
    else if (better)
        draw_plan(&other, true, w);
    cki_spec_free(better);
    return w->error->status;
}

/* The graph itself, as a file that 'cask graph run' would read. */
static cask_status write_json(const cki_picture *p, bool optimise, cki_text *text, cki_error *error)
{
    cki_spec *own = NULL;
    if (!p->spec)
        own = cki_tasks_spec(p->ck, p->nodes, p->count, optimise, NULL, error);
    else if (optimise)
        own = cki_request_optimise(p->ck, p->spec, p->keys, p->count, error);
    else
        own = cki_passes_cull(p->spec, p->keys, p->count, error);
    if (own && cki_spec_write(own, CKI_SPEC_JSON, text, error) == CASK_OK)
        cki_text_char(text, '\n');
    cki_spec_free(own);
    return error->status;
}

cask_status cki_picture_save(const cki_picture *picture, const char *path, const cask_drawing *how,
                             cki_error *error)
{
    static const cask_drawing usual;
    static const char *const legends[] = {NULL, "order", "time", "bytes"};
    static const char *(*const texts[])(double, char *) = {NULL, order_text, time_text, size_text};
    if (!how)
        how = &usual;
    if (!cki_draw_can(path))
        return cki_draw_save(NULL, path, error);
    if ((unsigned)how->colors > CASK_COLORS_MEMORY || how->most < 0)
        return cki_fail(error, CASK_INVALID, NULL, "%s", "no such colours, or a limit below 0");
    cki_text text = {0};
    watch w = {.colors = how->colors,
               .how = {.left_right = how->left_right,
                       .no_labels = how->no_labels,
                       .legend = legends[how->colors],
                       .amount_text = texts[how->colors],
                       .most = how->most ? how->most : CKI_DRAW_MOST},
               .text = &text,
               .error = error};
    size_t length = strlen(path);
    bool json = length > 5 && strcmp(path + length - 5, ".json") == 0;
    if ((json ? write_json(picture, how->optimize, &text, error)
              : draw(picture, how->optimize, &w)) == CASK_OK)
        cki_draw_save(&text, path, error);
    cki_text_free(&text);
    return error->status;
}
