// SPDX-License-Identifier: Apache-2.0
// Tables of small programs and what the checker must say of them.
#ifndef FRC_TESTS_UNIT_CHECK_CASES_H
#define FRC_TESTS_UNIT_CHECK_CASES_H

#include "tests/unit/check/support.h"

typedef struct Case {
    const char *program;
    const char *code;  // the one error's, or NULL: none
    const char *says;  // in its message, label, note or help; NULL: anything
    const char *fixed; // the program after its first fix; NULL: not looked at; "": it has none
} Case;

static inline bool case_contains(Str s, const char *part) {
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= s.len; i++)
        if (memcmp(s.ptr + i, part, n) == 0)
            return true;
    return false;
}

static inline const Diag *case_error(const Checked *c) {
    for (u32 i = 0; i < c->diags.len; i++)
        if (c->diags.items[i]->severity == SEVERITY_ERROR)
            return c->diags.items[i];
    return NULL;
}

static inline bool case_says(const Diag *d, const char *part) {
    bool found = case_contains(d->message, part) || case_contains(d->help, part);
    for (u32 i = 0; i < d->n_labels; i++)
        found |= case_contains(d->labels[i].text, part);
    for (u32 i = 0; i < d->n_notes; i++)
        found |= case_contains(d->notes[i], part);
    return found;
}

static inline bool case_is_fixed(const Checked *c, const Diag *d, const char *program, const char *fixed) {
    if (*fixed == '\0' || d->n_fixes == 0)
        return *fixed == '\0' && d->n_fixes == 0;
    StrBuf out;
    strbuf_init(&out, (Heap *)(uintptr_t)&c->heap);
    DiagFix fix = d->fixes[0];
    strbuf_add_bytes(&out, program, fix.span.off);
    strbuf_add(&out, fix.replacement);
    strbuf_add_z(&out, program + fix.span.off + fix.span.len);
    bool ok = str_equal_z(strbuf_str(&out), fixed);
    if (!ok)
        printf("  fixed: %.*s\n", STR_ARG(strbuf_str(&out)));
    return ok;
}

// Runs one case on c, set up already; prints what is wrong.
static inline bool case_run(Checked *c, const Case *t) {
    check_run(c, t->program);
    const Diag *error = case_error(c);
    bool ok = t->code ? error != NULL : error == NULL && c->ok;
    if (ok && t->code)
        ok = check_only_error(c) != DIAG_COUNT && strcmp(diag_code_text(error->code), t->code) == 0 &&
             (!t->says || case_says(error, t->says)) && (!t->fixed || case_is_fixed(c, error, t->program, t->fixed));
    if (!ok) {
        printf("  program: %s\n  wanted: %s %s\n", t->program, t->code ? t->code : "no error", t->says ? t->says : "");
        check_print(c);
    }
    return ok;
}

static inline bool cases_run(const Case *cases, u32 n) {
    bool ok = true;
    for (u32 i = 0; i < n; i++) {
        Checked c;
        check_setup(&c);
        ok = case_run(&c, &cases[i]) && ok;
        check_finish(&c);
    }
    return ok;
}

#define CHECK_CASES(cases) CHECK(cases_run((cases), COUNT_OF(cases)))

// Each text is an expression that must hold, after the statements of head.
static inline bool truths_run(const char *head, const char *const *truths, u32 n) {
    bool ok = true;
    for (u32 i = 0; i < n; i++) {
        char program[2000];
        snprintf(program, sizeof program, "%s\nexpect %s\nsphere(d = 1)", head, truths[i]);
        Case t = {program, NULL, NULL, NULL};
        Checked c;
        check_setup(&c);
        ok = case_run(&c, &t) && ok;
        check_finish(&c);
    }
    return ok;
}

#define CHECK_TRUE(head, truths) CHECK(truths_run((head), (truths), COUNT_OF(truths)))

#endif
