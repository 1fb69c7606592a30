/* Traces: every task as an event in Chrome's trace format, written while the run goes on; for
 * Perfetto and chrome://tracing. */
#ifndef CKI_DIAG_TRACE_H
#define CKI_DIAG_TRACE_H

#include "diag/profile.h"

typedef struct cki_trace cki_trace;

cki_trace *cki_trace_open(const char *path, const char *title, cki_error *error);
/* For the recorder whose tasks are to be written. */
const cki_record_sink *cki_trace_sink(const cki_trace *trace);
/* Write the samples of memory and processor as counters, and the end. Frees it. */
cask_status cki_trace_close(cki_trace *trace, const cki_profile *profile, cki_error *error);
/* Nothing is left of it; NULL is accepted. */
void cki_trace_abort(cki_trace *trace);

#endif
