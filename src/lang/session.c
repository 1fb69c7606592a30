/* Sessions: evaluating text, and computing and saving what is lazy in a value. */
#include "core/memory.h"
#include "core/patience.h"
#include "expr/collection.h"
#include "lang/host.h"
#include "lang/namespace.h"

#include <cask/chest.h>
#include <cask/lazy.h>
#include <string.h>

/* For operations that are given functions. */
static cask_value *invoke(void *language, cask_value *function, const cki_arguments *arguments,
                          cki_error *error)
{
    cki_session *session = language;
    return cki_eval_call(session->scope, function, arguments, error);
}

cki_session *cki_lang_open(cask *ck, cki_error *error)
{
    if (cask_error(ck) != CASK_OK) {
        cki_fail(error, cask_error(ck), cask_error_class(ck), "%s", cask_message(ck));
        return NULL;
    }
    cki_session *session = cki_memory_calloc(1, sizeof *session);
    if (!session) {
        cki_fail_memory(error, sizeof *session);
        return NULL;
    }
    session->ck = ck;
    cki_host host = cki_host_of(session);
    session->scope = cki_eval_scope(&host, error);
    if (!session->scope) {
        cki_memory_free(session);
        return NULL;
    }
    ck->invoke = invoke;
    ck->language = session;
    return session;
}

void cki_lang_close(cki_session *session)
{
    if (!session)
        return;
    if (session->ck->language == session) {
        session->ck->invoke = NULL;
        session->ck->language = NULL;
    }
    cki_eval_scope_free(session->scope);
    cki_memory_free(session);
}

void cki_lang_watch(cki_session *session, const struct cki_callbacks *watcher, _Atomic bool *cancel)
{
    if (watcher)
        cki_context_watch(session->ck, watcher, NULL);
    session->ck->cancel = cancel ? cancel : &session->ck->cancelled;
}

cask_value *cki_lang_eval(cki_session *session, const char *text, cki_error *error)
{
    cki_ledger *previous = cki_ledger_enter(session->ck->ledger);
    const atomic_bool *before = cki_patience_until(session->ck->cancel);
    cask_value *value = cki_eval_text(session->scope, text, error);
    if (value && cki_patience_check(error) != CASK_OK) { /* it may be wrong */
        cask_value_unref(value);
        value = NULL;
    }
    if (error->status == CASK_CANCELLED)
        atomic_store(&session->ck->cancelled, false); /* it has had its effect */
    cki_patience_until(before);
    cki_ledger_enter(previous);
    return value;
}

cask_status cki_lang_bind(cki_session *session, const char *name, const char *text,
                          cki_error *error)
{
    cask_value *value = cki_lang_eval(session, text, error);
    cask_status status = value ? cki_eval_bind(session->scope, name, value, error) : error->status;
    cask_value_unref(value);
    return status;
}

cask_value *cki_lang_compute(cki_session *session, cask_value *value, cki_error *error)
{
    return cki_collection_compute_value(session->ck, value, error);
}

/* ---- files ---- */

static cask_status set(cask_value *dict, const char *key, cask_value *value, cki_error *error)
{
    cask_value *name = value ? cki_value_string(key, error) : NULL;
    if (!name) {
        cask_value_unref(value);
        return error->status;
    }
    return cki_value_dict_set(dict, name, value, error);
}

static cask_value *options_of(const cki_save *how, cki_error *error)
{
    cask_value *options = cki_value_dict(error);
    const struct {
        const char *key, *text;
    } texts[] = {{"cmap", how->cmap}, {"title", how->title}, {"units", how->units}};
    for (size_t i = 0; options && i < sizeof texts / sizeof *texts; i++)
        if (texts[i].text)
            set(options, texts[i].key, cki_value_string(texts[i].text, error), error);
    if (options && how->has_vmin)
        set(options, "vmin", cki_value_float(how->vmin, error), error);
    if (options && how->has_vmax)
        set(options, "vmax", cki_value_float(how->vmax, error), error);
    if (options && how->animate)
        set(options, "animate", cki_value_bool(true), error);
    if (options && how->fps > 0)
        set(options, "fps", cki_value_float(how->fps, error), error);
    if (options && error->status != CASK_OK) {
        cask_value_unref(options);
        options = NULL;
    }
    return options;
}

/* Into a chest, block by block: more than memory holds. */
static cask_status save_in_chest(cki_session *session, cask_value *value, const char *path,
                                 cki_error *error)
{
    const cask_chest_options options = {.path = path,
                                        .available_memory = session->ck->memory_limit / 8 + 1};
    const cask_computing how = {.chest = cask_chest_open(&options)};
    const cki_node *node = cki_operation_node(value);
    if (!how.chest)
        return cki_fail(error, cask_chest_error(), cask_chest_error_class(), "%s",
                        cask_chest_message());
    session->ck->how = &how;
    if (node)
        cki_collection_compute(session->ck, &node, 1, NULL, error);
    else
        cki_fail(error, CASK_TYPE, NULL,
                 "a chest takes the blocks of something lazy, not a value of type '%s'",
                 cki_value_type(value));
    session->ck->how = NULL;
    if (cask_chest_close(how.chest) != CASK_OK && error->status == CASK_OK)
        cki_fail(error, cask_chest_error(), cask_chest_error_class(), "%s", cask_chest_message());
    return error->status;
}

cask_status cki_lang_save(cki_session *session, cask_value *value, const char *path,
                          const cki_save *how, cki_error *error)
{
    static const cki_save usual;
    size_t length = strlen(path);
    if (length > 6 && strcmp(path + length - 6, ".chest") == 0)
        return save_in_chest(session, value, path, error);
    cki_ledger *previous = cki_ledger_enter(session->ck->ledger);
    const cki_node *node = cki_operation_node(value);
    bool streams = node && node->collection->streams; /* anything else is computed first */
    cask_value *what = streams ? cask_value_ref(value) : cki_lang_compute(session, value, error);
    cask_value *name = what ? cki_value_string(path, error) : NULL;
    cask_value *options = name ? options_of(how ? how : &usual, error) : NULL;
    cask_value *done = NULL;
    if (options) {
        cask_value *const arguments[3] = {what, name, options};
        done = cki_host_invoke(session, "__save__", CKI_ARRAY_PROTOCOL, arguments, 3, error);
    }
    cask_value_unref(done);
    cask_value_unref(what);
    cask_value_unref(name);
    cask_value_unref(options);
    cki_ledger_enter(previous);
    return error->status;
}

cask_status cki_lang_convert(cki_session *session, const char *in, const char *out,
                             cask_value *options, cki_error *error)
{
    cki_ledger *previous = cki_ledger_enter(session->ck->ledger);
    cask_value *arguments[3] = {cki_value_string(in, error), cki_value_string(out, error),
                                options ? cask_value_ref(options) : cki_value_dict(error)};
    cask_value *done = NULL;
    if (arguments[0] && arguments[1] && arguments[2])
        done = cki_host_invoke(session, "__convert__", CKI_ARRAY_PROTOCOL, arguments, 3, error);
    cask_value_unref(done);
    for (int i = 0; i < 3; i++)
        cask_value_unref(arguments[i]);
    cki_ledger_enter(previous);
    return error->status;
}

cask_status cki_lang_info(cki_session *session, const char *path, bool stats, bool json,
                          cki_text *out, cki_error *error)
{
    cki_ledger *previous = cki_ledger_enter(session->ck->ledger);
    cask_value *name = cki_value_string(path, error);
    cask_value *const arguments[3] = {name, cki_value_bool(stats), cki_value_bool(json)};
    cask_value *text =
        name ? cki_host_invoke(session, "__info__", CKI_ARRAY_PROTOCOL, arguments, 3, error) : NULL;
    cki_ledger_enter(previous);
    cask_value_unref(arguments[1]);
    cask_value_unref(arguments[2]);
    if (text)
        cki_value_print(text, out);
    cask_value_unref(text);
    cask_value_unref(name);
    return error->status;
}
