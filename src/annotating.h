/* Annotating: who is asked where an annotation is a function of keys. */
#ifndef CKI_ANNOTATING_H
#define CKI_ANNOTATING_H

#include "expr/context.h"
#include "graph/graph.h"

/* For plans of graphs of the context. */
cki_graph_asker cki_annotating_asker(cask *ck);

#endif
