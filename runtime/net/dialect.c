// SPDX-License-Identifier: Apache-2.0
// The table of dialects, and what they share.
#include "runtime/net/dialect.h"

const DialectRow *dialect_row(Dialect dialect) {
    static const DialectRow *const rows[DIALECT_COUNT] = {
        [DIALECT_CHAT] = &dialect_chat,
        [DIALECT_RESPONSES] = &dialect_responses,
        [DIALECT_MESSAGES] = &dialect_messages,
        [DIALECT_OLLAMA] = &dialect_ollama,
    };
    return rows[dialect];
}

// OpenAI's own chat/completions refuses what it does not know; its responses take a grammar.
bool dialect_takes_grammar(const ModelConfig *config) {
    return dialect_row(config->dialect)->takes_grammar && (config->dialect != DIALECT_CHAT || !strstr(config->base_url, "://api.openai.com"));
}

const char *dialect_name(Dialect dialect) { return dialect_row(dialect)->name; }

bool dialect_find(const char *name, Dialect *out) {
    for (u32 i = 0; i < DIALECT_COUNT; i++) {
        if (strcmp(name, dialect_name((Dialect)i)) == 0) {
            *out = (Dialect)i;
            return true;
        }
    }
    return false;
}

void dialect_add_base64(StrBuf *out, Str bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    for (u32 i = 0; i < bytes.len; i += 3) {
        u32 n = MIN(bytes.len - i, 3u);
        u32 word = (u32)p[i] << 16 | (n > 1 ? (u32)p[i + 1] << 8 : 0) | (n > 2 ? p[i + 2] : 0u);
        char four[4] = {digits[word >> 18], digits[word >> 12 & 63], n > 1 ? digits[word >> 6 & 63] : '=',
                        n > 2 ? digits[word & 63] : '='};
        strbuf_add_bytes(out, four, 4);
    }
}

void dialect_add_data_url(StrBuf *out, Str png) {
    strbuf_add_z(out, "\"data:image/png;base64,");
    dialect_add_base64(out, png);
    strbuf_add_char(out, '"');
}

void dialect_add_number(StrBuf *out, const char *key, f64 value) {
    strbuf_addf(out, ",\"%s\":", key);
    strbuf_add_number(out, value);
}

void reply_add_text(ReplyState *state, const JsonNode *text) {
    if (jtree_is(text, JSON_TEXT))
        strbuf_add(&state->text, text->text);
    else if (text && !jtree_is(text, JSON_NULL))
        state->fault = "its text is not a text";
}

bool reply_take_error(ReplyState *state, const JsonNode *root) {
    const JsonNode *error = jtree_get(root, "error");
    if (!error || jtree_is(error, JSON_NULL))
        return false;
    state->fault = "the server reports an error";
    state->server_error = jtree_is(error, JSON_TEXT) ? error->text : jtree_text(error, "message", STR(""));
    return true;
}
