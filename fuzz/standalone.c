/* The main() of a fuzz target where no fuzzer drives it: every file named on the command line is
 * one input, so that a corpus, or an input that once failed, runs as a plain test. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    uint8_t *data = NULL;
    size_t size = 0, room = 0;
    int c;
    while ((c = getc(file)) != EOF) {
        if (size == room) {
            uint8_t *more = realloc(data, room = 2 * room + 4096);
            if (!more)
                break;
            data = more;
        }
        data[size++] = (uint8_t)c;
    }
    int bad = c != EOF || ferror(file);
    fclose(file);
    if (!bad && data)
        LLVMFuzzerTestOneInput(data, size);
    else if (!bad)
        LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    free(data);
    if (bad)
        fprintf(stderr, "%s: not read whole\n", path);
    return bad;
}

int main(int count, char **arguments)
{
    int bad = 0;
    for (int i = 1; i < count; i++)
        bad |= run(arguments[i]);
    printf("%d inputs\n", count - 1);
    return bad;
}
