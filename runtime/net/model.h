// SPDX-License-Identifier: Apache-2.0
// Front door of this room: one question to a language model, whoever serves it.
//   config.h    who is asked, with what key: flags, environment, file
//   model.h     the question, the answer, retries
//   dialect.h   how each kind of server wants it written (dialect_*.c)
//   answer.h    reading what comes back, while it comes
//   http.h json.h sse.h   what they stand on
// Nothing from a reply is ever used as an address, a file name or a command: it is text.
#ifndef FRC_RUNTIME_NET_MODEL_H
#define FRC_RUNTIME_NET_MODEL_H

#include "runtime/net/http.h"

typedef enum Dialect {
    DIALECT_CHAT,      // chat/completions: OpenAI and everyone compatible
    DIALECT_RESPONSES, // OpenAI's responses
    DIALECT_MESSAGES,  // Anthropic's messages
    DIALECT_OLLAMA,    // Ollama's own /api/chat
    DIALECT_COUNT
} Dialect;

typedef enum Role { ROLE_USER, ROLE_ASSISTANT } Role;

typedef struct Message {
    Role role;
    Str text;
    const Str *images; // PNG files, sent before the text's end
    u32 n_images;
} Message;

typedef struct ModelRequest {
    Str model;
    Str system; // first and byte-identical from call to call, so that prompt caches work
    const Message *messages;
    u32 n_messages;
    u32 max_tokens; // of the answer
    Str schema_name, schema; // a JSON schema for the answer, where the server takes one; may be empty
    Str grammar, lark;       // the answer's grammar as GBNF and for Lark, where the server takes one; may be empty
    bool stream;
    f64 temperature; // < 0: the server's own
} ModelRequest;

typedef struct Usage {
    u64 input, cached, output; // tokens; input counts the cached ones
    f64 cost;                  // US dollars; < 0: not known
    bool is_estimate;          // the server did not say: four bytes a token
} Usage;

typedef enum Stop {
    STOP_END,
    STOP_LENGTH, // its bound of tokens
    STOP_REFUSED,
    STOP_RUNAWAY, // we ended it: it repeated itself, or went on beyond the bound
} Stop;

typedef struct ModelReply {
    Str text;
    Usage usage;
    Stop stop;
} ModelReply;

typedef struct NetError {
    char text[512]; // one line, safe for a terminal, without the key
    u32 status;     // the server's, or 0
} NetError;

typedef struct ModelConfig {
    Dialect dialect;
    const char *base_url; // without a final slash
    const char *model, *inspector_model; // inspector_model: never NULL
    const char *key;      // NULL: none
    const char *ca_file;  // NULL: the system's
    f64 price_input, price_output; // US dollars a million tokens; < 0: not known
    f64 connect_s, total_s; // of one call; of a streamed one, three times total_s
    f64 idle_s;             // between two pieces of a streamed answer
    f64 time_scale;         // of all waits between tries; 1, less in tests
    u64 seed;               // of the jitter
} ModelConfig;

typedef struct ModelClient {
    Heap *heap;
    Http *http;
    ModelConfig config;
    const volatile int *cancel;
    void (*progress)(void *ctx, const char *what, f64 value); // "received" or "written" (by a stream) bytes, "waiting" seconds
    void *ctx;
    u64 random;
    u32 n_tries;    // sent so far, tests and reports
    bool no_schema, no_grammar; // this server refuses them
} ModelClient;

void model_client_init(ModelClient *client, Heap *heap, const ModelConfig *config, const volatile int *cancel);
void model_client_finish(ModelClient *client);
// Asks, again where that may help (at most 4 times, 5 minutes). Text in arena. STATUS_NETWORK: *error;
// STATUS_INTERRUPTED.
Status model_ask(ModelClient *client, const ModelRequest *request, Arena *arena, ModelReply *out, NetError *error);

bool dialect_takes_grammar(const ModelConfig *config);
const char *dialect_name(Dialect dialect); // "openai", "responses", "anthropic", "ollama"
bool dialect_find(const char *name, Dialect *out);

#endif
