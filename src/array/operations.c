/* The list of the array room's tables of operations. */
#include "array/operations.h"

#include "array/along_axis.h"
#include "array/assign.h"
#include "array/attributes.h"
#include "array/blockwise_calls.h"
#include "array/choice.h"
#include "array/chunk_sizes.h"
#include "array/coarsen.h"
#include "array/compress.h"
#include "array/contract.h"
#include "array/convolve.h"
#include "array/covariance.h"
#include "array/creation.h"
#include "array/cumulative.h"
#include "array/diagonal.h"
#include "array/eigh.h"
#include "array/einsum.h"
#include "array/elementwise.h"
#include "array/fft.h"
#include "array/files.h"
#include "array/from_delayed.h"
#include "array/gradient.h"
#include "array/grid.h"
#include "array/gufunc.h"
#include "array/histogram.h"
#include "array/histogram_nd.h"
#include "array/index.h"
#include "array/interp.h"
#include "array/isin.h"
#include "array/join.h"
#include "array/listing.h"
#include "array/lstsq.h"
#include "array/map_blocks.h"
#include "array/masked.h"
#include "array/moment.h"
#include "array/norm.h"
#include "array/overlap.h"
#include "array/pad.h"
#include "array/piecewise.h"
#include "array/products.h"
#include "array/protocol.h"
#include "array/put.h"
#include "array/qr.h"
#include "array/quantile.h"
#include "array/random.h"
#include "array/rechunk.h"
#include "array/reduction.h"
#include "array/reductions.h"
#include "array/reshape.h"
#include "array/routines.h"
#include "array/search.h"
#include "array/setops.h"
#include "array/solve.h"
#include "array/sort.h"
#include "array/split.h"
#include "array/stacked.h"
#include "array/stats.h"
#include "array/svd.h"
#include "array/svg.h"
#include "array/take_along.h"
#include "array/topk.h"
#include "array/unique.h"
#include "array/unravel.h"
#include "array/view.h"

const cki_operation *const *const cki_operations_tables[] = {cki_creation_operations,
                                                             cki_ufuncs_operations,
                                                             cki_compound_operations,
                                                             cki_reductions_operations,
                                                             cki_contract_operations,
                                                             cki_attributes_operations,
                                                             cki_index_operations,
                                                             cki_view_operations,
                                                             cki_join_operations,
                                                             cki_rechunk_operations,
                                                             cki_reshape_operations,
                                                             cki_routines_operations,
                                                             cki_cumulative_operations,
                                                             cki_topk_operations,
                                                             cki_files_operations,
                                                             cki_protocol_operations,
                                                             cki_listing_operations,
                                                             cki_diagonal_operations,
                                                             cki_grid_operations,
                                                             cki_pad_operations,
                                                             cki_isin_operations,
                                                             cki_unravel_operations,
                                                             cki_search_operations,
                                                             cki_histogram_operations,
                                                             cki_unique_operations,
                                                             cki_covariance_operations,
                                                             cki_choice_operations,
                                                             cki_from_delayed_operations,
                                                             cki_fft_operations,
                                                             cki_frequencies_operations,
                                                             cki_masked_operations,
                                                             cki_stats_operations,
                                                             cki_stats_tests_operations,
                                                             cki_put_operations,
                                                             cki_random_operations,
                                                             cki_random_state_operations,
                                                             cki_random_integers_operations,
                                                             cki_random_choice_operations,
                                                             cki_random_vectors_operations,
                                                             cki_eigh_operations,
                                                             cki_einsum_operations,
                                                             cki_norm_operations,
                                                             cki_qr_operations,
                                                             cki_solve_operations,
                                                             cki_stacked_operations,
                                                             cki_svd_operations,
                                                             cki_svg_operations,
                                                             cki_blockwise_operations,
                                                             cki_map_blocks_operations,
                                                             cki_overlap_operations,
                                                             cki_gufunc_operations,
                                                             cki_gufunc_object_operations,
                                                             cki_along_axis_operations,
                                                             cki_coarsen_operations,
                                                             cki_piecewise_operations,
                                                             cki_reduction_operations,
                                                             cki_put_calls_operations,
                                                             cki_files_stack_operations,
                                                             cki_lstsq_operations,
                                                             cki_compress_operations,
                                                             cki_products_operations,
                                                             cki_sort_operations,
                                                             cki_quantile_operations,
                                                             cki_percentile_operations,
                                                             cki_setops_operations,
                                                             cki_histogram_nd_operations,
                                                             cki_gradient_operations,
                                                             cki_interp_operations,
                                                             cki_convolve_operations,
                                                             cki_chunk_sizes_operations,
                                                             cki_moment_operations,
                                                             cki_assign_operations,
                                                             cki_split_operations,
                                                             cki_take_along_operations,
                                                             NULL};
