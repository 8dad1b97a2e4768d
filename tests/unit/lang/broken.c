// SPDX-License-Identifier: Apache-2.0
// Each broken program lists exactly these diagnostics, at these places: several independent
// mistakes in a run, and none that follows from another.
#include "tests/unit/test.h"

#include "lang/lang.h"

typedef struct Broken {
    const char *name, *text, *expected;
} Broken;

static const Broken BROKEN[] = {
    {"let",
     "x = 3;\n"
     "box(size = x)\n",
     "E0209@1:1"},
    {"for",
     "for (i = [0:3]) { part a { box(size=i) } }\n"
     "for (i = [0:5:20]) cube(i);\n"
     "for (x in list) { a }\n"
     "for (let i = 0; i < 3; i++) { a }\n",
     "E0213@1:5 E0213@2:5 E0213@3:5 E0213@4:5"},
    {"diff",
     "difference() { cube(10); translate([1,2,3]) sphere(4); }\n"
     "union() { a(); b(); }\n"
     "hull() { a(1); b(2); }\n"
     "translate([1,2,3]) { a(); }\n"
     "rotate([90,0,0]) { a(); }\n"
     "foo() { a }\n",
     "E0211@1:1 E0211@2:1 E0211@3:1 E0211@4:1 E0211@5:1 E0211@6:1"},
    {"prefix",
     "translate([1,2,3]) cube(5);\n"
     "translate([1,2,3]) rotate([0,0,45]) cube([1,2,3], center=true);\n"
     "let a = 3\n",
     "E0212@1:1 E0212@2:1"},
    {"module",
     "module leg(h) { box(size = h) }\n"
     "function f(x) = x * 2;\n"
     "leg(3)\n",
     "E0214@1:1 E0214@2:1"},
    {"py",
     "import math\n"
     "from x import y\n"
     "def leg(h):\n"
     "    return box(size = h)\n"
     "if a:\n"
     "    box()\n"
     "elif b:\n"
     "    box()\n"
     "else:\n"
     "    box()\n"
     "for i in range(3):\n"
     "    box()\n"
     "let z = 3\n",
     "E0215@1:1 E0215@2:1 E0217@3:11 E0217@5:5 E0221@7:1 E0217@7:7 E0217@11:18"},
    {"import",
     "import \"foo.stl\"\n"
     "use <foo.scad>\n"
     "include <a/b.scad>;\n"
     "let x = 1\n",
     "E0215@1:1 E0215@2:1 E0215@3:1"},
    {"hash",
     "# a chair\n"
     "let x = 3 # three\n"
     "#### foo\n"
     "let c = #ff0000\n",
     "E0111@1:1"},
    {"pipe",
     "let a = box(size=1) |> move(x = 1)\n"
     "let b = 2 ** 3 && !c || d\n",
     "E0110@1:21 E0110@2:11 E0110@2:16 E0110@2:19 E0110@2:22"},
    {"fn",
     "$fn = 64;\n"
     "sphere(d = 3, $fn = 64)\n"
     "sphere($fn = 64, d = 3)\n",
     "E0216@1:1 E0216@2:15 E0216@3:8"},
    {"quote",
     "object chair 'A chair'\n"
     "let a = \342\200\234hi\342\200\235\n"
     "let b = \342\200\230yo\342\200\231\n",
     "E0109@1:14 E0109@2:9 E0109@3:9"},
    {"unit",
     "let a = 45 mm\n"
     "let b = [3 cm, 4 inches]\n"
     "let c = 30\302\260\n"
     "let d = 3millimeters + 4xx\n"
     "let e = 3 in\n",
     "E0222@1:9 E0222@2:10 E0222@2:16 E0107@3:11 E0107@4:10 E0107@4:25 E0222@5:9"},
    {"ret",
     "def f(x) { return x * 2 }\n"
     "def g(x) { let y = 1; return y }\n",
     "E0221@1:12 E0221@2:23"},
    {"elif",
     "if a { b } elif c { d } else { e }\n"
     "if a { b }\n"
     "elif c { d }\n",
     "E0221@1:12 E0221@3:1"},
    {"true",
     "let a = True\n"
     "let b = x if c else y\n"
     "let d = f(x if c else y)\n",
     "E0110@1:9 E0221@2:11 E0221@3:13"},
    {"arrow",
     "let f = x => x * 2\n"
     "let g = lambda x: x * 2\n"
     "def f(x) -> int { box() }\n",
     "E0214@1:11 E0214@2:9 E0214@3:10"},
    {"cond",
     "if x = 3 { a }\n"
     "expect a = b\n"
     "if (x = 3) { a }\n",
     "E0210@1:6 E0210@2:10 E0210@3:7"},
    {"part",
     "part \"leg\" { box() }\n"
     "part \"left leg\": oak { box() }\n"
     "part a = box()\n"
     "part b oak { box() }\n"
     "part c: oak \"words\" { box() }\n"
     "part d(h) { box() }\n"
     "part { box() }\n"
     "part e: #ff0000 { box() }\n"
     "part f: \"oak\" { box() }\n"
     "material m = { color = red }\n"
     "material n = #fff\n",
     "E0218@1:6 E0218@2:6 E0218@3:8 E0218@4:8 E0218@5:13 E0218@6:7 E0218@7:1 E0218@8:9 "
     "E0218@9:9 E0218@10:12 E0218@11:12"},
    {"type",
     "let x: 3\n"
     "let y: number = 4\n"
     "def f(a: int, b: float = 3) = a\n"
     "box(size: [1,2,3])\n"
     "material m { color: #fff, roughness: 0.5 }\n",
     "E0223@1:6 E0223@2:6 E0223@3:8 E0223@3:16 E0226@4:9 E0226@5:19 E0226@5:36"},
    {"braces",
     "if a box()\n"
     "for x in l box()\n"
     "if a { b } else c\n"
     "part leg\n"
     "  box()\n"
     "let x = 3\n"
     "part arm: oak\n",
     "E0217@1:6 E0217@2:12 E0217@3:17 E0217@4:6 E0217@7:11"},
    {"label", "expect count(@part.leg) == 4\n", "E0219@1:14"},
    {"uni",
     "let a = 3 \342\210\222 2 \303\227 4 \303\267 2\n"
     "let b = a \342\211\244 3\n"
     "let c = 3\302\240+ 4\n"
     "let \303\251 = 3\n",
     "E0101@1:11 E0101@1:17 E0101@1:22 E0101@2:11 E0101@3:10 E0101@4:5"},
    {"chain",
     "expect a < b < c\n"
     "let r = 1..2..3\n",
     "E0207@1:14 E0208@2:13"},
    {"reserved",
     "let part = 3\n"
     "part for { box() }\n"
     "let in = 4\n",
     "E0220@1:5 E0220@2:6 E0220@3:5"},
    {"comma",
     "let a = [1 2 3]\n"
     "box(size = [1, 2, 3] round = 1)\n"
     "cylinder(h 5, d = 3)\n"
     "let b = [1,,2]\n",
     "E0205@1:12 E0205@2:22 E0226@3:10 E0225@4:12"},
    {"sep",
     "box(size = 1) box(size = 2)\n"
     "let a = 1 let b = 2\n"
     "part a { box() } part b { box() }\n"
     "let x 3\n"
     "let p = 1, q = 2\n",
     "E0206@1:15 E0206@2:11 E0206@3:18 E0226@4:5 E0206@5:10"},
    {"empty",
     "let a =\n"
     "let b = 3\n"
     "box(size = )\n"
     "let c = [1, 2\n",
     "E0225@1:7 E0225@3:10 E0204@4:9"},
    {"unclosed1",
     "part a {\n"
     "  box(size = [1,2,3]\n"
     "  box(size = 2)\n"
     "}\n"
     "let a = 3\n",
     "E0202@2:6"},
    {"unclosed2",
     "part a {\n"
     "  box(size = 1)\n"
     "part b {\n"
     "  box(size = 2)\n"
     "}\n"
     "let x = 3\n",
     "E0202@1:8"},
    {"unclosed3",
     "part a {\n"
     "  box(size = [1, 2, 3)\n"
     "  box(size = (1, 2])\n"
     "}\n"
     "}\n"
     "let x = ]\n",
     "E0202@2:14 E0227@3:14 E0203@3:19 E0203@5:1 E0203@6:9"},
    {"cut",
     "object a\n"
     "part a {\n"
     "  box()\n"
     "}\n"
     "part b {\n"
     "  part c {\n"
     "    box(size = [1,\n",
     "E0204@5:8"},
    {"cut2",
     "object a\n"
     "let x = 3 +\n",
     "E0204@2:11"},
    {"str",
     "let a = \"abc\n"
     "let b = \"x {y\"\n"
     "let c = \"a\\qb\"\n"
     "let d = 3\n",
     "E0103@1:9 E0112@2:12 E0105@3:11"},
    {"reassign",
     "let x = 3\n"
     "x = 4\n"
     "x += 1\n",
     "E0224@2:1 E0224@3:1"},
    {"obj",
     "object chair {\n"
     "  part a { box() }\n"
     "}\n",
     "E0221@1:14"},
    {"canvas",
     "canvas = [1,2,3]\n"
     "units = cm\n"
     "units \"cm\"\n",
     "E0221@1:1 E0221@2:1 E0218@3:7"},
    {"numbers",
     "let a = .5\n"
     "let b = 2.\n"
     "let c = 1_000\n"
     "let d = 1e999\n"
     "let e = #ff00aa80\n",
     "E0106@1:9 E0106@2:9 E0106@3:9 E0106@4:9 E0108@5:9"},
    {"prose",
     "Here is the chair you asked for:\n"
     "\n"
     "```frc\n"
     "object chair\n"
     "box(size = 1)\n"
     "```\n"
     "\n"
     "It has four legs.\n",
     "E0230@1:1 E0230@6:1"},
    {"prose2",
     "Sure! Here is the program.\n"
     "object chair\n"
     "box(size = 1)\n"
     "This chair has four legs and a back.\n",
     "E0230@1:1 E0230@4:1"},
    {"prose3", "I'm sorry, but I can't help with that.\n", "E0231@1:1"},
    {"none", "// nothing\n", "E0231@1:1"},
    {"while",
     "while x { a }\n"
     "let v = {a: 1}\n"
     "class A { }\n",
     "E0213@1:1 E0201@2:9 E0221@3:1"},
    {"multi",
     "let a = 1 +* 2\n"
     "part x { box(size = [1, 2 3]); let = 4 }\n"
     "let b = (1 + )\n"
     "for in x { }\n",
     "E0201@1:12 E0205@2:27 E0201@2:36 E0225@3:12 E0225@4:5"},
    {"tuple",
     "let a = (1, 2, 3)\n"
     "box(size = (1, 2, 3))\n",
     "E0227@1:9 E0227@2:12"},
    {"words",
     "part leg \"leg {i}\" { box() }\n"
     "let t = \"{}\"\n"
     "let u = \"{a b}\"\n",
     "E0201@1:10 E0225@2:9 E0201@3:13"},
    {"plus",
     "let a = +3\n"
     "let b = 2(3 + 4)\n"
     "if x in l { a }\n",
     "E0201@1:9 E0201@2:10 E0201@3:6"},
    {"gap",
     "object a\n"
     "\n"
     "part b {\n"
     "  box(size = [1, 2\n"
     "  sphere(d = 3)\n"
     "}\n"
     "\n"
     "def f(x) = x +\n"
     "\n"
     "let y = 3\n",
     "E0202@4:6 E0225@8:14"},
};

// "E0209@1:1 E0201@2:5", in order.
static void list_diags(Sources *sources, Diags *diags, StrBuf *out) {
    diags_sort(diags);
    for (u32 i = 0; i < diags->len; i++) {
        const Diag *diag = diags->items[i];
        SourcePlace place = source_place(sources, diag->span.source, diag->span.off);
        strbuf_addf(out, "%s%s@%u:%u", i ? " " : "", diag_code_text(diag->code), place.line,
                    place.column);
    }
}

static bool run_broken(const Broken *broken) {
    Heap heap;
    heap_init(&heap, 0);
    Arena arena;
    arena_init(&arena, &heap);
    Sources sources;
    sources_init(&sources, &arena);
    Diags diags;
    diags_init(&diags, &arena, &sources);
    u32 source = sources_add(&sources, STR("t.part"), str_from(broken->text));
    lang_parse(&sources, source, &arena, &diags);
    StrBuf out;
    strbuf_init(&out, &heap);
    strbuf_add_z(&out, "");
    list_diags(&sources, &diags, &out);
    bool same = str_equal_z(strbuf_str(&out), broken->expected);
    if (!same)
        printf("%s:\n  expected %s\n  got      %.*s\n", broken->name, broken->expected,
               STR_ARG(strbuf_str(&out)));
    heap_finish(&heap);
    return same;
}

TEST(broken_programs_list_exactly_their_mistakes) {
    u32 n_wrong = 0;
    for (u32 i = 0; i < COUNT_OF(BROKEN); i++)
        n_wrong += !run_broken(&BROKEN[i]);
    CHECK_EQ(n_wrong, 0);
    CHECK(COUNT_OF(BROKEN) >= 40);
}

// The comparison can fail.
TEST(a_wrong_expectation_is_seen) {
    Broken wrong = {"planted", "x = 3\n", "E0201@1:1"};
    printf("the next three lines are meant:\n");
    CHECK(!run_broken(&wrong));
}

TEST_MAIN(TEST_CASE(broken_programs_list_exactly_their_mistakes),
          TEST_CASE(a_wrong_expectation_is_seen))
