// SPDX-License-Identifier: Apache-2.0
// The record of a run: a file of JSON lines that only grows, one write and one fsync a record. What a
// model said once is never asked again: a later run with the same folder reads it back (resume), and
// --replay reads nothing else.
#ifndef FRC_RUNTIME_AGENT_TRANSCRIPT_H
#define FRC_RUNTIME_AGENT_TRANSCRIPT_H

#include "runtime/net/json.h"
#include "runtime/net/model.h"

typedef struct TranscriptCall { // one answer of a model
    Str role, model;
    u64 key; // hash of what was asked; pictures aside, they depend on the machine
    Str reply;
    Usage usage;
    Stop stop;
} TranscriptCall;

typedef struct Transcript {
    Arena *arena;
    int fd; // -1: nothing is written
    TranscriptCall *calls;
    u32 n_calls, cap_calls, cursor;
    u64 task; // of the last begin record
    bool is_replay;
    u32 n_changed; // replayed answers to questions that are put differently today
} Transcript;

enum { TRANSCRIPT_SIZE_MAX = 256 << 20 };

// Reads a recorded transcript to replay it. STATUS_IO: *error.
Status transcript_open_replay(Transcript *transcript, Arena *arena, const char *path, const char **error);
// Opens path to go on with it, or begins it. Records of another task are left behind. STATUS_IO:
// *error, also when another process has it open.
Status transcript_open(Transcript *transcript, Arena *arena, const char *path, u64 task, const char **error);
void transcript_close(Transcript *transcript);

// The recorded answer to this question, or NULL: ask. In a replay, NULL is the end of the record.
const TranscriptCall *transcript_next(Transcript *transcript, Str role, u64 key);
// Appends one line (a JSON object, without its line break). False: it could not be written.
bool transcript_append(Transcript *transcript, Str line);

u64 transcript_key(Str role, const ModelRequest *request);
void transcript_write_call(StrBuf *out, Str role, u32 round, u64 key, const ModelRequest *request, const ModelReply *reply);
void transcript_write_begin(StrBuf *out, u64 task, Str idea, Str model, bool is_edit);

#endif
