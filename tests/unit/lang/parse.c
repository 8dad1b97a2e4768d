// SPDX-License-Identifier: Apache-2.0
// The tree of what parses: precedence, line breaks, soft keywords, references, texts, spans,
// limits.
#include "tests/unit/test.h"

#include "lang/lang.h"

typedef struct Fixture {
    Heap heap;
    Arena arena;
    Sources sources;
    Diags diags;
    StrBuf out;
} Fixture;

static void set_up(Fixture *f) {
    heap_init(&f->heap, 0);
    arena_init(&f->arena, &f->heap);
    sources_init(&f->sources, &f->arena);
    diags_init(&f->diags, &f->arena, &f->sources);
    strbuf_init(&f->out, &f->heap);
    strbuf_add_z(&f->out, "");
}

// Parses and writes the tree on one line, without places.
static Ast *parse(Fixture *f, const char *text) {
    u32 source = sources_add(&f->sources, STR("t.part"), str_from(text));
    Ast *ast = lang_parse(&f->sources, source, &f->arena, &f->diags);
    StrBuf dump;
    strbuf_init(&dump, &f->heap);
    ast_dump(ast, &f->sources, &dump);
    for (size_t i = 0; i < dump.len; i++) {
        if (dump.ptr[i] == ' ' && i + 1 < dump.len && dump.ptr[i + 1] == '@') {
            i += 2;
            while (i < dump.len && strchr("0123456789:-", dump.ptr[i]))
                i++;
        }
        bool space = dump.ptr[i] == ' ' || dump.ptr[i] == '\n';
        if (!space)
            strbuf_add_char(&f->out, dump.ptr[i]);
        else if (f->out.len && f->out.ptr[f->out.len - 1] != ' ')
            strbuf_add_char(&f->out, ' ');
    }
    while (f->out.len && f->out.ptr[f->out.len - 1] == ' ')
        f->out.ptr[--f->out.len] = 0;
    return ast;
}

static bool gives(const char *text, const char *tree) {
    Fixture f;
    set_up(&f);
    parse(&f, text);
    bool ok = f.diags.len == 0 && strcmp(f.out.ptr, tree) == 0;
    if (!ok)
        printf("%s\n  expected %s\n  got      %s (%u diagnostics)\n", text, tree, f.out.ptr,
               f.diags.len);
    heap_finish(&f.heap);
    return ok;
}

static bool same(const char *a, const char *b) {
    Fixture f, g;
    set_up(&f);
    set_up(&g);
    parse(&f, a);
    parse(&g, b);
    bool ok = f.diags.len == 0 && g.diags.len == 0 && strcmp(f.out.ptr, g.out.ptr) == 0;
    if (!ok)
        printf("not the same:\n  %s\n  %s\n", f.out.ptr, g.out.ptr);
    heap_finish(&f.heap);
    heap_finish(&g.heap);
    return ok;
}

TEST(precedence) {
    CHECK(same("-2^2", "-(2^2)"));
    CHECK(same("2^3^2", "2^(3^2)"));
    CHECK(same("2^-3*4", "(2^(-3))*4"));
    CHECK(same("a - b - c", "(a - b) - c"));
    CHECK(same("a + b * c % d & e", "a + (((b * c) % d) & e)"));
    CHECK(same("1 + 2..3 * 4", "(1 + 2)..(3 * 4)"));
    CHECK(same("a == b..c", "a == (b..c)"));
    CHECK(same("not a == b and c or d", "((not (a == b)) and c) or d"));
    CHECK(same("a or b ? c : d ? e : f", "(a or b) ? c : (d ? e : f)"));
    CHECK(same("-a.b(1)[2]", "-(((a.b(1)))[2])"));
    CHECK(same("-a * b", "(-a) * b"));
}

TEST(line_breaks) {
    CHECK(same("let a = 3\n  + 4", "let a = 3 + 4"));
    CHECK(same("let a = 3 +\n\n // why\n 4", "let a = 3 + 4"));
    CHECK(same("let a =\n3", "let a = 3"));
    CHECK(same("a\n.b()\n.c()", "a.b().c()"));
    CHECK(same("let a = c\n ? x\n : y", "let a = c ? x : y"));
    CHECK(same("if a { b }\nelse { c }", "if a { b } else { c }"));
    CHECK(same("if a { b }\n\nelse if d { e }", "if a { b } else if d { e }"));
    CHECK(same("f(\n1\n,\n2\n)", "f(1, 2)"));
    CHECK(same("f(part a {\nb\nc\n}\n, 2)", "f(part a { b; c }, 2)"));
    CHECK(same("a\n\n\nb;;c;", "a; b; c"));
    CHECK(same("let a = x and\n not\n y", "let a = x and not y"));
    CHECK(same("part a\n{\n b\n}", "part a { b }"));
    CHECK(same("a\r\nb\r\n", "a\nb"));
    CHECK(same("a\n[b]", "a; [b]"));
    CHECK(same("a /* x\ny */ + b", "a + b"));
    CHECK(same("material m {\n color = #fff\n roughness = 1,\n}",
               "material m { color = #fff, roughness = 1 }"));
}

TEST(soft_keywords_are_names_elsewhere) {
    CHECK(gives("let mark = 3", "(let mark (number 3))"));
    CHECK(gives("f(step = 2)", "(place (call f step = (number 2)))"));
    CHECK(gives("part object { }", "(place (part object))"));
    CHECK(gives("mark.move(x = 1)", "(place (call move subject: (name mark) x = (number 1)))"));
    CHECK(gives("cut(3)", "(place (call cut (number 3)))"));
    CHECK(gives("cut", "(place (name cut))"));
    CHECK(gives("object chair \"A chair\"", "(object chair \"A chair\")"));
    CHECK(gives("units in", "(units in)"));
    CHECK(gives("mark pin = p", "(mark pin (name p))"));
    CHECK(gives("cut @a, @b/c { d }", "(cut from: (ref a) from: (ref b c) (place (name d)))"));
    CHECK(
        gives("param step = 3 in 2..6 step 2 \"w\"",
              "(param step \"w\" (number 3) in: (range (number 2) (number 6)) step: (number 2))"));
    CHECK(gives("expect (a)", "(expect (name a))"));
    CHECK(gives("tolerance 0.1mm", "(tolerance (number 0.1mm))"));
}

TEST(references) {
    CHECK(gives("@tuner[left]/post[2]",
                "(place (ref tuner post tuner[] (name left) post[] (number 2)))"));
    CHECK(gives("@a/b", "(place (ref a b))"));
    CHECK(gives("@a / b", "(place (binary / (ref a) (name b)))"));
    CHECK(gives("@a /b", "(place (binary / (ref a) (name b)))"));
    CHECK(gives("@a/2", "(place (binary / (ref a) (number 2)))"));
    CHECK(gives("x/b", "(place (binary / (name x) (name b)))"));
    CHECK(gives("l[@a]/b", "(place (binary / (index (name l) at: (ref a)) (name b)))"));
    CHECK(
        gives("@a[l[0]]/b.c", "(place (member c (ref a b a[] (index (name l) at: (number 0)))))"));
}

TEST(numbers_and_units) {
    CHECK(gives("3in", "(place (number 3in))"));
    CHECK(gives("2..6", "(place (range (number 2) (number 6)))"));
    CHECK(gives("1e3", "(place (number 1000))"));
    CHECK(gives("1.5e-3mm", "(place (number 0.0015mm))"));
    CHECK(gives("45deg", "(place (number 45deg))"));
    CHECK(gives("f(#b98a5a)", "(place (call f (color #b98a5a)))"));
    CHECK(gives("f(#abc)", "(place (call f (color #aabbcc)))"));
}

TEST(texts) {
    CHECK(gives("\"a\\n\\\"\\{b\\}\"", "(place (text \"a\\n\\\"{b}\"))"));
    CHECK(gives("\"{a} is {b + 1} wide\"", "(place (template (name a) (text \" is \") (binary + "
                                           "(name b) (number 1)) (text \" wide\")))"));
    CHECK(
        gives("\"{f(\"x{y}\")}\"", "(place (template (call f (template (text \"x\") (name y)))))"));
    CHECK(gives("\"http://x\"", "(place (text \"http://x\"))"));
    CHECK(gives("\"}\"", "(place (text \"}\"))"));
}

TEST(spans_cover_what_was_written) {
    Fixture f;
    set_up(&f);
    Ast *ast = parse(&f, "let a = (b + 2cm) * \"x {c}\"\npart leg \"w\": oak { box() }.both(X)\n");
    CHECK_EQ(f.diags.len, 0);
    const AstNode *let = ast->statements.items[0];
    CHECK_EQ(let->span.off, 0);
    CHECK_EQ(let->span.len, 27);
    const AstNode *product = let->let.value;
    CHECK_EQ(product->binary.left->span.off, 8); // with its parentheses
    CHECK_EQ(product->binary.left->span.len, 9);
    CHECK_EQ(product->binary.op_span.off, 18);
    const AstNode *two = product->binary.left->binary.right;
    CHECK(str_equal_z(two->number.unit, "cm"));
    const AstNode *c = product->binary.right->template_.parts.items[1];
    CHECK_EQ(c->span.off, 24);
    const AstNode *call = ast->statements.items[1]->place.value;
    CHECK_EQ(call->span.off, 28);
    CHECK_EQ(call->call.subject->part.head.len, 17); // up to the material
    CHECK_EQ(call->call.subject->part.label.span.off, 33);
    heap_finish(&f.heap);
}

static char *repeated(const char *head, const char *unit, u32 n, const char *tail, char *out) {
    char *p = out + sprintf(out, "%s", head);
    for (u32 i = 0; i < n; i++)
        p += sprintf(p, "%s", unit);
    strcpy(p, tail);
    return out;
}

static u32 n_of(const char *text, DiagCode code, bool *limit) {
    Fixture f;
    set_up(&f);
    u32 source = sources_add(&f.sources, STR("t.part"), str_from(text)), n = 0;
    lang_parse(&f.sources, source, &f.arena, &f.diags);
    for (u32 i = 0; i < f.diags.len; i++)
        n += f.diags.items[i]->code == code;
    *limit = f.diags.limit_reached;
    u32 n_all = f.diags.len;
    heap_finish(&f.heap);
    return n == n_all ? n : 1000 + n_all;
}

TEST(limits_are_reported_once) {
    static char text[3 << 20];
    bool limit = false;
    CHECK_EQ(n_of(repeated("let a = ", "(", 256, "1", text), DIAG_E0204, &limit), 1);
    CHECK(!limit);
    CHECK_EQ(n_of(repeated("let a = ", "(", 257, "1", text), DIAG_E0522, &limit), 1);
    CHECK(limit);
    CHECK_EQ(n_of(repeated("let a = 1", " + 1", 998, "", text), DIAG_E0522, &limit), 0);
    CHECK_EQ(n_of(repeated("let a = 1", " + 1", 1100, "", text), DIAG_E0522, &limit), 1);
    CHECK_EQ(n_of(repeated("let a = ", "-", 100000, "1", text), DIAG_E0522, &limit), 1);
    CHECK_EQ(n_of(repeated("let a = ", "x ? y : ", 100000, "1", text), DIAG_E0522, &limit), 1);
    CHECK_EQ(n_of(repeated("if a { b }", " else if a { b }", 3000, "", text), DIAG_E0522, &limit),
             1);
    CHECK_EQ(n_of(repeated("let a", "a", 254, " = 1", text), DIAG_E0523, &limit), 0);
    CHECK_EQ(n_of(repeated("let a", "a", 255, " = 1", text), DIAG_E0523, &limit), 1);
    CHECK_EQ(n_of(repeated("let a = \"", "a", 65534, "\"", text), DIAG_E0524, &limit), 0);
    CHECK_EQ(n_of(repeated("let a = \"", "a", 65535, "\"", text), DIAG_E0524, &limit), 1);
    CHECK(limit);
}

// No input of a quarter mebibyte takes long, sanitizers or not: inputs that tempt a parser into
// quadratic work.
TEST(time_is_linear) {
    static const char *const UNITS[] = {
        "\"{",    "[",          "a b ",  "}",         "@a/b[0]",      "x = 3\n",
        "f(a, ",  "/*",         "# x\n", "((((1]]]]", "\"{a}\" ",     "let a =\n",
        "a . b ", "part a {\n", "'",     "1 2 ",      "\xE2\x80\x9C", "'\\",
        "\"",     ")",          "\"{(",  "x{\n"};
    static char text[(1 << 18) + 16];
    for (u32 i = 0; i < COUNT_OF(UNITS); i++) {
        u32 n = (1 << 18) / (u32)strlen(UNITS[i]);
        char *p = text;
        for (u32 k = 0; k < n; k++, p += strlen(UNITS[i]))
            memcpy(p, UNITS[i], strlen(UNITS[i]));
        *p = 0;
        u64 start = clock_now_ns();
        Fixture f;
        set_up(&f);
        u32 source = sources_add(&f.sources, STR("t.part"), str_from(text));
        lang_parse(&f.sources, source, &f.arena, &f.diags);
        heap_finish(&f.heap);
        u64 took_ms = (clock_now_ns() - start) / 1000000;
        if (took_ms >= 4000)
            printf("%s takes %llu ms\n", UNITS[i], (unsigned long long)took_ms);
        CHECK(took_ms < 4000);
    }
}

static bool expects(const char *text, TokenKind kind) {
    Fixture f;
    set_up(&f);
    u32 source = sources_add(&f.sources, STR("t.part"), str_from(text));
    TokenKind kinds[TOK_COUNT];
    u32 n = lang_expects(&f.sources, source, (u32)strlen(text), &f.arena, kinds, TOK_COUNT);
    bool found = false;
    for (u32 i = 0; i < n; i++)
        found = found || kinds[i] == kind;
    heap_finish(&f.heap);
    return found;
}

TEST(what_can_come_next) {
    CHECK(expects("", TOK_PART));
    CHECK(expects("part ", TOK_NAME));
    CHECK(!expects("part ", TOK_NUMBER));
    CHECK(expects("part leg", TOK_COLON));
    CHECK(expects("box(size = [1, 2", TOK_COMMA));
    CHECK(expects("box(size = [1, 2", TOK_RBRACKET));
    CHECK(!expects("box(size = [1, 2", TOK_RPAREN));
    CHECK(!expects("let = ", TOK_NUMBER)); // wrong before
}

TEST(a_program_that_is_cut_off_keeps_what_is_whole) {
    Fixture f;
    set_up(&f);
    Ast *ast = parse(&f, "part a { box() }\npart b { part c { box() }\n part d { box(size = [1,\n");
    CHECK(ast->is_cut_off);
    CHECK_EQ(ast->cut_off_at, 24);
    CHECK_EQ(f.diags.n_errors, 1);
    CHECK_EQ(ast->statements.len, 2);
    CHECK_EQ(ast->statements.items[1]->place.value->part.body.len, 2);
    heap_finish(&f.heap);
}

TEST_MAIN(TEST_CASE(precedence), TEST_CASE(line_breaks),
          TEST_CASE(soft_keywords_are_names_elsewhere), TEST_CASE(references),
          TEST_CASE(numbers_and_units), TEST_CASE(texts), TEST_CASE(spans_cover_what_was_written),
          TEST_CASE(limits_are_reported_once), TEST_CASE(time_is_linear),
          TEST_CASE(what_can_come_next), TEST_CASE(a_program_that_is_cut_off_keeps_what_is_whole))
