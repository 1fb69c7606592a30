/* The functions that the array room's tasks name, by which a task can be printed, hashed and sent.
 */
#ifndef CKI_ARRAY_FUNCTIONS_H
#define CKI_ARRAY_FUNCTIONS_H

#include "graph/registry.h"

/* One or more a file: cki_<file>_..._function. */
#define CKI_ARRAY_FUNCTIONS(X)                                                                     \
    X(cki_blockwise_call_function)                                                                 \
    X(cki_blockwise_part_function)                                                                 \
    X(cki_choice_check_function)                                                                   \
    X(cki_contract_blocks_function)                                                                \
    X(cki_cumulative_total_function)                                                               \
    X(cki_cumulative_add_function)                                                                 \
    X(cki_cumulative_scan_function)                                                                \
    X(cki_diagonal_block_function)                                                                 \
    X(cki_eigh_function)                                                                           \
    X(cki_elementwise_fused_function)                                                              \
    X(cki_eliminate_function)                                                                      \
    X(cki_files_times_function)                                                                    \
    X(cki_fft_function)                                                                            \
    X(cki_from_delayed_function)                                                                   \
    X(cki_held_function)                                                                           \
    X(cki_histogram_bincount_function)                                                             \
    X(cki_histogram_add_function)                                                                  \
    X(cki_histogram_function)                                                                      \
    X(cki_index_function)                                                                          \
    X(cki_index_gather_function)                                                                   \
    X(cki_index_mask_elements_function)                                                            \
    X(cki_index_mask_where_function)                                                               \
    X(cki_index_points_function)                                                                   \
    X(cki_index_take_function)                                                                     \
    X(cki_isin_function)                                                                           \
    X(cki_masked_function)                                                                         \
    X(cki_lu_factors_diagonal_function)                                                            \
    X(cki_lu_factors_exchange_function)                                                            \
    X(cki_lu_factors_lower_function)                                                               \
    X(cki_lu_factors_parity_function)                                                              \
    X(cki_lu_factors_permutation_function)                                                         \
    X(cki_lu_factors_upper_function)                                                               \
    X(cki_lu_function)                                                                             \
    X(cki_parts_function)                                                                          \
    X(cki_put_function)                                                                            \
    X(cki_put_join_function)                                                                       \
    X(cki_qr_block_function)                                                                       \
    X(cki_random_function)                                                                         \
    X(cki_random_choice_elements_function)                                                         \
    X(cki_random_choice_positions_function)                                                        \
    X(cki_random_integers_function)                                                                \
    X(cki_overlap_function)                                                                        \
    X(cki_overlap_trim_function)                                                                   \
    X(cki_overlap_windows_function)                                                                \
    X(cki_percentile_function)                                                                     \
    X(cki_percentile_merge_function)                                                               \
    X(cki_quantile_function)                                                                       \
    X(cki_quantile_pick_function)                                                                  \
    X(cki_quantile_finish_function)                                                                \
    X(cki_chunk_sizes_function)                                                                    \
    X(cki_chunk_sizes_sized_function)                                                              \
    X(cki_chunk_sizes_view_function)                                                               \
    X(cki_convolve_function)                                                                       \
    X(cki_interp_function)                                                                         \
    X(cki_rechunk_function)                                                                        \
    X(cki_reductions_partial_function)                                                             \
    X(cki_reductions_combine_function)                                                             \
    X(cki_reshape_function)                                                                        \
    X(cki_search_function)                                                                         \
    X(cki_partition_function)                                                                      \
    X(cki_sort_function)                                                                           \
    X(cki_shuffle_order_function)                                                                  \
    X(cki_shuffle_inverse_function)                                                                \
    X(cki_shuffle_split_function)                                                                  \
    X(cki_shuffle_cut_function)                                                                    \
    X(cki_shuffle_merge_function)                                                                  \
    X(cki_sort_external_sample_function)                                                           \
    X(cki_sort_external_splitters_function)                                                        \
    X(cki_sort_external_block_function)                                                            \
    X(cki_sort_external_cut_function)                                                              \
    X(cki_sort_external_counts_function)                                                           \
    X(cki_sort_external_ranks_function)                                                            \
    X(cki_sort_external_merge_function)                                                            \
    X(cki_sort_external_chunk_function)                                                            \
    X(cki_source_function)                                                                         \
    X(cki_svd_block_function)                                                                      \
    X(cki_stats_tests_function)                                                                    \
    X(cki_take_along_function)                                                                     \
    X(cki_take_along_put_function)                                                                 \
    X(cki_stacked_function)                                                                        \
    X(cki_topk_block_function)                                                                     \
    X(cki_stacked_function)                                                                        \
    X(cki_topk_merge_function)                                                                     \
    X(cki_tsqr_block_function)                                                                     \
    X(cki_tsqr_product_function)                                                                   \
    X(cki_tsqr_top_function)                                                                       \
    X(cki_unique_block_function)                                                                   \
    X(cki_unique_merge_function)                                                                   \
    X(cki_unique_inverse_function)                                                                 \
    X(cki_unravel_function)                                                                        \
    X(cki_unravel_ravel_function)                                                                  \
    X(cki_view_function)

#define CKI_ARRAY_FUNCTION_DECLARE(name) extern const cki_function name;
CKI_ARRAY_FUNCTIONS(CKI_ARRAY_FUNCTION_DECLARE)
#undef CKI_ARRAY_FUNCTION_DECLARE

/* Make all of them known. */
cask_status cki_functions_register(cki_functions *set, cki_error *error);

#endif
