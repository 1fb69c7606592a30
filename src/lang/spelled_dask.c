/* What `dask` has for convenience, and collections made of graphs by hand, spelled in the language.
 */
#include "lang/spelled.h"

#define SPELLED(id, name, places, signature, doc, text)                                            \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {name, places, signature, doc, cki_spelled_run, &id##_text}

/* ---- collections over graphs ---- */

SPELLED(
    array, "Array.__new__", CKI_ARRAY_PROTOCOL,
    "dask, name, chunks, dtype=None, meta=None, shape=None",
    "An array over a graph that has its blocks as (name, i, j, ...).",
    "(lambda dtype: (lambda chunks: (lambda like: like._rebuild(dask, rename={like.name: name}))"
    "(da.zeros(tuple([sum(c) for c in chunks]), chunks=chunks, dtype=dtype)))"
    "(da.core.normalize_chunks(chunks, shape, dtype=dtype)))"
    "(dtype if dtype is not None else meta.dtype if hasattr(meta, 'dtype') else "
    "meta if meta is not None else float)");
SPELLED(delayed, "Delayed.__new__", CKI_ARRAY_PROTOCOL, "key, dsk, length=None, layer=None",
        "A delayed value that is a key of a graph.",
        "(lambda like: like._rebuild(dsk, rename={like.key: key}))"
        "(delayed(None, name='none', nout=length))");

/* ---- dask.core ---- */

SPELLED(has_tasks, "core.has_tasks", CKI_IN_DASK, "dsk, x",
        "Whether something is a task or a key, or a list with one.",
        "dask.core.istask(x) or (dask.core.ishashable(x) and x in dsk) or "
        "(isinstance(x, list) and any([dask.core.has_tasks(dsk, i) for i in x]))");
SPELLED(ishashable, "core.ishashable", CKI_IN_DASK, "x", "Whether something can be a dict's key.",
        "all([dask.core.ishashable(i) for i in x]) if isinstance(x, tuple) else "
        "not isinstance(x, (list, dict, set, np.ndarray, slice))");

/* ---- dask.utils ---- */

SPELLED(typename, "utils.typename", CKI_IN_DASK, "typ, short=False", "The full name of a type.",
        "(lambda t: (lambda n: n.split('.')[0] + '.' + n.split('.')[-1] if short and '.' in n else "
        "n)(t[8:-2] if t.startswith(\"<class '\") else str(type(typ))[8:-2]))(str(typ))");
SPELLED(ndeepmap, "utils.ndeepmap", CKI_IN_DASK, "n, func, seq",
        "The function of each item of lists that are nested so deep.",
        "[func(i) for i in seq] if n == 1 else [dask.utils.ndeepmap(n - 1, func, i) for i in seq] "
        "if n > 1 else func(seq[0]) if isinstance(seq, list) else func(seq)");
SPELLED(apply, "utils.apply", CKI_IN_DASK, "func, args, kwargs=None",
        "The function of arguments in a list and of named ones in a dict.",
        "func(*args, **(kwargs or {}))");
SPELLED(ensure_dict, "utils.ensure_dict", CKI_IN_DASK, "d, copy=False", "A mapping as a dict.",
        "dict(d)");
SPELLED(is_arraylike, "utils.is_arraylike", CKI_IN_DASK, "x",
        "Whether something has a shape and a dtype, and is no type.",
        "hasattr(x, 'shape') and hasattr(x, 'dtype') and isinstance(x.shape, tuple)");

/* ---- dask.config: of dicts ---- */

SPELLED(canonical_name, "config.canonical_name", CKI_IN_DASK, "k, config",
        "The key as the dict has it, with '-' or '_'.",
        "(lambda other: k if k in config or other not in config else other)"
        "(k.replace('_', '-') if '_' in k else k.replace('-', '_'))");
SPELLED(update, "config.update", CKI_IN_DASK, "old, new, priority='new'",
        "A nested dict with what another one says: of values in both the latter's, or with "
        "priority='old' the former's.",
        "{**old, **{k: dask.config.update((old[k] if k in old else None) or {}, v, priority) if "
        "isinstance(v, dict) else v if priority == 'new' or k not in old else old[k] for k, v in "
        "[(dask.config.canonical_name(k, old), v) for k, v in new.items()]}}");
SPELLED(merge, "config.merge", CKI_IN_DASK, "*dicts",
        "Nested dicts as one; of values in several the last one's.",
        "dask.config.update(dask.config.merge(*dicts[:-1]), dicts[-1]) if dicts else {}");

const cki_operation *const cki_spelled_dask_operations[] = {
    &array,       &delayed,      &has_tasks,      &ishashable, &typename, &ndeepmap, &apply,
    &ensure_dict, &is_arraylike, &canonical_name, &update,     &merge,    NULL};
