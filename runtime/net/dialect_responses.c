// SPDX-License-Identifier: Apache-2.0
// POST /responses: OpenAI's newer interface. Nothing is stored on their side.
#include "runtime/net/dialect.h"

static void write_message(const Message *message, StrBuf *out) {
    bool is_user = message->role == ROLE_USER;
    strbuf_addf(out, "{\"role\":\"%s\",\"content\":[{\"type\":\"%s\",\"text\":", is_user ? "user" : "assistant",
                is_user ? "input_text" : "output_text");
    strbuf_add_json(out, message->text);
    strbuf_add_char(out, '}');
    for (u32 i = 0; i < message->n_images; i++) {
        strbuf_add_z(out, ",{\"type\":\"input_image\",\"image_url\":");
        dialect_add_data_url(out, message->images[i]);
        strbuf_add_char(out, '}');
    }
    strbuf_add_z(out, "]}");
}

// A grammar comes as a tool that must be used: what it is called with is the answer, and nothing is run.
static void write_tool(const ModelRequest *request, StrBuf *out) {
    strbuf_add_z(out, ",\"tools\":[{\"type\":\"custom\",\"name\":\"write_program\",\"description\":\"Takes the whole program.\","
                      "\"format\":{\"type\":\"grammar\",\"syntax\":\"lark\",\"definition\":");
    strbuf_add_json(out, request->lark);
    strbuf_add_z(out, "}}],\"parallel_tool_calls\":false,\"tool_choice\":{\"type\":\"custom\",\"name\":\"write_program\"}");
}

static void write_responses(const ModelRequest *request, const ModelConfig *config, bool constrained, StrBuf *out) {
    (void)config;
    strbuf_add_z(out, "{\"model\":");
    strbuf_add_json(out, request->model);
    strbuf_add_z(out, ",\"instructions\":");
    strbuf_add_json(out, request->system);
    strbuf_add_z(out, ",\"input\":[");
    for (u32 i = 0; i < request->n_messages; i++) {
        if (i)
            strbuf_add_char(out, ',');
        write_message(&request->messages[i], out);
    }
    strbuf_add_z(out, "],\"store\":false");
    dialect_add_number(out, "max_output_tokens", request->max_tokens);
    if (request->temperature >= 0)
        dialect_add_number(out, "temperature", request->temperature);
    if (constrained && request->lark.len)
        write_tool(request, out);
    if (constrained && request->schema.len) {
        strbuf_add_z(out, ",\"text\":{\"format\":{\"type\":\"json_schema\",\"strict\":true,\"name\":");
        strbuf_add_json(out, request->schema_name);
        strbuf_add_z(out, ",\"schema\":");
        strbuf_add(out, request->schema);
        strbuf_add_z(out, "}}");
    }
    if (request->stream)
        strbuf_add_z(out, ",\"stream\":true");
    strbuf_add_char(out, '}');
}

static void read_end(const JsonNode *response, ReplyState *state) {
    Str status = jtree_text(response, "status", STR(""));
    if (str_equal_z(status, "failed")) {
        if (!reply_take_error(state, response))
            state->fault = "the server reports a failure";
        return;
    }
    if (str_equal_z(status, "incomplete"))
        state->stop = str_equal_z(jtree_text(jtree_get(response, "incomplete_details"), "reason", STR("")), "content_filter")
                          ? STOP_REFUSED
                          : STOP_LENGTH;
    state->is_done = true;
    const JsonNode *usage = jtree_get(response, "usage");
    if (jtree_is(usage, JSON_OBJECT)) {
        state->has_usage = true;
        state->usage.input = jtree_count(usage, "input_tokens");
        state->usage.output = jtree_count(usage, "output_tokens");
        state->usage.cached = jtree_count(jtree_get(usage, "input_tokens_details"), "cached_tokens");
    }
}

static void read_responses(const JsonNode *root, ReplyState *state) {
    if (reply_take_error(state, root))
        return;
    const JsonNode *output = jtree_list(root, "output");
    if (!output) {
        state->fault = "it holds no output";
        return;
    }
    for (u32 i = 0; i < output->n; i++) {
        if (str_equal_z(jtree_text(&output->items[i], "type", STR("")), "custom_tool_call"))
            reply_add_text(state, jtree_get(&output->items[i], "input"));
        if (!str_equal_z(jtree_text(&output->items[i], "type", STR("")), "message"))
            continue; // reasoning and the like
        const JsonNode *content = jtree_list(&output->items[i], "content");
        for (u32 k = 0; content && k < content->n; k++) {
            Str type = jtree_text(&content->items[k], "type", STR(""));
            if (str_equal_z(type, "output_text"))
                reply_add_text(state, jtree_get(&content->items[k], "text"));
            else if (str_equal_z(type, "refusal"))
                state->stop = STOP_REFUSED;
        }
    }
    read_end(root, state);
}

static void event_responses(Str name, const JsonNode *root, ReplyState *state) {
    Str type = jtree_text(root, "type", name);
    if (str_equal_z(type, "response.output_text.delta") || str_equal_z(type, "response.custom_tool_call_input.delta"))
        reply_add_text(state, jtree_get(root, "delta"));
    else if (str_equal_z(type, "response.completed") || str_equal_z(type, "response.incomplete") ||
             str_equal_z(type, "response.failed"))
        read_end(jtree_get(root, "response"), state);
    else if (str_equal_z(type, "response.refusal.delta"))
        state->stop = STOP_REFUSED;
    else if (str_equal_z(type, "error")) {
        state->fault = "the server reports an error";
        state->server_error = jtree_text(root, "message", STR(""));
    }
}

const DialectRow dialect_responses = {
    .name = "responses", .path = "/responses", .write = write_responses, .read = read_responses, .event = event_responses, .takes_grammar = true};
