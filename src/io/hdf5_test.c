/* Tests of HDF5 and NetCDF-4: files that libhdf5 wrote are read by our own preads and decoders;
 * files that we wrote are read by libhdf5. */
#include "core/memory.h"
#include "io/hdf5.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 37, COLUMNS = 53 };
static const char *const path = "hdf5_test.h5";

static int32_t number_at(int64_t i, int64_t j)
{
    return (int32_t)(i * 1000 - j * j + (i * j) % 7);
}

/* How a dataset is to be stored. */
typedef struct making {
    hid_t type;
    bool chunked, shuffle, fletcher, holes;
    int deflate;
    H5D_layout_t layout;
} making;

static void make_file(const making *m)
{
    static int32_t numbers[ROWS][COLUMNS];
    hsize_t shape[2] = {ROWS, COLUMNS}, chunk[2] = {10, 16};
    int32_t fill = -77;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            numbers[i][j] = number_at(i, j);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, shape, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    if (m->chunked)
        H5Pset_chunk(creation, 2, chunk);
    else
        H5Pset_layout(creation, m->layout);
    if (m->shuffle)
        H5Pset_shuffle(creation);
    if (m->deflate)
        H5Pset_deflate(creation, (unsigned)m->deflate);
    if (m->fletcher)
        H5Pset_fletcher32(creation);
    H5Pset_fill_value(creation, H5T_NATIVE_INT32, &fill);
    hid_t set = H5Dcreate2(group, "x", m->type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    assert_true(set >= 0);
    hid_t part = H5Scopy(space);
    if (m->holes) { /* only the first rows: chunks below are never made */
        hsize_t start[2] = {0, 0}, count[2] = {10, COLUMNS};
        H5Sselect_hyperslab(part, H5S_SELECT_SET, start, NULL, count, NULL);
    }
    assert_true(H5Dwrite(set, H5T_NATIVE_INT32, part, part, H5P_DEFAULT, numbers) >= 0);
    /* a second name for a group, which must not lead round in circles */
    H5Lcreate_hard(file, "/group", group, "itself", H5P_DEFAULT, H5P_DEFAULT);
    H5Sclose(part);
    H5Dclose(set);
    H5Pclose(creation);
    H5Sclose(space);
    H5Gclose(group);
    H5Fclose(file);
}

static void check_region(const cki_store *store, size_t at, const int64_t *start,
                         const int64_t *count, const int64_t *step, bool holes)
{
    cki_error error = {0};
    cki_dtype dtype = cki_store_variable(store, at)->dtype;
    cask_value *array = cki_array_new(dtype, 2, count, &error);
    if (cki_store_read(store, at, start, count, step, cki_array_of(array), &error) != CASK_OK)
        fail_msg("%s: %s", error.python, error.message);
    cask_value *numbers = cki_array_new(cki_dtype_of(CASK_I32), 2, count, &error);
    cki_array_cast(cki_array_of(numbers), cki_array_of(array), &error);
    for (int64_t i = 0; i < count[0]; i++)
        for (int64_t j = 0; j < count[1]; j++) {
            int64_t place[2] = {i, j}, row = start[0] + i * step[0];
            int32_t found;
            memcpy(&found, cki_array_at(cki_array_of(numbers), place), 4);
            assert_int_equal(found,
                             holes && row >= 10 ? -77 : number_at(row, start[1] + j * step[1]));
        }
    cask_value_unref(numbers);
    cask_value_unref(array);
}

static cki_store *open_file(const char *name)
{
    cki_error error = {0};
    cki_store *store = cki_store_open(name, &error);
    if (!store)
        fail_msg("%s: %s", error.python, error.message);
    return store;
}

static void check_file(const making *m)
{
    make_file(m);
    cki_store *store = open_file(path);
    assert_int_equal(cki_store_count(store), 1);
    assert_string_equal(cki_store_variable(store, 0)->name, "/group/x");
    static const int64_t cases[][6] = {
        {0, 0, ROWS, COLUMNS, 1, 1}, {3, 7, 20, 30, 1, 1}, {1, 2, 12, 17, 3, 3},
        {0, 0, 2, 2, 36, 52},        {9, 15, 2, 2, 1, 1},  {36, 52, 1, 1, 1, 1},
        {0, 5, 37, 1, 1, 1},         {5, 0, 1, 27, 1, 2},  {4, 4, 0, 3, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_region(store, 0, cases[i], cases[i] + 2, cases[i] + 4, m->holes);
    cki_store_unref(store);
    remove(path);
}

/* A second file with names that lead to the first one's dataset, directly and from outside. */
static void follows_links(void **state)
{
    (void)state;
    make_file(&(making){.type = H5T_STD_I32LE, .chunked = true, .deflate = 3});
    static const char *const linked = "hdf5_test_links.h5";
    hid_t file = H5Fcreate(linked, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external(path, "/group/x", file, "outside", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("nowhere.h5", "/group/x", file, "lost", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/outside", file, "through", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/not/there", file, "dangling", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    cki_store *store = open_file(linked);
    size_t at, outside = 0;
    assert_int_equal(cki_store_count(store), 3);
    assert_int_equal(cki_store_find(store, "lost", &at, NULL), CASK_OK);
    assert_true(cki_store_variable(store, at)->damaged);
    assert_int_equal(cki_store_find(store, "through", &at, NULL), CASK_OK);
    assert_int_equal(cki_store_find(store, "outside", &outside, NULL), CASK_OK);
    assert_true(at != outside && !cki_store_variable(store, outside)->hidden);
    const int64_t start[2] = {3, 7}, count[2] = {20, 30}, step[2] = {1, 1};
    check_region(store, at, start, count, step, false);
    check_region(store, outside, start, count, step, false);
    cki_store_unref(store);
    remove(linked);

    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Lcreate_soft("/group/x", file, "short", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    store = open_file(path);
    assert_int_equal(cki_store_find(store, "/short", &at, NULL), CASK_OK);
    assert_true(cki_store_variable(store, at)->hidden);
    assert_int_equal(cki_store_variable(store, at)->shape[1], COLUMNS);
    cki_store_unref(store);
    remove(path);
}

/* Characters are joined to text in NetCDF-4, which has no other. */
static void joins_characters(void **state)
{
    (void)state;
    cki_error error = {0};
    for (int netcdf = 0; netcdf < 2; netcdf++) {
        const char words[3][4] = {"one", "two", "six"};
        hsize_t shape[2] = {3, 4}, chunk[2] = {2, 4};
        hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        hid_t space = H5Screate_simple(2, shape, NULL), one = H5Screate(H5S_SCALAR);
        hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_chunk(creation, 2, chunk);
        hid_t set = H5Dcreate2(file, "w", H5T_C_S1, space, H5P_DEFAULT, creation, H5P_DEFAULT);
        H5Dwrite(set, H5T_C_S1, H5S_ALL, H5S_ALL, H5P_DEFAULT, words);
        if (netcdf)
            H5Aclose(H5Acreate2(file, "_NCProperties", H5T_C_S1, one, H5P_DEFAULT, H5P_DEFAULT));
        H5Pclose(creation);
        H5Dclose(set);
        H5Sclose(one);
        H5Sclose(space);
        H5Fclose(file);
        cki_store *store = open_file(path);
        const cki_variable *v = cki_store_variable(store, 0);
        assert_int_equal(v->ndim, netcdf ? 1 : 2);
        assert_int_equal(v->dtype.count, netcdf ? 4 : 1);
        const int64_t start[2] = {0}, count[2] = {3, 4}, step[2] = {1, 1};
        cask_value *array = cki_array_new(v->dtype, v->ndim, count, NULL);
        assert_int_equal(cki_store_read(store, 0, start, count, step, cki_array_of(array), &error),
                         CASK_OK);
        assert_memory_equal(cki_array_of(array)->data, words, sizeof words);
        cask_value_unref(array);
        cki_store_unref(store);
        remove(path);
    }
}

/* 3 x 7000 strings of variable length: more than are read at once. */
enum { LISTS = 3, WORDS = 7000 };

static void word_at(int64_t i, int64_t j, char word[16])
{
    if ((i + j) % 5 == 0)
        word[0] = '\0';
    else
        snprintf(word, 16, "%s%d", i == 1 ? "\xc3\xa9" : "w", (int)(j * (i + 1)));
}

static void make_words(bool unicode, bool chunked)
{
    static char words[LISTS * WORDS][16];
    static const char *texts[LISTS * WORDS];
    hsize_t shape[2] = {LISTS, WORDS}, chunk[2] = {2, 900};
    for (int i = 0; i < LISTS * WORDS; i++) {
        word_at(i / WORDS, i % WORDS, words[i]);
        texts[i] = words[i];
    }
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, shape, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    if (unicode)
        H5Tset_cset(type, H5T_CSET_UTF8);
    if (chunked) {
        H5Pset_chunk(creation, 2, chunk);
        H5Pset_deflate(creation, 1);
    }
    hid_t set = H5Dcreate2(file, "w", type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    assert_true(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0);
    H5Dclose(set);
    H5Dclose(H5Dcreate2(file, "x", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Tclose(type);
    H5Pclose(creation);
    H5Sclose(space);
    H5Fclose(file);
}

static void reads_words(void **state)
{
    (void)state;
    static const int64_t cases[][6] = {{0, 0, LISTS, WORDS, 1, 1},
                                       {0, 5, 2, 1000, 2, 7},
                                       {2, 6999, 1, 1, 1, 1},
                                       {1, 0, 0, 3, 1, 1}};
    for (int kind = 0; kind < 4; kind++) {
        bool unicode = kind & 1;
        make_words(unicode, kind & 2);
        cki_store *store = open_file(path);
        cki_dtype dtype = cki_store_variable(store, 0)->dtype;
        assert_int_equal(dtype.id, unicode ? CASK_STR : CASK_BYTES);
        assert_int_equal(dtype.count, unicode ? 6 : 7); /* "w20997", and 2 bytes before 13998 */
        assert_int_equal(cki_store_variable(store, 1)->dtype.count, 1); /* never written */
        for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
            const int64_t *start = cases[n], *count = start + 2, *step = start + 4;
            cki_error error = {0};
            cask_value *array = cki_array_new(dtype, 2, count, &error);
            assert_int_equal(
                cki_store_read(store, 0, start, count, step, cki_array_of(array), &error), CASK_OK);
            for (int64_t at[2] = {0}; at[0] < count[0];
                 at[0] += ++at[1] == count[1], at[1] %= count[1]) {
                char word[16] = "";
                word_at(start[0] + at[0] * step[0], start[1] + at[1] * step[1], word);
                cask_value *item =
                    cki_array_item(dtype, cki_array_at(cki_array_of(array), at), &error);
                assert_string_equal(item->as.text.bytes, word);
                cask_value_unref(item);
            }
            cask_value_unref(array);
        }
        cki_store_unref(store);
        remove(path);
    }
}

/* Any allocation may fail while texts are measured and read. */
static void reads_words_without_memory(void **state)
{
    (void)state;
    const int64_t start[2] = {0, 5}, count[2] = {2, 3}, step[2] = {1, 1};
    bool failed = true;
    make_words(true, false);
    for (int64_t n = 1; failed; n++) {
        cki_error error = {0};
        assert_true(n < 500);
        cki_memory_fail_at(n, false);
        cki_store *store = cki_store_open(path, &error);
        cask_value *array =
            store ? cki_array_new(cki_store_variable(store, 0)->dtype, 2, count, &error) : NULL;
        if (array)
            cki_store_read(store, 0, start, count, step, cki_array_of(array), &error);
        cki_memory_fail_at(0, false);
        failed = error.status != CASK_OK;
        assert_true(!failed || error.status == CASK_MEMORY);
        cask_value_unref(array);
        cki_store_unref(store);
    }
    remove(path);
}

static void reads_every_layout(void **state)
{
    (void)state;
    hid_t types[] = {H5T_STD_I32LE, H5T_STD_I32BE, H5T_STD_I64BE, H5T_IEEE_F64BE, H5T_IEEE_F32LE};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        check_file(&(making){.type = types[t], .layout = H5D_CONTIGUOUS});
        check_file(&(making){.type = types[t], .layout = H5D_COMPACT});
        for (int kind = 0; kind < 16; kind++)
            check_file(&(making){.type = types[t],
                                 .chunked = true,
                                 .shuffle = kind & 1,
                                 .deflate = kind & 2 ? 6 : 0,
                                 .fletcher = kind & 4,
                                 .holes = kind & 8});
    }
}

/* More chunks than are listed: each is asked for. */
static void reads_many_chunks(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static int16_t numbers[COUNT][2], back[COUNT][2];
    hsize_t shape[2] = {COUNT + 5, 2}, chunk[2] = {1, 2}, zero[2] = {0, 0}, count[2] = {COUNT, 2};
    for (int i = 0; i < COUNT; i++)
        numbers[i][0] = (int16_t)i, numbers[i][1] = (int16_t)-i;
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, shape, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t memory = H5Screate_simple(2, count, NULL);
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_deflate(creation, 1);
    hid_t set = H5Dcreate2(file, "x", H5T_STD_I16BE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, zero, NULL, count, NULL);
    assert_true(H5Dwrite(set, H5T_NATIVE_INT16, memory, space, H5P_DEFAULT, numbers) >= 0);
    H5Sclose(memory);
    H5Dclose(set);
    H5Pclose(creation);
    H5Sclose(space);
    H5Fclose(file);
    cki_store *store = open_file(path);
    cki_error error = {0};
    int64_t start[2] = {5, 0}, wanted[2] = {COUNT, 2}, step[2] = {1, 1};
    cask_value *array = cki_array_new(cki_dtype_of(CASK_I16), 2, wanted, &error);
    if (cki_store_read(store, 0, start, wanted, step, cki_array_of(array), &error) != CASK_OK)
        fail_msg("%s: %s", error.python, error.message);
    memcpy(back, cki_array_of(array)->data, sizeof back);
    assert_memory_equal(back, numbers[5], (COUNT - 5) * sizeof *numbers);
    assert_int_equal(back[COUNT - 1][1], 0); /* never written */
    cask_value_unref(array);
    cki_store_unref(store);
    remove(path);
}

/* Numbers of odd size, which the library must convert. */
static void reads_odd_numbers(void **state)
{
    (void)state;
    hid_t type = H5Tcopy(H5T_STD_I32LE);
    H5Tset_precision(type, 24);
    check_file(&(making){.type = type, .layout = H5D_CONTIGUOUS});
    check_file(&(making){.type = type, .chunked = true, .deflate = 1});
    H5Tclose(type);
}

static void reports_damage(void **state)
{
    (void)state;
    make_file(&(making){
        .type = H5T_STD_I32LE, .chunked = true, .shuffle = true, .deflate = 6, .fletcher = true});
    cki_store *store = open_file(path);
    cki_error error = {0};
    int64_t start[2] = {0, 0}, count[2] = {ROWS, COLUMNS}, step[2] = {1, 1};
    cki_hdf5_set *set = store->state;
    const cki_hdf5_index *index = cki_hdf5_index_get(store, set, &error);
    assert_non_null(index);
    assert_int_equal(index->count, 16);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, (long)index->chunks[5].address + 9, SEEK_SET);
    int byte = fgetc(file);
    fseek(file, -1, SEEK_CUR);
    fputc(byte ^ 0x10, file);
    fclose(file);
    cask_value *array = cki_array_new(cki_dtype_of(CASK_I32), 2, count, &error);
    assert_int_equal(cki_store_read(store, 0, start, count, step, cki_array_of(array), &error),
                     CASK_FORMAT);
    assert_string_equal(error.python, "OSError");
    assert_non_null(strstr(error.message, "/group/x"));
    cask_value_unref(array);
    cki_store_unref(store);
    remove(path);
}

/* A literal run of three, and a copy of nine that overlaps itself. */
static void decodes_lzf(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_hdf5_set set = {.nfilters = 1, .chunk_bytes = 12, .filters = {{32000, 0}}};
    unsigned char a[76] = {2, 'a', 'b', 'c', 0xe0, 0, 2}, b[76], *decoded;
    const char *why;
    cki_hdf5_decoder *decoder = cki_hdf5_filter_start(&error);
    assert_true(cki_hdf5_filter_decode(decoder, &set, 0, a, b, 7, sizeof a, &decoded, &why));
    assert_memory_equal(decoded, "abcabcabcabc", 12);
    a[6] = 3; /* further back than there is anything */
    assert_false(cki_hdf5_filter_decode(decoder, &set, 0, a, b, 7, sizeof a, &decoded, &why));
    cki_hdf5_filter_end(decoder);
}

/* What libhdf5 finds in a file of ours. */
static void expect_ints(hid_t file, const char *name, const int32_t *wanted, size_t count)
{
    int32_t numbers[64];
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    assert_true(set >= 0);
    assert_true(H5Dread(set, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
    assert_memory_equal(numbers, wanted, count * sizeof *wanted);
    H5Dclose(set);
}

static void write_one(const char *name, const cki_target *target, const void *elements)
{
    cki_error error = {0};
    int64_t zero[CKI_MAX_NDIM] = {0};
    cask_value *array = cki_array_new(target->dtype, target->ndim, target->shape, &error);
    memcpy(cki_array_of(array)->data, elements,
           (size_t)cki_array_size(cki_array_of(array)) * cki_dtype_size(target->dtype));
    cki_writer *writer = cki_writer_open(name, target, &error);
    if (!writer || cki_writer_region(writer, zero, cki_array_of(array), &error) != CASK_OK ||
        cki_writer_commit(writer, &error) != CASK_OK)
        fail_msg("%s: %s", error.python, error.message);
    cask_value_unref(array);
}

static void writes_netcdf4(void **state)
{
    (void)state;
    const char *name = "hdf5_test.nc";
    static const int32_t numbers[] = {1, 2, 3, 4, 5, 6};
    int64_t shape[2] = {2, 3};
    const char *dims[] = {"lat", "lon"};
    cki_error error = {0};
    cask_value *attributes = cki_value_dict(&error);
    cki_value_dict_set(attributes, cki_value_string("units", &error), cki_value_string("K", &error),
                       &error);
    cki_value_dict_set(attributes, cki_value_string("_FillValue", &error),
                       cki_value_int(-1, &error), &error);
    cki_target target = {.name = "t",
                         .dtype = cki_dtype_of(CASK_I32),
                         .ndim = 2,
                         .shape = shape,
                         .dims = dims,
                         .attributes = attributes};
    write_one(name, &target, numbers);
    hid_t file = H5Fopen(name, H5F_ACC_RDONLY, H5P_DEFAULT);
    expect_ints(file, "t", numbers, 6);
    H5Fclose(file);
    cki_store *store = open_file(name);
    assert_string_equal(cki_store_format(store), "NetCDF-4");
    size_t i;
    assert_int_equal(cki_store_find(store, "t", &i, &error), CASK_OK);
    const cki_variable *variable = cki_store_variable(store, i);
    assert_string_equal(variable->dims[0], "lat");
    assert_string_equal(variable->dims[1], "lon");
    const cask_value *units = cki_value_dict_find(variable->attributes, "units");
    assert_string_equal(units->as.text.bytes, "K");
    cki_store_unref(store);
    cask_value_unref(attributes);
    remove(name);
}

/* Every dtype that HDF5 has a place for comes back as itself. */
static void writes_every_dtype(void **state)
{
    (void)state;
    for (int id = 1; id < CASK_DTYPE_COUNT; id++) {
        cki_error error = {0};
        cki_dtype dtype = cki_dtype_of((cask_dtype)id);
        if (cki_dtype_is_time(dtype) || id == CASK_STR)
            continue;
        if (id == CASK_BYTES)
            dtype.count = 3;
        int64_t shape = 4, zero = 0, one = 1;
        unsigned char elements[64];
        for (size_t i = 0; i < sizeof elements; i++)
            elements[i] = (unsigned char)(id == CASK_BOOL ? i & 1 : 1 + i * 5 % 60);
        write_one(path, &(cki_target){.name = "/a/b", .dtype = dtype, .ndim = 1, .shape = &shape},
                  elements);
        cki_store *store = open_file(path);
        const cki_variable *variable = cki_store_variable(store, 0);
        assert_string_equal(variable->name, "/a/b");
        assert_true(cki_dtype_same(variable->dtype, dtype));
        cask_value *back = cki_array_new(dtype, 1, &shape, &error);
        assert_int_equal(cki_store_read(store, 0, &zero, &shape, &one, cki_array_of(back), &error),
                         CASK_OK);
        assert_memory_equal(cki_array_of(back)->data, elements, 4 * cki_dtype_size(dtype));
        cask_value_unref(back);
        cki_store_unref(store);
        remove(path);
    }
}

static void refuses_what_it_cannot_write(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t shape = 2;
    cki_target target = {.dtype = cki_dtype_of(CASK_C128), .ndim = 1, .shape = &shape};
    assert_null(cki_writer_open("hdf5_test.nc", &target, &error));
    assert_string_equal(error.python, "TypeError");
    error = (cki_error){0};
    assert_null(cki_writer_open("hdf5_test.xyz", &target, &error));
    assert_string_equal(error.python, "ValueError");
    assert_non_null(strstr(error.message, ".npy"));
    error = (cki_error){0};
    assert_null(cki_writer_open("no/such/place.h5", &target, &error));
    assert_string_equal(error.python, "FileNotFoundError");
    error = (cki_error){0};
    cki_writer *writer = cki_writer_open(path, &target, &error);
    assert_non_null(writer);
    cki_writer_abort(writer);
    error = (cki_error){0};
    assert_null(cki_store_open(path, &error)); /* nothing was left */
    assert_string_equal(error.python, "FileNotFoundError");
}

static void reads_beside_a_cut_file(void **state)
{
    (void)state;
    make_file(&(making){.type = H5T_STD_I32LE, .layout = H5D_CONTIGUOUS});
    char bytes[8192];
    FILE *file = fopen(path, "rb");
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t cut = 1; cut < length; cut += length / 50) {
        cki_error error = {0};
        file = fopen(path, "wb");
        fwrite(bytes, 1, cut, file);
        fclose(file);
        assert_null(cki_store_open(path, &error));
        assert_string_equal(error.python, "OSError");
    }
    remove(path);
}

int main(void)
{
    if (cki_hdf5_calls_load(NULL) != CASK_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_layout),
        cmocka_unit_test(follows_links),
        cmocka_unit_test(joins_characters),
        cmocka_unit_test(reads_words),
        cmocka_unit_test(reads_words_without_memory),
        cmocka_unit_test(reads_odd_numbers),
        cmocka_unit_test(reads_many_chunks),
        cmocka_unit_test(reports_damage),
        cmocka_unit_test(decodes_lzf),
        cmocka_unit_test(writes_netcdf4),
        cmocka_unit_test(writes_every_dtype),
        cmocka_unit_test(reads_beside_a_cut_file),
        cmocka_unit_test(refuses_what_it_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
