// SPDX-License-Identifier: Apache-2.0
// A server's answer, read while it arrives where it comes as a stream, else when it is whole.
#ifndef FRC_RUNTIME_NET_ANSWER_H
#define FRC_RUNTIME_NET_ANSWER_H

#include "runtime/net/dialect.h"
#include "runtime/net/sse.h"

typedef enum AnswerForm { ANSWER_WHOLE, ANSWER_EVENTS, ANSWER_LINES } AnswerForm;

typedef struct Answer {
    const DialectRow *row;
    Heap *heap;
    Arena *arena;
    AnswerForm form;
    bool has_begun, was_streamed; // was_streamed: a stream was asked for
    u64 max_text;                 // bytes; more means that the server does not keep to the bound of tokens
    size_t checked;               // text up to here is no endless repetition
    Sse sse;
    StrBuf line; // of JSON lines, while it is not whole
    ReplyState state;
} Answer;

// max_tokens: what was asked for at most.
void answer_init(Answer *answer, const DialectRow *row, Heap *heap, Arena *arena, bool streamed, u32 max_tokens);
// A piece as it arrives; the content type is known by then. False: nothing more is wanted, because the
// answer has run away (state.stop says so) or cannot be used (state.fault).
bool answer_feed(Answer *answer, const char *content_type, Str bytes);
// All has come; body is read if it was no stream. Sets state.fault if the answer cannot be used.
void answer_end(Answer *answer, Str body);
void answer_finish(Answer *answer);

// Whether text ends in at least 6,000 bytes that repeat something of at most 600. O(len of that end).
bool answer_repeats_itself(Str text);

#endif
