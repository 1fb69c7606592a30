/* The C interface: random numbers and Fourier transforms. */
#include "array/api.h"
#include "expr/argument.h"

#include <string.h>

/* ---- random numbers ---- */

/* The generator of a seed, as the operation of that name makes it. */
static cask_value *generator(cki_api *api, uint64_t seed)
{
    const cki_operation *make = cki_operation_find(api->ck, "random.RandomState", CKI_IN_DA);
    /* seeds are not negative */
    cask_value *number = cki_value_int((int64_t)(seed & INT64_MAX), &api->error), *both = NULL;
    if (number && seed > INT64_MAX) { /* the last bit, as a second number */
        int64_t parts[2] = {(int64_t)(seed & INT64_MAX), 1};
        both = cki_value_ints(CKI_LIST, parts, 2, &api->error);
        cask_value_unref(number);
        number = both;
    }
    cki_arguments given = {.positional = &number, .count = 1};
    cask_value *made =
        number && make ? cki_operation_call(api->ck, make, &given, &api->error) : NULL;
    cask_value_unref(number);
    return made;
}

cask_array cask_array_random(cask *ck, const char *distribution, cask_arguments parameters,
                             cask_shape shape, const cask_random *how)
{
    const cask_random usual = {0};
    cki_api api = {.ck = ck};
    char name[CKI_NAME] = "";
    how = how ? how : &usual;
    const char *prefix = how->seeded ? "RandomState." : "random.";
    if (!distribution || strlen(prefix) + strlen(distribution) >= sizeof name)
        cki_fail(&api.error, CASK_NOT_FOUND, "AttributeError", "no distribution is called '%s'",
                 distribution ? distribution : "NULL");
    else
        strcat(strcpy(name, prefix), distribution);
    if (how->seeded)
        cki_api_value(&api, NULL, generator(&api, how->seed));
    for (size_t i = 0; i < parameters.count; i++)
        cki_api_argument(&api, &parameters.items[i]);
    cki_api_shape(&api, "size", &shape);
    cki_api_chunks(&api, "chunks", &how->chunks);
    return cki_api_run(&api, name, how->seeded ? CKI_ARRAY_PROTOCOL : CKI_IN_DA);
}

cask_status cask_array_random_seed(cask *ck, uint64_t seed)
{
    if (!ck)
        return CASK_INVALID;
    ck->random.seed = cki_token_nth((cki_token){0, 2}, (int64_t)seed);
    ck->random.calls = 0;
    return ck->error.status;
}

/* ---- transforms ---- */

static cask_array transform(cask_array x, const char *name, const cask_fft *how)
{
    const cask_fft usual = {0};
    const cask_axes last = {1, {-1}};
    cki_api api = {0};
    how = how ? how : &usual;
    cki_api_array(&api, x);
    cki_api_axes(&api, "axes", how->axes.count ? &how->axes : &last);
    if (how->sizes.ndim)
        cki_api_shape(&api, "s", &how->sizes);
    if (how->norm)
        cki_api_text(&api, "norm", how->norm);
    return cki_api_run(&api, name, CKI_IN_DA);
}

cask_array cask_array_fft(cask_array x, const cask_fft *how)
{
    return transform(x, "fft.fftn", how);
}

cask_array cask_array_ifft(cask_array x, const cask_fft *how)
{
    return transform(x, "fft.ifftn", how);
}

cask_array cask_array_rfft(cask_array x, const cask_fft *how)
{
    return transform(x, "fft.rfftn", how);
}

cask_array cask_array_irfft(cask_array x, const cask_fft *how)
{
    return transform(x, "fft.irfftn", how);
}
