// SPDX-License-Identifier: Apache-2.0
// POST /chat/completions: OpenAI, and llama.cpp, vLLM, Ollama, OpenRouter and many more that copy it.
#include "runtime/net/dialect.h"

static void write_message(const Message *message, StrBuf *out) {
    strbuf_addf(out, ",{\"role\":\"%s\",\"content\":", message->role == ROLE_USER ? "user" : "assistant");
    if (message->n_images == 0) { // a plain text: every server takes it
        strbuf_add_json(out, message->text);
        strbuf_add_char(out, '}');
        return;
    }
    strbuf_add_z(out, "[{\"type\":\"text\",\"text\":");
    strbuf_add_json(out, message->text);
    strbuf_add_char(out, '}');
    for (u32 i = 0; i < message->n_images; i++) {
        strbuf_add_z(out, ",{\"type\":\"image_url\",\"image_url\":{\"url\":");
        dialect_add_data_url(out, message->images[i]);
        strbuf_add_z(out, "}}");
    }
    strbuf_add_z(out, "]}");
}

static void write_chat(const ModelRequest *request, const ModelConfig *config, bool constrained, StrBuf *out) {
    // OpenAI's newer models refuse max_tokens, most others know nothing else.
    bool is_openai = strstr(config->base_url, "://api.openai.com") != NULL;
    strbuf_add_z(out, "{\"model\":");
    strbuf_add_json(out, request->model);
    strbuf_add_z(out, ",\"messages\":[{\"role\":\"system\",\"content\":");
    strbuf_add_json(out, request->system);
    strbuf_add_char(out, '}');
    for (u32 i = 0; i < request->n_messages; i++)
        write_message(&request->messages[i], out);
    strbuf_add_char(out, ']');
    dialect_add_number(out, is_openai ? "max_completion_tokens" : "max_tokens", request->max_tokens);
    if (request->temperature >= 0)
        dialect_add_number(out, "temperature", request->temperature);
    if (constrained && request->schema.len) {
        strbuf_add_z(out, ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"strict\":true,\"name\":");
        strbuf_add_json(out, request->schema_name);
        strbuf_add_z(out, ",\"schema\":");
        strbuf_add(out, request->schema);
        strbuf_add_z(out, "}}");
    }
    if (constrained && request->grammar.len && dialect_takes_grammar(config)) { // llama.cpp's way, and vLLM's
        strbuf_add_z(out, ",\"grammar\":");
        strbuf_add_json(out, request->grammar);
        strbuf_add_z(out, ",\"structured_outputs\":{\"grammar\":");
        strbuf_add_json(out, request->grammar);
        strbuf_add_char(out, '}');
    }
    if (request->stream)
        strbuf_add_z(out, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    strbuf_add_char(out, '}');
}

static void read_usage(const JsonNode *root, ReplyState *state) {
    const JsonNode *usage = jtree_get(root, "usage");
    if (!jtree_is(usage, JSON_OBJECT))
        return;
    state->has_usage = true;
    state->usage.input = jtree_count(usage, "prompt_tokens");
    state->usage.output = jtree_count(usage, "completion_tokens");
    state->usage.cached = jtree_count(jtree_get(usage, "prompt_tokens_details"), "cached_tokens");
    state->usage.cost = jtree_number(usage, "cost", -1); // OpenRouter says it
}

static void read_finish(const JsonNode *choice, ReplyState *state) {
    Str reason = jtree_text(choice, "finish_reason", STR(""));
    if (reason.len == 0)
        return;
    state->is_done = true;
    if (str_equal_z(reason, "length"))
        state->stop = STOP_LENGTH;
    else if (str_equal_z(reason, "content_filter"))
        state->stop = STOP_REFUSED;
}

// Some servers give the content as a list of blocks.
static void add_content(const JsonNode *content, ReplyState *state) {
    if (!jtree_is(content, JSON_LIST)) {
        reply_add_text(state, content);
        return;
    }
    for (u32 i = 0; i < content->n; i++)
        reply_add_text(state, jtree_get(&content->items[i], "text"));
}

static void read_chat(const JsonNode *root, ReplyState *state) {
    if (reply_take_error(state, root))
        return;
    const JsonNode *choice = jtree_at(jtree_list(root, "choices"), 0);
    const JsonNode *message = jtree_get(choice, "message");
    if (!jtree_is(message, JSON_OBJECT)) {
        state->fault = "it holds no choice with a message";
        return;
    }
    add_content(jtree_get(message, "content"), state);
    if (state->text.len == 0 && jtree_text(message, "refusal", STR("")).len)
        state->stop = STOP_REFUSED;
    read_finish(choice, state);
    read_usage(root, state);
    state->is_done = true;
}

static void event_chat(Str name, const JsonNode *root, ReplyState *state) {
    (void)name;
    if (reply_take_error(state, root))
        return;
    const JsonNode *choice = jtree_at(jtree_list(root, "choices"), 0);
    if (choice) {
        add_content(jtree_get(jtree_get(choice, "delta"), "content"), state);
        read_finish(choice, state);
    }
    read_usage(root, state);
}

const DialectRow dialect_chat = {
    .name = "openai", .path = "/chat/completions", .write = write_chat, .read = read_chat, .event = event_chat, .takes_grammar = true};
