// SPDX-License-Identifier: Apache-2.0
// Programs and verdicts found in what models say; transcripts that were torn or belong to other tasks;
// plans and their block-outs; the choice of examples.
#include "runtime/agent/plan.h"
#include "runtime/agent/prompt.h"
#include "runtime/agent/reply.h"
#include "runtime/agent/transcript.h"
#include "tests/unit/test.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct Fixture {
    Heap heap;
    Arena arena;
} Fixture;

static void begin(Fixture *f) {
    heap_init(&f->heap, 64 << 20);
    arena_init(&f->arena, &f->heap);
}

static bool has(Str text, Str piece) {
    for (u32 i = 0; i + piece.len <= text.len; i++)
        if (memcmp(text.ptr + i, piece.ptr, piece.len) == 0)
            return true;
    return false;
}

static bool finds(const char *reply, const char *program) {
    Str found = reply_find_program(str_from(reply));
    return str_equal_z(found, program);
}

TEST(programs_are_found) {
    CHECK(finds("object a\npart p {}\n", "object a\npart p {}\n"));
    CHECK(finds("Here:\n```frc\nobject a\n```\nDone.", "object a\n"));
    CHECK(finds("```\n// chair\nobject a\n```", "// chair\nobject a\n"));
    CHECK(finds("```json\n{}\n```\nand\n```part\nobject b\n```", "object b\n"));
    CHECK(finds("First\n```\nobject a\n```\nbetter:\n```\nobject b\n```\n", "object b\n"));
    CHECK(finds("Sure!\n  ```frc\nobject cut\npart p {", "object cut\npart p {"));
    CHECK(finds("Sure, the program:\nobject a\npart p {}", "object a\npart p {}"));
    CHECK(finds("```\r\nobject a\r\n```\r\n", "object a\r\n"));
    CHECK(finds("no program, only objections", ""));
    CHECK(finds("", ""));
    CHECK(finds("```", ""));
}

static bool reads(Fixture *f, const char *text, Verdict *verdict) {
    const char *error = NULL;
    const JsonNode *root = jtree_parse(&f->arena, str_from(text), &error);
    return root && verdict_read(root, &f->arena, verdict, &error);
}

TEST(verdicts_are_strict) {
    Fixture f;
    begin(&f);
    Verdict v;
    CHECK(reads(&f, "{\"verdict\":\"accept\",\"findings\":[]}", &v) && v.accepts);
    CHECK(reads(&f, "{\"verdict\":\"accept\",\"findings\":[{\"check\":\"plain\",\"severity\":\"may\",\"problem\":\"x\"}]}", &v) && v.accepts);
    CHECK(reads(&f, "{\"verdict\":\"accept\",\"findings\":[{\"check\":\"plain\",\"severity\":\"must\",\"problem\":\"x\"}]}", &v) && !v.accepts);
    CHECK(reads(&f, "{\"verdict\":\"revise\",\"findings\":[{\"check\":\"other\",\"severity\":\"may\",\"problem\":\"x\"}]}", &v) && !v.accepts);
    CHECK_EQ(v.n_must, 0);
    CHECK(!reads(&f, "{\"verdict\":\"revise\",\"findings\":[]}", &v));
    CHECK(!reads(&f, "{\"verdict\":\"yes\",\"findings\":[]}", &v));
    CHECK(!reads(&f, "{\"verdict\":\"accept\"}", &v));
    CHECK(!reads(&f, "{\"verdict\":\"accept\",\"findings\":[{\"check\":\"ugly\",\"severity\":\"may\",\"problem\":\"x\"}]}", &v));
    CHECK(!reads(&f, "{\"verdict\":\"accept\",\"findings\":[{\"check\":\"plain\",\"severity\":1,\"problem\":\"x\"}]}", &v));
    CHECK(!reads(&f, "{\"verdict\":\"accept\",\"findings\":[7]}", &v));
    heap_finish(&f.heap);
}

TEST(schemas_are_json) {
    Fixture f;
    begin(&f);
    const char *const schemas[] = {plan_schema_metrics, plan_schema_parts, plan_schema_arrangement, verdict_schema};
    for (u32 i = 0; i < COUNT_OF(schemas); i++) {
        const char *error;
        const JsonNode *root = jtree_parse(&f.arena, str_from(schemas[i]), &error);
        CHECK(root && str_equal_z(jtree_text(root, "type", STR("")), "object"));
        // Strict modes want every property required.
        CHECK_EQ(jtree_list(root, "required")->n, jtree_get(root, "properties")->n);
    }
    heap_finish(&f.heap);
}

// ---- transcripts ----

static ModelRequest question(Str text, Message *message) {
    *message = (Message){.role = ROLE_USER, .text = text};
    return (ModelRequest){.model = STR("m"), .system = STR("s"), .messages = message, .n_messages = 1};
}

static void add_call(Fixture *f, Transcript *t, const char *role, Str text, Str answer) {
    Message message;
    ModelRequest request = question(text, &message);
    ModelReply reply = {.text = answer, .usage = {.input = 5, .output = 2, .cost = 0.25}, .stop = STOP_LENGTH};
    StrBuf line;
    strbuf_init(&line, &f->heap);
    transcript_write_call(&line, str_from(role), 1, transcript_key(str_from(role), &request), &request, &reply);
    transcript_append(t, strbuf_str(&line));
    strbuf_finish(&line);
}

static const TranscriptCall *next(Transcript *t, const char *role, Str text) {
    Message message;
    ModelRequest request = question(text, &message);
    return transcript_next(t, str_from(role), transcript_key(str_from(role), &request));
}

static bool write_transcript(Fixture *f, const char *path, u64 task) {
    Transcript t;
    const char *error;
    if (transcript_open(&t, &f->arena, path, task, &error) != STATUS_OK)
        return false;
    StrBuf line;
    strbuf_init(&line, &f->heap);
    transcript_write_begin(&line, task, STR("a \"stool\""), STR("m"), false);
    bool ok = transcript_append(&t, strbuf_str(&line));
    strbuf_finish(&line);
    add_call(f, &t, "coder", STR("q1"), STR("a1\n\x1b"));
    add_call(f, &t, "inspector", STR("q2"), STR("a2"));
    transcript_close(&t);
    return ok;
}

static void temp_path(char path[64]) {
    memcpy(path, "/tmp/frc-transcript-XXXXXX", 27);
    int fd = mkstemp(path);
    if (fd >= 0)
        close(fd);
}

TEST(transcripts_resume) {
    Fixture f;
    begin(&f);
    char path[64];
    temp_path(path);
    CHECK(write_transcript(&f, path, 42));
    FILE *file = fopen(path, "ab");
    fputs("{\"kind\":\"call\",\"role\":\"co", file); // torn
    fclose(file);
    Transcript t, other;
    const char *error;
    CHECK_EQ(transcript_open(&t, &f.arena, path, 42, &error), STATUS_OK);
    CHECK_EQ(t.n_calls, 2);
    CHECK_EQ(transcript_open(&other, &f.arena, path, 42, &error), STATUS_IO); // in use
    transcript_close(&other);
    const TranscriptCall *call = next(&t, "coder", STR("q1"));
    CHECK(call && str_equal_z(call->reply, "a1\n\x1b") && call->stop == STOP_LENGTH && call->usage.input == 5);
    CHECK_NEAR(call->usage.cost, 0.25, 0);
    CHECK(next(&t, "inspector", STR("another question")) == NULL); // and what follows is taken back
    CHECK(next(&t, "inspector", STR("q2")) == NULL);
    add_call(&f, &t, "inspector", STR("q3"), STR("a3"));
    transcript_close(&t);
    CHECK_EQ(transcript_open(&t, &f.arena, path, 42, &error), STATUS_OK);
    CHECK_EQ(t.n_calls, 2);
    CHECK(next(&t, "coder", STR("q1")) && next(&t, "inspector", STR("q3")));
    transcript_close(&t);
    CHECK_EQ(transcript_open(&t, &f.arena, path, 43, &error), STATUS_OK); // another task
    CHECK_EQ(t.n_calls, 0);
    transcript_close(&t);
    unlink(path);
    heap_finish(&f.heap);
}

TEST(transcripts_replay) {
    Fixture f;
    begin(&f);
    char path[64];
    temp_path(path);
    CHECK(write_transcript(&f, path, 1));
    Transcript t;
    const char *error;
    CHECK_EQ(transcript_open_replay(&t, &f.arena, path, &error), STATUS_OK);
    CHECK(next(&t, "inspector", STR("q2")) == NULL); // another role's turn
    CHECK(next(&t, "coder", STR("put differently")) != NULL);
    CHECK_EQ(t.n_changed, 1);
    CHECK(next(&t, "inspector", STR("q2")) != NULL);
    CHECK_EQ(t.n_changed, 1);
    CHECK(next(&t, "coder", STR("q")) == NULL);
    unlink(path);
    CHECK_EQ(transcript_open_replay(&t, &f.arena, path, &error), STATUS_IO);
    heap_finish(&f.heap);
}

// ---- plans, prompts ----

TEST(plans_round_trip) {
    static const char text[] = "{\"name\":\"stool\",\"words\":\"a \\\"small\\\" {stool}\\n\",\"units\":\"cm\",\"size\":[30,30,28],\"notes\":\"\","
                               "\"parts\":[{\"label\":\"seat\",\"words\":\"seat\",\"count\":1,\"color\":\"#a9764a\"},"
                               "{\"label\":\"spoke\",\"words\":\"spoke\",\"count\":96,\"color\":\"\"}],"
                               "\"boxes\":[{\"label\":\"seat\",\"center\":[0,0,0.1],\"size\":[30,30,4],\"turn\":12.5}],"
                               "\"rods\":[{\"label\":\"spoke\",\"from\":[12,0,12.5],\"to\":[12,0,17],\"size\":[1,1]}],"
                               "\"rings\":[{\"label\":\"spoke\",\"n\":16,\"axis\":\"x\",\"about\":[9,0,12]}],"
                               "\"rows\":[{\"label\":\"spoke\",\"n\":3,\"step\":[0,5,0]}],\"mirrors\":[{\"label\":\"spoke\",\"axis\":\"x\"}]}";
    Fixture f;
    begin(&f);
    Plan plan, again;
    PlanError why;
    const char *error;
    CHECK(plan_read(jtree_parse(&f.arena, str_from(text), &error), &f.arena, &plan, &why));
    StrBuf a, b;
    strbuf_init(&a, &f.heap);
    strbuf_init(&b, &f.heap);
    plan_write_json(&plan, &a);
    CHECK(plan_read(jtree_parse(&f.arena, strbuf_str(&a), &error), &f.arena, &again, &why));
    plan_write_json(&again, &b);
    CHECK(str_equal(strbuf_str(&a), strbuf_str(&b)));
    b.len = 0;
    plan_write_part(&plan, &b);
    CHECK(strstr(b.ptr, "part seat \"seat\": seat_color { box(size = [30, 30, 4]).rotate(z = 12.5).move([0, 0, 0.1]) }\n"));
    CHECK(strstr(b.ptr, "\"a  small   stool  \""));
    CHECK(strstr(b.ptr, " }.move([0, 0, -12]).ring(16, axis = X).move([0, 0, 12]).repeat(3, step = [0, 5, 0]).both(X)\n"));
    heap_finish(&f.heap);
}

TEST(examples_are_chosen_by_words) {
    Fixture f;
    begin(&f);
    PromptExample chosen[EXAMPLES_CHOSEN_MAX], all[EXAMPLES_MAX];
    u32 n_all = prompt_examples(all);
    CHECK(n_all >= 10);
    for (u32 i = 0; i < n_all; i++)
        CHECK(all[i].name.len && has(all[i].text, STR("object ")) && !has(all[i].text, STR("\n=== ")));
    static const struct {
        const char *idea, *labels, *best;
    } cases[] = {{"a motorbike", "wheel rim tyre spoke saddle handlebar fork", "bicycle"},
                 {"a glider", "wing fuselage tailplane rudder cockpit", "aeroplane"},
                 {"a bench for the garden", "seat slat back_rest leg post", "chair"},
                 {"a giraffe", "body neck head horn leg hoof tail mane", "dog"}};
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        PromptTask task = {str_from(cases[i].idea), STR(""), str_from(cases[i].labels)};
        u32 n = prompt_choose_examples(&task, &f.arena, chosen);
        CHECK(n >= 2 && n <= EXAMPLES_CHOSEN_MAX);
        CHECK(str_equal_z(chosen[0].name, cases[i].best));
        CHECK(!str_equal(chosen[0].name, chosen[1].name));
    }
    heap_finish(&f.heap);
}

static bool is_chosen(Fixture *f, const char *idea, const char *words, const char *name) {
    PromptExample chosen[EXAMPLES_CHOSEN_MAX];
    PromptTask task = {str_from(idea), str_from(words), str_from(name)};
    u32 n = prompt_choose_examples(&task, &f->arena, chosen);
    for (u32 i = 0; i < n; i++)
        if (str_equal_z(chosen[i].name, name))
            return true;
    return false;
}

TEST(the_answer_is_no_example) {
    Fixture f;
    begin(&f);
    CHECK(is_chosen(&f, "something to sit on", "", "stool"));
    CHECK(is_chosen(&f, "a table with a stool", "", "stool"));
    CHECK(!is_chosen(&f, "a three-legged milking stool", "", "stool"));
    CHECK(!is_chosen(&f, "Stools", "", "stool"));
    CHECK(!is_chosen(&f, "ein Schemel", "a low stool of oak", "stool"));
    CHECK(!is_chosen(&f, "a watering can with a long spout", "", "watering_can"));
    CHECK(!is_chosen(&f, "a set of three mugs, blue", "", "mug"));
    heap_finish(&f.heap);
}

TEST(prompts_are_bounded) {
    Fixture f;
    begin(&f);
    for (u32 i = 0; i < PROMPT_COUNT; i++) {
        Str text = prompt_system((PromptId)i, &f.arena);
        CHECK(text.len > 500 && text.len / 4 < 4500);
        CHECK(str_equal(text, prompt_system((PromptId)i, &f.arena)));
    }
    Str coder = prompt_system(PROMPT_CODER, &f.arena);
    CHECK(has(coder, STR("## Solids")));
    heap_finish(&f.heap);
}

TEST_MAIN(TEST_CASE(programs_are_found), TEST_CASE(verdicts_are_strict), TEST_CASE(schemas_are_json), TEST_CASE(transcripts_resume),
          TEST_CASE(transcripts_replay), TEST_CASE(plans_round_trip), TEST_CASE(examples_are_chosen_by_words),
          TEST_CASE(the_answer_is_no_example), TEST_CASE(prompts_are_bounded))
