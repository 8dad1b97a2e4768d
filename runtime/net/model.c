// SPDX-License-Identifier: Apache-2.0
// One question: written in the server's dialect, sent, read, asked again where that may help. What is
// tried again: lost connections, time-outs, short replies, 408, 409, 429 and 5xx, with growing waits;
// and once, a reply that cannot be read. Never 400, 401, 402, 403, 404.
#include "runtime/net/model.h"

#include "runtime/net/answer.h"

#include "base/map.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

enum { TRIES_MAX = 5, UNREADABLE_MAX = 2, BODY_MAX = 8 << 20, HEADERS_MAX = 64 << 10, STREAM_TIMES = 3 };
#define RETRY_TOTAL_S 300.0
#define RETRY_AFTER_MAX_S 60.0

void model_client_init(ModelClient *client, Heap *heap, const ModelConfig *config, const volatile int *cancel) {
    *client = (ModelClient){.heap = heap, .config = *config, .cancel = cancel, .random = hash_mix(config->seed + 1)};
    client->http = http_create(heap);
}

void model_client_finish(ModelClient *client) {
    http_destroy(client->http);
    client->http = NULL;
}

static bool is_cancelled(const ModelClient *client) { return client->cancel && *client->cancel; }

// Half a second doubled each time up to 8 s, a quarter of it at random; or what the server asked for.
static f64 wait_before(ModelClient *client, u32 n_failed, f64 retry_after_s) {
    f64 wait = 0.5;
    for (u32 i = 1; i < n_failed && wait < 8; i++)
        wait *= 2;
    client->random = hash_mix(client->random + 0x9e3779b97f4a7c15ull);
    wait *= 1 - 0.25 * (f64)(client->random >> 40) / (f64)(1u << 24);
    if (retry_after_s >= 0)
        wait = MIN(retry_after_s, RETRY_AFTER_MAX_S);
    return wait * client->config.time_scale;
}

static void pause_for(const ModelClient *client, f64 seconds) {
    if (client->progress && seconds >= 1)
        client->progress(client->ctx, "waiting", seconds);
    u64 end = clock_now_ns() + (u64)(seconds * 1e9);
    for (u64 now = clock_now_ns(); now < end && !is_cancelled(client); now = clock_now_ns()) {
        u64 left = MIN(end - now, 50000000u);
        struct timespec slice = {0, (long)left};
        nanosleep(&slice, NULL);
    }
}

// ---- the reply ----

// The server's words in an error, made safe to print.
static void set_error(ModelClient *client, NetError *error, u32 status, const char *what, Str words) {
    StrBuf safe;
    strbuf_init(&safe, client->heap);
    if (words.len) {
        u32 len = MIN(words.len, 240u);
        while (len < words.len && len > 0 && ((unsigned char)words.ptr[len] & 0xc0) == 0x80)
            len--;
        strbuf_add_z(&safe, ": ");
        utf8_add_visible(&safe, (Str){words.ptr, len});
    }
    snprintf(error->text, sizeof error->text, "%s%s", what, safe.len ? safe.ptr : "");
    error->status = status;
    strbuf_finish(&safe);
}

// A server that sends our key back must not get it into a file or onto a screen.
static void hide_key(const char *key, Str body) {
    size_t len = key ? strlen(key) : 0;
    if (len < 8)
        return;
    char *bytes = (char *)body.ptr;
    for (size_t i = 0; i + len <= body.len; i++)
        if (bytes[i] == key[0] && memcmp(bytes + i, key, len) == 0)
            memset(bytes + i, '*', len);
}

static void finish_usage(const ModelClient *client, const ModelRequest *request, ReplyState *state) {
    Usage *usage = &state->usage;
    if (!state->has_usage) {
        usage->is_estimate = true;
        usage->input = request->system.len / 4;
        for (u32 i = 0; i < request->n_messages; i++)
            usage->input += request->messages[i].text.len / 4 + 1000u * request->messages[i].n_images;
        usage->output = state->text.len / 4 + 1;
    }
    if (usage->cost < 0 && client->config.price_input >= 0 && client->config.price_output >= 0)
        usage->cost = ((f64)usage->input * client->config.price_input + (f64)usage->output * client->config.price_output) / 1e6;
}

// ---- one try ----

typedef enum Verdict { TRY_DONE, TRY_AGAIN, TRY_UNREADABLE, TRY_UNCONSTRAINED, TRY_FAILED } Verdict;

static Verdict judge_fault(ModelClient *client, const HttpResponse *response, NetError *error) {
    set_error(client, error, response->status, response->error, STR(""));
    switch (response->fault) {
    case HTTP_CONNECT:
    case HTTP_TIMEOUT:
    case HTTP_SHORT: return TRY_AGAIN;
    case HTTP_NO_MEMORY: heap_fail(client->heap, FAIL_NO_MEMORY, "");
    case HTTP_FINE:
    case HTTP_NO_LIBRARY:
    case HTTP_BAD_URL:
    case HTTP_TLS:
    case HTTP_TOO_LARGE:
    case HTTP_REDIRECT:
    case HTTP_PROTOCOL:
    case HTTP_CANCELLED: break;
    }
    return TRY_FAILED;
}

static const char *status_advice(u32 status) {
    switch (status) {
    case 400: return "the server refuses the request (400)";
    case 401: return "the server does not accept the key (401)";
    case 402: return "the account has no credit (402)";
    case 403: return "the key may not use this model (403)";
    case 404: return "no such model or address (404): see --model and --base-url";
    case 408: return "the server timed out (408)";
    case 413: return "the request is too long for the server (413)";
    case 429: return "too many requests (429)";
    case 529: return "the server is overloaded (529)";
    }
    return status >= 500 ? "the server failed" : "the server refuses";
}

// Whether the words of a refusal are about a schema or a grammar.
static bool blames_constraint(const char *text) {
    static const char *const words[] = {"response_format", "schema", "format", "grammar", "structured", "tool"};
    for (u32 i = 0; i < COUNT_OF(words); i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

static Verdict judge_status(ModelClient *client, const HttpResponse *response, bool constrained, Arena *arena, NetError *error) {
    u32 status = response->status;
    const char *why;
    const JsonNode *root = jtree_parse(arena, response->body, &why);
    const JsonNode *node = jtree_get(root, "error");
    Str words = jtree_is(node, JSON_TEXT) ? node->text : jtree_text(node, "message", STR(""));
    set_error(client, error, status, status_advice(status), words);
    if (status == 400 && constrained && blames_constraint(error->text))
        return TRY_UNCONSTRAINED;
    return status == 408 || status == 409 || status == 429 || status >= 500 ? TRY_AGAIN : TRY_FAILED;
}

typedef struct Try { // one request and its answer
    ModelClient *client;
    const ModelRequest *request;
    Arena *arena;
    HttpResponse response;
    Answer answer;
} Try;

static void on_progress(void *ctx, size_t received) {
    const Try *t = ctx;
    const ModelClient *client = t->client;
    bool is_read = t->answer.form != ANSWER_WHOLE;
    if (client->progress)
        client->progress(client->ctx, is_read ? "written" : "received", (f64)(is_read ? t->answer.state.text.len : received));
}

static bool on_piece(void *ctx, Str bytes) {
    Try *t = ctx;
    return answer_feed(&t->answer, t->response.content_type, bytes);
}

static void send_request(Try *t, bool constrained) {
    const ModelConfig *config = &t->client->config;
    const DialectRow *row = dialect_row(config->dialect);
    bool is_streamed = t->request->stream;
    StrBuf body;
    strbuf_init(&body, t->client->heap);
    row->write(t->request, config, constrained, &body);
    const char *headers[4] = {"Content-Type: application/json"};
    u32 n_headers = 1;
    if (config->dialect == DIALECT_MESSAGES)
        headers[n_headers++] = "anthropic-version: 2023-06-01";
    if (config->key)
        headers[n_headers++] =
            str_format(t->arena, config->dialect == DIALECT_MESSAGES ? "x-api-key: %s" : "Authorization: Bearer %s", config->key).ptr;
    HttpRequest http = {.url = str_format(t->arena, "%s%s", config->base_url, row->path).ptr,
                        .headers = headers,
                        .n_headers = n_headers,
                        .body = strbuf_str(&body),
                        .ca_file = config->ca_file,
                        .connect_s = config->connect_s,
                        .first_s = config->total_s,
                        .idle_s = is_streamed ? MIN(config->idle_s, config->total_s) : 0,
                        .total_s = config->total_s * (is_streamed ? STREAM_TIMES : 1),
                        .max_body = BODY_MAX,
                        .max_headers = HEADERS_MAX,
                        .cancel = t->client->cancel,
                        .progress = on_progress,
                        .piece = on_piece,
                        .ctx = t};
    t->client->n_tries++;
    http_send(t->client->http, &http, &t->response);
    strbuf_finish(&body);
}

static Verdict take_answer(Try *t, ModelReply *out, NetError *error) {
    ModelClient *client = t->client;
    ReplyState *state = &t->answer.state;
    answer_end(&t->answer, t->response.body);
    Str text = state->text.len ? str_copy(t->arena, strbuf_str(&state->text)) : STR("");
    hide_key(client->config.key, text); // again: a stream may cut it, JSON may write it in another way
    hide_key(client->config.key, state->server_error);
    if (state->fault) {
        char what[200];
        snprintf(what, sizeof what, "the server's reply cannot be used: %s", state->fault);
        set_error(client, error, 200, what, state->server_error);
        return TRY_UNREADABLE;
    }
    finish_usage(client, t->request, state);
    *out = (ModelReply){text, state->usage, state->stop};
    return TRY_DONE;
}

static Verdict try_once(ModelClient *client, const ModelRequest *request, Arena *arena, ModelReply *out, NetError *error,
                        f64 *retry_after_s) {
    bool constrained = (request->schema.len && !client->no_schema) || (request->grammar.len && !client->no_grammar);
    Try *t = ARENA_NEW(arena, Try, 1);
    *t = (Try){.client = client, .request = request, .arena = arena};
    answer_init(&t->answer, dialect_row(client->config.dialect), client->heap, arena, request->stream, request->max_tokens);
    send_request(t, constrained);
    *retry_after_s = t->response.retry_after_s;
    Verdict verdict;
    if (t->response.fault != HTTP_FINE) {
        verdict = judge_fault(client, &t->response, error);
    } else {
        hide_key(client->config.key, t->response.body);
        verdict = t->response.status == 200 ? take_answer(t, out, error)
                                            : judge_status(client, &t->response, constrained, arena, error);
    }
    answer_finish(&t->answer);
    return verdict;
}

Status model_ask(ModelClient *client, const ModelRequest *request, Arena *arena, ModelReply *out, NetError *error) {
    *error = (NetError){.text = ""};
    u32 n_unreadable = 0;
    f64 waited = 0;
    for (u32 n_failed = 0; n_failed < TRIES_MAX && !is_cancelled(client);) {
        f64 retry_after_s = -1;
        Verdict verdict = try_once(client, request, arena, out, error, &retry_after_s);
        if (verdict == TRY_DONE)
            return STATUS_OK;
        if (verdict == TRY_FAILED || (verdict == TRY_UNREADABLE && ++n_unreadable == UNREADABLE_MAX))
            break;
        if (verdict == TRY_UNCONSTRAINED) { // another request, not the same once more
            client->no_schema = client->no_schema || request->schema.len;
            client->no_grammar = client->no_grammar || request->grammar.len;
            continue;
        }
        f64 wait = wait_before(client, ++n_failed, retry_after_s);
        waited += wait;
        if (n_failed == TRIES_MAX || waited > RETRY_TOTAL_S * client->config.time_scale)
            break;
        pause_for(client, wait);
    }
    return is_cancelled(client) ? STATUS_INTERRUPTED : STATUS_NETWORK;
}
