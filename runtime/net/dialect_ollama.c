// SPDX-License-Identifier: Apache-2.0
// POST /api/chat: Ollama's own interface; its streams are one JSON object a line.
#include "runtime/net/dialect.h"

static void write_message(const char *role, Str text, const Str *images, u32 n_images, StrBuf *out) {
    strbuf_addf(out, "{\"role\":\"%s\",\"content\":", role);
    strbuf_add_json(out, text);
    for (u32 i = 0; i < n_images; i++) {
        strbuf_add_z(out, i ? ",\"" : ",\"images\":[\"");
        dialect_add_base64(out, images[i]);
        strbuf_add_char(out, '"');
    }
    strbuf_add_z(out, n_images ? "]}" : "}");
}

static void write_ollama(const ModelRequest *request, const ModelConfig *config, bool constrained, StrBuf *out) {
    (void)config;
    strbuf_add_z(out, "{\"model\":");
    strbuf_add_json(out, request->model);
    strbuf_add_z(out, ",\"messages\":[");
    write_message("system", request->system, NULL, 0, out);
    for (u32 i = 0; i < request->n_messages; i++) {
        const Message *message = &request->messages[i];
        strbuf_add_char(out, ',');
        write_message(message->role == ROLE_USER ? "user" : "assistant", message->text, message->images, message->n_images, out);
    }
    strbuf_addf(out, "],\"stream\":%s,\"options\":{\"num_predict\":%u", request->stream ? "true" : "false", request->max_tokens);
    if (request->temperature >= 0)
        dialect_add_number(out, "temperature", request->temperature);
    strbuf_add_char(out, '}');
    if (constrained && request->schema.len) {
        strbuf_add_z(out, ",\"format\":");
        strbuf_add(out, request->schema);
    }
    strbuf_add_char(out, '}');
}

// Whole answers and the lines of a stream look alike.
static void event_ollama(Str name, const JsonNode *root, ReplyState *state) {
    (void)name;
    if (reply_take_error(state, root))
        return;
    const JsonNode *message = jtree_get(root, "message");
    if (!jtree_is(message, JSON_OBJECT)) {
        state->fault = "it holds no message";
        return;
    }
    reply_add_text(state, jtree_get(message, "content"));
    if (!jtree_is(jtree_get(root, "done"), JSON_TRUE))
        return;
    state->is_done = true;
    if (str_equal_z(jtree_text(root, "done_reason", STR("")), "length"))
        state->stop = STOP_LENGTH;
    state->usage.input = jtree_count(root, "prompt_eval_count");
    state->usage.output = jtree_count(root, "eval_count");
    state->has_usage = state->usage.output > 0;
}

static void read_ollama(const JsonNode *root, ReplyState *state) { event_ollama(STR(""), root, state); }

const DialectRow dialect_ollama = {.name = "ollama",
                                   .path = "/api/chat",
                                   .write = write_ollama,
                                   .read = read_ollama,
                                   .event = event_ollama,
                                   .is_ndjson = true};
