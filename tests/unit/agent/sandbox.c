// SPDX-License-Identifier: Apache-2.0
// The child can compute, use threads and answer; what else it tries is refused, and what it dies of is told.
#include "runtime/agent/sandbox.h"

#include "base/thread.h"
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Fixture {
    Heap heap;
    Arena arena;
    SandboxOptions options;
    Str answer;
} Fixture;

static void begin(Fixture *f) {
    heap_init(&f->heap, 64 << 20);
    arena_init(&f->arena, &f->heap);
    f->options = (SandboxOptions){.seconds = 20, .memory_mib = 64, .max_answer = 1 << 20, .n_threads = 2};
}

static SandboxEnd run(Fixture *f, void (*work)(void *ctx, StrBuf *out), void *ctx) {
    return sandbox_run(&f->options, &f->heap, &f->arena, work, ctx, &f->answer);
}

static void add_square(void *ctx, u32 i, Heap *heap) {
    (void)heap;
    ((u32 *)ctx)[i] = i * i;
}

static void compute(void *ctx, StrBuf *out) {
    u32 squares[100];
    thread_for(ctx, 4, 100, add_square, squares);
    u32 sum = 0;
    for (u32 i = 0; i < 100; i++)
        sum += squares[i];
    strbuf_addf(out, "%u", sum);
    for (u32 i = 0; i < 100000; i++)
        strbuf_add_char(out, '.');
}

TEST(it_computes_and_answers) {
    Fixture f;
    begin(&f);
    bool ok = run(&f, compute, &f.heap) == SANDBOX_DONE && f.answer.len == 100006 && str_starts(f.answer, STR("328350."));
    heap_finish(&f.heap);
    CHECK(ok);
}

// A letter for each thing that was possible.
static void try_all(void *ctx, StrBuf *out) {
    const char *secret = ctx;
    if (open("/etc/passwd", O_RDONLY) >= 0)
        strbuf_add_z(out, "read ");
    if (open("/tmp/frc-sandbox-test", O_WRONLY | O_CREAT, 0600) >= 0)
        strbuf_add_z(out, "write ");
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
        strbuf_add_z(out, "socket ");
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        strbuf_add_z(out, "fork ");
    char *argv[] = {(char *)"true", NULL};
    execv("/bin/true", argv);
    if (errno != EPERM && errno != EACCES)
        strbuf_add_z(out, "exec ");
    if (kill(getppid(), 0) == 0)
        strbuf_add_z(out, "kill ");
    if (write(1, "", 0) == 0)
        strbuf_add_z(out, "stdout ");
    strbuf_addf(out, "%s", secret);
}

TEST(it_can_do_nothing_else) {
    Fixture f;
    begin(&f);
    char secret[] = "sk-canary";
    f.options.secret = secret;
    SandboxEnd end = run(&f, try_all, secret);
    bool is_whole = strstr(sandbox_describe(&f.arena), "seccomp") != NULL;
    bool ok = end == SANDBOX_DONE && (!is_whole || str_equal_z(f.answer, "*********")) && strcmp(secret, "sk-canary") == 0;
    if (!ok)
        fprintf(stderr, "end %d, possible: %.*s\n", (int)end, STR_ARG(f.answer));
    heap_finish(&f.heap);
    CHECK(ok);
}

static void die(void *ctx, StrBuf *out) {
    (void)out;
    signal(*(int *)ctx, SIG_DFL);
    raise(*(int *)ctx);
}
static void circle(void *ctx, StrBuf *out) {
    for (volatile u64 i = 0;; i++)
        if (ctx == out)
            return;
}
static void flood(void *ctx, StrBuf *out) {
    (void)ctx;
    for (u32 i = 0; i < 40; i++)
        strbuf_addf(out, "%100000d", 1);
}
static void fail(void *ctx, StrBuf *out) {
    (void)out;
    heap_fail(ctx, FAIL_INTERNAL, "as planned");
}
static void eat(void *ctx, StrBuf *out) {
    (void)ctx;
    for (size_t n = 0; n < 64; n++) { // 64 MiB each
        char *p = malloc((size_t)64 << 20);
        if (!p)
            abort();
        for (size_t i = 0; i < (size_t)64 << 20; i += 4096)
            p[i] = 1;
    }
    strbuf_add_z(out, "all eaten");
}

TEST(what_ends_it_is_told) {
    Fixture f;
    begin(&f);
    int number = SIGSEGV;
    CHECK(run(&f, die, &number) == SANDBOX_DIED && f.answer.len == 0);
    CHECK(run(&f, flood, NULL) == SANDBOX_TOO_MUCH && f.answer.len == 0);
    CHECK(run(&f, fail, &f.heap) == SANDBOX_DIED);
    CHECK(run(&f, compute, &f.heap) == SANDBOX_DONE); // this process is as it was
    heap_finish(&f.heap);
}

TEST(its_time_and_memory_are_bounded) {
    Fixture f;
    begin(&f);
    f.options.seconds = 0; // and three seconds of grace
    u64 begun = clock_now_ns();
    CHECK(run(&f, circle, NULL) == SANDBOX_TIMEOUT);
    CHECK(clock_now_ns() - begun < 6000000000u);
    f.options.seconds = 20;
    volatile int cancel = 1;
    f.options.cancel = &cancel;
    CHECK(run(&f, circle, NULL) == SANDBOX_CANCELLED);
    f.options.cancel = NULL;
#if !defined(__SANITIZE_ADDRESS__)
    CHECK(run(&f, eat, NULL) == SANDBOX_DIED);
#else
    (void)eat;
#endif
    heap_finish(&f.heap);
}

TEST_MAIN(TEST_CASE(it_computes_and_answers), TEST_CASE(it_can_do_nothing_else), TEST_CASE(what_ends_it_is_told),
          TEST_CASE(its_time_and_memory_are_bounded))
