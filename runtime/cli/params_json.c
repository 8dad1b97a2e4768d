// SPDX-License-Identifier: Apache-2.0
// --params FILE.json: a flat JSON object of param values. cJSON reads it; numbers are handed on as text so
// that they take the same way as --set.
#include "runtime/cli/cli.h"

#include "base/file.h"

#include <cjson/cJSON.h>

enum { PARAMS_SIZE_MAX = 1 << 20 };

Status cli_settings_from_json(Cli *cli, const char *path, Status (*add)(Cli *, Str, Str, bool));

static Status member_read(Cli *cli, const char *path, const cJSON *member, Status (*add)(Cli *, Str, Str, bool)) {
    Str name = str_copy(&cli->arena, str_from(member->string));
    if (cJSON_IsString(member))
        return add(cli, name, str_copy(&cli->arena, str_from(member->valuestring)), true);
    if (cJSON_IsBool(member))
        return add(cli, name, cJSON_IsTrue(member) ? STR("true") : STR("false"), false);
    if (cJSON_IsNumber(member)) {
        StrBuf text;
        strbuf_init(&text, &cli->heap);
        strbuf_add_number(&text, member->valuedouble);
        Str value = str_copy(&cli->arena, strbuf_str(&text));
        strbuf_finish(&text);
        return add(cli, name, value, false);
    }
    cli_error(cli, "'%s': param '%s' is neither a number, nor a text, nor true or false", path, member->string);
    return STATUS_USAGE;
}

Status cli_settings_from_json(Cli *cli, const char *path, Status (*add)(Cli *, Str, Str, bool)) {
    Str text;
    const char *error = NULL;
    Status status = file_read(&cli->arena, path, PARAMS_SIZE_MAX, &text, &error);
    if (status != STATUS_OK) {
        cli_error(cli, "can't read '%s': %s", path, error);
        return status;
    }
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text.ptr, text.len + 1, &end, true);
    if (!root || !cJSON_IsObject(root)) {
        u32 line = 1;
        for (const char *c = text.ptr; end && c < end; c++)
            line += *c == '\n';
        cli_error(cli, root ? "'%s' is not a JSON object (line %u)" : "'%s' is not JSON: see line %u", path, line);
        cJSON_Delete(root);
        return STATUS_USAGE;
    }
    for (const cJSON *member = root->child; member && status == STATUS_OK; member = member->next)
        status = member_read(cli, path, member, add);
    cJSON_Delete(root);
    return status;
}
