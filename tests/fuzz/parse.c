// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the language's front end. For any bytes: nothing crashes, every span lies in the
// text, the tokens cover the text in order, both dumps work, a program without errors has no
// AST_BAD in it, and is formatted to one that formatting leaves alone.
#include "lang/fmt.h"

#include <stdio.h>
#include <stdlib.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "fuzz: not so: %s\n", #condition);                                     \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool holds(const uint8_t *data, size_t size, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= size; i++)
        if (memcmp(data + i, word, n) == 0)
            return true;
    return false;
}

static void check_tokens(const Tokens *tokens, u32 len) {
    u32 end = 0;
    for (u32 i = 0; i < tokens->len; i++) {
        Span span = tokens->items[i].span;
        MUST(span.off >= end && span.off <= len && span.len <= len - span.off);
        MUST(span.len > 0 || tokens->items[i].kind == TOK_END);
        end = span.off + span.len;
    }
    MUST(tokens->len > 0 && tokens->items[tokens->len - 1].kind == TOK_END);
}

static void check_diags(const Diags *diags, u32 len) {
    for (u32 i = 0; i < diags->len; i++) {
        const Diag *diag = diags->items[i];
        MUST(!diag->has_span || (diag->span.off <= len && diag->span.len <= len - diag->span.off));
        for (u32 k = 0; k < diag->n_fixes; k++)
            MUST(diag->fixes[k].span.off <= len &&
                 diag->fixes[k].span.len <= len - diag->fixes[k].span.off);
        for (u32 k = 0; k < diag->n_labels; k++)
            MUST(diag->labels[k].span.off <= len &&
                 diag->labels[k].span.len <= len - diag->labels[k].span.off);
    }
}

// Formatting works, keeps the tree (lang_format asserts it), and is done after once.
static void check_format(Sources *sources, u32 source, Arena *arena, Diags *diags) {
    StrBuf once, twice;
    strbuf_init(&once, arena->heap);
    strbuf_init(&twice, arena->heap);
    MUST(lang_format(sources, source, arena, diags, &once));
    u32 formatted = sources_add(sources, STR("once.part"), strbuf_str(&once));
    MUST(lang_format(sources, formatted, arena, diags, &twice));
    MUST(str_equal(strbuf_str(&once), strbuf_str(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static Heap heap;
    heap_init(&heap, (u64)1 << 30);
    if (HEAP_TRY(&heap)) {
        Arena arena;
        arena_init(&arena, &heap);
        Sources sources;
        sources_init(&sources, &arena);
        Diags lex_diags, diags;
        diags_init(&lex_diags, &arena, &sources);
        diags_init(&diags, &arena, &sources);
        u32 source = sources_add(&sources, STR("fuzz.part"), (Str){(const char *)data, (u32)size});
        u32 len = sources.items[source].text.len;
        Tokens tokens;
        lang_lex(&sources.items[source], source, &arena, &lex_diags, &tokens);
        check_tokens(&tokens, len);
        check_diags(&lex_diags, len);
        Ast *ast = lang_parse(&sources, source, &arena, &diags);
        check_diags(&diags, len);
        StrBuf out;
        strbuf_init(&out, &heap);
        tokens_dump(&tokens, &sources, &out);
        out.len = 0;
        ast_dump(ast, &sources, &out);
        if (diags.n_errors == 0 && out.len)
            MUST(strstr(out.ptr, "(bad @") == NULL || holds(data, size, "(bad @"));
        if (diags.n_errors == 0)
            check_format(&sources, source, &arena, &diags);
        diags_write_text(&diags, (DiagTextOptions){0}, &out);
        TokenKind kinds[8];
        lang_expects(&sources, source, len / 2, &arena, kinds, 8);
    } else {
        MUST(heap.failure == FAIL_MEMORY_LIMIT);
    }
    heap_finish(&heap);
    return 0;
}
