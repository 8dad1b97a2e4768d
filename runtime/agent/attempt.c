// SPDX-License-Identifier: Apache-2.0
// A model's program is a stranger's: it is compiled in a process that can do nothing but fail. What the
// compiler says of it, as text and as a signature, is what the next round is told.
#include "runtime/agent/agent_internal.h"

#include "base/map.h"
#include "base/sort.h"
#include "base/utf8.h"
#include "compiler/inspect/report.h"
#include "runtime/agent/sandbox.h"

#include <stdio.h>

enum { REPORT_MAX = 24000 }; // bytes of findings and of the report that a model is shown

static bool is_style(const Diag *diag) { return str_starts(str_from(diag_code_text(diag->code)), STR("W09")); }

// Of the set of what is wrong, whatever its order: errors if there are any, else warnings.
static u64 signature_of(const Compilation *c, bool has_errors) {
    u64 sum = 0;
    for (u32 i = 0; i < c->diags.len; i++) {
        const Diag *diag = c->diags.items[i];
        bool counts = has_errors ? diag->severity == SEVERITY_ERROR : diag->severity == SEVERITY_WARNING && !is_style(diag);
        if (counts)
            sum += hash_mix(diag_signature(&c->diags, diag) | 1);
    }
    return sum;
}

typedef struct Describe { // the guarded part: it counts against the compilation's own heap
    Agent *agent;
    Compilation *c;
    Attempt *out;
    StrBuf text;
} Describe;

static void write_findings(void *ctx) {
    Describe *d = ctx;
    strbuf_init(&d->text, &d->c->heap);
    diags_sort(&d->c->diags);
    diags_write_text(&d->c->diags, (DiagTextOptions){.max = DIAGS_PRINT_MAX}, &d->text);
}

static void write_report(void *ctx) {
    Describe *d = ctx;
    strbuf_init(&d->text, &d->c->heap);
    report_write_markdown(&d->c->report, &d->c->arena, &d->text);
}

static Str described(Describe *d, void (*write)(void *)) {
    if (!heap_guard(&d->c->heap, write, d) || d->text.len == 0)
        return STR("");
    Str text = strbuf_str(&d->text);
    u32 len = MIN(text.len, (u32)REPORT_MAX);
    while (len < text.len && len > 0 && text.ptr[len - 1] != '\n')
        len--;
    return str_copy(d->agent->arena, (Str){text.ptr, len});
}

static void save_attempt(Agent *agent, const Attempt *a) {
    char name[64];
    snprintf(name, sizeof name, "attempt-%02u.part", a->number);
    agent_save(agent, name, a->program);
    if (a->findings.len) {
        snprintf(name, sizeof name, "attempt-%02u.findings.txt", a->number);
        agent_save(agent, name, a->findings);
    }
    if (a->report.len) {
        snprintf(name, sizeof name, "attempt-%02u.report.md", a->number);
        agent_save(agent, name, a->report);
    }
}

static Status compile_program(Agent *agent, Str program, Compilation *c) {
    compile_init(c);
    CompileOptions options = {.last = STAGE_INSPECT,
                              .limits = agent->options->limits,
                              .limits_set = true,
                              .report = true,
                              .n_threads = agent->options->n_threads,
                              .cancel = agent->options->cancel};
    return compile(c, STR("program.part"), program, &options);
}

// ---- in a process of its own ----

typedef struct AttemptWire { // what the child says, before findings and report
    u64 signature;
    u32 status, n_errors, n_warnings, findings_len, report_len;
} AttemptWire;

enum { ANSWER_MAX = (int)sizeof(AttemptWire) + 2 * REPORT_MAX };

static const char compiler_failed[] = "the compiler itself failed on this program; write it in another way\n";

typedef struct Job {
    Agent *agent;
    Str program;
} Job;

static void examine(void *ctx, StrBuf *out) {
    const Job *job = ctx;
    Attempt a = {.n_must = NONE};
    Compilation c;
    a.status = compile_program(job->agent, job->program, &c);
    a.n_errors = c.diags.n_errors;
    for (u32 i = 0; i < c.diags.len; i++)
        a.n_warnings += c.diags.items[i]->severity == SEVERITY_WARNING && !is_style(c.diags.items[i]);
    if (a.status != STATUS_OK)
        a.n_errors = MAX(a.n_errors, 1u);
    Describe describe = {.agent = job->agent, .c = &c, .out = &a};
    Str findings = c.diags.len ? described(&describe, write_findings) : STR("");
    Str report = c.has_report ? described(&describe, write_report) : STR("");
    if (a.status == STATUS_BUG || a.status == STATUS_MEMORY)
        findings = str_from(compiler_failed);
    AttemptWire wire = {signature_of(&c, c.diags.n_errors > 0), (u32)a.status, a.n_errors, a.n_warnings, findings.len, report.len};
    strbuf_add_bytes(out, (const char *)&wire, sizeof wire);
    strbuf_add(out, findings);
    strbuf_add(out, report);
    compile_finish(&c);
}

// What a child said is taken for what it should be, and no further: a program may have got hold of it.
static bool read_wire(Str answer, Attempt *out) {
    AttemptWire wire;
    if (answer.len < sizeof wire)
        return false;
    memcpy(&wire, answer.ptr, sizeof wire);
    u32 rest = answer.len - (u32)sizeof wire;
    if (wire.findings_len > rest || wire.report_len != rest - wire.findings_len || wire.status > STATUS_INTERRUPTED)
        return false;
    Str text = {answer.ptr + sizeof wire, rest};
    if (utf8_validate(text.ptr, text.len) != text.len)
        return false;
    out->signature = wire.signature;
    out->status = (Status)wire.status;
    out->n_errors = wire.n_errors;
    out->n_warnings = wire.n_warnings;
    out->findings = (Str){text.ptr, wire.findings_len};
    out->report = (Str){text.ptr + wire.findings_len, wire.report_len};
    return true;
}

static void set_failure(Attempt *out, Status status, Str findings) {
    out->status = status;
    out->n_errors = 1;
    out->n_warnings = 0;
    out->signature = hash_mix((u64)status + 100);
    out->findings = findings;
    out->report = STR("");
}

static SandboxEnd run_examination(Agent *agent, Job *job, Str *answer) {
    const AgentOptions *o = agent->options;
    SandboxOptions options = {.seconds = o->limits.seconds,
                              .memory_mib = o->limits.memory_mib,
                              .max_answer = ANSWER_MAX,
                              .n_threads = o->n_threads,
                              .secret = agent->has_client ? (char *)agent->client.config.key : NULL,
                              .cancel = o->cancel};
    SandboxEnd end = sandbox_run(&options, agent->heap, agent->arena, examine, job, answer);
    if (end != SANDBOX_NONE)
        return end;
    if (o->note && !agent->said_no_sandbox) // a machine out of processes: the compiler's own limits hold
        o->note(o->ctx, "no process could be made: programs are compiled in this one");
    agent->said_no_sandbox = true;
    StrBuf out;
    strbuf_init(&out, agent->heap);
    examine(job, &out);
    *answer = str_copy(agent->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return SANDBOX_DONE;
}

void attempt_make(Agent *agent, Str program, Attempt *out) {
    *out = (Attempt){.program = str_copy(agent->arena, program), .number = ++agent->n_attempts, .n_must = NONE};
    Job job = {agent, out->program};
    Str answer;
    switch (run_examination(agent, &job, &answer)) {
    case SANDBOX_DONE:
        if (!read_wire(answer, out))
            set_failure(out, STATUS_BUG, str_from(compiler_failed));
        break;
    case SANDBOX_TIMEOUT:
        set_failure(out, STATUS_LIMIT,
                    str_format(agent->arena, "error[E0502]: the compilation took more than %llu s: make fewer or simpler parts\n",
                               (unsigned long long)agent->options->limits.seconds));
        break;
    case SANDBOX_CANCELLED: set_failure(out, STATUS_INTERRUPTED, STR("interrupted\n")); break;
    case SANDBOX_DIED:
    case SANDBOX_TOO_MUCH:
    case SANDBOX_NONE: set_failure(out, STATUS_BUG, str_from(compiler_failed)); break;
    }
    save_attempt(agent, out);
}

static void no_pictures(Agent *agent, const char *why) {
    if (!agent->said_no_pictures && agent->options->note) {
        char text[300];
        snprintf(text, sizeof text, "no pictures (%s): the inspector gets the scene report only", why);
        agent->options->note(agent->options->ctx, text);
    }
    agent->said_no_pictures = true;
}

void attempt_take_pictures(Agent *agent, Attempt *attempt) {
    static const char *const sheets[AGENT_PICTURES_MAX] = {"views", "parts"};
    const AgentCamera *camera = agent->options->camera;
    const char *why = "no renderer";
    attempt->n_png = 0;
    if (agent->said_no_pictures) // nor will there be any
        return;
    Compilation c;
    // Compiled once more rather than kept: most drafts are never looked at.
    bool ok = camera && compile_program(agent, attempt->program, &c) == STATUS_OK;
    ok = ok && camera->take(camera->ctx, &c, agent->arena, attempt->png, &attempt->n_png, &why);
    if (camera)
        compile_finish(&c);
    if (!ok) {
        attempt->n_png = 0;
        no_pictures(agent, why);
    }
    for (u32 i = 0; i < attempt->n_png; i++) {
        char name[64];
        snprintf(name, sizeof name, "attempt-%02u.%s.png", attempt->number, sheets[i]);
        agent_save(agent, name, attempt->png[i]);
    }
}

bool attempt_is_clean(const Attempt *attempt) { return attempt->status == STATUS_OK && attempt->n_warnings == 0; }

// Less is better: accepted, compiles, looked at with fewer faults, fewer warnings, fewer errors; of two
// alike the later.
static bool is_better(const Attempt *a, const Attempt *b) {
    if (a->is_accepted != b->is_accepted)
        return a->is_accepted;
    bool a_ok = a->status == STATUS_OK, b_ok = b->status == STATUS_OK;
    if (a_ok != b_ok)
        return a_ok;
    if (a->n_must != b->n_must)
        return a->n_must < b->n_must;
    if (a->n_errors != b->n_errors)
        return a->n_errors < b->n_errors;
    return a->n_warnings <= b->n_warnings;
}

void attempt_keep_best(Agent *agent, const Attempt *attempt) {
    if (agent->has_best && !is_better(attempt, &agent->best))
        return;
    agent->best = *attempt;
    agent->has_best = true;
    agent_save(agent, "best.part", attempt->program);
}

const char *attempt_outcome(Agent *agent, const Attempt *a) {
    if (a->status == STATUS_OK && a->n_warnings == 0)
        return "compiles clean";
    if (a->status == STATUS_OK)
        return str_format(agent->arena, "compiles with %u warning%s", a->n_warnings, a->n_warnings == 1 ? "" : "s").ptr;
    return str_format(agent->arena, "%u error%s, %u warning%s", a->n_errors, a->n_errors == 1 ? "" : "s", a->n_warnings,
                      a->n_warnings == 1 ? "" : "s")
        .ptr;
}
