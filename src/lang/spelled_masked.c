/* Users' functions on blocks of masked arrays, spelled in the language: elements and masks go to
 * the blocks side by side, and are put together there for the function. */
#include "lang/spelled.h"

#define SPELLED(id, name, signature, doc, text)                                                    \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {name, CKI_IN_DA, signature, doc, cki_spelled_run, &id##_text}

/* The function's own arguments from the blocks b: argument i begins at b[starts[i]], and its mask
 * follows if it has one. Lists of blocks are gone through block by block. */
#define PUT_TOGETHER                                                                               \
    "(lambda b: [both(both, b[starts[i]], b[starts[i] + 1]) if m else b[starts[i]] "               \
    "for i, m in enumerate(masked)])"
#define BOTH                                                                                       \
    "(lambda self, data, mask: [self(self, d, m) for d, m in zip(data, mask)] "                    \
    "if isinstance(data, list) else da.ma.masked_array(data, mask))"

/* What the function is told of its place, if it asks: block_info by its own arguments' numbers. */
#define PLACES                                                                                     \
    "(lambda told: dict([(k, v) for k, v in told.items() if v is not None and k in asked]))"       \
    "({'block_id': block_id, 'block_info': None if block_info is None else dict([(i, "             \
    "block_info[s]) for i, s in enumerate(starts[:-1]) if s in block_info] + "                     \
    "[(None, block_info[None])])})"

/* `over` calls a function with blocks of `flat`: once for the elements of what func gives, and once
 * for the mask; `before` are its arguments before those. */
#define TWICE(over, before)                                                                        \
    "(lambda of: da.ma.masked_array("                                                              \
    "" over "(lambda *b, block_id=None, block_info=None, **named: "                                \
    "da.ma.getdata(of(b, block_id, block_info, named)), " before "*flat, **how), "                 \
    "" over "(lambda *b, block_id=None, block_info=None, **named: "                                \
    "da.ma.getmaskarray(of(b, block_id, block_info, named)), " before                              \
    "*flat, **dict(how, dtype=bool))))"                                                            \
    "(lambda b, block_id, block_info, named: func(*" PUT_TOGETHER "(b), **dict(named, **" PLACES   \
    ")))"

/* Of `items`, the arguments, whose array is `array`, `flat` has those that are masked as two;
 * `apart` tells what it has of an item a. */
#define OVER_MASKED(over, before, items, array, apart)                                             \
    "(lambda masked, asked, both: (lambda starts, flat: " TWICE(                                   \
        over,                                                                                      \
        before) ")(accumulate([0] + [1 + m for m in masked], lambda before, own: before + own), "  \
                "[p for m, a in zip(masked, " items ") for p in " apart "]))"                      \
                "([type(" array ").__name__ == 'MaskedArray' for a in " items "], "                \
                "[k for k in ('block_id', 'block_info') if dask.utils.has_keyword(func, "          \
                "k)], " BOTH ")"
#define OVER_ARGUMENTS(over)                                                                       \
    OVER_MASKED(over, "", "args", "a", "([da.ma.getdata(a), da.ma.getmaskarray(a)] if m else [a])")

SPELLED(map_blocks, "ma.map_blocks", "func, *args, **how",
        "map_blocks of masked arrays, which the function is given as such: once for the elements "
        "of its result, and once for the mask.",
        OVER_ARGUMENTS("da.map_blocks"));
SPELLED(map_overlap, "ma.map_overlap", "func, *args, **how",
        "map_overlap of masked arrays, which the function is given as such: once for the elements "
        "of its result, and once for the mask.",
        OVER_ARGUMENTS("da.map_overlap"));

static const cki_spelled blockwise_text = {
    OVER_MASKED("da.blockwise", "out_ind, ", "[args[i:i + 2] for i in range(0, len(args), 2)]",
                "a[0]",
                "([da.ma.getdata(a[0]), a[1], da.ma.getmaskarray(a[0]), a[1]] if m else a)"),
    {{"len(args) % 2 == 0", NULL,
      "blockwise takes arrays and indices in pairs: the last argument has no index"}}};
static const cki_operation blockwise = {
    "ma.blockwise",
    CKI_IN_DA,
    "func, out_ind, *args, **how",
    "blockwise of masked arrays, which the function is given as such: once for the elements of its "
    "result, and once for the mask.",
    cki_spelled_run,
    &blockwise_text};

/* A number beyond the ends is not masked. */
SPELLED(overlap, "ma.overlap", "x, depth, boundary, *, allow_rechunk=True",
        "overlap of masked arrays: elements of the neighbours stay masked, numbers beyond the ends "
        "are not.",
        "(lambda beyond: da.ma.masked_array(da.overlap.overlap(da.ma.getdata(x), depth, "
        "boundary, allow_rechunk=allow_rechunk), da.overlap.overlap(da.ma.getmaskarray(x), depth, "
        "beyond(boundary), allow_rechunk=allow_rechunk)))(lambda b: dict([(k, b[k] if b[k] is None "
        "or isinstance(b[k], str) else False) for k in b]) if isinstance(b, dict) else "
        "tuple([v if v is None or isinstance(v, str) else False for v in b]) if "
        "isinstance(b, (tuple, list)) else b if b is None or isinstance(b, str) else False)");

/* ---- numpy.ma's functions, for users' own that are given masked blocks ---- */

#define REDUCTION(id, doc)                                                                         \
    SPELLED(ma_##id, "ma." #id, "a, axis=None, **how", doc, "np." #id "(a, axis=axis, **how)")

REDUCTION(sum, "The sum of the elements that are not masked.");
REDUCTION(prod, "The product of the elements that are not masked.");
REDUCTION(mean, "The mean of the elements that are not masked.");
REDUCTION(var, "The variance of the elements that are not masked.");
REDUCTION(std, "The standard deviation of the elements that are not masked.");
REDUCTION(min, "The least element that is not masked.");
REDUCTION(max, "The greatest element that is not masked.");
REDUCTION(any, "Whether any element that is not masked is true.");
REDUCTION(all, "Whether all elements that are not masked are true.");
REDUCTION(cumsum, "Sums of the elements so far that are not masked.");
REDUCTION(cumprod, "Products of the elements so far that are not masked.");
SPELLED(ma_concatenate, "ma.concatenate", "arrays, axis=0",
        "Arrays one after the other, what is masked staying so.",
        "np.concatenate([da.ma.masked_array(a) for a in arrays], axis=axis)");
SPELLED(ma_compressed, "ma.compressed", "x", "The elements that are not masked, 1-d.",
        "np.ravel(da.ma.getdata(x))[~np.ravel(da.ma.getmaskarray(x))]");
SPELLED(ma_array, "ma.array", "data, mask=None, fill_value=None, dtype=None",
        "masked_array(), by its short name.",
        "da.ma.masked_array(data, mask=mask, fill_value=fill_value, dtype=dtype)");

/* ---- what masked arrays have beside other arrays ---- */

#define MEMBER(id, places, name, signature, doc, text)                                             \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {"MaskedArray." name, CKI_ARRAY_PROTOCOL | (places),           \
                                     signature,           doc,                                     \
                                     cki_spelled_run,     &id##_text}

MEMBER(own_mask, CKI_OWN_ATTRIBUTE, "mask", "x", "Which elements are masked.",
       "da.ma.getmaskarray(x)");
MEMBER(own_data, CKI_OWN_ATTRIBUTE, "data", "x", "The elements, masked or not.",
       "da.ma.getdata(x)");
MEMBER(own_filled, 0, "filled", "x, fill_value=None",
       "The elements, with a value for those that are masked.", "da.ma.filled(x, fill_value)");
MEMBER(own_count, 0, "count", "x, axis=None, keepdims=False", "How many elements are not masked.",
       "da.ma.count(x, axis=axis, keepdims=keepdims)");
MEMBER(own_compressed, 0, "compressed", "x", "The elements that are not masked, 1-d.",
       "da.ma.compressed(x)");

const cki_operation *const cki_spelled_masked_operations[] = {
    &overlap,  &map_blocks, &map_overlap, &blockwise, &ma_sum,         &ma_prod,
    &ma_mean,  &ma_var,     &ma_std,      &ma_min,    &ma_max,         &ma_any,
    &ma_all,   &ma_cumsum,  &ma_cumprod,  &ma_array,  &ma_concatenate, &ma_compressed,
    &own_mask, &own_data,   &own_filled,  &own_count, &own_compressed, NULL};
