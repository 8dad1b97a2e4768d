// SPDX-License-Identifier: Apache-2.0
// frc params FILE: what can be set, as a table or as a JSON schema (draft 2020-12).
#include "runtime/cli/cli.h"

#include "base/number.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>

static void add_number(StrBuf *out, f64 value) { strbuf_add_number(out, value); }

static void add_default(StrBuf *out, const SceneParam *p) {
    switch (p->kind) {
    case PARAM_NUMBER: add_number(out, p->number); break;
    case PARAM_BOOL: strbuf_add_z(out, p->flag ? "true" : "false"); break;
    case PARAM_TEXT: strbuf_add_json(out, p->text); break;
    }
}

static void add_schema(StrBuf *out, const SceneParam *p) {
    static const char *const types[] = {"number", "boolean", "string"};
    bool whole = p->kind == PARAM_NUMBER && p->step > 0 && p->step == floor(p->step) && p->low == floor(p->low);
    strbuf_add_json(out, p->name);
    strbuf_addf(out, ":{\"type\":\"%s\",\"default\":", whole ? "integer" : types[p->kind]);
    add_default(out, p);
    if (p->words.len) {
        strbuf_add_z(out, ",\"description\":");
        strbuf_add_json(out, p->words);
    }
    if (p->has_range && isfinite(p->low)) {
        strbuf_add_z(out, ",\"minimum\":");
        add_number(out, p->low);
    }
    if (p->has_range && isfinite(p->high)) {
        strbuf_add_z(out, ",\"maximum\":");
        add_number(out, p->high);
    }
    if (p->step > 0) {
        strbuf_add_z(out, ",\"x-step\":"); // counted from the minimum, which multipleOf is not
        add_number(out, p->step);
    }
    if (p->n_choices) {
        strbuf_add_z(out, ",\"enum\":[");
        for (u32 i = 0; i < p->n_choices; i++) {
            if (i)
                strbuf_add_char(out, ',');
            if (p->kind == PARAM_TEXT)
                strbuf_add_json(out, p->choices[i]);
            else
                add_number(out, p->number_choices[i]);
        }
        strbuf_add_char(out, ']');
    }
    if (p->unit && *p->unit) {
        strbuf_add_z(out, ",\"x-unit\":");
        strbuf_add_json(out, str_from(p->unit));
    }
    strbuf_add_char(out, '}');
}

static void write_schema(StrBuf *out, const Scene *scene) {
    strbuf_add_z(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":");
    strbuf_add_json(out, scene->name);
    if (scene->words.len) {
        strbuf_add_z(out, ",\"description\":");
        strbuf_add_json(out, scene->words);
    }
    strbuf_add_z(out, ",\"x-units\":");
    strbuf_add_json(out, scene->unit);
    strbuf_add_z(out, ",\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (u32 i = 0; i < scene->n_params; i++) {
        if (i)
            strbuf_add_char(out, ',');
        add_schema(out, &scene->params[i]);
    }
    strbuf_add_z(out, "}}\n");
}

static void add_range_text(StrBuf *out, const SceneParam *p) {
    if (p->n_choices) {
        for (u32 i = 0; i < p->n_choices; i++) {
            strbuf_add_z(out, i ? ", " : "");
            if (p->kind == PARAM_TEXT)
                strbuf_add(out, p->choices[i]);
            else
                add_number(out, p->number_choices[i]);
        }
    } else if (p->has_range) {
        add_number(out, p->low);
        strbuf_add_z(out, "..");
        add_number(out, p->high);
        if (p->step > 0) {
            strbuf_add_z(out, " step ");
            add_number(out, p->step);
        }
    } else if (p->kind == PARAM_BOOL) {
        strbuf_add_z(out, "true, false");
    }
}

static void add_cell(StrBuf *out, Str cell, u32 width) {
    strbuf_add(out, cell);
    for (u32 w = utf8_width(cell); w < width; w++)
        strbuf_add_char(out, ' ');
    strbuf_add_z(out, "  ");
}

static void write_table(Cli *cli, StrBuf *out, const Scene *scene) {
    Str(*rows)[3] = arena_alloc(&cli->arena, MAX(scene->n_params, 1u), sizeof *rows);
    u32 widths[3] = {0};
    for (u32 i = 0; i < scene->n_params; i++) {
        const SceneParam *p = &scene->params[i];
        StrBuf cell;
        strbuf_init(&cell, &cli->heap);
        add_default(&cell, p);
        if (p->unit)
            strbuf_add_z(&cell, p->unit);
        rows[i][0] = p->name;
        rows[i][1] = str_copy(&cli->arena, strbuf_str(&cell));
        cell.len = 0;
        add_range_text(&cell, p);
        rows[i][2] = str_copy(&cli->arena, strbuf_str(&cell));
        strbuf_finish(&cell);
        for (u32 k = 0; k < 3; k++)
            widths[k] = MAX(widths[k], utf8_width(rows[i][k]));
    }
    for (u32 i = 0; i < scene->n_params; i++) {
        for (u32 k = 0; k < 3; k++)
            add_cell(out, rows[i][k], widths[k]);
        strbuf_add(out, scene->params[i].words);
        while (out->len && out->ptr[out->len - 1] == ' ')
            out->len--;
        strbuf_add_char(out, '\n');
    }
    if (scene->n_params == 0)
        cli_note(cli, "%s has no params", cli->files.items[0]);
}

Status cmd_params(Cli *cli) {
    Compilation c;
    Status status = cli_compile(cli, cli->files.items[0], STAGE_CHECK, &c);
    if (status == STATUS_OK) {
        StrBuf out;
        strbuf_init(&out, &cli->heap);
        if (cli->json)
            write_schema(&out, &c.scene);
        else
            write_table(cli, &out, &c.scene);
        if (out.len)
            fwrite(out.ptr, 1, out.len, stdout);
        strbuf_finish(&out);
    }
    compile_finish(&c);
    return status;
}
