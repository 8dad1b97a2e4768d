// SPDX-License-Identifier: Apache-2.0
// Every way a compilation can be abandoned: each allocation fails, once and for good, as no memory, as the
// memory limit, as the deadline and as an interrupt. Whatever the moment, the compilation ends with the
// status of its kind, its diagnostics can be printed, and (under LeakSanitizer) nothing is left.
//
//     compile [--points N] [--every] FILE...
//
// --every: each allocation, otherwise N (25) of them chosen at random, and the first and the last five. The
// files are then compiled under many memory limits, short deadlines and with a cancel flag that another
// thread sets.
#include "compiler/compiler.h"
#include "compiler/export/export.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define LEAKS() __lsan_do_recoverable_leak_check()
#else
#define LEAKS() 0
#endif

typedef struct Job { // one program, and how one run of it is to go
    const char *path;
    Str text;
    u32 n_threads;
    CompileFault fault;
    Limits limits;
    const volatile int *cancel;
} Job;

typedef struct Outcome {
    Status status;
    u64 n_compile_allocs; // of the compilation alone
    u64 n_allocs, peak_size;
    u32 n_bytes; // of the GLB; 0: none
    u32 n_errors;
    char text[1024];
} Outcome;

static u32 passed, failed;

static void verdict(bool ok, const char *path, const char *what, u64 value, const Outcome *o) {
    passed += ok;
    failed += !ok;
    if (!ok && failed < 40)
        printf("FAILED %s: %s %llu: status %d, %u bytes, %u errors\n%s\n", path, what, (unsigned long long)value, (int)o->status,
               o->n_bytes, o->n_errors, o->text);
}

// ---- one run ----

typedef struct Export {
    Compilation *c;
    StrBuf bytes;
    Status status;
} Export;

static void export_run(void *ctx) {
    Export *e = ctx;
    const char *error = NULL;
    ExportOptions options = {.source_name = STR("faults.part"), .sources = &e->c->sources};
    strbuf_init(&e->bytes, &e->c->heap);
    e->status = export_find(STR("glb"))->write(&e->c->model, &options, &e->c->heap, &e->bytes, &error);
}

static Status status_of(Failure failure) {
    return failure == FAIL_NO_MEMORY ? STATUS_MEMORY : failure == FAIL_CANCELLED ? STATUS_INTERRUPTED : STATUS_LIMIT;
}

typedef struct Print {
    Diags *diags;
    StrBuf text;
} Print;

static void print_run(void *ctx) {
    Print *p = ctx;
    diags_write_text(p->diags, (DiagTextOptions){.max = 20}, &p->text);
    diags_write_json(p->diags, &p->text);
}

// The text goes to a heap of its own, as the command line's does; writing it takes room of the compilation.
static void diags_print(Compilation *c, Outcome *out) {
    Heap heap;
    heap_init(&heap, 0);
    Print print = {.diags = &c->diags};
    strbuf_init(&print.text, &heap);
    diags_sort(&c->diags);
    heap_guard(&c->heap, print_run, &print);
    snprintf(out->text, sizeof out->text, "%.*s", (int)MIN(print.text.len, 1000u), print.text.len ? print.text.ptr : "");
    heap_finish(&heap);
}

static Outcome run(const Job *job) {
    Outcome out = {0};
    Compilation c;
    compile_init(&c);
    out.status = compile(&c, str_from(job->path), job->text,
                         &(CompileOptions){.last = STAGE_INSPECT, .limits = job->limits, .limits_set = true, .n_threads = job->n_threads,
                                           .fault = &job->fault, .cancel = job->cancel});
    out.n_compile_allocs = c.heap.shared->n_allocs;
    if (out.status == STATUS_OK) {
        Export e = {.c = &c, .status = STATUS_OK};
        if (!heap_guard(&c.heap, export_run, &e))
            out.status = status_of(c.heap.failure);
        else
            out.status = e.status, out.n_bytes = (u32)e.bytes.len;
    }
    out.n_allocs = c.heap.shared->n_allocs;
    out.peak_size = c.heap.shared->peak_size;
    out.n_errors = c.diags.n_errors;
    if (c.diags.len)
        diags_print(&c, &out);
    compile_finish(&c);
    return out;
}

// ---- faults at allocations ----

static void fault_at(Job *job, u64 at, const Outcome *whole) {
    static const Failure kinds[] = {FAIL_NONE, FAIL_MEMORY_LIMIT, FAIL_TIMEOUT, FAIL_CANCELLED};
    static const Status statuses[] = {STATUS_MEMORY, STATUS_LIMIT, STATUS_LIMIT, STATUS_INTERRUPTED};
    static const char *const names[] = {"no memory at", "the limit at", "the deadline at", "the interrupt at"};
    for (u32 on = 0; on < 2; on++) {
        // The kinds differ only in what is said at the end: all of them at every eighth point.
        for (u32 k = 0; k < (at % 8 == 1 ? COUNT_OF(kinds) : 1u); k++) {
            job->fault = (CompileFault){at, on, kinds[k]};
            Outcome o = run(job);
            bool right = o.status == statuses[k] && o.n_bytes == 0;
            // How many allocations threads make depends on who does what: the run's own count says.
            bool varies = job->n_threads > 1;
            u64 n_compile = varies ? o.n_compile_allocs : whole->n_compile_allocs;
            if (statuses[k] == STATUS_LIMIT && o.n_errors == 0 && whole->status == STATUS_OK)
                right = right && at > n_compile; // while writing, it is the caller who says so
            right = right || (varies && o.n_allocs < at && o.status == whole->status && o.n_bytes == whole->n_bytes);
            verdict(right, job->path, names[k], at, &o);
        }
    }
    job->fault = (CompileFault){0};
}

static u64 random_next(u64 *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void faults(Job *job, bool every, u64 n_points) {
    Outcome whole = run(job);
    if (whole.status != STATUS_OK && whole.status != STATUS_PROGRAM) {
        verdict(false, job->path, "without a fault", 0, &whole);
        return;
    }
    u64 state = 0x9e3779b97f4a7c15u ^ whole.n_allocs;
    if (every)
        n_points = whole.n_allocs;
    for (u64 i = 0; i < n_points; i++)
        fault_at(job, every ? i + 1 : 1 + random_next(&state) % whole.n_allocs, &whole);
    if (!every)
        for (u64 i = 0; i < 5; i++) {
            fault_at(job, 1 + i, &whole);
            fault_at(job, whole.n_allocs - i, &whole);
        }
    // Past the end it is the whole compilation again.
    job->fault = (CompileFault){job->n_threads > 1 ? 8 * whole.n_allocs : whole.n_allocs + 1, true, FAIL_NONE};
    Outcome again = run(job);
    verdict(again.status == whole.status && again.n_bytes == whole.n_bytes, job->path, "past the end", whole.n_allocs, &again);
    job->fault = (CompileFault){0};
    printf("%s: %llu allocations, %llu KiB, %llu points\n", job->path, (unsigned long long)whole.n_allocs,
           (unsigned long long)whole.peak_size >> 10, (unsigned long long)n_points);
}

// ---- limits, deadlines, interrupts ----

static void memory_limits(Job *job) {
    Outcome whole = run(job);
    u64 need = (whole.peak_size >> 20) + 1, most = job->n_threads > 1 ? 2 * need : need; // of another run
    for (u64 mib = 1; mib <= most + 2; mib += 1 + most / 12) {
        job->limits.memory_mib = mib;
        Outcome o = run(job);
        bool fits = mib >= most;
        bool said = o.status != STATUS_LIMIT || o.n_errors == 0 || strstr(o.text, "E0501");
        verdict(said && (o.status == STATUS_LIMIT || o.status == whole.status) && (!fits || o.status == whole.status), job->path,
                "memory limit of MiB", mib, &o);
    }
    job->limits.memory_mib = limits_default().memory_mib;
}

typedef struct Canceller {
    volatile int flag;
    u64 delay_ns;
    u64 set_at_ns;
} Canceller;

static void *cancel_later(void *arg) {
    Canceller *c = arg;
    nanosleep(&(struct timespec){.tv_sec = (time_t)(c->delay_ns / 1000000000), .tv_nsec = (long)(c->delay_ns % 1000000000)}, NULL);
    c->set_at_ns = clock_now_ns();
    c->flag = 2;
    return NULL;
}

static void interrupts(Job *job, u32 n) {
    u64 start = clock_now_ns();
    Outcome whole = run(job);
    u64 whole_ns = clock_now_ns() - start, state = 88172645463325252u;
    for (u32 i = 0; i < n; i++) {
        Canceller canceller = {.delay_ns = random_next(&state) % (whole_ns + 1)};
        pthread_t thread;
        if (pthread_create(&thread, NULL, cancel_later, &canceller) != 0)
            abort();
        job->cancel = &canceller.flag;
        Outcome o = run(job);
        u64 end = clock_now_ns();
        pthread_join(thread, NULL);
        bool stopped = o.status == STATUS_INTERRUPTED;
        verdict((stopped && end < canceller.set_at_ns + 1000000000u) || (!stopped && o.status == whole.status), job->path,
                "interrupt after us", canceller.delay_ns / 1000, &o);
        job->cancel = NULL;
    }
}

static Str read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    static char bytes[1 << 20];
    size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file)
        fclose(file);
    char *copy = malloc(n + 1);
    if (!file || !copy) {
        printf("FAILED %s: cannot read\n", path);
        exit(1);
    }
    memcpy(copy, bytes, n);
    return (Str){copy, (u32)n};
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    bool every = false;
    u64 n_points = 25;
    u32 n_files = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--every") == 0) {
            every = true;
            continue;
        }
        if (strcmp(argv[i], "--points") == 0 && i + 1 < argc) {
            n_points = strtoull(argv[++i], NULL, 10);
            continue;
        }
        Job job = {.path = argv[i], .text = read_file(argv[i]), .n_threads = 1, .limits = limits_default()};
        faults(&job, every, n_points);
        job.n_threads = 3;
        faults(&job, false, every ? 25 : n_points / 5);
        memory_limits(&job);
        interrupts(&job, every ? 10 : 3);
        free((void *)(uintptr_t)job.text.ptr);
        bool leaks = LEAKS() != 0;
        Outcome none = {0};
        verdict(!leaks, job.path, "leaks", leaks, &none);
        n_files++;
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed || !n_files;
}
