/* What anything lazy has by Dask's protocol of collections, spelled in the language: functions for
 * those who compute by themselves. What these call is in spec/collected.c. */
#include "lang/spelled.h"

#define SPELLED(id, name, places, doc, text)                                                       \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {name, places, "x", doc, cki_spelled_run, &id##_text}

SPELLED(postcompute, "__dask_postcompute__", CKI_LAZY_METHOD,
        "A function of results, which are in lists as the keys are, that makes its value, and the "
        "arguments that follow them.",
        "(x._finalize, ())");
SPELLED(postpersist, "__dask_postpersist__", CKI_LAZY_METHOD,
        "A function of a graph that has its keys, and rename=, that makes the same collection over "
        "that, and the arguments that follow the graph.",
        "(x._rebuild, ())");
SPELLED(scheduler, "__dask_scheduler__", CKI_LAZY_ATTRIBUTE,
        "The function of a graph and keys that computes it unless another one is chosen.",
        "dask.threaded.get");

const cki_operation *const cki_spelled_protocol_operations[] = {&postcompute, &postpersist,
                                                                &scheduler, NULL};
