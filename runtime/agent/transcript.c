// SPDX-License-Identifier: Apache-2.0
// Reading drops a last line without its end: the process died in the middle of it. A begin record
// starts anew; a dropped record takes back the answers from a number on, because the question changed.
#include "runtime/agent/transcript.h"

#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

static u64 read_hex(Str text) {
    u64 value = 0;
    for (u32 i = 0; i < text.len && i < 16; i++) {
        char c = text.ptr[i];
        u32 digit = c >= '0' && c <= '9' ? (u32)(c - '0') : c >= 'a' && c <= 'f' ? (u32)(c - 'a' + 10) : 0;
        value = value << 4 | digit;
    }
    return value;
}

static void add_call(Transcript *t, const JsonNode *root) {
    const JsonNode *usage = jtree_get(root, "usage");
    Str stop = jtree_text(root, "stop", STR("end"));
    if (t->n_calls == t->cap_calls) {
        u32 cap = t->cap_calls;
        t->calls = vec_grow_arena(t->arena, t->calls, t->n_calls, &cap, (size_t)t->n_calls + 1, sizeof *t->calls);
        t->cap_calls = cap;
    }
    t->calls[t->n_calls++] = (TranscriptCall){
        .role = jtree_text(root, "role", STR("")),
        .model = jtree_text(root, "model", STR("")),
        .key = read_hex(jtree_text(root, "key", STR(""))),
        .reply = jtree_text(root, "reply", STR("")),
        .usage = {.input = jtree_count(usage, "input"),
                  .cached = jtree_count(usage, "cached"),
                  .output = jtree_count(usage, "output"),
                  .cost = jtree_number(usage, "cost", -1)},
        .stop = str_equal_z(stop, "length") ? STOP_LENGTH : str_equal_z(stop, "refused") ? STOP_REFUSED : str_equal_z(stop, "runaway") ? STOP_RUNAWAY : STOP_END,
    };
}

// False: not a record of ours.
static bool take_record(Transcript *t, Str line) {
    const char *error;
    const JsonNode *root = jtree_parse(t->arena, line, &error);
    Str kind = jtree_text(root, "kind", STR(""));
    if (str_equal_z(kind, "begin")) {
        t->task = read_hex(jtree_text(root, "task", STR("")));
        t->n_calls = 0;
    } else if (str_equal_z(kind, "call")) {
        add_call(t, root);
    } else if (str_equal_z(kind, "dropped")) {
        t->n_calls = MIN(t->n_calls, (u32)jtree_count(root, "from"));
    }
    return root != NULL;
}

// Returns how many bytes are whole records; NONE if one of them is damaged.
static u32 take_records(Transcript *t, Str text) {
    u32 done = 0;
    while (done < text.len) {
        const char *end = memchr(text.ptr + done, '\n', text.len - done);
        if (!end)
            break;
        u32 len = (u32)(end - text.ptr) - done;
        if (len && !take_record(t, (Str){text.ptr + done, len}))
            return NONE;
        done += len + 1;
    }
    return done;
}

Status transcript_open_replay(Transcript *t, Arena *arena, const char *path, const char **error) {
    *t = (Transcript){.arena = arena, .fd = -1, .is_replay = true};
    Str text;
    Status status = file_read(arena, path, TRANSCRIPT_SIZE_MAX, &text, error);
    if (status != STATUS_OK)
        return status;
    if (take_records(t, text) == NONE || t->n_calls == 0) {
        *error = "it is no transcript, or holds no answers";
        return STATUS_IO;
    }
    return STATUS_OK;
}

Status transcript_open(Transcript *t, Arena *arena, const char *path, u64 task, const char **error) {
    *t = (Transcript){.arena = arena, .fd = -1};
    t->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (t->fd < 0) {
        *error = strerror(errno);
        return STATUS_IO;
    }
    if (flock(t->fd, LOCK_EX | LOCK_NB) != 0) {
        *error = "another run has it open";
        return STATUS_IO;
    }
    Str text;
    Status status = file_read(arena, path, TRANSCRIPT_SIZE_MAX, &text, error);
    if (status != STATUS_OK)
        return status;
    u32 whole = take_records(t, text);
    if (whole == NONE) {
        *error = "it is no transcript of frc, or damaged";
        return STATUS_IO;
    }
    if (whole < text.len && ftruncate(t->fd, (off_t)whole) != 0) {
        *error = strerror(errno);
        return STATUS_IO;
    }
    if (t->task != task)
        t->n_calls = 0;
    return STATUS_OK;
}

void transcript_close(Transcript *t) {
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}

bool transcript_append(Transcript *t, Str line) {
    if (t->fd < 0)
        return true;
    StrBuf out; // with its line break in one write: whole, or without its end
    strbuf_init(&out, t->arena->heap);
    strbuf_add(&out, line);
    strbuf_add_char(&out, '\n');
    ssize_t n;
    do
        n = write(t->fd, out.ptr, out.len);
    while (n < 0 && errno == EINTR);
    bool ok = n == (ssize_t)out.len && (fsync(t->fd) == 0 || errno == EINVAL);
    strbuf_finish(&out);
    return ok;
}

const TranscriptCall *transcript_next(Transcript *t, Str role, u64 key) {
    if (t->cursor >= t->n_calls)
        return NULL;
    const TranscriptCall *call = &t->calls[t->cursor];
    bool same = call->key == key && str_equal(call->role, role);
    if (t->is_replay) {
        if (!str_equal(call->role, role))
            return NULL;
        t->n_changed += !same;
    } else if (!same) {
        char line[64];
        snprintf(line, sizeof line, "{\"kind\":\"dropped\",\"from\":%u}", t->cursor);
        transcript_append(t, str_from(line));
        t->n_calls = t->cursor;
        return NULL;
    }
    t->cursor++;
    return call;
}

// ---- writing ----

u64 transcript_key(Str role, const ModelRequest *request) {
    u64 key = hash_combine(str_hash(role), str_hash(request->model));
    key = hash_combine(key, str_hash(request->system));
    for (u32 i = 0; i < request->n_messages; i++)
        key = hash_combine(key, str_hash(request->messages[i].text));
    return key;
}

void transcript_write_begin(StrBuf *out, u64 task, Str idea, Str model, bool is_edit) {
    strbuf_addf(out, "{\"kind\":\"begin\",\"schema\":1,\"frc\":\"%s\",\"task\":\"%016llx\",\"edit\":%s,\"idea\":", FRC_VERSION,
                (unsigned long long)task, is_edit ? "true" : "false");
    strbuf_add_json(out, idea);
    strbuf_add_z(out, ",\"model\":");
    strbuf_add_json(out, model);
    strbuf_add_char(out, '}');
}

void transcript_write_call(StrBuf *out, Str role, u32 round, u64 key, const ModelRequest *request, const ModelReply *reply) {
    static const char *const stops[] = {[STOP_END] = "end", [STOP_LENGTH] = "length", [STOP_REFUSED] = "refused", [STOP_RUNAWAY] = "runaway"};
    strbuf_add_z(out, "{\"kind\":\"call\",\"role\":");
    strbuf_add_json(out, role);
    strbuf_addf(out, ",\"round\":%u,\"key\":\"%016llx\",\"model\":", round, (unsigned long long)key);
    strbuf_add_json(out, request->model);
    // The system text is the same for all calls of a role and in the binary: its hash is enough.
    strbuf_addf(out, ",\"system\":\"%016llx\",\"messages\":[", (unsigned long long)str_hash(request->system));
    for (u32 i = 0; i < request->n_messages; i++) {
        const Message *message = &request->messages[i];
        strbuf_addf(out, "%s{\"role\":\"%s\",\"images\":%u,\"text\":", i ? "," : "", message->role == ROLE_USER ? "user" : "assistant",
                    message->n_images);
        strbuf_add_json(out, message->text);
        strbuf_add_char(out, '}');
    }
    strbuf_add_z(out, "],\"reply\":");
    strbuf_add_json(out, reply->text);
    strbuf_addf(out, ",\"stop\":\"%s\",\"usage\":{\"input\":%llu,\"cached\":%llu,\"output\":%llu", stops[reply->stop],
                (unsigned long long)reply->usage.input, (unsigned long long)reply->usage.cached,
                (unsigned long long)reply->usage.output);
    if (reply->usage.cost >= 0) {
        strbuf_add_z(out, ",\"cost\":");
        strbuf_add_number(out, reply->usage.cost);
    }
    strbuf_add_z(out, "}}");
}
