/* The expressions of the sweep over failing allocations: every family of operations, every format
 * of files, and errors. In an order of its own: the first ones write the files that others read. */
#ifndef CKI_FAULT_CASES_H
#define CKI_FAULT_CASES_H

#include <stddef.h>

typedef struct fault_case {
    const char *text;
    const char *output; /* saved there instead of printed; NULL: printed */
} fault_case;

static const fault_case fault_cases[] = {
    /* writing: what the readers below read */
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5))", "out/m.nc"},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5))", "out/m.nc3"},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5)).astype('f4')", "out/m.h5"},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5))", "out/m.npy"},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5))", "out/m.npz"},
    {"da.arange(60.0, chunks=20).reshape((6, 10)) / 7", "out/m.png"},
    {"da.arange(60.0, chunks=20).reshape((6, 10)) / 7", "out/m.csv"},
    {"da.arange(60, chunks=20).reshape((6, 10))", "out/m.json"},
    {"da.arange(60, chunks=20).reshape((6, 10))", "out/m.txt"},
    {"[1, {'a': da.ones(3, chunks=2)}, 'text']", "out/v.json"},
    {"da.from_netcdf('kept/m.nc', 'data')[::2, 1:].mean(axis=0)", "out/r.nc"},
    {"da.from_netcdf('kept/m.nc', 'data') - 30", "out/r.png"},
    {"da.arange(6, chunks=4).astype('M8[s]')", "out/t.nc"},
    {"da.ones(3, chunks=2)", "out/x.unknown"},
    {"da.arange(60.0, chunks=20).reshape((3, 4, 5))", "out/m3.png"},
    {"da.arange(60.0, chunks=20).reshape((3, 4, 5))", "out/m.gif"},
    {"da.arange(60.0, chunks=20)", "out/l.png"},
    {"da.ones((2, 2, 2, 2), chunks=2)", "out/x.png"},
    {"da.ones((20, 30, 40), chunks=7) + 1", "out/c.svg"},
    {"da.ones((4, 5, 6, 7), chunks=3).to_svg()", NULL},
    {"da.ones((20, 30), chunks=7)._repr_html_()", NULL},
    {"da.from_netcdf('kept/t.nc', 'data')[::-1]", "out/s.nc"},
    {"da.ma.masked_array(da.arange(6, chunks=2), mask=[0, 1, 0, 0, 1, 0])", "out/k.h5"},
    {"da.ma.masked_array(da.arange(6, chunks=2) > 2, mask=[0, 1, 0, 0, 1, 0])", "out/k.nc"},
    {"da.ma.masked_array(da.arange(6, chunks=2), mask=[0, 1, 0, 0, 1, 0])", "out/k.npz"},
    {"(lambda m: (m.to_zarr('other/m.zarr', overwrite=True), da.to_hdf5('other/m.h5', '/x', m), "
     "da.store(m[::-1], 'other/m.zarr')))(da.ma.masked_array(da.arange(6, chunks=2), mask=[0, 1, "
     "0, 0, "
     "1, 0]))",
     NULL},
    {"da.ma.masked_array(da.arange(6, chunks=2), mask=[0, 1, 0, 0, 1, 0]).map_blocks(lambda b: b + "
     "1)",
     NULL},
    {"(lambda m: (da.reduction(m, np.ma.sum, np.ma.sum, axis=0, dtype='i8'), da.reduction(m, "
     "lambda "
     "b, axis, keepdims: {'n': b.count()}, lambda b, axis, keepdims: 3, dtype='i8', "
     "concatenate=False), m.compute()[1:] * 2))(da.ma.masked_array(da.arange(6, chunks=2), "
     "mask=[0, "
     "1, 0, 0, 1, 0]))",
     NULL},
    {"(lambda m: (da.apply_gufunc(lambda b: (b.mean(axis=-1), b.max(axis=-1)), '(i)->(),()', m, "
     "output_dtypes=('f8', 'i8')), da.apply_along_axis(lambda v: v * 2, 0, m), "
     "da.apply_over_axes(lambda v, a: v.sum(), m, [0])))(da.ma.masked_equal(da.arange(6, "
     "chunks=6).reshape((2, 3)), 2))",
     NULL},
    {"da.overlap.overlap(da.ma.masked_equal(da.arange(6, chunks=3), 2), depth=1, boundary=4), "
     "da.frompyfunc(lambda v: v + 1, 1, 1)(da.ma.masked_equal(da.arange(4, chunks=2), 2))",
     NULL},
    {"(lambda m: (m.dot(m.T), da.tensordot(m, m, axes=2)))(da.ma.masked_array(da.arange(6, "
     "chunks=4)"
     ".reshape((2, 3)), mask=[[1, 0, 0], [0, 1, 0]]))",
     NULL},
    /* stacks of matrices */
    {"np.linalg.svd(da.arange(24.0, chunks=12).reshape((2, 3, 4)))[1]", NULL},
    {"(lambda x: (np.linalg.solve(x, x[0]), np.linalg.inv(x), np.linalg.matrix_power(x, -1), "
     "np.linalg.det(x), np.linalg.slogdet(x), np.linalg.eigh(x)[0], np.linalg.cond(x)))"
     "(np.eye(3) * 20 + np.arange(18).reshape((2, 3, 3)))",
     NULL},
    {"np.linalg.eig(np.array([[0, -1.0], [1, 0]])), np.roots([1, 2, 3])", NULL},
    {"da.random.RandomState(3).permutation(da.arange(30, chunks=4).reshape((15, 2)))", NULL},
    /* reading */
    {"da.from_netcdf('kept/m.nc', 'data')[::2, 1:].mean(axis=0)", NULL},
    {"da.from_netcdf('kept/m.nc3', 'data')[5, ::-1]", NULL},
    {"da.from_netcdf(['kept/m.nc3', 'kept/m.nc3'], 'data', concat_dim='dim_0').sum(axis=1)", NULL},
    {"da.from_netcdf('kept/m.nc*', 'data').shape", NULL},
    {"da.from_hdf5('kept/m.h5', 'data', chunks=(3, 4)).std()", NULL},
    {"da.from_netcdf('kept/t.nc', 'data')[1:].compute()", NULL},
    {"da.from_netcdf('kept/t.nc', 'data', decode_times='weeks')", NULL},
    {"da.from_npy(['kept/m.npy', 'kept/m.npy'], stack=True).sum(axis=0)[1]", NULL},
    {"da.from_npy('kept/m.npy').T[1:3].sum(axis=0)", NULL},
    {"da.from_netcdf('kept/m.nc', 'nope')", NULL},
    {"da.from_npy('kept/m.nc')", NULL},
    {"da.from_hdf5('kept/nothing.h5', 'x')", NULL},
    {"da.from_npz('kept/m.npz')[1:].sum()", NULL},
    {"da.from_raw('kept/m.npy', 'f4', (-1, 8))[:, 0].sum()", NULL},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5)).to_zarr('other/a.zarr', "
     "overwrite=True, return_stored=True).sum()",
     NULL},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5)).to_zarr('other/b.zarr', "
     "overwrite=True, zarr_format=3, shards=(8, 10), "
     "compressor='gzip', return_stored=True)[::2].sum()",
     NULL},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5)).to_zarr('other/g.zarr', "
     "component='x/y', overwrite=True)",
     NULL},
    {"da.zeros((2, 3), chunks=2).to_zarr('other/a.zarr', region=(slice(1, 3), slice(4, 7)))", NULL},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5)).to_zarr('other/c.zarr', "
     "overwrite=True, compute=False).compute()",
     NULL},
    {"da.to_hdf5('other/a.h5', {'/x': da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5)), "
     "'/y': da.ones(9, chunks=2)}, compression='gzip')",
     NULL},
    {"da.store(da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5)), 'other/a.h5::/x', "
     "return_stored=True).sum()",
     NULL},
    {"da.to_npy_stack('other/stack', da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5)), "
     "axis=1)",
     NULL},
    {"da.from_npy_stack('other/stack').sum(axis=0)", NULL},
    {"da.image.imread('kept/nothing*.png')", NULL},
    {"da.arange(60.0, chunks=20).reshape((6, 10)).rechunk((4, 5))", "other/z.zarr.zip"},
    {"da.from_zarr('other/nothing.zarr', 'x')", NULL},
    /* making */
    {"da.ones((4, 6), chunks=(2, 3))", NULL},
    {"da.full(5, 7, chunks=2, dtype='i2') + da.zeros(5, chunks=5)", NULL},
    {"da.linspace(0, 1, 7, chunks=3)", NULL},
    {"da.eye(5, chunks=2)", NULL},
    {"da.from_array([[1, 2], [3, 4]], chunks=1)", NULL},
    {"da.zeros_like(da.ones((3, 2), chunks=2), dtype='c16')", NULL},
    {"da.ones((20, 24), chunks=(5, 8))[::2].T", NULL},
    /* element by element */
    {"(da.arange(15, chunks=5) + 100).sum()", NULL},
    {"da.sqrt(da.arange(12.0, chunks=5)) * 2 - da.exp(1)", NULL},
    {"da.where(da.arange(9, chunks=4) % 2 == 0, 1.5, -da.arange(9, chunks=3))", NULL},
    {"da.arange(6, chunks=4).astype('M8[D]') + np.timedelta64(1, 'D')", NULL},
    {"da.arange(9, chunks=4).astype('S3')", NULL},
    {"da.clip(da.arange(9, chunks=4), 2, 5).round()", NULL},
    {"da.ones((3, 1), chunks=1) + da.ones((1, 4), chunks=2)", NULL},
    /* reductions */
    {"da.arange(24.0, chunks=5).reshape((4, 6)).mean(axis=1)", NULL},
    {"da.arange(24.0, chunks=5).reshape((4, 6)).var(axis=(0, 1), ddof=1)", NULL},
    {"da.arange(24, chunks=5).reshape((4, 6)).argmax(axis=0)", NULL},
    {"da.nanmax(da.arange(9.0, chunks=2)), da.arange(9, chunks=2).prod()", NULL},
    {"da.cumsum(da.arange(20, chunks=6), axis=0)", NULL},
    {"da.topk(da.arange(20, chunks=6), 3), da.argtopk(da.arange(20, chunks=6), -3)", NULL},
    {"da.topk(da.arange(60, chunks=20).reshape((15, 4)).rechunk((4, 3)), 3, axis=0), "
     "da.argtopk(da.arange(60, chunks=20).reshape((15, 4)).rechunk((4, 3)), -2, axis=0)",
     NULL},
    /* picks */
    {"da.arange(20, chunks=6)[3:-2:3][::-1]", NULL},
    {"da.arange(20, chunks=6)[[7, 1, 1, 19]]", NULL},
    {"da.take(da.arange(24, chunks=5).reshape((4, 6)), [3, 0], axis=0)", NULL},
    {"da.arange(20, chunks=6)[da.arange(20, chunks=5) % 3 == 0]", NULL},
    {"da.arange(24, chunks=5).reshape((4, 6))[None, ..., 2]", NULL},
    {"da.arange(20, chunks=6)[20]", NULL},
    /* shapes */
    {"da.concatenate([da.ones((2, 3), chunks=2), da.zeros((1, 3), chunks=2)])", NULL},
    {"da.stack([da.arange(5, chunks=2), da.arange(5, chunks=3)], axis=1)", NULL},
    {"da.arange(24, chunks=5).reshape((2, 3, 4)).transpose((2, 0, 1)).ravel()", NULL},
    {"da.arange(24, chunks=5).rechunk(7).repeat(2)", NULL},
    {"da.broadcast_to(da.arange(3, chunks=2), (2, 3))", NULL},
    {"da.arange(6, chunks=2) + da.arange(5, chunks=2)", NULL},
    /* products */
    {"da.dot(da.ones((3, 4), chunks=2), da.ones((4, 2), chunks=2))", NULL},
    {"da.tensordot(da.ones((3, 4), chunks=2), da.ones((4, 2), chunks=2), axes=1)", NULL},
    {"da.einsum('ij,jk,kl,ii->l', da.ones((4, 4), chunks=2), da.ones((4, 2), chunks=2), "
     "da.ones((2, 3), chunks=2), da.ones((4, 4), chunks=3))",
     NULL},
    {"da.einsum(da.ones((3, 4), chunks=2), [0, 1], [1, 0])", NULL},
    {"da.linalg.norm(da.ones((4, 3), chunks=(2, 3)), 'nuc')", NULL},
    {"da.linalg.norm(da.ones((4, 3), chunks=2), 3, axis=1)", NULL},
    {"da.linalg.qr(da.ones((60, 3), chunks=(6, 3)))", NULL},
    {"da.linalg.qr(da.ones((3, 9), chunks=(3, 5)))", NULL},
    {"da.linalg.svd(da.ones((20, 3), chunks=(6, 3)))", NULL},
    {"da.linalg.svd(da.ones((3, 20), chunks=(3, 6)) * 1j)", NULL},
    {"da.linalg.inv(da.eye(6, chunks=2) * 2)", NULL},
    {"da.linalg.lu(da.eye(6, chunks=2) * 2)", NULL},
    {"da.linalg.solve(da.eye(6, chunks=2), da.ones(6, chunks=2), assume_a='pos')", NULL},
    {"da.linalg.slogdet(da.eye(6, chunks=2) * 2j)", NULL},
    {"da.linalg.eigh(da.eye(4, chunks=2))", NULL},
    {"da.linalg.svd_compressed(da.ones((9, 7), chunks=4), 2, n_power_iter=1, seed=1)[1]", NULL},
    {"da.linalg.svd_compressed(da.ones((9, 7), chunks=4), 2, compute=True, seed=1)[1]", NULL},
    {"da.linalg.lstsq(da.tri(6, 3, chunks=(2, 3)), da.ones(6, chunks=2))", NULL},
    {"da.kron(da.ones(3, chunks=2), da.ones((2, 2), chunks=1))", NULL},
    {"da.cross(da.ones((2, 3), chunks=2), da.ones(3, chunks=2))", NULL},
    {"da.linalg.multi_dot([da.ones((2, 3)), da.ones((3, 4)), da.ones((4, 2))])", NULL},
    {"da.linalg.matrix_power(da.ones((4, 4), chunks=2), 5)", NULL},
    {"da.einsum('ij,jk->ik', da.ones((3, 4), chunks=2), da.ones((4, 2), chunks=2))", NULL},
    /* graphs by hand, and ways of computing */
    {"dask.get({'x': 1, ('y', 0): (lambda v: v + 1, 'x'), 'z': (sum, ['x', ('y', 0)])}, ['z', "
     "['x']])",
     NULL},
    {"dask.get({'x': da.ones(4, chunks=2) + 1, 'y': (lambda a, b: [a, b], 'x', [delayed(abs)(-1), "
     "{'k': da.ones(2)}])}, ['y'])",
     NULL},
    {"dask.graph_manipulation.bind((da.ones(4, chunks=2) + 1).sum(), da.ones(20, chunks=1))", NULL},
    {"[x.compute() for x in dask.graph_manipulation.wait_on(da.ones(4, chunks=2)[1:], "
     "delayed(abs)(-1))]",
     NULL},
    {"(lambda x: dask.graph_manipulation.clone(x + delayed(abs)(-1), omit=x, seed=3))(da.ones(2))",
     NULL},
    {"[[rs.rewrite((max, (max, 1, 0), [0])), str(rs), len(list(rs.iter_matches((max, 0, 0)))), "
     "rs.rules[0].vars] "
     "for rs in [dask.rewrite.RuleSet(dask.rewrite.RewriteRule((max, 'x', 0), 'x', ('x',)), "
     "dask.rewrite.RewriteRule((max, 'a', ['b']), lambda d: d['a'], ('a', 'b')))]]",
     NULL},
    {"[dask.core.get_deps({'x': 1, 'y': (abs, 'x')}), dask.core.subs((sum, ['x', 1]), 'x', 5), "
     "list(dask.core.preorder_traversal((sum, ['x']))), list(dask.core.flatten([[1], [2, [3]]])), "
     "dask.core.keys_in_tasks({'x'}, [(abs, 'x')]), dask.optimization.functions_of((abs, 1)), "
     "(da.ones(2) + 1).dask.get_all_dependencies()]",
     NULL},
    {"dask.optimization.fuse({'x': (abs, 1), 'y': (abs, 'x'), 'z': (abs, ['y'])}, 'z')", NULL},
    {"dask.get({'x': dask.core.quote([1, 'y']), 'y': (len, dask.core.quote({'x': 1}))}, ['x', "
     "'y'])",
     NULL},
    {"dask.optimization.fuse_linear({'x': 1, 'y': (abs, 'x'), 'z': (abs, 'y')}, ['z'])", NULL},
    {"dask.optimization.fuse_linear({'x': 1, ('y', 0): (abs, 'x')}, rename_keys=lambda row: 'q')",
     NULL},
    {"(lambda g: [g, g.copy(), g.cull(['c']), g.validate(), g.cull_layers(['graph-1']).layers, "
     "g.get_all_external_keys()])(dask.highlevelgraph.HighLevelGraph.merge({'a': 1, 'b': 2}, "
     "{'c': (abs, 'a')}))",
     NULL},
    {"len(da.ones(4, chunks=2).__dask_layers__())", NULL},
    /* names are whole, or there is none */
    {"(lambda x: [x.name, x.__dask_keys__(), x.__dask_layers__(), x.dask])((da.arange(6, chunks=2) "
     "+ "
     "1)[::2].rechunk(1).cumsum(axis=0).sum())",
     NULL},
    {"(lambda x: [x.key, x.__dask_keys__(), x.dask])(delayed(sum, pure=True)([delayed(abs, "
     "pure=True)(-1), delayed(2, name='two')]))",
     NULL},
    {"(lambda x: (lambda g: [g, g.layers, g.dependents, da.Array(g, 'n', x.chunks, x.dtype) + 1, "
     "Delayed('d', {'d': (abs, -1)})])(HighLevelGraph.from_collections('n', {('n', i): (abs, "
     "(x.name, "
     "i)) for i in range(2)}, dependencies=[x])))(da.ones(4, chunks=2))",
     NULL},
    {"HighLevelGraph({'a': {'x': 1}, 'b': {'y': (abs, 'x')}}, {'a': [], 'b': ['a']})", NULL},
    {"[dask.optimization.cull({'x': 1, 'y': (abs, 'x')}, 'y'), dask.config.merge({'a': {'b': 1}}, "
     "{'a': {'c': 2}}), dask.utils.natural_sort_key('a12b'), dask.utils.key_split('<a.b c>')]",
     NULL},
    {"dask.annotate(priority=lambda k: k[1], retries=lambda k: 1)(lambda: (da.ones(4, chunks=2) - "
     "1).sum())()",
     NULL},
    {"da.histogram(da.arange(9, chunks=4), bins=3, range=(0, 9))[0].dask", NULL},
    {"list(dask.optimize((da.ones(6, chunks=2) * 2 + 1)[1:])[0].dask)", NULL},
    {"list(dask.persist(da.ones(6, chunks=2) * 2)[0].dask)", NULL},
    {"(lambda x: x.__dask_postcompute__()[0](dask.get(x.dask, x.__dask_keys__())))(da.ones((4, 2), "
     "chunks=3) + 1)",
     NULL},
    {"(lambda x: (lambda y: [y.name, y.dask, (y + "
     "1).compute()])(x.__dask_postpersist__()[0]({('n', 0): "
     "(np.ones, 'k'), 'k': 2, ('n', 1): [1, da.ones(1)]}, rename={x.name: 'n'})))(da.ones(4, "
     "chunks=2))",
     NULL},
    {"(lambda x: x.__dask_optimize__(x.dask, x.__dask_keys__()))(da.ones(4, chunks=2) + 1)", NULL},
    {"[x.__dask_postpersist__()[0]({x.key: (abs, -2)}).dask for x in [delayed(abs, pure=True)(1)]]",
     NULL},
    {"[dask.sizeof.sizeof([1, ('a', {'b': {2}})]), repr(dask.core.literal([1]))]", NULL},
    {"dask.optimization.inline_functions({'x': 1, 'y': (abs, 'x'), 'z': (abs, 'y')}, 'z', [abs])",
     NULL},
    {"dask.order.order(dask.optimization.cull({'x': 1, 'y': (abs, 'x'), 'z': 1}, 'y')[0])", NULL},
    {"dask.core.get_dependencies({'x': 1, 'y': (abs, 'x')}, 'y')", NULL},
    {"(lambda x: [dict(x.dask), len(x.dask), x.__dask_keys__()])(da.ones((3, 2), chunks=2))", NULL},
    {"(lambda x: dask.get(dict(x.dask), x.__dask_keys__()))((da.arange(12, chunks=5) + 1)[[3, 0, "
     "7]]"
     ".rechunk(2).cumsum(axis=0).map_blocks(lambda b: -b).sum())",
     NULL},
    {"(lambda a: dict(delayed(str)([a, 2, {'b': a}], dask_key_name='s').dask))(delayed(abs)(-1, "
     "dask_key_name='a'))",
     NULL},
    {"[(k, l.annotations) for k, l in dask.optimize(dask.annotate(priority=2, workers=['a'], "
     "resources={'m': 1})(lambda: da.ones(4, chunks=2) + 1)()[1:] * dask.annotate(retries=1, "
     "workers='a')(lambda: da.ones(4, chunks=2))()[1:])[0].dask.layers.items()]",
     NULL},
    {"dask.annotate(priority=1)(lambda: (da.ones(4, chunks=2) - 1).sum())()", NULL},
    {"(lambda d: [d.dependencies, d.layers])((da.ones(2) + 1).dask)", NULL},
    {"da.ones((3, 2), chunks=2).sum().compute(scheduler=lambda d, k: dask.get(d, k))", NULL},
    {"da.arange(6, chunks=2).compute(scheduler='sync', num_workers=1, optimize_graph=False)", NULL},
    {"(dask.optimize((da.arange(6, chunks=2) + 1) * 2)[0] + 1).sum()", NULL},
    {"da.arange(6, chunks=2).compute(cache='kept/blocks.chest')", NULL},
    {"dask.base.tokenize({'a': [1, abs], 2: {3, 4}}, b=da.ones(2))", NULL},
    {"[dask.config.get('split-every'), dask.config.set(a__b=1), dask.config.get('a.c', 2)]", NULL},
    /* the language itself */
    {"[x * 2 for x in range(5) if x % 2] + sorted({'b': 1, 'a': 2}.items())", NULL},
    {"(lambda x, *rest, y=3: (x, rest, y))(1, 2, 3)", NULL},
    {"'%s has %5.2f' % ('x', 2.5) + ','.join(['a', 'b']).upper().replace('A', 'zz')", NULL},
    {"json.loads('{\"a\": [1, 2.5, null, \"x\"]}')['a'], max([3, 1, 2]), 'a-b'.split('-')", NULL},
    {"da.ones(3, chunks=2), repr(da.ones(3, chunks=2)), da.ones(3, chunks=2).chunks", NULL},
    {"np.arange(6).reshape((2, 3)).sum(axis=0), np.array([1.5, 2]).tolist()", NULL},
    {"da.aragne(3)", NULL},
    {"1 + (2", NULL},
    {"{'a': 1}['b'] + [].pop()", NULL},
    /* diagonals, grids, padding, counting and searching */
    {"da.diag(da.arange(5, chunks=2), k=1) + da.diag(da.ones((6, 6), chunks=4))", NULL},
    {"da.indices((2, 3), chunks=1)[1] + da.meshgrid([1, 2, 3], [4, 5])[0]", NULL},
    {"da.fromfunction(lambda i, j: i * j, shape=(3, 3), chunks=2)", NULL},
    {"da.triu_indices(4, k=1, chunks=2)", NULL},
    {"da.pad(da.arange(6.0, chunks=2).reshape((2, 3)), 1, mode='linear_ramp')", NULL},
    {"da.pad(da.arange(6, chunks=2).reshape((2, 3)), 2, mode='reflect')", NULL},
    {"da.pad(da.arange(6, chunks=2).reshape((2, 3)), 1, mode='mean')", NULL},
    {"da.isin(da.arange(5, chunks=2), [1, 3])", NULL},
    {"da.isin(da.from_array([1j, 2, np.nan], chunks=2), [1j]), "
     "da.histogram(da.arange(9.0, chunks=4), bins=[0, 1, 7])[0]",
     NULL},
    {"da.array_split(da.arange(5, chunks=2), 3)[1] + 1, da.split(da.ones((4, 2), chunks=2), [1, "
     "3])",
     NULL},
    {"da.take_along_axis(da.ones((3, 4), chunks=2), da.argsort(da.ones((3, 4), chunks=2)), 1)",
     NULL},
    {"da.put_along_axis(da.ones((3, 4), chunks=2), da.arange(3)[:, None], 5, 1)", NULL},
    {"da.hanning(4) + da.unwrap([0, 4, 8, 12.5]), da.geomspace(1, 8, 4), np.finfo('f4').eps", NULL},
    {"np.add.outer([1, 2], [3, 4]), np.mgrid[0:2, 0:3], np.ones(2).dtype == np.float64", NULL},
    {"np.arange(24).reshape(2, 3, 4)[[0, 1], :, [[1], [2]]], np.eye(3, 4, 1)", NULL},
    {"da.setitem(da.ones((3, 4), chunks=2), ([0, 2], [1, 3]), [5, 6])", NULL},
    {"da.cummax(da.arange(5, chunks=2), axis=0), da.push(da.from_array([1, np.nan], chunks=1))",
     NULL},
    {"da.max(da.ones((0, 2)), axis=0, initial=3), da.sum(da.ones(3, chunks=2), where=[True, False, "
     "True])",
     NULL},
    {"da.reductions.cumreduction(np.cumsum, operator.add, 0, da.arange(5, chunks=2), axis=0)",
     NULL},
    {"da.arange(np.datetime64('2000-01-01'), np.datetime64('2000-02-01'), np.timedelta64(7, 'D'), "
     "chunks=2)",
     NULL},
    {"da.arange(3, chunks=2) == None, da.arange(4, chunks=2).blocks.ravel()[1]", NULL},
    {"da.topk(da.arange(4, chunks=2).astype('M8[D]'), 2), np.median(np.arange(3).astype('m8[s]'))",
     NULL},
    {"da.nan_to_num(da.from_array([1, np.nan, np.inf], chunks=2), nan=1, posinf=2)", NULL},
    {"np.histogram([1, 2, 4], bins=2), np.vectorize(lambda a: a + 1)([1, 2])", NULL},
    {"da.unravel_index(da.arange(5, chunks=2), (2, 3))", NULL},
    {"da.ravel_multi_index((da.arange(2, chunks=1), [1, 2]), (2, 3))", NULL},
    {"da.searchsorted(da.arange(5, chunks=2), da.ones(3, chunks=2))", NULL},
    {"da.digitize(da.arange(5, chunks=2), [3, 1])", NULL},
    {"da.bincount(da.arange(9, chunks=2), weights=da.ones(9, chunks=2))", NULL},
    {"da.histogram(da.arange(9, chunks=2), bins=3, range=(0, 9), density=True)", NULL},
    {"da.unique(da.arange(9, chunks=2) % 3, True, True, True)", NULL},
    {"da.corrcoef(da.arange(6, chunks=2) ** 2, da.arange(6, chunks=2))", NULL},
    {"da.select([da.arange(4, chunks=2) > 1], [da.arange(4, chunks=2)], 7)", NULL},
    {"da.choose(da.arange(4, chunks=2) % 2, [1, da.ones(4, chunks=2)])", NULL},
    /* transforms */
    {"da.fft.fft(da.arange(14, chunks=5)), da.fft.irfft(da.ones((3, 4), chunks=2), axis=0)", NULL},
    {"da.fft.fft(da.arange(67, chunks=67)).real.sum(), da.fft.fft2(da.ones((2, 3), chunks=1))",
     NULL},
    {"da.fft.fftshift(da.fft.fftfreq(5, chunks=2)), da.fft.rfftfreq(4)", NULL},
    {"da.fft.fft(da.ones(4), norm='x')", NULL},
    /* random numbers */
    {"da.random.RandomState(3).normal([0, 1], da.ones((2, 2), chunks=1), chunks=1)", NULL},
    {"da.random.default_rng([1, 2]).integers(0, [5, 7, 9], chunks=2)", NULL},
    {"da.random.RandomState(1).random((2, 3), chunks=2)[1] + da.random.RandomState(2).poisson(3)",
     NULL},
    {"da.random.RandomState(1).choice([3, 4, 5], 2, False, [0.5, 0.25, 0.25], chunks=1)", NULL},
    {"da.random.RandomState(1).choice(5, 3), da.random.RandomState(1).multinomial(5, [0.5, 0.5], "
     "2)",
     NULL},
    {"da.random.RandomState(1).permutation(da.arange(5, chunks=2))", NULL},
    {"da.random.RandomState(1).bytes(20), da.random.RandomState(1)", NULL},
    {"da.random.gamma(-1, size=3)", NULL},
    /* masked arrays */
    {"da.ma.masked_greater(da.arange(6, chunks=4), 3) * 2 / [0, 1, 2, 3, 4, 5]", NULL},
    {"da.ma.masked_equal([[1, 2], [3, 2]], 2).mean(axis=0), da.ma.masked_invalid([1, 2]).persist()",
     NULL},
    {"da.ma.average(da.ma.masked_inside(da.arange(4), 1, 2), weights=[1, 2, 3, 4])", NULL},
    {"da.ma.filled(da.concatenate([da.ma.masked_less([1, 2], 2), [3, 4]])[1:], 9)", NULL},
    {"da.ma.masked_equal([1, 2], 2).std(), da.ma.masked_where([True], [1]).max()", NULL},
    {"da.histogram(da.ma.masked_equal([1, 2], 2), bins=2, range=(0, 1))", NULL},
    /* statistics */
    {"da.stats.ttest_ind(da.arange(4, chunks=2), [1, 2, 5], equal_var=False)", NULL},
    {"da.stats.power_divergence([1, 2, 3], lambda_=0), da.stats.f_oneway([1, 2], [2, 4])", NULL},
    {"da.stats.normaltest(da.arange(9, chunks=5) ** 2), da.stats.skew([1, 2, 5], bias=False)",
     NULL},
    /* users' functions on blocks */
    {"da.arange(6, chunks=2).map_blocks(lambda b, block_id=None: b * 0 + b.sum(), dtype='i8')",
     NULL},
    {"da.blockwise(lambda a, b: a + b, 'i', da.ones(4, chunks=2), 'i', 1, None) + 1", NULL},
    {"da.arange(8, chunks=4).map_overlap(lambda b: b * 2, depth=1, boundary='reflect')", NULL},
    {"da.lib.stride_tricks.sliding_window_view(da.arange(6, chunks=3), 2)", NULL},
    {"da.apply_gufunc(lambda x: (x.sum(), x.max()), '(i)->(),()', da.ones((2, 3), chunks=(1, 3)), "
     "vectorize=True)",
     NULL},
    {"da.apply_along_axis(lambda v: v.sum(), 0, da.ones((2, 3), chunks=2))", NULL},
    {"da.reduction(da.arange(9, chunks=2), chunk=np.sum, aggregate=np.sum, dtype='i8')", NULL},
    {"da.coarsen(np.sum, da.arange(6, chunks=2), {0: 2})", NULL},
    {"da.piecewise(da.arange(5, chunks=2), [da.arange(5, chunks=2) > 2], [lambda v: -v, 7])", NULL},
    {"da.frompyfunc(lambda a, b: a + b, 2, 1)(da.arange(3, chunks=2), 1)", NULL},
    /* sorting, quantiles, sets, and what else is made of them */
    {"da.sort(da.arange(20, chunks=6) % 7), da.argsort(da.ones((2, 3), chunks=2), axis=0)", NULL},
    {"da.quantile(da.arange(20, chunks=6), [0.25, 0.5]), da.median(da.ones((2, 4), chunks=2), "
     "axis=1)",
     NULL},
    {"da.percentile(da.arange(20, chunks=6), [5, 50])", NULL},
    {"(np.poly1d([0, 1, 2]) * 2 + np.poly1d([1, 2], True))(3), np.add.reduceat(np.arange(4), [0, "
     "2])",
     NULL},
    {"np.partition(np.arange(60).reshape(2, 30), 3), np.argpartition(np.arange(60), [3, -1])",
     NULL},
    {"da.topk(da.arange(6, chunks=4) * 1j, 2, axis=0), np.quantile(np.arange(4) * 1j, [0.3])",
     NULL},
    {"da.ma.filled(da.blockwise(lambda b: b + 1, 'i', da.ma.masked_less(da.arange(6, chunks=3), "
     "2), 'i', dtype='i8'), 0)",
     NULL},
    {"da.setdiff1d(da.arange(5, chunks=2), [1, 3]), da.setxor1d(da.arange(3, chunks=2), [1, 7])",
     NULL},
    {"da.histogram2d(da.arange(6, chunks=3), da.arange(6, chunks=3), bins=[[0, 3, 6], [0, 6]])",
     NULL},
    {"da.gradient(da.arange(6.0, chunks=3) ** 2, axis=0), da.ediff1d(da.arange(5, chunks=2))",
     NULL},
    {"da.interp(da.arange(4, chunks=2), [0, 2], [5, 9]), da.convolve(da.arange(5, chunks=3), [1, "
     "2])",
     NULL},
    {"da.arange(6, chunks=2)[da.arange(6, chunks=2) > 2].compute_chunk_sizes()[1:]", NULL},
    {"da.setitem(da.arange(6, chunks=2), [4, 1], [7, 8]), da.moment(da.arange(6, chunks=2), 3)",
     NULL},
    {"np.pad(np.arange(4), 2, mode='reflect', reflect_type='odd'), np.pad(np.arange(4), 1, "
     "mode='median')",
     NULL},
    /* delayed calls, and several collections in one run */
    {"delayed(lambda x, y=1: x + y)(delayed(len)([1, 2, delayed(3)]), y=delayed(2) * 3)", NULL},
    {"delayed(len)({1: delayed(2), (3, 4): [delayed(5)]}), delayed('a,b').split(',')[1:]", NULL},
    {"[a - b for a, b in [delayed(divmod, nout=2, pure=True)(17, 5)]], repr(delayed(1, name='k'))",
     NULL},
    {"compute(delayed(np.arange)(5)[::2].sum(), [da.ones(3, chunks=2)], {'a': delayed(1)})", NULL},
    {"persist(delayed(lambda x: x * 2)(da.arange(4, chunks=2)), da.ones(3, chunks=2))[0] + 1",
     NULL},
    {"da.from_delayed(delayed(np.arange)(3), (3,), 'i4') + 1, da.ones((2, 2), "
     "chunks=1).to_delayed()",
     NULL},
    {"da.from_delayed(delayed(np.arange, pure=True)(3), (4,))", NULL},
    {"delayed(5, name='five').nope + 1", NULL},
    {"delayed(lambda x, y, z, a, b, c, d, e, f: f)(1, 2, 3, 4, 5, 6, delayed(7), [delayed(8)], 9)",
     NULL},
};

enum { FAULT_CASES = sizeof fault_cases / sizeof *fault_cases };

#endif
