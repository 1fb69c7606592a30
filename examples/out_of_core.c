/* A sum over a file that need not fit into memory, by hand: a task reads each part, another one
 * adds it up, and the parts are let go of as soon as they were added.
 *
 *   out_of_core [PARTS]
 *
 * 40 parts of 25000 numbers by default; 40000 are 8 GB. */
#include <cask/cask.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBERS = 25000 }; /* of 8 bytes a part */

typedef struct numbers_file {
    const char *path;
} numbers_file;

/* The sum of one part of the file, of which no more than the part is in memory. */
static cask_value *read_part(cask_call *call)
{
    const numbers_file *file = cask_call_user(call);
    int64_t part = cask_value_i64(cask_call_argument(call, 0));
    double *numbers = malloc(NUMBERS * sizeof *numbers);
    FILE *in = fopen(file->path, "rb");
    double sum = 0;
    size_t count = 0;
    if (in && numbers && !fseek(in, (long)(part * NUMBERS * (int64_t)sizeof *numbers), SEEK_SET))
        count = fread(numbers, sizeof *numbers, NUMBERS, in);
    for (size_t i = 0; i < count; i++)
        sum += numbers[i];
    if (in)
        fclose(in);
    free(numbers);
    if (count != NUMBERS)
        return cask_call_fail(call, CASK_IO, "part %lld of %s is cut short", (long long)part,
                              file->path);
    return cask_value_from_float(sum);
}

static int write_numbers(const char *path, int64_t parts)
{
    FILE *out = fopen(path, "wb");
    if (!out)
        return 0;
    for (int64_t i = 0; i < parts * NUMBERS; i++) {
        double number = (double)i;
        fwrite(&number, sizeof number, 1, out);
    }
    return fclose(out) == 0;
}

int main(int argc, char **argv)
{
    size_t parts = argc > 1 ? strtoul(argv[1], NULL, 10) : 40;
    numbers_file file = {"numbers.bin"};
    const cask_function functions[] = {{.name = "my.read", .run = read_part, .user = &file}};
    cask_term *sums = calloc(parts + 1, sizeof *sums);
    int64_t *places = calloc(parts + 1, sizeof *places);
    if (!sums || !places || !write_numbers(file.path, (int64_t)parts))
        return 1;

    cask *ck = cask_open(&(cask_options){.memory_limit = "50MB"});
    cask_graph *g = cask_graph_new(ck);
    cask_status status = cask_register(ck, functions, 1);
    for (size_t i = 0; i < parts; i++) {
        places[i] = (int64_t)i;
        cask_graph_set_key(g, CASK_KEY_AT("sum", places[i]),
                           CASK_TASK("my.read", CASK_INT(places[i])));
        sums[i] =
            (cask_term){.kind = CASK_TERM_KEY, .text = "sum", .index = &places[i], .count = 1};
    }
    cask_graph_set(
        g, "total",
        CASK_TASK("sum", (cask_term){.kind = CASK_TERM_LIST, .items = sums, .count = parts}));
    cask_value *total = NULL;
    if (status == CASK_OK)
        status = cask_graph_get(g, "total", &total);
    if (status == CASK_OK)
        printf("%.0f\n", cask_value_f64(total));
    else
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_value_unref(total);
    cask_graph_free(g);
    cask_close(ck);
    remove(file.path);
    free(sums);
    free(places);
    return status != CASK_OK;
}
