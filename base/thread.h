// SPDX-License-Identifier: Apache-2.0
// Data parallelism that cannot change results: tasks are numbered by the data, never by the threads.
#ifndef FRC_BASE_THREAD_H
#define FRC_BASE_THREAD_H

#include "base/mem.h"

// Runs task(ctx, i, heap) for each i in 0..n, on up to n_threads threads (0: the machine's processors;
// 1: here, in order). Each thread has its own heap, which the caller's heap adopts at the end; a
// failure in any task fails the caller's heap. Tasks must not depend on their order.
void thread_for(Heap *heap, u32 n_threads, u32 n, void (*task)(void *ctx, u32 i, Heap *heap), void *ctx);

// The same for many short loops one after the other: to start a thread takes a fifth of a
// millisecond, to find a team at work some microseconds. A team belongs to one thread, and its tasks
// run no loops on it. It is on the heap, and must be finished whatever fails in between (heap_guard);
// finish takes NULL too.
typedef struct ThreadTeam ThreadTeam;
ThreadTeam *thread_team_start(Heap *heap, u32 n_threads);
void thread_team_for(ThreadTeam *team, Heap *heap, u32 n, void (*task)(void *ctx, u32 i, Heap *heap), void *ctx);
void thread_team_finish(ThreadTeam *team, Heap *heap);
u32 thread_team_size(const ThreadTeam *team); // threads, the caller among them; NULL: 1

u32 thread_count_default(void); // processors this process may use, at least 1

#endif
