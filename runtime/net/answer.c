// SPDX-License-Identifier: Apache-2.0
// Streams are read piece by piece, so that an answer that goes round in circles, or does not stop where
// it was told to, is ended early: each of its tokens costs time and money.
#include "runtime/net/answer.h"

enum { REPEAT_PERIOD_MAX = 600, REPEAT_LEN_MIN = 6000, CHECK_EACH = 2000, BYTES_A_TOKEN_MAX = 16 };

void answer_init(Answer *answer, const DialectRow *row, Heap *heap, Arena *arena, bool streamed, u32 max_tokens) {
    *answer = (Answer){.row = row,
                       .heap = heap,
                       .arena = arena,
                       .was_streamed = streamed,
                       .max_text = (u64)max_tokens * BYTES_A_TOKEN_MAX + 4096,
                       .state = {.usage = {.cost = -1}}};
    strbuf_init(&answer->state.text, heap);
    strbuf_init(&answer->line, heap);
}

void answer_finish(Answer *answer) {
    if (answer->form == ANSWER_EVENTS)
        sse_finish(&answer->sse);
    strbuf_finish(&answer->line);
    strbuf_finish(&answer->state.text);
}

// ---- pieces ----

static void on_event(void *ctx, Str name, Str data) {
    Answer *answer = ctx;
    ReplyState *state = &answer->state;
    if (state->fault)
        return;
    if (str_equal_z(data, "[DONE]")) {
        state->is_done = true;
        return;
    }
    const char *error;
    const JsonNode *root = jtree_parse(answer->arena, data, &error);
    if (root)
        answer->row->event(name, root, state);
    else
        state->fault = error;
}

static void end_line(Answer *answer) {
    StrBuf *line = &answer->line;
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    if (line->len)
        on_event(answer, STR(""), strbuf_str(line));
    line->len = 0;
}

static void feed_lines(Answer *answer, Str bytes) {
    while (bytes.len) {
        const char *end = memchr(bytes.ptr, '\n', bytes.len);
        u32 len = end ? (u32)(end - bytes.ptr) : bytes.len;
        strbuf_add(&answer->line, (Str){bytes.ptr, len});
        if (!end)
            return;
        end_line(answer);
        bytes.ptr += len + 1, bytes.len -= len + 1;
    }
}

static void begin(Answer *answer, const char *content_type) {
    answer->has_begun = true;
    if (strncmp(content_type, "text/event-stream", 17) == 0) {
        answer->form = ANSWER_EVENTS;
        sse_init(&answer->sse, answer->heap, on_event, answer);
    } else if (answer->row->is_ndjson && answer->was_streamed && strncmp(content_type, "application/x-ndjson", 20) == 0) {
        answer->form = ANSWER_LINES;
    }
}

bool answer_repeats_itself(Str text) {
    enum { PROBE = 40 }; // the end is looked for further up, then compared
    if (text.len < REPEAT_LEN_MIN + REPEAT_PERIOD_MAX)
        return false;
    const char *end = text.ptr + text.len;
    for (u32 period = 1; period <= REPEAT_PERIOD_MAX; period++) {
        if (memcmp(end - PROBE, end - PROBE - period, PROBE) != 0)
            continue;
        if (memcmp(end - REPEAT_LEN_MIN, end - REPEAT_LEN_MIN - period, REPEAT_LEN_MIN) == 0)
            return true;
    }
    return false;
}

// Looked at each time some more has come.
static bool has_run_away(Answer *answer) {
    const StrBuf *text = &answer->state.text;
    if (text->len < answer->checked + CHECK_EACH)
        return false;
    answer->checked = text->len;
    return text->len > answer->max_text || answer_repeats_itself(strbuf_str(text));
}

bool answer_feed(Answer *answer, const char *content_type, Str bytes) {
    if (!answer->has_begun)
        begin(answer, content_type);
    if (answer->form == ANSWER_WHOLE)
        return true;
    if (answer->form == ANSWER_EVENTS)
        sse_feed(&answer->sse, bytes);
    else
        feed_lines(answer, bytes);
    if (has_run_away(answer)) {
        answer->state.stop = STOP_RUNAWAY;
        answer->state.is_done = true;
    }
    return !answer->state.fault && answer->state.stop != STOP_RUNAWAY;
}

// ---- the end ----

// Whatever was asked for, the reply is read as what it is.
static void read_whole(Answer *answer, Str body) {
    const char *error;
    if (str_starts(body, STR("data:")) || str_starts(body, STR("event:"))) {
        answer->form = ANSWER_EVENTS;
        sse_init(&answer->sse, answer->heap, on_event, answer);
        sse_feed(&answer->sse, body);
        return;
    }
    if (answer->row->is_ndjson && answer->was_streamed) {
        answer->form = ANSWER_LINES;
        feed_lines(answer, body);
        return;
    }
    const JsonNode *root = jtree_parse(answer->arena, body, &error);
    if (root)
        answer->row->read(root, &answer->state);
    else
        answer->state.fault = body.len ? error : "it is empty";
}

void answer_end(Answer *answer, Str body) {
    ReplyState *state = &answer->state;
    if (answer->form == ANSWER_WHOLE)
        read_whole(answer, body);
    if (answer->form == ANSWER_EVENTS && state->stop != STOP_RUNAWAY)
        sse_end(&answer->sse);
    if (answer->form == ANSWER_LINES && state->stop != STOP_RUNAWAY)
        end_line(answer);
    if (!state->fault && !state->is_done)
        state->fault = "it ends before it is whole";
    if (!state->fault && state->text.len == 0 && state->stop != STOP_REFUSED)
        state->fault = state->stop == STOP_LENGTH ? "the answer's tokens were used up before any text" : "it holds no text";
}
