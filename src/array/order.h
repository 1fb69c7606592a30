/* Order: elements of any type compared and sorted as NumPy does: NaN and NaT last, complex numbers
 * by real and then imaginary part, text by code points. */
#ifndef CKI_ARRAY_ORDER_H
#define CKI_ARRAY_ORDER_H

#include "value/array.h"

/* Elements of a 1-d array to be compared. Types of up to 8 bytes have keys, whose order as unsigned
 * numbers is that of the elements. */
typedef struct cki_order {
    cki_dtype dtype;
    const unsigned char *data;
    int64_t stride, count;
    uint64_t *keys; /* NULL: compared in place */
} cki_order;

/* Of a C-contiguous array's elements, whatever its shape; it must outlive this. */
cask_status cki_order_open(cki_order *order, const cki_array *array, cki_error *error);
void cki_order_close(cki_order *order);
/* Bytes that open and sort take for `count` elements. */
size_t cki_order_bytes(int64_t count);

/* -1, 0 or 1 of element i of a and j of b, of one dtype; NaN equals NaN. */
int cki_order_compare(const cki_order *a, int64_t i, const cki_order *b, int64_t j);
/* Whether an element is NaN or NaT. */
bool cki_order_missing(const cki_order *order, int64_t i);
/* 0 .. count - 1 in the order of the elements, equal ones as they come; the caller's
 * (cki_memory_free). */
int64_t *cki_order_sorted(const cki_order *order, cki_error *error);
/* The same with equal elements as NumPy's default argsort leaves them (order_quick.c). */
int64_t *cki_order_quick(const cki_order *order, cki_error *error);
/* How many elements of `in` (in rising order by `sorted`, or as they are if that is NULL) are less
 * than element i of `of`, or with `right` less or equal. */
int64_t cki_order_search(const cki_order *in, const int64_t *sorted, const cki_order *of, int64_t i,
                         bool right);
/* The same for `count` elements one after the other, of the dtype of `in`, which is in rising order
 * itself. */
void cki_order_places(const cki_order *in, const unsigned char *elements, int64_t count, bool right,
                      int64_t *places);

/* Whether elements of a type have keys. */
bool cki_order_has_keys(cki_dtype dtype);
/* The keys of elements, `stride` bytes apart. */
void cki_order_keys(cki_dtype dtype, const unsigned char *data, int64_t stride, int64_t count,
                    uint64_t *keys);
/* Elements from keys that cki_order_exact() made. */
void cki_order_values(cki_dtype dtype, const uint64_t *keys, int64_t count, unsigned char *out,
                      int64_t stride);
/* Keys from which the elements can be had again, bit by bit but for those of a NaN: as those of an
 * order, but -0.0 is before 0.0. `data` by `stride` bytes. */
void cki_order_exact(cki_dtype dtype, const unsigned char *data, int64_t stride, int64_t count,
                     uint64_t *keys);

/* Room for sorting up to so many keys, and places if wanted. */
typedef struct cki_order_room {
    uint64_t *keys;
    int64_t *places, *counts;
} cki_order_room;
cask_status cki_order_room_open(cki_order_room *room, int64_t count, bool places, cki_error *error);
void cki_order_room_close(cki_order_room *room);
/* Keys in rising order, and places (may be NULL) with them; equal ones stay as they are. */
void cki_order_sort_keys(uint64_t *keys, int64_t *places, int64_t count, cki_order_room *room);
/* Keys such that each of the `wanted` places (rising, below count) has the one that it would have
 * if all were sorted, the lesser ones before it and the greater ones behind. */
void cki_order_select(uint64_t *keys, int64_t count, const int64_t *wanted, int64_t nwanted);

#endif
