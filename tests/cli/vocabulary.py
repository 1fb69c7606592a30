#!/usr/bin/env python3
"""Operations that neither Dask has nor NumPy in the same form, by laws: both expressions give the same."""
import json
import pathlib

from cases import check, finish, folder, run

X = "x=da.from_array([[3., np.nan, 1.], [2., 5., np.nan], [7., 0., 4.]], chunks=2)"
I = "i=(da.arange(24, chunks=24) * 7 % 24).reshape((2, 3, 4)).rechunk(2)"
S = "s=da.from_array([1., 2, np.nan, 7, 4], chunks=2)"
K = "k=da.from_array([1., 2, 7, 4], chunks=2)"

LAWS = [
    # parts of arrays
    ("da.split(i, 2, axis=2)", "[i[:, :, :2], i[:, :, 2:]]", [I]),
    ("da.array_split(i.ravel(), 5)[1]", "i.ravel()[5:10]", [I]),
    ("da.hsplit(i, [1])[1]", "i[:, 1:]", [I]),
    ("da.dsplit(i, 4)[3]", "i[:, :, 3:]", [I]),
    ("da.column_stack([i[0, 0], i[0]. T])", "da.concatenate([i[0, 0][:, None], i[0].T], axis=1)", [I]),
    # lines
    ("da.take_along_axis(i, da.argsort(i, axis=1), 1)", "da.sort(i, axis=1)", [I]),
    ("da.take_along_axis(i, da.argsort(i.ravel()), None)", "da.sort(i.ravel())", [I]),
    ("da.put_along_axis(i, da.argmax(i, axis=2)[..., None], -1, 2)",
     "da.where(i == i.max(axis=2, keepdims=True), -1, i)", [I]),
    ("i.ravel()[da.lexsort((i.ravel(), i.ravel() % 5))] % 5", "da.sort(i.ravel() % 5)", [I]),
    ("da.cummax(i, axis=2)[..., -1]", "i.max(axis=2)", [I]),
    ("da.cummin(i.ravel(), axis=0)[7]", "i.ravel()[:8].min()", [I]),
    ("da.push(x, axis=1)", "[[3., 3., 1.], [2., 5., 5.], [7., 0., 4.]]", [X]),
    ("da.isnan(da.push(s, n=1)).sum() + da.isnan(da.push(da.append(s[2:3], s), n=1)).sum()", "1", [S]),
    ("da.reductions.cumreduction(np.cumsum, operator.add, 0, i, axis=1)", "da.cumsum(i, axis=1)", [I]),
    # chunks and blocks
    ("da.shuffle(i, [[2, 0], [1]], 1)", "i[:, [2, 0, 1]]", [I]),
    ("i.shuffle([[2, 0], [1]], axis=1).chunks", "((2,), (2, 1), (2, 2))", [I]),
    ("da.reshape_blockwise(da.arange(12, chunks=4), (4, 3), chunks=((2, 2), (2, 1)))", "None",
     []),  # whose blocks have other sizes
    ("da.reshape_blockwise(i, (6, 4)).sum()", "i.sum()", [I]),
    ("da.reshape_blockwise(da.arange(12, chunks=6), (4, 3), chunks=((2, 2), 3))", "da.arange(12).reshape((4, 3))", []),
    ("[b.sum() for b in i.blocks.ravel()]", "[i[:, :2, :2].sum(), i[:, :2, 2:].sum(), i[:, 2:, :2].sum(), "
     "i[:, 2:, 2:].sum()]", [I]),
    ("da.core.normalize_chunks('auto', shape=(100, 100), limit=800)", "((10,) * 10, (10,) * 10)", []),
    # assignment by several lists
    ("da.setitem(i, ([0, 1], [1, 2], [2, 3]), 99).sum() - i.sum()", "198 - i[0, 1, 2] - i[1, 2, 3]", [I]),
    ("i.setitem(([0, 1], slice(None), [2, 3]), -1)[1, :, 3]", "[-1, -1, -1]", [I]),
    # some elements only
    ("da.max(i, axis=1, where=i < 20, initial=-1)", "da.where(i < 20, i, -1).max(axis=1)", [I]),
    ("da.sum(i, axis=2, initial=5)", "i.sum(axis=2) + 5", [I]),
    ("da.add.outer(i[0, 0], i[1, 1])", "i[0, 0][:, None] + i[1, 1]", [I]),
    ("da.maximum.reduce(i, axis=2)", "i.max(axis=2)", [I]),
    # NaN in statistics
    ("da.stats.skew(s, nan_policy='omit')", "da.stats.skew(k)", [S, K]),
    ("da.stats.kurtosis(s, bias=False, nan_policy='omit')", "da.stats.kurtosis(k, bias=False)", [S, K]),
    ("da.stats.ttest_1samp(s, 2, nan_policy='omit')[1]", "da.stats.ttest_1samp(k, 2)[1]", [S, K]),
    ("da.stats.ttest_rel(s, s[::-1] * 2, nan_policy='omit')[0]", "da.stats.ttest_rel(k, k[::-1] * 2)[0]", [S, K]),
    ("da.stats.skewtest(k, nan_policy='raise')", "None", [S, K]),  # eight numbers at least
    ("da.stats.moment(s, 2, nan_policy='raise')", "None", [S, K]),
    # dates
    ("da.arange(np.datetime64('2000-01-01'), np.datetime64('2000-03-01'), np.timedelta64(1, 'W'), chunks=3).shape",
     "(9,)", []),
    ("da.cummax(da.from_array(np.array(['2001-01-01', '2000-01-01'], dtype='M8[D]'), chunks=1), axis=0)[1]",
     "np.datetime64('2001-01-01')", []),
]


def value(path, text, names):
    """What the expression gives, as JSON; None if it is refused."""
    status, _, message = run("eval", "-o", path, "--", f"[{text}]", *names)
    if status:
        check(f"{text} refused in three lines", len(message.splitlines()) <= 3, message)
        return None
    return json.loads(path.read_text())[0]


with folder() as name:
    out = pathlib.Path(name, "value.json")
    for one, other, names in LAWS:
        got, wanted = value(out, one, names), None if other == "None" else value(out, other, names)
        check(one, got == wanted and (wanted is not None or other == "None"), (got, "wants", wanted))
finish()
