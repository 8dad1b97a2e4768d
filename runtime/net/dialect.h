// SPDX-License-Identifier: Apache-2.0
// What a kind of model server wants on the wire, and what it answers. Adapters are pure: text to text.
#ifndef FRC_RUNTIME_NET_DIALECT_H
#define FRC_RUNTIME_NET_DIALECT_H

#include "runtime/net/json.h"
#include "runtime/net/model.h"

// A reply as it is gathered, from one JSON document or from a stream's events.
typedef struct ReplyState {
    StrBuf text;
    Usage usage;
    Stop stop;
    bool is_done;      // the server said that this was all
    bool has_usage;
    const char *fault; // NULL, or what is wrong with it (constant text)
    Str server_error;  // the server's own words, in arena
} ReplyState;

typedef struct DialectRow {
    const char *name, *path;
    // constrained: with the schema or the grammar, where there is a place for it.
    void (*write)(const ModelRequest *request, const ModelConfig *config, bool constrained, StrBuf *out);
    void (*read)(const JsonNode *root, ReplyState *state);            // a whole answer
    void (*event)(Str name, const JsonNode *root, ReplyState *state); // one event of a stream
    bool is_ndjson;                                                   // its streams are JSON lines
    bool takes_grammar;
} DialectRow;

const DialectRow *dialect_row(Dialect dialect);
extern const DialectRow dialect_chat, dialect_responses, dialect_messages, dialect_ollama;

// Shared by the adapters.
void dialect_add_base64(StrBuf *out, Str bytes);
void dialect_add_data_url(StrBuf *out, Str png); // "data:image/png;base64,...", quoted
void dialect_add_number(StrBuf *out, const char *key, f64 value); // ,"key":value
void reply_add_text(ReplyState *state, const JsonNode *text);    // NULL and null add nothing
// {"error": {"message": ...}} or {"error": "..."}: true if there was one.
bool reply_take_error(ReplyState *state, const JsonNode *root);

#endif
