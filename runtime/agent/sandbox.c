// SPDX-License-Identifier: Apache-2.0
// A forked child under resource limits, a Landlock ruleset that allows no file, and a seccomp filter
// that refuses what opens, connects, runs or traces. The two are asked for by their raw system calls and
// are left out where the kernel has none: the limits always hold. The child keeps one file, the pipe.
#include "runtime/agent/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
long syscall(long number, ...); // not POSIX, so no header shows it here
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0 // sanitizers map terabytes and write their reports to standard error
#endif

enum { CHILD_FAILED = 70, GRACE_S = 3, FILES_MAX = 64, CLONE_THREAD_FLAG = 0x10000 };

// ---- Landlock: no file at all ----

#if defined(__linux__) && defined(__NR_landlock_create_ruleset)
typedef struct LandlockRules { // of the kernel's interface; older kernels know its beginning only
    u64 files, net, scoped;
} LandlockRules;

static u32 landlock_version(void) {
    long version = syscall(__NR_landlock_create_ruleset, NULL, (size_t)0, 1ul);
    return version > 0 ? (u32)version : 0;
}

static void deny_files(void) {
    u32 version = landlock_version();
    if (version == 0)
        return;
    u32 n_rights = version == 1 ? 13 : version == 2 ? 14 : version < 5 ? 15 : 16;
    LandlockRules rules = {.files = ((u64)1 << n_rights) - 1, .net = version >= 4 ? 3 : 0, .scoped = version >= 6 ? 3 : 0};
    size_t size = version < 4 ? 8 : version < 6 ? 16 : 24;
    long fd = syscall(__NR_landlock_create_ruleset, &rules, size, 0ul);
    if (fd < 0)
        return;
    syscall(__NR_landlock_restrict_self, fd, 0ul);
    close((int)fd);
}
#else
static u32 landlock_version(void) { return 0; }
static void deny_files(void) {}
#endif

// ---- seccomp: no network, no program, no process ----

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#ifdef __x86_64__
#define ARCH_HERE AUDIT_ARCH_X86_64
#else
#define ARCH_HERE AUDIT_ARCH_AARCH64
#endif

static const int refused_calls[] = {
    __NR_socket, __NR_socketpair, __NR_connect, __NR_bind, __NR_listen, __NR_accept, __NR_accept4, __NR_sendto, __NR_sendmsg,
    __NR_execve, __NR_execveat, __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev, __NR_kill, __NR_tkill,
    __NR_openat, __NR_truncate, __NR_mount, __NR_bpf, __NR_perf_event_open, __NR_keyctl, __NR_add_key, __NR_request_key,
    __NR_unlinkat, __NR_renameat2, __NR_linkat, __NR_symlinkat, __NR_mkdirat, __NR_mknodat, __NR_fchmodat, __NR_fchownat,
    __NR_memfd_create, __NR_setns, __NR_unshare, __NR_chroot, __NR_prlimit64, __NR_io_uring_setup,
#ifdef __NR_openat2
    __NR_openat2,
#endif
#ifdef __NR_pidfd_open
    __NR_pidfd_open,
#endif
#ifdef __NR_userfaultfd
    __NR_userfaultfd,
#endif
#ifdef __NR_open // the older names, which newer machines have not
    __NR_open, __NR_creat, __NR_fork, __NR_vfork, __NR_unlink, __NR_rename, __NR_renameat, __NR_link, __NR_symlink, __NR_mkdir,
    __NR_rmdir, __NR_mknod, __NR_chmod, __NR_chown, __NR_setrlimit,
#endif
};

typedef struct Filter {
    struct sock_filter code[2 * COUNT_OF(refused_calls) + 24];
    u32 n;
} Filter;

static void filter_add(Filter *f, int code, u32 operand, u32 if_true, u32 if_false) {
    f->code[f->n++] = (struct sock_filter){(unsigned short)code, (unsigned char)if_true, (unsigned char)if_false, operand};
}

static void filter_refuse(Filter *f, int call, int error) {
    filter_add(f, BPF_JMP | BPF_JEQ | BPF_K, (u32)call, 0, 1);
    filter_add(f, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (u32)error, 0, 0);
}

// Threads are made by clone, which shows what is made; clone3 hides it, and is refused as on old kernels.
static void filter_write(Filter *f) {
    f->n = 0;
    filter_add(f, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
    filter_add(f, BPF_JMP | BPF_JEQ | BPF_K, ARCH_HERE, 1, 0);
    filter_add(f, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    filter_add(f, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    filter_add(f, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); // another numbering of the same calls
    filter_add(f, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    for (u32 i = 0; i < COUNT_OF(refused_calls); i++)
        filter_refuse(f, refused_calls[i], EPERM);
#ifdef __NR_clone3
    filter_refuse(f, __NR_clone3, ENOSYS);
#endif
    filter_add(f, BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3);
    filter_add(f, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args), 0, 0);
    filter_add(f, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD_FLAG, 1, 0);
    filter_add(f, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
    filter_add(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static void deny_calls(void) {
    Filter filter;
    filter_write(&filter);
    struct sock_fprog program = {(unsigned short)filter.n, filter.code};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static bool has_seccomp(void) { return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0; }
#else
static void deny_calls(void) {}
static bool has_seccomp(void) { return false; }
#endif

const char *sandbox_describe(Arena *arena) {
    u32 version = landlock_version();
    if (version == 0)
        return has_seccomp() ? "limits, seccomp" : "limits";
    return str_format(arena, "limits, Landlock %u%s", version, has_seccomp() ? ", seccomp" : "").ptr;
}

// ---- the child ----

static void limit(int what, u64 most) {
    struct rlimit now;
    if (getrlimit(what, &now) != 0)
        return;
    rlim_t value = (rlim_t)most;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
        value = now.rlim_max;
    setrlimit(what, &(struct rlimit){value, value});
}

// Bytes mapped now; the limit counts them, too.
static u64 mapped_bytes(void) {
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%llu", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    return pages * (u64)sysconf(_SC_PAGESIZE);
}

static void close_all_but(int kept) {
    long n = sysconf(_SC_OPEN_MAX);
    n = n > 0 && n < 65536 ? n : 65536;
    for (int fd = 0; fd < (int)n; fd++)
        if (fd != kept && !(IS_SANITIZED && fd == 2))
            close(fd);
}

static void lock_down(const SandboxOptions *options, u64 mapped, int kept) {
    // A thread maps a stack and an arena of the allocator, whether it uses them or not.
    enum { MIB = 1 << 20, SLACK_MIB = 512, THREAD_MIB = 80, PROCESSORS_MAX = 1024 };
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    u64 n_threads = options->n_threads ? options->n_threads : processors > 0 ? (u64)MIN(processors, (long)PROCESSORS_MAX) : 1;
    close_all_but(kept);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, FILES_MAX);
    limit(RLIMIT_CPU, (options->seconds + GRACE_S) * n_threads);
    if (!IS_SANITIZED && mapped)
        limit(RLIMIT_AS, mapped + (options->memory_mib + SLACK_MIB + THREAD_MIB * n_threads) * MIB);
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        deny_files();
        deny_calls();
    }
#endif
}

typedef struct Child {
    void (*work)(void *ctx, StrBuf *out);
    void *ctx;
    StrBuf out;
} Child;

static void child_work(void *ctx) {
    Child *child = ctx;
    child->work(child->ctx, &child->out);
}

static bool write_whole(int fd, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t step = write(fd, bytes, n);
        if (step < 0 && errno == EINTR)
            continue;
        if (step <= 0)
            return false;
        bytes += step;
        n -= (size_t)step;
    }
    return true;
}

// Never returns: the frames below belong to the other process.
static _Noreturn void child_main(const SandboxOptions *options, Heap *heap, u64 mapped, int fd, Child *child) {
    for (char *c = options->secret; c && *c; c++)
        *c = '*';
    signal(SIGINT, SIG_IGN); // the parent decides
    lock_down(options, mapped, fd);
    strbuf_init(&child->out, heap);
    bool ok = heap_guard(heap, child_work, child) && write_whole(fd, child->out.ptr, child->out.len);
    _exit(ok ? 0 : CHILD_FAILED);
}

// ---- the parent ----

typedef struct Reader { // what the guarded reading gets
    const SandboxOptions *options;
    int fd;
    StrBuf bytes;
    SandboxEnd end;
} Reader;

static void read_answer(void *ctx) {
    Reader *r = ctx;
    u64 deadline = clock_now_ns() + (r->options->seconds + GRACE_S) * 1000000000u;
    char buffer[16384];
    for (;;) {
        struct pollfd wait = {.fd = r->fd, .events = POLLIN};
        int n = poll(&wait, 1, 50);
        if (r->options->cancel && *r->options->cancel) {
            r->end = SANDBOX_CANCELLED;
            return;
        }
        if (clock_now_ns() > deadline) {
            r->end = SANDBOX_TIMEOUT;
            return;
        }
        if (n <= 0)
            continue;
        ssize_t got = read(r->fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        if ((size_t)got > r->options->max_answer - r->bytes.len) {
            r->end = SANDBOX_TOO_MUCH;
            return;
        }
        strbuf_add_bytes(&r->bytes, buffer, (size_t)got);
    }
}

static SandboxEnd end_of(int status, SandboxEnd so_far) {
    if (so_far != SANDBOX_DONE)
        return so_far;
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU))
        return SANDBOX_TIMEOUT;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? SANDBOX_DONE : SANDBOX_DIED;
}

SandboxEnd sandbox_run(const SandboxOptions *options, Heap *heap, Arena *arena, void (*work)(void *ctx, StrBuf *out), void *ctx,
                       Str *answer) {
    int ends[2];
    *answer = STR("");
    if (pipe(ends) != 0)
        return SANDBOX_NONE;
    Child child = {work, ctx, {0}};
    u64 mapped = mapped_bytes();
    fflush(NULL); // or the child's copy would be written, too
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child_main(options, heap, mapped, ends[1], &child);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return SANDBOX_NONE;
    }
    Reader reader = {.options = options, .fd = ends[0], .end = SANDBOX_DONE};
    strbuf_init(&reader.bytes, heap);
    bool ok = heap_guard(heap, read_answer, &reader);
    if (!ok || reader.end != SANDBOX_DONE)
        kill(pid, SIGKILL);
    close(ends[0]);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!ok)
        heap_rethrow(heap);
    SandboxEnd end = end_of(status, reader.end);
    if (end == SANDBOX_DONE && reader.bytes.len)
        *answer = str_copy(arena, strbuf_str(&reader.bytes));
    strbuf_finish(&reader.bytes);
    return end;
}
