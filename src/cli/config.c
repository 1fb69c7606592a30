/* cask config: what is configured, where it comes from, and what each key means.
 */
#include "config/config.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/start.h"
#include "config/write.h"
#include "config/yaml.h"
#include "core/memory.h"

#include <string.h>

static const char usage[] =
    "usage: cask config list [--json | --markdown]   every key: value, where it is from, meaning\n"
    "       cask config get KEY [--json]             one value, or a group of them\n"
    "       cask config set KEY VALUE                write it into ~/.config/cask/cask.yaml\n"
    "       cask config files                        the places that are read, in order\n"
    "\n"
    "Defaults are overruled by /etc/cask/*.yaml, these by ~/.config/cask/*.yaml, these by the file "
    "or\n"
    "folder $CASK_CONFIG (or --config FILE), these by the environment (CASK_MEMORY_LIMIT=2GB,\n"
    "CASK_ARRAY__CHUNK_SIZE=64MiB: two underscores for a dot), and these by options (--threads 2,\n"
    "--set array.chunk-size=64MiB). A list is valid YAML: redirect it to a file to start one.\n"
    "\n"
    "  --config FILE     a file, or a folder, to read instead of $CASK_CONFIG; for set, the file "
    "to\n"
    "                    write into\n"
    "  --set KEY=VALUE   as if it were set so\n"
    "  --json            as JSON\n"
    "  --help            this text\n";

typedef struct listing {
    cki_text text;
    bool json, markdown;
    bool any;
} listing;

/* Text as it stands unless it is to be quoted, all else as JSON. */
static cask_status add_value(cki_text *text, const cask_value *value, bool quote, cki_error *error)
{
    if (value->kind != CKI_STR || quote)
        return cki_value_json(value, text, error);
    cki_text_add(text, value->as.text.bytes, value->as.text.length);
    return CASK_OK;
}

/* Lines of at most 96 columns, each with `front` before it. */
static void add_wrapped(cki_text *text, const char *front, const char *words)
{
    enum { WIDTH = 96 };
    size_t column = 0;
    for (const char *at = words; *at;) {
        size_t length = strcspn(at, " ");
        if (column && column + 1 + length > WIDTH) {
            cki_text_char(text, '\n');
            column = 0;
        }
        if (!column) {
            cki_text_put(text, front);
            column = strlen(front);
        } else {
            cki_text_char(text, ' ');
            column++;
        }
        cki_text_add(text, at, length);
        column += length;
        at += length + (at[length] == ' ');
    }
    cki_text_char(text, '\n');
}

static cask_status list_yaml(listing *l, const cki_config_key *key, const char *name,
                             const cask_value *value, const char *origin, cki_error *error)
{
    if (l->any)
        cki_text_char(&l->text, '\n');
    if (key)
        add_wrapped(&l->text, "# ", key->doc);
    if (key && key->otherwise)
        cki_text_format(&l->text, "# null: %s\n", key->otherwise);
    cki_text_format(&l->text, "%s: ", name);
    cask_status status = cki_write_value(value, &l->text, error);
    cki_text_format(&l->text, "  # %s\n", origin);
    return status;
}

static cask_status list_json(listing *l, const cki_config_key *key, const char *name,
                             const cask_value *value, const char *origin, cki_error *error)
{
    cask_value *record = cki_value_dict(error);
    const struct {
        const char *name;
        const char *text;
    } parts[] = {{"key", name}, {"value", NULL}, {"from", origin}, {"doc", key ? key->doc : ""}};
    cask_status status = record ? CASK_OK : error->status;
    for (size_t i = 0; i < 4 && status == CASK_OK; i++) {
        cask_value *part = parts[i].text ? cki_value_string(parts[i].text, error)
                                         : cask_value_ref((cask_value *)(uintptr_t)value);
        status = cki_value_dict_set(record, cki_value_string(parts[i].name, error), part, error);
    }
    cki_text_put(&l->text, l->any ? ",\n " : "[");
    if (status == CASK_OK)
        status = cki_value_json(record, &l->text, error);
    cask_value_unref(record);
    return status;
}

/* For docs/configuration.md: known keys and their defaults alone. */
static void list_markdown(listing *l, const cki_config_key *key)
{
    if (!l->any)
        cki_text_put(&l->text, "| key | default | meaning |\n|---|---|---|\n");
    cki_text_format(&l->text, "| `%s` | %s%s%s | %s |\n", key->name, key->fallback ? "`" : "",
                    key->fallback ? key->fallback : key->otherwise, key->fallback ? "`" : "",
                    key->doc);
}

static cask_status list_one(void *user, const cki_config_key *key, const char *name,
                            const cask_value *value, const char *origin, cki_error *error)
{
    listing *l = user;
    cask_status status = CASK_OK;
    if (l->json)
        status = list_json(l, key, name, value, origin, error);
    else if (!l->markdown)
        status = list_yaml(l, key, name, value, origin, error);
    else if (key)
        list_markdown(l, key);
    l->any = true;
    return status;
}

static cask_status list(cki_config *config, const char *word, listing *l, cki_error *error)
{
    (void)word;
    cask_status status = cki_config_each(config, list_one, l, error);
    if (l->json)
        cki_text_put(&l->text, "]\n");
    return status;
}

static cask_status get(cki_config *config, const char *word, listing *l, cki_error *error)
{
    cask_value *value = cki_config_get(config, word, error);
    cask_status status = value ? add_value(&l->text, value, l->json, error) : error->status;
    cki_text_char(&l->text, '\n');
    cask_value_unref(value);
    return status;
}

static cask_status files(cki_config *config, const char *word, listing *l, cki_error *error)
{
    (void)config, (void)word;
    char *folder = cki_config_folder(error);
    if (!folder)
        return error->status;
    cki_text_put(&l->text, "/etc/cask/*.yaml\n");
    if (*folder)
        cki_text_format(&l->text, "%s/*.yaml\n", folder);
    cki_memory_free(folder);
    cki_text_put(&l->text, "$CASK_CONFIG, or --config FILE\n");
    return CASK_OK;
}

static const struct {
    const char *name;
    int words; /* behind it */
    cask_status (*run)(cki_config *config, const char *word, listing *l, cki_error *error);
} actions[] = {{"list", 0, list}, {"get", 1, get}, {"files", 0, files}};

static int act(size_t action, const char *word, listing *l, const char *file,
               const cki_option_texts *set)
{
    cki_error error = {0};
    cki_config *config = cki_config_open(file, &error);
    for (size_t i = 0; config && i < set->count && error.status == CASK_OK; i++)
        cki_config_put_word(config, set->items[i], CKI_RANK_CONTEXT, "option", &error);
    if (error.status == CASK_OK)
        actions[action].run(config, word, l, &error);
    char *warnings = error.status == CASK_OK ? cki_config_warnings(config, &error) : NULL;
    cki_start_warn(warnings);
    cki_memory_free(warnings);
    cki_config_close(config);
    if (error.status == CASK_OK && l->text.failed)
        cki_fail_memory(&error, l->text.length);
    if (error.status != CASK_OK)
        return cki_report_error(&error, NULL, 0);
    cki_output_add(l->text.bytes, l->text.length);
    return CKI_EXIT_OK;
}

/* Write one key into a file, by default the user's own. */
static int write_key(const char *file, const char *key, const char *text)
{
    cki_error error = {0};
    cki_text path = {0};
    char *folder = cki_config_folder(&error);
    if (file)
        cki_text_put(&path, file);
    else if (folder && *folder)
        cki_text_format(&path, "%s/cask.yaml", folder);
    else if (folder)
        cki_fail(&error, CASK_NOT_FOUND, NULL, "there is no $HOME to write to: give --config FILE");
    cki_memory_free(folder);
    cask_value *value = error.status == CASK_OK ? cki_yaml_literal(text, &error) : NULL;
    if (value && path.failed)
        cki_fail_memory(&error, path.length);
    else if (value)
        cki_write_key(path.bytes, key, value, &error);
    cask_value_unref(value);
    cki_text_free(&path);
    return error.status == CASK_OK ? CKI_EXIT_OK : cki_report_error(&error, NULL, 0);
}

static int run(int argc, char **argv)
{
    bool help = false;
    const char *file = NULL;
    cki_option_texts set = {0};
    listing l = {0};
    const cki_option options[] = {{"--config", NULL, CKI_OPTION_TEXT, &file, NULL},
                                  {"--set", NULL, CKI_OPTION_TEXTS, &set, NULL},
                                  {"--json", NULL, CKI_OPTION_FLAG, &l.json, NULL},
                                  {"--markdown", NULL, CKI_OPTION_FLAG, &l.markdown, NULL},
                                  {"--help", "-h", CKI_OPTION_FLAG, &help, NULL},
                                  {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    int count;
    if (cki_options_parse(options, argc, argv, &count, &error) != CASK_OK)
        return cki_report_usage("config", error.message, usage);
    if (help) {
        cki_output_put(usage);
        return CKI_EXIT_OK;
    }
    if (count && strcmp(argv[0], "set") == 0)
        return count == 3 ? write_key(file, argv[1], argv[2])
                          : cki_report_usage("config", "set needs a key and a value", usage);
    for (size_t i = 0; count && i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(argv[0], actions[i].name) != 0)
            continue;
        if (count - 1 != actions[i].words)
            return cki_report_usage(
                "config", actions[i].words ? "get needs one key" : "too many words", usage);
        int status = act(i, count > 1 ? argv[1] : NULL, &l, file, &set);
        cki_text_free(&l.text);
        return status;
    }
    return cki_report_usage("config",
                            count ? "there is list, get, set and files"
                                  : "what? there is list, get, set and files",
                            usage);
}

const cki_command cki_config_command = {"config", usage, run};
