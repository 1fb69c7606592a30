/* Prediction: what a plan will take, found by letting the scheduler's brain run it with declared
 * bytes and imaginary workers. */
#ifndef CKI_DIAG_PREDICT_H
#define CKI_DIAG_PREDICT_H

#include "graph/plan.h"

typedef struct cki_prediction_options {
    int threads;
    size_t memory_limit; /* 0: any number of bytes may be alive */
    size_t memory_base; /* bytes that are alive all the time, within the limit: results in memory */
} cki_prediction_options;

typedef struct cki_prediction {
    size_t peak;             /* most bytes alive, with the base */
    uint64_t spilled, loads; /* bytes written to disk, and results read back */
    uint64_t forced;         /* tasks that were begun although they did not fit */
} cki_prediction;

/* LIMIT if the plan would be refused, or cannot be run within the limit. */
cask_status cki_predict(const cki_plan *plan, const cki_prediction_options *options,
                        cki_prediction *prediction, cki_error *error);

#endif
