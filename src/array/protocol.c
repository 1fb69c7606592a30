/* Protocol: the operations through which the language saves without knowing arrays. */
#include "array/protocol.h"

#include "array/convert.h"
#include "array/files.h"
#include "array/masked.h"
#include "array/node.h"
#include "array/save.h"

static const char *text_option(const cask_value *options, const char *key)
{
    const cask_value *value = cki_value_dict_find(options, key);
    return value && value->kind == CKI_STR ? value->as.text.bytes : NULL;
}

static bool number_option(const cask_value *options, const char *key, double *number)
{
    const cask_value *value = cki_value_dict_find(options, key);
    return value && cki_value_real(value, number, NULL) == CASK_OK;
}

static cask_value *run_save(cki_call *call)
{
    cask_value *value = call->arguments[0];
    const cask_value *options = call->arguments[2];
    const char *path = call->arguments[1]->as.text.bytes;
    cki_save_options how = {.variable = text_option(options, "variable"),
                            .title = text_option(options, "title"),
                            .units = text_option(options, "units"),
                            .cmap = text_option(options, "cmap")};
    how.has_vmin = number_option(options, "vmin", &how.vmin);
    how.has_vmax = number_option(options, "vmax", &how.vmax);
    how.animate = cki_value_dict_find(options, "animate") != NULL;
    number_option(options, "fps", &how.fps);
    cki_build build = cki_node_build(call->ck, call->error);
    if (cki_masked_value_archived(&build, value, path))
        return call->error->status == CASK_OK ? cki_value_none() : NULL;
    cask_array x = cki_node_lazy(value), marked = NULL;
    if (!x && (marked = cki_masked_value_marked(&build, value, path, &how.fill)))
        x = marked;
    else if (call->error->status == CASK_OK && cki_masked_value_data(value) &&
             !(value = cki_masked_value_saved(value, path, call->error)))
        return NULL;
    cask_status status = call->error->status;
    if (status == CASK_OK)
        status = x ? cki_save_array(call->ck, x, path, &how, call->error)
                   : cki_save_value(value, path, &how, call->error);
    cask_value_unref(how.fill);
    return status == CASK_OK ? cki_value_none() : NULL;
}

static cask_value *run_info(cki_call *call)
{
    cki_text text = {0};
    cask_value *result = NULL;
    cask *ck = cki_operation_flag(call, "stats") ? call->ck : NULL;
    const char *path = call->arguments[0]->as.text.bytes;
    bool json = cki_operation_flag(call, "json");
    if ((json ? cki_files_info_json : cki_files_info)(ck, path, &text, call->error) == CASK_OK)
        result = cki_value_str(text.bytes ? text.bytes : "", text.length, call->error);
    cki_text_free(&text);
    return result;
}

static cask_value *run_convert(cki_call *call)
{
    const cask_value *options = call->arguments[2];
    cki_convert_options how = {.variable = text_option(options, "variable"),
                               .codec = text_option(options, "codec"),
                               .chunks = cki_value_dict_find(options, "chunks"),
                               .shards = cki_value_dict_find(options, "shards")};
    const cask_value *version = cki_value_dict_find(options, "zarr_format");
    how.version = version && version->kind == CKI_INT ? (int)version->as.integer : 0;
    how.stack = cki_value_dict_find(options, "stack") != NULL;
    cask_status status = cki_convert_file(call->ck, call->arguments[0]->as.text.bytes,
                                          call->arguments[1]->as.text.bytes, &how, call->error);
    return status == CASK_OK ? cki_value_none() : NULL;
}

static const cki_operation save = {
    "__save__", CKI_ARRAY_PROTOCOL, "value, path, options", "Write a value to a file.", run_save,
    NULL};
static const cki_operation info = {"__info__",
                                   CKI_ARRAY_PROTOCOL,
                                   "path, stats=False, json=False",
                                   "What is inside a file.",
                                   run_info,
                                   NULL};

static const cki_operation convert = {"__convert__",        CKI_ARRAY_PROTOCOL,
                                      "path, out, options", "Write a file as another.",
                                      run_convert,          NULL};

const cki_operation *const cki_protocol_operations[] = {&save, &info, &convert, NULL};
