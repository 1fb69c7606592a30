/* A new Zarr group: a hidden folder whose arrays are written one by one, which gets its name when
 * it is complete, with its metadata consolidated. */
#include "core/memory.h"
#include "io/zarr_write.h"
#include "sys/tree.h"

#include <string.h>

struct cki_zarr_group {
    int version;
    char *hidden, *target;
    cki_text members; /* "x/.zarray": {...}, ... as consolidated */
    cki_text attributes;
};

static cask_status put_file(const char *folder, const char *name, const cki_text *text,
                            cki_error *error)
{
    cki_text path = {0};
    cki_text_format(&path, "%s/%s", folder, name);
    cask_status status =
        path.failed || text->failed ? cki_fail_memory(error, text->length) : CASK_OK;
    cki_file_output *output = status == CASK_OK ? cki_file_create(path.bytes, error) : NULL;
    if (output && cki_file_write(output, 0, text->bytes, text->length, error) == CASK_OK)
        cki_file_publish(output, error);
    else
        cki_file_abort(output);
    cki_text_free(&path);
    return status == CASK_OK ? error->status : status;
}

static void free_group(cki_zarr_group *group)
{
    cki_memory_free(group->hidden);
    cki_memory_free(group->target);
    cki_text_free(&group->members);
    cki_text_free(&group->attributes);
    cki_memory_free(group);
}

cki_zarr_group *cki_zarr_group_create(const char *path, int version, const cask_value *attributes,
                                      cki_error *error)
{
    cki_zarr_group *group = cki_memory_calloc(1, sizeof *group);
    size_t length = strlen(path);
    if (!group) {
        cki_fail_memory(error, sizeof *group);
        return NULL;
    }
    while (length > 1 && path[length - 1] == '/')
        length--;
    group->version = version == 3 ? 3 : 2;
    group->target = cki_memory_copy(path, length);
    cki_error own = {0};
    if (!attributes || cki_value_json(attributes, &group->attributes, &own) != CASK_OK) {
        cki_text_free(&group->attributes); /* what JSON cannot hold is left out */
        cki_text_put(&group->attributes, "{}");
    }
    if (!group->target)
        cki_fail_memory(error, length);
    else if (cki_zarr_write_may(group->target, error) == CASK_OK)
        group->hidden = cki_tree_hidden(group->target, error);
    if (group->hidden)
        return group;
    free_group(group);
    return NULL;
}

const char *cki_zarr_group_path(const cki_zarr_group *group)
{
    return group->hidden;
}

/* A file of an array's metadata, as it was written, into the consolidated ones. */
static cask_status add_member(cki_zarr_group *group, cki_blobs *blobs, const char *name,
                              const char *file, cki_error *error)
{
    cki_text key = {0};
    size_t length = 0;
    cki_text_format(&key, "%s/%s", name, file);
    char *text = NULL;
    if (key.failed)
        cki_fail_memory(error, strlen(name));
    else
        text = cki_blobs_text(blobs, key.bytes, CKI_ZARR_METADATA, &length, error);
    if (text) {
        cask_value *quoted = cki_value_string(group->version == 2 ? key.bytes : name, error);
        cki_text_put(&group->members, group->members.length ? ",\n        " : "\n        ");
        if (quoted)
            cki_value_json(quoted, &group->members, error);
        cki_text_put(&group->members, ": ");
        cki_text_add(&group->members, text, length);
        cask_value_unref(quoted);
    }
    cki_memory_free(text);
    cki_text_free(&key);
    return error->status;
}

cask_status cki_zarr_group_add(cki_zarr_group *group, const char *name, cki_error *error)
{
    cki_blobs *blobs = cki_blobs_folder(group->hidden, error);
    if (!blobs)
        return error->status;
    if (group->version == 3)
        add_member(group, blobs, name, "zarr.json", error);
    else if (add_member(group, blobs, name, ".zarray", error) == CASK_OK)
        add_member(group, blobs, name, ".zattrs", error);
    cki_blobs_free(blobs);
    return error->status;
}

static cask_status finish_v2(cki_zarr_group *group, cki_error *error)
{
    cki_text kind = {0}, all = {0};
    const char *members = group->members.bytes ? group->members.bytes : "";
    cki_text_put(&kind, "{\n    \"zarr_format\": 2\n}");
    cki_text_format(&all,
                    "{\n    \"metadata\": {\n        \".zattrs\": %s,\n        \".zgroup\": "
                    "{\"zarr_format\": 2}%s%s\n    },\n    \"zarr_consolidated_format\": 1\n}",
                    group->attributes.bytes, members[0] ? "," : "", members);
    cask_status status = put_file(group->hidden, ".zgroup", &kind, error);
    if (status == CASK_OK)
        status = put_file(group->hidden, ".zattrs", &group->attributes, error);
    if (status == CASK_OK)
        status = put_file(group->hidden, ".zmetadata", &all, error);
    cki_text_free(&kind);
    cki_text_free(&all);
    return status;
}

static cask_status finish_v3(cki_zarr_group *group, cki_error *error)
{
    cki_text all = {0};
    cki_text_format(&all,
                    "{\n    \"attributes\": %s,\n    \"zarr_format\": 3,\n"
                    "    \"consolidated_metadata\": {\n    \"kind\": \"inline\",\n"
                    "    \"must_understand\": false,\n    \"metadata\": {%s\n    }},\n"
                    "    \"node_type\": \"group\"\n}",
                    group->attributes.bytes, group->members.bytes ? group->members.bytes : "");
    cask_status status = put_file(group->hidden, "zarr.json", &all, error);
    cki_text_free(&all);
    return status;
}

cask_status cki_zarr_group_commit(cki_zarr_group *group, cki_error *error)
{
    cask_status status = CASK_OK;
    if (group->members.failed || group->attributes.failed)
        status = cki_fail_memory(error, group->members.length);
    else
        status = group->version == 2 ? finish_v2(group, error) : finish_v3(group, error);
    if (status == CASK_OK)
        status = cki_zarr_zip_publish(group->hidden, group->target, error);
    if (status != CASK_OK) {
        cki_zarr_group_abort(group);
        return status;
    }
    free_group(group);
    return CASK_OK;
}

void cki_zarr_group_abort(cki_zarr_group *group)
{
    cki_error own = {0};
    if (!group)
        return;
    cki_tree_remove(group->hidden, &own);
    free_group(group);
}
