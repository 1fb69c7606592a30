/* Steps: what a program is made of, for the files that build, rewrite and run it. */
#ifndef CKI_KERNEL_STEP_H
#define CKI_KERNEL_STEP_H

#include "core/arena.h"
#include "kernel/loop.h"
#include "kernel/program.h"

/* Reductions go along rows in parts of so many elements; tiles are multiples of that. */
enum { CKI_TILE_PART = 512 };

typedef enum cki_step_kind {
    CKI_STEP_INPUT,
    CKI_STEP_CONSTANT,
    CKI_STEP_CAST,
    CKI_STEP_OP
} cki_step_kind;

typedef struct cki_step {
    cki_step_kind kind;
    cki_op op; /* of an OP */
    int input; /* of an INPUT */
    int count; /* arguments */
    int arguments[CKI_UFUNC_INPUTS];
    cki_signature types; /* types.out is the step's type */
    cki_loop *loop;      /* of a CAST or OP */
    void *element;       /* of a CONSTANT */
    /* After finish: where the result lies while a tile is computed, and the step that last reads
     * it; -1 for a step that nobody uses. */
    int place, last;
} cki_step;

/* A program may grow: some operations are several steps. */
enum { CKI_STEP_LIMIT = 4 * CKI_PROGRAM_LENGTH };

struct cki_program {
    cki_step *steps;
    int count, capacity;
    int inputs;
    int input_step[CKI_PROGRAM_INPUTS];
    int result;
    int places;        /* tiles of memory that the steps need */
    size_t place_size; /* bytes of one */
    size_t tile;       /* elements of one, a multiple of CKI_TILE_PART */
    cki_arena arena;   /* of constants' elements */
    cki_error error;   /* the first while building */
};

/* The number of a step like this one: of an equal one, of the constant it folds to, or its own. */
int cki_program_add(cki_program *program, const cki_step *step);
/* A copy to add steps to. It may use the first one's memory, which has to outlive it. */
cki_program *cki_program_copy(const cki_program *program, cki_error *error);
/* program_rewrite.c: a cheaper way to the same result; -1 if there is none. */
int cki_program_rewrite(cki_program *program, cki_op op, const cki_signature *types,
                        const int *arguments);

/* program_join.c: some steps in a row become one; for cki_program_finish. */
void cki_program_join(cki_program *program);

#endif
