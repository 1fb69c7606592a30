/* Generators of random numbers: da.random.RandomState and default_rng, seeds, and the key that each
 * array's numbers have. */
#include "array/random.h"
#include "core/memory.h"

#include <string.h>

/* What a generator is: its seed's token, and how many arrays it has made. */
typedef struct generator {
    cki_token seed;
    int64_t calls;
} generator;

static void release(void *self)
{
    cki_memory_free(self);
}

static void print_state(void *self, cki_text *text)
{
    (void)self;
    cki_text_put(text, "RandomState(Philox)");
}

static void print_generator(void *self, cki_text *text)
{
    (void)self;
    cki_text_put(text, "Generator(Philox)");
}

static const cki_class state_class = {"RandomState", release, print_state, NULL};
static const cki_class generator_class = {"Generator", release, print_generator, NULL};

static generator *generator_of(const cask_value *value)
{
    generator *own = cki_value_self(value, &state_class);
    return own ? own : cki_value_self(value, &generator_class);
}

cask_status cki_random_state_next(cki_call *call, cki_random_key *key)
{
    generator *own = call->count ? generator_of(call->arguments[0]) : NULL;
    bool method = call->operation->places == CKI_ARRAY_PROTOCOL;
    if (method && !own)
        return cki_fail(call->error, CASK_TYPE, NULL, "%s: a generator is wanted, not %s",
                        call->operation->name, cki_value_type(call->arguments[0]));
    cki_token token = method ? cki_token_nth(own->seed, own->calls++)
                             : cki_token_nth(call->ck->random.seed, call->ck->random.calls++);
    *key =
        (cki_random_key){{(uint32_t)token.low, (uint32_t)(token.low >> 32)}, (uint32_t)token.high};
    return CASK_OK;
}

/* None: never the same twice. An int, or several: the same in every run. */
static cask_status read_seed(cki_call *call, const char *parameter, cki_token *token)
{
    const cask_value *value = cki_operation_argument(call, parameter);
    if (value->kind == CKI_NONE) {
        *token = cki_token_nth(call->ck->entropy, call->ck->random.unseeded++);
        return CASK_OK;
    }
    const cki_array *array = cki_array_of(value);
    bool several = value->kind == CKI_LIST || value->kind == CKI_TUPLE || (array && array->ndim);
    cask_value *items = several ? cki_value_items(value, call->error) : NULL;
    if (several && !items)
        return call->error->status;
    cki_token mixed = {0, several};
    int64_t number;
    for (size_t i = 0; i < (several ? items->as.list.count : 1); i++) {
        if (cki_value_index(several ? items->as.list.items[i] : value, &number, call->error))
            break;
        if (number < 0) {
            cki_fail(call->error, CASK_INVALID, NULL,
                     "expected non-negative integer: the seed is %lld", (long long)number);
            break;
        }
        mixed = cki_token_nth(mixed, number);
    }
    cask_value_unref(items);
    *token = mixed;
    return call->error->status;
}

/* RandomState(seed), default_rng(seed); the record's detail is the class. */
static cask_value *run_generator(cki_call *call)
{
    const cask_value *given = cki_operation_argument(call, "seed");
    cki_token seed;
    if (generator_of(given))
        return cask_value_ref(call->arguments[0]);
    if (read_seed(call, "seed", &seed) != CASK_OK)
        return NULL;
    generator *own = cki_memory_alloc(sizeof *own);
    if (!own) {
        cki_fail_memory(call->error, sizeof *own);
        return NULL;
    }
    *own = (generator){seed, 0};
    return cki_value_object(call->operation->detail, own, call->error);
}

static cask_value *run_seed(cki_call *call)
{
    generator *own = call->count > 1 ? generator_of(call->arguments[0]) : NULL;
    cki_token seed;
    if (read_seed(call, "seed", &seed) != CASK_OK)
        return NULL;
    if (own) {
        *own = (generator){seed, 0};
    } else {
        call->ck->random.seed = seed;
        call->ck->random.calls = 0;
    }
    return cki_value_none();
}

/* ---- the records ---- */

#define SEEDS                                                                                      \
    " The seed is an int or a list of ints; with None the numbers are different every time."

static const cki_operation op_state = {
    "random.RandomState",
    CKI_IN_DA,
    "seed=None",
    "A generator of random numbers, whose methods are the functions of da.random: numbers depend "
    "on the seed, on which call it is, and on where they stand, not on chunks." SEEDS,
    run_generator,
    &state_class};
static const cki_operation op_generator = {
    "random.default_rng",
    CKI_IN_DA,
    "seed=None",
    "A generator of random numbers: what RandomState is, by NumPy's newer name." SEEDS,
    run_generator,
    &generator_class};
static const cki_operation op_seed = {"random.seed", CKI_IN_DA,
                                      "seed=None",   "Begin the numbers of da.random anew." SEEDS,
                                      run_seed,      NULL};
static const cki_operation op_state_seed = {
    "RandomState.seed", CKI_ARRAY_PROTOCOL, "self, seed=None", "Begin anew." SEEDS, run_seed, NULL};

const cki_operation *const cki_random_state_operations[] = {&op_state, &op_generator, &op_seed,
                                                            &op_state_seed, NULL};
