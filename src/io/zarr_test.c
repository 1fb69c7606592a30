/* Tests of Zarr: what is written is read back for every codec, type and order; chunks that are
 * missing, damaged or lie; metadata that cannot be. */
#include "core/memory.h"
#include "io/store.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const char *const path = "zarr_test.zarr";
static const int64_t shape[] = {7, 5}, chunks[] = {3, 2}, origin[] = {0, 0}, one[] = {1, 1};

static void put_file(const char *name, const char *bytes, size_t length)
{
    cki_error error = {0};
    char full[200];
    snprintf(full, sizeof full, "%s/%s", path, name);
    cki_file_output *output = cki_file_create(full, &error);
    assert_non_null(output);
    assert_int_equal(cki_file_write(output, 0, bytes, length, &error), CASK_OK);
    assert_int_equal(cki_file_publish(output, &error), CASK_OK);
}

static void clear(void)
{
    cki_error error = {0};
    assert_int_equal(cki_tree_remove(path, &error), CASK_OK);
}

/* A new folder with that metadata. */
static void put_array(const char *name, const char *metadata)
{
    cki_error error = {0};
    clear();
    assert_int_equal(cki_tree_make(path, &error), CASK_OK);
    put_file(name, metadata, strlen(metadata));
}

/* 0, 1, 2, ... of a type. */
static cask_value *count_up(cask_dtype id)
{
    cki_error error = {0};
    cask_value *plain = cki_array_new(cki_dtype_of(CASK_I64), 2, shape, &error);
    cask_value *made = cki_array_new(cki_dtype_of(id), 2, shape, &error);
    for (int64_t i = 0; i < shape[0] * shape[1]; i++)
        ((int64_t *)(void *)cki_array_of(plain)->data)[i] = i % 100;
    assert_int_equal(cki_array_cast(cki_array_of(made), cki_array_of(plain), &error), CASK_OK);
    cask_value_unref(plain);
    return made;
}

static void write_array(const cki_storage *storage, const cask_value *array)
{
    cki_error error = {0};
    cki_target target = {.dtype = cki_array_of(array)->dtype,
                         .ndim = 2,
                         .shape = shape,
                         .chunks = chunks,
                         .storage = storage};
    clear();
    cki_writer *writer = cki_writer_open(path, &target, &error);
    if (!writer)
        fail_msg("%s", error.message);
    /* two regions that share a chunk */
    for (int64_t row = 0; row < shape[0]; row += 4) {
        cki_array part = *cki_array_of(array);
        part.data += row * part.strides[0];
        part.shape[0] = shape[0] - row < 4 ? shape[0] - row : 4;
        const int64_t start[] = {row, 0};
        assert_int_equal(cki_writer_region(writer, start, &part, &error), CASK_OK);
    }
    assert_int_equal(cki_tree_look(path), CKI_TREE_NONE);
    assert_int_equal(cki_writer_commit(writer, &error), CASK_OK);
}

static cask_value *read_array(cki_error *error)
{
    cki_store *store = cki_store_open(path, error);
    if (!store)
        return NULL;
    const cki_variable *v = cki_store_variable(store, 0);
    cask_value *array = cki_array_new(v->dtype, v->ndim, v->shape, error);
    if (array && cki_store_read(store, 0, origin, v->shape, one, cki_array_of(array), error)) {
        cask_value_unref(array);
        array = NULL;
    }
    cki_store_unref(store);
    return array;
}

static void expect_back(const cki_storage *storage, cask_dtype id)
{
    cki_error error = {0};
    cask_value *array = count_up(id);
    write_array(storage, array);
    cask_value *back = read_array(&error);
    if (!back || !cki_value_equal(array, back))
        fail_msg("codec %s, version %d, type %d: %s", storage->codec ? storage->codec : "usual",
                 storage->version, id, error.message);
    cask_value_unref(array);
    cask_value_unref(back);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const char *const codecs[] = {"none",
                                         "zstd",
                                         "zstd:7",
                                         "gzip",
                                         "zlib:1",
                                         "lz4",
                                         "bz2",
                                         "lzma:1",
                                         "blosc",
                                         "blosc:zstd:3:bitshuffle",
                                         "blosc:blosclz:9:noshuffle",
                                         "crc32c",
                                         "fletcher32"};
    static const cask_dtype types[] = {CASK_BOOL, CASK_I8,  CASK_U16, CASK_I32, CASK_U64,
                                       CASK_F16,  CASK_F32, CASK_F64, CASK_C64, CASK_C128};
    static const int64_t shards[] = {6, 4};
    for (int version = 2; version <= 3; version++) {
        for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
            expect_back(&(cki_storage){.codec = codecs[i], .version = version}, CASK_F64);
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            expect_back(&(cki_storage){.version = version}, types[i]);
        expect_back(&(cki_storage){.version = version, .fortran = true}, CASK_I16);
        expect_back(&(cki_storage){.version = version, .separator = '/'}, CASK_I16);
        expect_back(&(cki_storage){.version = version, .separator = '.'}, CASK_I16);
    }
    expect_back(&(cki_storage){.version = 3, .shards = shards}, CASK_I32);
    expect_back(&(cki_storage){.version = 3, .shards = shards, .fortran = true}, CASK_I32);
    expect_back(&(cki_storage){.version = 3, .shards = shards, .codec = "gzip"}, CASK_F32);
}

static void a_step_reads_what_it_takes(void **state)
{
    (void)state;
    cki_error error = {0};
    cask_value *array = count_up(CASK_I32);
    write_array(&(cki_storage){.version = 3}, array);
    cki_store *store = cki_store_open(path, &error);
    const int64_t start[] = {1, 0}, count[] = {2, 3}, step[] = {4, 2};
    cask_value *part = cki_array_new(cki_dtype_of(CASK_I32), 2, count, &error);
    assert_int_equal(cki_store_read(store, 0, start, count, step, cki_array_of(part), &error),
                     CASK_OK);
    static const int32_t want[] = {5, 7, 9, 25, 27, 29};
    assert_memory_equal(cki_array_of(part)->data, want, sizeof want);
    cask_value_unref(part);
    cask_value_unref(array);
    cki_store_unref(store);
}

#define ZARRAY(dtype, fill, more)                                                                  \
    "{\"zarr_format\": 2, \"shape\": [2], \"chunks\": [2], \"dtype\": \"" dtype                    \
    "\", \"order\": \"C\", \"compressor\": null, \"filters\": null, \"fill_value\": " fill more    \
    "}"

static void missing_chunks_are_the_fill_value(void **state)
{
    (void)state;
    static const struct {
        const char *metadata, *shown;
    } cases[] = {
        {ZARRAY("<f8", "\"NaN\"", ""), "[nan nan]"},
        {ZARRAY("<f4", "\"-Infinity\"", ""), "[-inf -inf]"},
        {ZARRAY("<f4", "\"0x7f800000\"", ""), "[inf inf]"},
        {ZARRAY("<i2", "-7", ""), "[-7 -7]"},
        {ZARRAY("<u8", "18446744073709551615", ""), "[18446744073709551615 18446744073709551615]"},
        {ZARRAY("|b1", "true", ""), "[ True  True]"},
        {ZARRAY("<c16", "[1.0, \"NaN\"]", ""), "[1.+nanj 1.+nanj]"},
        {ZARRAY("|S3", "\"YWI=\"", ""), "[b'ab' b'ab']"},
        {ZARRAY("<U2", "\"hi\"", ""), "['hi' 'hi']"},
        {ZARRAY("<i4", "null", ""), "[0 0]"},
        {ZARRAY("<M8[D]", "1", ""), "['1970-01-02' '1970-01-02']"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cki_error error = {0};
        put_array(".zarray", cases[i].metadata);
        cask_value *array = read_array(&error);
        if (!array)
            fail_msg("%s: %s", cases[i].metadata, error.message);
        cki_text text = {0};
        cki_value_print(array, &text);
        assert_string_equal(text.bytes, cases[i].shown);
        cki_text_free(&text);
        cask_value_unref(array);
    }
}

/* The first failure says `words`. */
static void expect_failure(const char *words)
{
    cki_error error = {0};
    cask_value *array = read_array(&error);
    assert_null(array);
    if (!strstr(error.message, words))
        fail_msg("'%s' instead of '%s'", error.message, words);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *metadata, *words;
    } cases[] = {{"{", "Expecting"},
                 {"[]", "not a JSON object"},
                 {"{\"zarr_format\": 2}", "no valid shape"},
                 {ZARRAY("<q9", "0", ""), "data type"},
                 {ZARRAY("|O", "0", ""), "Python objects"},
                 {ZARRAY("<i4", "1.5e400e", ""), "Expecting"},
                 {"{\"shape\": [-1], \"chunks\": [1]}", "no valid shape"},
                 {"{\"shape\": [1], \"chunks\": [0]}", "no valid chunks"},
                 {"{\"shape\": [1], \"chunks\": [9223372036854775807], \"dtype\": \"<f8\"}",
                  "larger than memory"},
                 {"{\"shape\": [2], \"chunks\": [2], \"dtype\": [[\"a\", \"<i4\"]]}", "structured"},
                 {"{\"shape\": [2], \"chunks\": [2], \"dtype\": \"<i4\", \"compressor\": "
                  "{\"id\": \"mp3\"}}",
                  "unknown codec 'mp3'"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_array(".zarray", cases[i].metadata);
        expect_failure(cases[i].words);
    }
    clear();
    cki_error error = {0};
    assert_int_equal(cki_tree_make(path, &error), CASK_OK);
    expect_failure("without Zarr's metadata");
}

static void damaged_chunks_are_named(void **state)
{
    (void)state;
    static const char *const codecs[] = {"none", "zstd", "gzip",  "lz4",
                                         "bz2",  "lzma", "blosc", "crc32c"};
    char junk[97];
    memset(junk, 'x', sizeof junk);
    cask_value *array = count_up(CASK_F64);
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++) {
        write_array(&(cki_storage){.codec = codecs[i]}, array);
        put_file("1.1", junk, sizeof junk);
        expect_failure("chunk '1.1'");
        put_file("1.1", "", 0);
        expect_failure("chunk '1.1'");
    }
    static const int64_t shards[] = {6, 4};
    write_array(&(cki_storage){.version = 3, .shards = shards}, array);
    put_file("c/0/1", junk, 3);
    expect_failure("too short for its index");
    put_file("c/0/1", junk, sizeof junk);
    expect_failure("checksum of its index");
    cask_value_unref(array);
}

static void an_aborted_write_leaves_the_old_array(void **state)
{
    (void)state;
    cki_error error = {0};
    cask_value *array = count_up(CASK_I32);
    write_array(NULL, array);
    cki_target target = {.dtype = cki_dtype_of(CASK_I32), .ndim = 2, .shape = shape};
    cki_writer *writer = cki_writer_open(path, &target, &error);
    assert_non_null(writer);
    cki_writer_abort(writer);
    cask_value *back = read_array(&error);
    assert_true(cki_value_equal(array, back));
    cask_value_unref(back);
    cask_value_unref(array);
}

static void groups_list_their_arrays(void **state)
{
    (void)state;
    cki_error error = {0};
    put_array(".zgroup", "{\"zarr_format\": 2}");
    cask_value *array = count_up(CASK_I32);
    cki_target target = {
        .dtype = cki_dtype_of(CASK_I32), .ndim = 2, .shape = shape, .chunks = chunks, .root = path};
    cki_writer *writer = cki_writer_zarr("zarr_test.zarr/deep/x", &target, &error);
    assert_int_equal(cki_writer_region(writer, origin, cki_array_of(array), &error), CASK_OK);
    assert_int_equal(cki_writer_commit(writer, &error), CASK_OK);
    cki_store *store = cki_store_open(path, &error);
    assert_int_equal(cki_store_count(store), 1);
    assert_string_equal(cki_store_variable(store, 0)->name, "deep/x");
    cki_store_unref(store);
    cask_value *back = read_array(&error);
    assert_true(cki_value_equal(array, back));
    cask_value_unref(back);
    cask_value_unref(array);
}

static int remove_files(void **state)
{
    (void)state;
    clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_step_reads_what_it_takes),
        cmocka_unit_test(missing_chunks_are_the_fill_value),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(damaged_chunks_are_named),
        cmocka_unit_test(an_aborted_write_leaves_the_old_array),
        cmocka_unit_test(groups_list_their_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, remove_files);
}
