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

const cki_operation *const cki_spelled_masked_operations[] = {&map_blocks, &map_overlap, &blockwise,
                                                              NULL};
