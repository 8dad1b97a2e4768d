// SPDX-License-Identifier: Apache-2.0
// The scene's text: a scene with everything in it is written as expected, reads back to the same
// bytes, and what is wrong with a text is told with its line.
#include "compiler/ir/ir.h"

#include "tests/unit/test.h"

typedef struct Bench {
    Heap heap;
    Arena arena;
    Sources sources;
} Bench;

static void bench_init(Bench *b) {
    heap_init(&b->heap, 256u << 20);
    arena_init(&b->arena, &b->heap);
    sources_init(&b->sources, &b->arena);
}

static void bench_finish(Bench *b) {
    arena_finish(&b->arena);
    heap_finish(&b->heap);
}

static const char whole[] =
    "frc-ir 1\n"
    "source 0 \"chair.part\"\n"
    "object \"chair\" words=\"A \\\"plain\\\" chair\\n\" unit=\"cm\" unit_mm=10 tolerance=0.25 "
    "hash=00ff00000000abcd\n"
    "canvas size=[450, 500, 900] at 3:1+20\n"
    "param \"height\" words=\"floor to top\" number=45 range=[40, inf] step=0.5 unit=\"cm\" at "
    "4:1+9\n"
    "param \"n\" number=3 choices=[1, 2, 3] at 5:1+2\n"
    "param \"arms\" flag=true at 5:4+2\n"
    "param \"legs\" flag=false\n"
    "param \"back\" text=\"slats\" choices=[\"slats\", \"panel\"] at 6:1+2\n"
    "material 0 \"oak\" rgb=#b98a5a color=[0.5, 0.25, 0.125] metallic=0 roughness=0.5 opacity=1 at "
    "7:1+1\n"
    "material 1 \"lamp\" rgb=#ffffff color=[1, 1, 1] metallic=0 roughness=1 opacity=0.5 "
    "emission=[4, 4, "
    "4]\n"
    "call 0 \"leg\" at 8:3+10\n"
    "call 1 \"foot\" in=0 at 9:3+1048576\n"
    "%0 = box min=[-1.5, -2, -0.1] max=[1.5, 2, 0.1] round=0.05 at 10:5+30\n"
    "%1 = sphere d=1e-9 call 1\n"
    "%2 = xform %1 m=[0, -1, 0, 1, 0, 0, 0, 0, 1] t=[1, 2, 3] at 10:40+2 call 0\n"
    "%3 = difference %0 %2\n"
    "%4 = clip %3 min=[-inf, 0, -inf] max=[inf, inf, inf]\n"
    "%5 = paint %4 %0 material=1\n"
    "%6 = polygon points=[0, 0, 1, 0, 0, 1]\n"
    "%7 = extrude %6 h=2 taper=1\n"
    "%8 = text text=\"N\xc2\xb0 1\" size=10\n"
    "%9 = extrude %8 h=0.5 taper=1\n"
    "%10 = polyhedron n_points=4 data=[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 2, 1, 3, 0, 1, 3, "
    "3, 1, 2, "
    "3, 3, 0, 3, 2]\n"
    "%11 = union %5 %7 %9 %10\n"
    "part 0 \"back\" words=\"back rest\" at 11:1+4\n"
    "part 1 \"slat\" in=0 sides=\"bottom front left\" material=0 solid=%11 call 0\n"
    "part 2 \"slat\" in=0 instance=1 sides=\"right\" solid=%0\n"
    "part 3 \"odd\" path=\"some/where/odd\" solid=%1\n"
    "mark \"pin\" part=1 point=[0, 3, 26]\n"
    "mark \"origin\" point=[0, 0, 0]\n"
    "allow overlap \"back\" with=\"odd\" reason=\"seated\" at 12:1+2\n"
    "allow floating \"slat\"\n";

TEST(a_whole_scene_comes_back_the_same) {
    Bench b;
    bench_init(&b);
    Scene scene;
    Str error;
    StrBuf out;
    strbuf_init(&out, &b.heap);
    bool ok = scene_read(str_from(whole), &b.arena, &b.sources, &scene, &error);
    if (!ok)
        printf("%.*s\n", STR_ARG(error));
    CHECK(ok);
    scene_dump(&scene, &b.sources, &out);
    if (!str_equal_z(strbuf_str(&out), whole))
        printf("%.*s\n", STR_ARG(strbuf_str(&out)));
    CHECK(str_equal_z(strbuf_str(&out), whole));
    bench_finish(&b);
}

TEST(fields_arrive_where_they_belong) {
    Bench b;
    bench_init(&b);
    sources_add(&b.sources, STR("other"), STR("text")); // numbers of sources differ from the text's
    Scene s;
    Str error;
    CHECK(scene_read(str_from(whole), &b.arena, &b.sources, &s, &error));
    CHECK(str_equal_z(s.words, "A \"plain\" chair\n"));
    CHECK(s.source_hash == 0x00ff00000000abcdull);
    CHECK_EQ(s.n_params, 5);
    CHECK(s.params[0].has_range && isinf(s.params[0].high) && !strcmp(s.params[0].unit, "cm"));
    CHECK_EQ(s.params[1].n_choices, 3);
    CHECK(s.params[2].flag && !s.params[3].flag);
    CHECK(str_equal_z(s.params[4].choices[1], "panel"));
    CHECK_EQ(s.materials[0].rgb, 0xb98a5a);
    CHECK_NEAR((f64)s.materials[1].emission[2], 4, 0);
    CHECK_EQ(s.calls[1].parent, 0);
    CHECK(str_equal_z(s.parts[1].path, "back/slat"));
    CHECK_EQ(s.parts[1].sides, SIDE_BOTTOM | SIDE_FRONT | SIDE_LEFT);
    CHECK_EQ(s.parts[0].solid, NONE);
    CHECK_EQ(s.parts[0].material, NONE);
    const IrNode *box = &s.graph->nodes[s.parts[2].solid];
    CHECK_EQ(box->kind, IR_BOX);
    CHECK_NEAR(box->nums[IR_BOX_round], 0.05, 0);
    CHECK_EQ(box->span.source, 1);
    SourcePlace place = source_place(&b.sources, box->span.source, box->span.off);
    CHECK(place.line == 10 && place.column == 5 && box->span.len == 30);
    CHECK(str_equal_z(s.graph->nodes[8].text, "N\xc2\xb0 1"));
    CHECK_EQ(s.marks[1].part, NONE);
    CHECK(s.allows[0].is_overlap && !s.allows[1].is_overlap);
    bench_finish(&b);
}

// What the checker would hand over: nodes nobody needs, spans into a real text, a node found twice.
TEST(only_what_parts_need_is_written) {
    Bench b;
    bench_init(&b);
    u32 source = sources_add(&b.sources, STR("a.part"), STR("one\ntwo three\n"));
    IrGraph graph;
    ir_init(&graph, &b.arena);
    f64 d = 1;
    ir_node(&graph, IR_SPHERE, NULL, 0, &d, 1, STR(""), (Span){source, 0, 3}, NONE);
    d = 2;
    IrId used = ir_node(&graph, IR_SPHERE, NULL, 0, &d, 1, STR(""), (Span){source, 8, 5}, NONE);
    ScenePart part = {.label = STR("a"),
                      .words = STR("a"),
                      .path = STR("a"),
                      .parent = NONE,
                      .material = NONE,
                      .solid = used,
                      .call = NONE};
    Scene scene = {.name = STR("o"),
                   .unit = STR("mm"),
                   .unit_mm = 1,
                   .graph = &graph,
                   .parts = &part,
                   .n_parts = 1};
    StrBuf out;
    strbuf_init(&out, &b.heap);
    scene_dump(&scene, &b.sources, &out);
    CHECK(str_equal_z(strbuf_str(&out), "frc-ir 1\nsource 0 \"a.part\"\n"
                                        "object \"o\" unit=\"mm\" unit_mm=1 hash=0000000000000000\n"
                                        "%0 = sphere d=2 at 2:5+5\npart 0 \"a\" solid=%0\n"));
    bench_finish(&b);
}

static bool error_is(const char *text, const char *expected) {
    Bench b;
    bench_init(&b);
    Scene scene;
    Str error = STR("");
    bool ok = scene_read(str_from(text), &b.arena, &b.sources, &scene, &error);
    bool same = !ok && str_equal_z(error, expected);
    if (!same)
        printf("%s\n-> %.*s\nexpected %s\n", text, STR_ARG(error), expected);
    bench_finish(&b);
    return same;
}

#define HEAD "frc-ir 1\nobject \"o\"\n"

TEST(faults_are_told_with_their_line) {
    static const char *const cases[][2] = {
        {"", "line 1: nothing to read"},
        {"hello", "line 1: missing 'frc-ir'"},
        {"frc-ir 2\n", "line 1: not version 1"},
        {"frc-ir 1\n", "line 2: missing 'object'"},
        {HEAD "\n# note\nwhat\n",
         "line 5: an unknown line, or one out of order (source object canvas param "
         "material call % part mark allow)"},
        {HEAD "%1 = sphere d=1\n", "line 3: nodes must be numbered in order from 0"},
        {HEAD "%0 = ball d=1\n", "line 3: no such kind of node"},
        {HEAD "%0 = sphere\n", "line 3: sphere: d must be above 0"},
        {HEAD "%0 = sphere d=-1\n", "line 3: sphere: d must be above 0"},
        {HEAD "%0 = sphere d=nan\n", "line 3: not a number"},
        {HEAD "%0 = sphere d=inf\n", "line 3: sphere: a number must be at most 1e9"},
        {HEAD "%0 = sphere d=1 d=2\n",
         "line 3: something is left over at the end of the line, or out of order"},
        {HEAD "%0 = sphere %0 d=1\n", "line 3: no such 'node above'"},
        {HEAD "%0 = sphere d=1\n%1 = sphere %0 d=1\n", "line 4: sphere: too many children"},
        {HEAD "%0 = sphere d=1\n%1 = extrude %0 h=1\n",
         "line 4: extrude: a child of the wrong sort"},
        {HEAD "%0 = sphere d=1\n%1 = xform %0\n",
         "line 4: xform: m must have a determinant other than 0"},
        {HEAD "%0 = polygon points=[0, 0, 1, 0, 5]\n",
         "line 3: polygon: a wrong number of numbers"},
        {HEAD "%0 = polyhedron n_points=1e8 data=[1]\n",
         "line 3: polyhedron: n_points must be a count of at least 4 with 3 numbers each"},
        {HEAD "%0 = polyhedron n_points=4 data=[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 1, 4]\n",
         "line 3: polyhedron: a face must name points by their index"},
        {HEAD "%0 = polyhedron n_points=4 data=[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 4, 0, 1, 2]\n",
         "line 3: polyhedron: a face must be a count of at least 3 and that many indices"},
        {HEAD "%0 = sphere d=1\n%1 = paint %0\n", "line 4: paint: material must be one above"},
        {HEAD "%0 = box min=[0, 0, 0] max=[1, 1]\n", "line 3: a wrong number of numbers in 'max'"},
        {HEAD "%0 = sphere d=1 at 1:1+1\n", "line 3: no such source"},
        {"frc-ir 1\nsource 0 \"a\"\nobject \"o\"\n%0 = sphere d=1 at 0:1+1\n",
         "line 4: a place out of range"},
        {"frc-ir 1\nsource 0 \"a\"\nobject \"o\"\n%0 = sphere d=1 at 4194304:4194304+1\n"
         "%1 = sphere d=2 at 1:4194304+1\n%2 = sphere d=3 at 2:4194304+1\n%3 = sphere d=4 at "
         "3:4194304+1\n",
         "line 8: the places lie too far apart"},
        {HEAD "part 0 \"a\" in=0\n", "line 3: no such 'part above'"},
        {HEAD "part 0 \"a\" solid=%0\n", "line 3: no such 'node'"},
        {HEAD "part 0 \"a\" sides=\"left right\"\n",
         "line 3: sides are named in the order bottom top front back left right"},
        {HEAD "part 0 \"a\" material=0\n", "line 3: no such 'material'"},
        {HEAD "%0 = circle d=1\npart 0 \"a\" solid=%0\n",
         "line 4: a part's geometry must be a solid"},
        {HEAD "part 1 \"a\"\n", "line 3: things must be numbered in order from 0"},
        {HEAD "part 0 \"a\n", "line 3: missing '\"'"},
        {HEAD "part 0 \"a\\x\"\n", "line 3: missing 'u'"},
        {HEAD "part 0 \"\\ud800\"\n", "line 3: half a surrogate pair"},
        {HEAD "part 0 \"\xff\"\n", "line 3: a text is not UTF-8"},
        {HEAD "part 0 \"\\u0000\"\n", "line 3: a text holds a NUL"},
        {HEAD "call 0 \"f\" in=0\n", "line 3: no such 'call'"},
        {HEAD "material 0 \"m\" metallic=2\n", "line 3: not from 0 to 1: 'metallic'"},
        {HEAD "material 0 \"m\" color=[2, 0, 0]\n", "line 3: a colour out of range"},
        {HEAD "param \"p\"\n", "line 3: a param needs number=, flag= or text="},
        {HEAD "param \"p\" number=1 range=[3, 2]\n", "line 3: a range is [low, high]"},
        {HEAD "mark \"m\" point=[0, inf, 0]\n", "line 3: a point must be finite"},
    };
    for (u32 i = 0; i < COUNT_OF(cases); i++)
        CHECK(error_is(cases[i][0], cases[i][1]));
}

// A short program by hand: spaces, comments and Windows line ends do not matter.
TEST(hand_written_text_is_read) {
    Bench b;
    bench_init(&b);
    Scene scene;
    Str error;
    CHECK(
        scene_read(
            str_from("# a ball\r\nfrc-ir 1\r\n\r\nobject \"o\"\r\n"
                     "  %0 = sphere d=1e1\r\n%1 = sphere d=10\r\npart 0 \"\\u0061\\ud83d\\ude00\" "
                     "solid=%1 # same"),
            &b.arena, &b.sources, &scene, &error) == false); // no comment after a line
    CHECK(scene_read(str_from("# a ball\r\nfrc-ir 1\r\n\r\nobject \"o\"\r\n"
                              "  %0 = sphere d=1e1\r\n%1 = sphere d=10\r\npart 0 "
                              "\"\\u0061\\ud83d\\ude00\" solid=%1"),
                     &b.arena, &b.sources, &scene, &error));
    CHECK_EQ(scene.graph->len, 1);
    CHECK_EQ(scene.parts[0].solid, 0);
    CHECK(str_equal_z(scene.parts[0].label, "a\xf0\x9f\x98\x80"));
    CHECK_NEAR(scene.unit_mm, 1, 0);
    bench_finish(&b);
}

typedef struct Job {
    Heap heap;
    bool ok;
} Job;

static void run_job(void *ctx) {
    Job *job = ctx;
    Arena arena;
    Sources sources;
    Scene scene;
    Str error;
    StrBuf out;
    arena_init(&arena, &job->heap);
    sources_init(&sources, &arena);
    job->ok = scene_read(str_from(whole), &arena, &sources, &scene, &error);
    strbuf_init(&out, &job->heap);
    scene_dump(&scene, &sources, &out);
}

TEST(memory_may_run_out_anywhere) {
    u32 n_failed = 0;
    bool is_done = false;
    for (u64 n = 1; !is_done; n++) {
        Job job;
        heap_init(&job.heap, 0);
        job.heap.shared->fail_at = n;
        is_done = heap_guard(&job.heap, run_job, &job);
        n_failed += !is_done;
        CHECK(!is_done || job.ok);
        heap_finish(&job.heap);
    }
    CHECK(n_failed >= 20);
}

// Every prefix and every one-byte change of the whole text is read or refused, without harm.
TEST(damaged_text_does_no_harm) {
    Bench b;
    bench_init(&b);
    u32 n_read = 0, n_refused = 0;
    char text[sizeof whole];
    for (u32 i = 0; i < 2 * (u32)(sizeof whole - 1); i++) {
        memcpy(text, whole, sizeof whole);
        u32 len = i / 2;
        if (i % 2) {
            text[len] = (char)(text[len] ^ (1 << (i % 7)));
            len = sizeof whole - 1;
        }
        Bench inner;
        bench_init(&inner);
        Scene scene;
        Str error = STR("");
        bool ok = scene_read((Str){text, len}, &inner.arena, &inner.sources, &scene, &error);
        StrBuf out;
        strbuf_init(&out, &inner.heap);
        if (ok)
            scene_dump(&scene, &inner.sources, &out);
        ok ? n_read++ : n_refused++;
        CHECK(ok || str_starts(error, STR("line ")));
        bench_finish(&inner);
    }
    CHECK(n_read > 100 && n_refused > 1000);
    bench_finish(&b);
}

TEST_MAIN(TEST_CASE(a_whole_scene_comes_back_the_same), TEST_CASE(fields_arrive_where_they_belong),
          TEST_CASE(only_what_parts_need_is_written), TEST_CASE(faults_are_told_with_their_line),
          TEST_CASE(hand_written_text_is_read), TEST_CASE(damaged_text_does_no_harm),
          TEST_CASE(memory_may_run_out_anywhere))
