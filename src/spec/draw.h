/* Drawing: plans in the language of Graphviz: boxes are data, circles are functions. */
#ifndef CKI_SPEC_DRAW_H
#define CKI_SPEC_DRAW_H

#include "graph/plan.h"

typedef struct cki_draw {
    bool left_right; /* instead of from the bottom up */
    bool no_labels;
    /* A number for each task, from which its colour comes, and its text in the drawing: NULL where
     * there are none. `legend` says what it is: "order", "time". */
    const double *amounts;
    const char *legend;
    const char *(*amount_text)(double amount, char buffer[32]);
    int64_t most; /* refuse a plan of more tasks; 0: any number */
} cki_draw;

enum { CKI_DRAW_MOST = 1000 };

/* LIMIT where there are too many tasks. */
cask_status cki_draw_plan(const cki_plan *plan, const cki_draw *how, cki_text *text,
                          cki_error *error);
/* Write a drawing to a file: its suffix is .dot, or what the program dot makes of it: .svg .png
 * .pdf. ValueError for another one. */
cask_status cki_draw_save(const cki_text *text, const char *path, cki_error *error);
/* Whether a path has one of these suffixes. */
bool cki_draw_can(const char *path);

#endif
