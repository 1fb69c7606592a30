/* Annotate: a stack of annotations, each with those below it merged in, owned by the context (and
 * so by its present scope), as the nodes are that point to them. */
#include "expr/annotate.h"

#include "core/memory.h"
#include "expr/node.h"
#include "graph/annotations.h"

typedef struct cki_annotated {
    const cki_annotations *annotations;
    const struct cki_annotated *outer;
} annotated;

cask_status cki_annotate_begin(cask *ck, const cask_value *dict, cki_error *error)
{
    cki_annotations *made = cki_annotations_new(ck->annotations, dict, error);
    if (!made || cki_context_own(ck, cki_annotations_free, made, error) != CASK_OK)
        return error->status;
    annotated *now = cki_arena_alloc(&ck->arena, sizeof *now);
    if (!now)
        return cki_fail_memory(error, sizeof *now);
    *now = (annotated){made, ck->annotated};
    ck->annotated = now;
    ck->annotations = made;
    return CASK_OK;
}

void cki_annotate_return(cask *ck, const struct cki_annotated *then)
{
    ck->annotated = then;
    ck->annotations = then ? then->annotations : NULL;
}

void cki_annotate_end(cask *ck)
{
    if (ck->annotated)
        cki_annotate_return(ck, ck->annotated->outer);
}

static _Thread_local cki_annotate_turn instead;

const cki_annotations *cki_annotate_current(const cask *ck)
{
    return instead.ck == ck ? instead.annotations : ck->annotations;
}

cki_annotate_turn cki_annotate_instead(cki_annotate_turn turn)
{
    cki_annotate_turn before = instead;
    instead = turn;
    return before;
}

cask_value *cki_annotate_now(const cask *ck, cki_error *error)
{
    return ck->annotations ? cask_value_ref(ck->annotations->all) : cki_value_dict(error);
}
