// SPDX-License-Identifier: Apache-2.0
// Work on a stranger's input in a child process that can do nothing but compute and answer: no files, no
// network, no other program, no more than so much memory and time. What it dies of does not touch us.
#ifndef FRC_RUNTIME_AGENT_SANDBOX_H
#define FRC_RUNTIME_AGENT_SANDBOX_H

#include "base/str.h"

typedef enum SandboxEnd {
    SANDBOX_DONE,
    SANDBOX_TIMEOUT, // of the wall or of the processor's clock
    SANDBOX_DIED,    // a signal, or a failure that nobody caught
    SANDBOX_TOO_MUCH, // it answered more than max_answer
    SANDBOX_CANCELLED,
    SANDBOX_NONE, // no process could be made: nothing was run
} SandboxEnd;

typedef struct SandboxOptions {
    u64 seconds;      // wall clock
    u64 memory_mib;   // beside what this process has mapped already
    size_t max_answer; // bytes
    u32 n_threads;    // that may use processor time at once; 0: all
    char *secret;     // overwritten in the child; NULL: none
    const volatile int *cancel;
} SandboxOptions;

// Runs work(ctx, out) in a child; what it adds to out comes back in *answer (arena). work may fail by
// longjmp on heap and may use threads; it sees this process as it is now and changes nothing in it.
SandboxEnd sandbox_run(const SandboxOptions *options, Heap *heap, Arena *arena, void (*work)(void *ctx, StrBuf *out), void *ctx,
                       Str *answer);

// "limits, Landlock 4, seccomp": what this machine has of it. Constant text or in arena.
const char *sandbox_describe(Arena *arena);

#endif
