/* where= and initial= of reductions: what is left out becomes the operation's neutral element, and
 * the first value is combined with the result. */
#include "array/reductions_where.h"
#include "array/compose.h"

/* The element that changes nothing: minima and maxima have none but the first value. */
static cask_value *neutral(cki_compose *s, cki_reduce_kind kind, cask_value *initial)
{
    if (kind == CKI_REDUCE_SUM)
        return cki_compose_int(s, 0);
    if (kind == CKI_REDUCE_PROD)
        return cki_compose_int(s, 1);
    if (kind == CKI_REDUCE_ANY || kind == CKI_REDUCE_ALL)
        return cki_compose_bool(s, kind == CKI_REDUCE_ALL);
    if (initial)
        return initial;
    cki_fail(s->build->error, CASK_INVALID, NULL,
             "reduction operation '%s' does not have an identity, so to use a where mask one has "
             "to specify 'initial'",
             kind == CKI_REDUCE_MIN ? "minimum" : "maximum");
    return NULL;
}

/* x with one element more along an axis that has none and is reduced: the first value. */
static cask_value *filled(cki_compose *s, cask_value *self, cask_array x,
                          const cki_reduce_spec *spec, cask_value *initial)
{
    for (int k = 0; k < x->ndim; k++) {
        if ((!spec->all && !spec->axes[k]) || cki_node_length(x, k) != 0)
            continue;
        int64_t shape[CKI_MAX_NDIM];
        if (!cki_node_shape(x, shape))
            return self;
        cask_value *sizes = cki_value_list(CKI_TUPLE, (size_t)x->ndim, s->build->error);
        for (int i = 0; sizes && i < x->ndim; i++)
            if (!(sizes->as.list.items[i] = cki_value_int(i == k ? 1 : shape[i], s->build->error)))
                sizes->as.list.items[i] = cki_value_none();
        return cki_compose_named(s, "full_like", self, initial, "shape",
                                 cki_compose_keep(s, sizes));
    }
    return self;
}

static const char *combining(cki_reduce_kind kind)
{
    return kind == CKI_REDUCE_SUM    ? "add"
           : kind == CKI_REDUCE_PROD ? "multiply"
           : kind == CKI_REDUCE_MIN  ? "minimum"
                                     : "maximum";
}

cask_array cki_reductions_where_reduce(cki_build *build, cask_array x, const cki_reduce_spec *spec,
                                       cask_value *where, cask_value *initial)
{
    bool everywhere = where->kind == CKI_NONE || (where->kind == CKI_BOOL && where->as.boolean);
    if (everywhere && initial->kind == CKI_NONE)
        return cki_reductions_reduce(build, x, spec);
    cki_compose s = {.build = build};
    cask_value *first = initial->kind == CKI_NONE ? NULL : initial;
    cask_value *self = cki_compose_array(&s, x);
    if (self && !everywhere) {
        cask_value *zero = neutral(&s, spec->kind, first);
        self = zero ? cki_compose_call(&s, "where", where, self, zero, NULL) : NULL;
    }
    if (self && first && (spec->kind == CKI_REDUCE_MIN || spec->kind == CKI_REDUCE_MAX))
        self = filled(&s, self, x, spec, first);
    cask_array made = self ? cki_compose_lazy(&s, self) : NULL;
    made = made ? cki_reductions_reduce(build, made, spec) : NULL;
    if (made && first) {
        cask_value *both = cki_compose_call(&s, combining(spec->kind), cki_compose_array(&s, made),
                                            first, NULL, NULL);
        made = both ? cki_compose_lazy(&s, both) : NULL;
    }
    cask_value_unref(cki_compose_drop(&s, NULL));
    return build->error->status == CASK_OK ? made : NULL;
}
