// SPDX-License-Identifier: Apache-2.0
// POST /messages: Anthropic. The system text is marked for its prompt cache.
#include "runtime/net/dialect.h"

static void write_message(const Message *message, StrBuf *out) {
    strbuf_addf(out, "{\"role\":\"%s\",\"content\":[{\"type\":\"text\",\"text\":", message->role == ROLE_USER ? "user" : "assistant");
    strbuf_add_json(out, message->text);
    strbuf_add_char(out, '}');
    for (u32 i = 0; i < message->n_images; i++) {
        strbuf_add_z(out, ",{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"");
        dialect_add_base64(out, message->images[i]);
        strbuf_add_z(out, "\"}}");
    }
    strbuf_add_z(out, "]}");
}

// A schema comes as a tool that must be used: what it is called with is the answer, and nothing is run.
static void write_tool(const ModelRequest *request, StrBuf *out) {
    strbuf_add_z(out, ",\"tools\":[{\"description\":\"Takes the answer.\",\"name\":");
    strbuf_add_json(out, request->schema_name);
    strbuf_add_z(out, ",\"input_schema\":");
    strbuf_add(out, request->schema);
    strbuf_add_z(out, "}],\"tool_choice\":{\"type\":\"tool\",\"disable_parallel_tool_use\":true,\"name\":");
    strbuf_add_json(out, request->schema_name);
    strbuf_add_char(out, '}');
}

static void write_messages(const ModelRequest *request, const ModelConfig *config, bool constrained, StrBuf *out) {
    (void)config;
    strbuf_add_z(out, "{\"model\":");
    strbuf_add_json(out, request->model);
    dialect_add_number(out, "max_tokens", request->max_tokens);
    strbuf_add_z(out, ",\"system\":[{\"type\":\"text\",\"cache_control\":{\"type\":\"ephemeral\"},\"text\":");
    strbuf_add_json(out, request->system);
    strbuf_add_z(out, "}],\"messages\":[");
    for (u32 i = 0; i < request->n_messages; i++) {
        if (i)
            strbuf_add_char(out, ',');
        write_message(&request->messages[i], out);
    }
    strbuf_add_char(out, ']');
    if (request->temperature >= 0)
        dialect_add_number(out, "temperature", request->temperature);
    if (constrained && request->schema.len)
        write_tool(request, out);
    if (request->stream)
        strbuf_add_z(out, ",\"stream\":true");
    strbuf_add_char(out, '}');
}

static void read_stop(const JsonNode *node, ReplyState *state) {
    Str reason = jtree_text(node, "stop_reason", STR(""));
    if (str_equal_z(reason, "max_tokens"))
        state->stop = STOP_LENGTH;
    else if (str_equal_z(reason, "refusal"))
        state->stop = STOP_REFUSED;
}

// Cached and newly cached tokens are counted apart from input_tokens here.
static void read_usage(const JsonNode *usage, ReplyState *state) {
    if (!jtree_is(usage, JSON_OBJECT))
        return;
    state->has_usage = true;
    u64 cached = jtree_count(usage, "cache_read_input_tokens");
    u64 input = jtree_count(usage, "input_tokens") + cached + jtree_count(usage, "cache_creation_input_tokens");
    if (input) {
        state->usage.input = input;
        state->usage.cached = cached;
    }
    u64 output = jtree_count(usage, "output_tokens");
    if (output)
        state->usage.output = output;
}

static void read_messages(const JsonNode *root, ReplyState *state) {
    if (reply_take_error(state, root))
        return;
    const JsonNode *content = jtree_list(root, "content");
    if (!content) {
        state->fault = "it holds no content";
        return;
    }
    for (u32 i = 0; i < content->n; i++) {
        Str type = jtree_text(&content->items[i], "type", STR(""));
        if (str_equal_z(type, "text"))
            reply_add_text(state, jtree_get(&content->items[i], "text"));
        else if (str_equal_z(type, "tool_use") && jtree_is(jtree_get(&content->items[i], "input"), JSON_OBJECT))
            jtree_write(jtree_get(&content->items[i], "input"), &state->text);
    }
    read_stop(root, state);
    read_usage(jtree_get(root, "usage"), state);
    state->is_done = true;
}

static void event_messages(Str name, const JsonNode *root, ReplyState *state) {
    Str type = jtree_text(root, "type", name);
    if (str_equal_z(type, "message_start")) {
        read_usage(jtree_get(jtree_get(root, "message"), "usage"), state);
    } else if (str_equal_z(type, "content_block_delta")) {
        const JsonNode *delta = jtree_get(root, "delta");
        if (str_equal_z(jtree_text(delta, "type", STR("")), "text_delta"))
            reply_add_text(state, jtree_get(delta, "text"));
        else if (str_equal_z(jtree_text(delta, "type", STR("")), "input_json_delta"))
            reply_add_text(state, jtree_get(delta, "partial_json"));
    } else if (str_equal_z(type, "message_delta")) {
        read_stop(jtree_get(root, "delta"), state);
        read_usage(jtree_get(root, "usage"), state);
    } else if (str_equal_z(type, "message_stop")) {
        state->is_done = true;
    } else if (str_equal_z(type, "error")) {
        reply_take_error(state, root);
    }
}

const DialectRow dialect_messages = {
    .name = "anthropic", .path = "/messages", .write = write_messages, .read = read_messages, .event = event_messages};
