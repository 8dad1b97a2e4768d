// SPDX-License-Identifier: Apache-2.0
// JSON bounds and getters, event streams cut anywhere, what each dialect writes and reads, addresses.
#include "runtime/net/answer.h"
#include "tests/unit/test.h"

typedef struct Fixture {
    Heap heap;
    Arena arena;
} Fixture;

static void begin(Fixture *f) {
    heap_init(&f->heap, 64 << 20);
    arena_init(&f->arena, &f->heap);
}

static bool parses(Str text) {
    Fixture f;
    begin(&f);
    const char *error;
    bool ok = jtree_parse(&f.arena, text, &error) != NULL && !error;
    heap_finish(&f.heap);
    return ok;
}

static Str repeated(Fixture *f, const char *piece, u32 n, const char *middle, const char *end_piece) {
    StrBuf out;
    strbuf_init(&out, &f->heap);
    for (u32 i = 0; i < n; i++)
        strbuf_add_z(&out, piece);
    strbuf_add_z(&out, middle);
    for (u32 i = 0; i < n; i++)
        strbuf_add_z(&out, end_piece);
    return str_copy(&f->arena, strbuf_str(&out));
}

TEST(json_takes_what_is_sound) {
    CHECK(parses(STR("{\"a\":[1,2.5e3,-0.1,true,false,null,\"x\\u00e9\\n\"]}")));
    CHECK(parses(STR("  [] \n")));
    CHECK(parses(STR("\"{[\\\"{[\"")));
}

TEST(json_refuses_what_is_not) {
    CHECK(!parses(STR("")));
    CHECK(!parses(STR("{\"a\":1")));
    CHECK(!parses(STR("{} x")));
    CHECK(!parses(STR("{\"a\":1,\"a\":2}")));
    CHECK(!parses(STR("[1e999]")));
    CHECK(!parses(STR("[\"\\u0000\"]")));
    CHECK(!parses(STR("[\"\xff\"]")));
    CHECK(!parses((Str){"[1]\0", 4}));
    CHECK(!parses(STR("<html>")));
}

TEST(json_depth_and_size_are_bounded) {
    Fixture f;
    begin(&f);
    const char *error;
    CHECK(jtree_parse(&f.arena, repeated(&f, "[", JSON_DEPTH_MAX, "1", "]"), &error) != NULL);
    CHECK(jtree_parse(&f.arena, repeated(&f, "[", JSON_DEPTH_MAX + 1, "1", "]"), &error) == NULL);
    CHECK(strstr(error, "deeper") != NULL);
    CHECK(jtree_parse(&f.arena, repeated(&f, "{\"a\":", JSON_DEPTH_MAX + 1, "1", "}"), &error) == NULL);
    Str many = repeated(&f, "1,", JSON_VALUES_MAX + 1, "1", "");
    CHECK(jtree_parse(&f.arena, str_format(&f.arena, "[%.*s]", STR_ARG(many)), &error) == NULL);
    heap_finish(&f.heap);
}

TEST(json_getters_check_types) {
    Fixture f;
    begin(&f);
    const char *error;
    const JsonNode *root = jtree_parse(&f.arena, STR("{\"t\":\"x\",\"n\":3,\"l\":[1],\"f\":1.5,\"neg\":-1}"), &error);
    CHECK(root != NULL);
    CHECK(str_equal_z(jtree_text(root, "t", STR("no")), "x"));
    CHECK(str_equal_z(jtree_text(root, "n", STR("no")), "no"));
    CHECK_NEAR(jtree_number(root, "n", 0), 3, 0);
    CHECK_NEAR(jtree_number(root, "t", 7), 7, 0);
    CHECK_EQ(jtree_count(root, "neg"), 0);
    CHECK_EQ(jtree_count(root, "f"), 1);
    CHECK(jtree_list(root, "l") != NULL && jtree_list(root, "t") == NULL);
    CHECK(jtree_at(jtree_list(root, "l"), 1) == NULL);
    CHECK(jtree_get(jtree_get(root, "t"), "x") == NULL);
    CHECK(jtree_get(NULL, "x") == NULL);
    heap_finish(&f.heap);
}

TEST(json_is_found_in_prose) {
    CHECK(str_equal_z(jtree_find_object(STR("Sure {it is}: ```json\n{\"a\": {\"b\": \"}\"}}\n``` done {")), "{\"a\": {\"b\": \"}\"}}"));
    CHECK(jtree_find_object(STR("nothing { here")).len == 0);
    CHECK(jtree_find_object(STR("{\"cut\": [1, 2")).len == 0);
}

// ---- event streams ----

typedef struct Events {
    char text[256];
} Events;

static void collect(void *ctx, Str name, Str data) {
    Events *events = ctx;
    size_t len = strlen(events->text);
    snprintf(events->text + len, sizeof events->text - len, "<%.*s|%.*s>", STR_ARG(name), STR_ARG(data));
}

TEST(events_may_be_cut_anywhere) {
    static const char stream[] = "\xef\xbb\xbf: note\r\nevent: a\r\ndata: one\r\ndata:two\r\n\r\nid: 7\ndata:  three\n\nevent: b\rdata: x:y\r\rdata: end";
    static const char expected[] = "<a|one\ntwo><| three><b|x:y><|end>";
    Fixture f;
    begin(&f);
    for (u32 cut = 0; cut + 1 < sizeof stream; cut++) {
        for (u32 step = 1; step < 4; step++) {
            Events events = {""};
            Sse sse;
            sse_init(&sse, &f.heap, collect, &events);
            sse_feed(&sse, (Str){stream, cut});
            for (u32 i = cut; i + 1 < sizeof stream; i += step)
                sse_feed(&sse, (Str){stream + i, MIN(step, (u32)sizeof stream - 1 - i)});
            sse_end(&sse);
            sse_finish(&sse);
            CHECK(strcmp(events.text, expected) == 0);
        }
    }
    heap_finish(&f.heap);
}

// ---- dialects ----

TEST(answers_are_read_as_they_come) {
    static const char stream[] = "data: {\"choices\":[{\"delta\":{\"content\":\"ab\"}}]}\r\n\r\n"
                                 "data: {\"choices\":[{\"delta\":{\"content\":\"c\"},\"finish_reason\":\"stop\"}]}\n\n";
    static const char lines[] = "{\"message\":{\"content\":\"ab\"},\"done\":false}\r\n{\"message\":{\"content\":\"c\"},\"done\":true}";
    for (u32 k = 0; k < 2; k++) {
        const char *bytes = k ? lines : stream;
        for (u32 step = 1; step < 90; step += 7) {
            Fixture f;
            begin(&f);
            Answer answer;
            answer_init(&answer, dialect_row(k ? DIALECT_OLLAMA : DIALECT_CHAT), &f.heap, &f.arena, true, 100);
            bool ok = true;
            for (u32 i = 0; i < strlen(bytes); i += step)
                ok = ok && answer_feed(&answer, k ? "application/x-ndjson" : "text/event-stream; charset=utf-8",
                                       (Str){bytes + i, MIN(step, (u32)strlen(bytes) - i)});
            answer_end(&answer, STR("not read"));
            ok = ok && !answer.state.fault && answer.state.text.len == 3 && memcmp(answer.state.text.ptr, "abc", 3) == 0;
            heap_finish(&f.heap);
            CHECK(ok);
        }
    }
}

TEST(endless_repetition_is_noticed) {
    Fixture f;
    begin(&f);
    StrBuf text;
    strbuf_init(&text, &f.heap);
    for (u32 i = 0; i < 400; i++)
        strbuf_addf(&text, "part slat { box(size = [40, 2, 1]).move(z = %u) }\n", i * i);
    CHECK(!answer_repeats_itself(strbuf_str(&text)));
    for (u32 i = 0; i < 12; i++)
        strbuf_addf(&text, "part leg { box(size = [1, 2, 3]).move(x = 4) }\n%*s", 540, ""); // 588 bytes each
    CHECK(answer_repeats_itself(strbuf_str(&text)));
    strbuf_add_char(&text, '}');
    CHECK(!answer_repeats_itself(strbuf_str(&text)));
    CHECK(!answer_repeats_itself(repeated(&f, "", 0, "x", "")));
    CHECK(answer_repeats_itself(repeated(&f, "0", 7000, "", "")));
    heap_finish(&f.heap);
}

TEST(answers_beyond_their_bound_are_ended) {
    Fixture f;
    begin(&f);
    Answer answer;
    answer_init(&answer, dialect_row(DIALECT_OLLAMA), &f.heap, &f.arena, true, 10);
    u32 n = 0;
    bool more = true;
    for (; more && n < 2000; n++) {
        Str line = str_format(&f.arena, "{\"message\":{\"content\":\"%u, \"},\"done\":false}\n", n);
        more = answer_feed(&answer, "application/x-ndjson", line);
    }
    answer_end(&answer, STR(""));
    bool ok = !more && answer.state.stop == STOP_RUNAWAY && !answer.state.fault && answer.state.text.len < 8000;
    heap_finish(&f.heap);
    CHECK(ok);
}

TEST(every_dialect_writes_json_with_images_and_schema) {
    Fixture f;
    begin(&f);
    Str png = STR("\x89PNG");
    Message messages[] = {{.role = ROLE_USER, .text = STR("look \"here\"\n\x1b"), .images = &png, .n_images = 1},
                          {.role = ROLE_ASSISTANT, .text = STR("ok")},
                          {.role = ROLE_USER, .text = STR("more")}};
    ModelRequest request = {.model = STR("m"),
                            .system = STR("be good"),
                            .messages = messages,
                            .n_messages = 3,
                            .max_tokens = 77,
                            .schema_name = STR("s"),
                            .schema = STR("{\"type\":\"object\"}"),
                            .temperature = -1};
    ModelConfig config = {.base_url = "http://127.0.0.1/v1"};
    for (u32 d = 0; d < DIALECT_COUNT; d++) {
        StrBuf out;
        strbuf_init(&out, &f.heap);
        dialect_row((Dialect)d)->write(&request, &config, true, &out);
        const char *error;
        CHECK(jtree_parse(&f.arena, strbuf_str(&out), &error) != NULL);
        CHECK(strstr(out.ptr, "iVBORw==\"") != NULL);
        CHECK(strstr(out.ptr, "be good") && strstr(out.ptr, "77"));
        CHECK(strstr(out.ptr, "{\"type\":\"object\"}") != NULL);
        CHECK(strstr(out.ptr, "temperature") == NULL);
        out.len = 0;
        config.dialect = (Dialect)d;
        ModelRequest by_grammar = request;
        by_grammar.schema = STR("");
        by_grammar.grammar = STR("root ::= \"a\"");
        by_grammar.lark = STR("start: \"b\"");
        dialect_row((Dialect)d)->write(&by_grammar, &config, true, &out);
        CHECK(jtree_parse(&f.arena, strbuf_str(&out), &error) != NULL);
        CHECK((strstr(out.ptr, "root ::= ") || strstr(out.ptr, "start: ")) == dialect_takes_grammar(&config));
        strbuf_finish(&out);
    }
    heap_finish(&f.heap);
}

TEST(base64_of_every_length) {
    static const char *const expected[] = {"", "AA==", "AAE=", "AAEC", "AAECAw==", "AAEC/w=="};
    Fixture f;
    begin(&f);
    for (u32 n = 0; n < 5; n++) {
        StrBuf out;
        strbuf_init(&out, &f.heap);
        dialect_add_base64(&out, (Str){"\0\1\2\3", n});
        CHECK(strcmp(n ? out.ptr : "", expected[n]) == 0);
        strbuf_finish(&out);
    }
    StrBuf out;
    strbuf_init(&out, &f.heap);
    dialect_add_base64(&out, STR("\0\1\2\xff"));
    CHECK(strcmp(out.ptr, expected[5]) == 0);
    heap_finish(&f.heap);
}

// Replies of every dialect, broken in 4,000 ways: each is read or refused.
TEST(broken_replies_are_only_refused) {
    static const char *const replies[DIALECT_COUNT] = {
        [DIALECT_CHAT] = "{\"choices\":[{\"message\":{\"content\":\"text\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5}}",
        [DIALECT_RESPONSES] = "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\","
                              "\"text\":\"text\"}]}],\"usage\":{\"input_tokens\":5}}",
        [DIALECT_MESSAGES] = "{\"stop_reason\":\"end_turn\",\"content\":[{\"type\":\"text\",\"text\":\"text\"}],\"usage\":{\"input_tokens\":5}}",
        [DIALECT_OLLAMA] = "{\"message\":{\"content\":\"text\"},\"done\":true,\"eval_count\":5}"};
    static const char other[] = "{}[]\",:0n-\\\xff";
    u32 n_read = 0, n_refused = 0;
    u64 random = 7;
    for (u32 i = 0; i < 4000; i++) {
        Fixture f;
        begin(&f);
        const DialectRow *row = dialect_row((Dialect)(i % DIALECT_COUNT));
        char *text = str_to_z(&f.arena, str_from(replies[i % DIALECT_COUNT]));
        u32 len = (u32)strlen(text);
        for (u32 k = 0; k < i / 1000; k++) { // the first thousand are whole
            random = random * 6364136223846793005ull + 1442695040888963407ull;
            text[(random >> 33) % len] = other[(random >> 20) % (sizeof other - 1)];
        }
        ReplyState state = {.usage = {.cost = -1}};
        strbuf_init(&state.text, &f.heap);
        const char *error;
        const JsonNode *root = jtree_parse(&f.arena, (Str){text, len}, &error);
        if (root)
            row->read(root, &state);
        bool ok = root && !state.fault && state.text.len;
        ok ? n_read++ : n_refused++;
        CHECK(i >= 1000 || ok);
        heap_finish(&f.heap);
    }
    CHECK(n_read > 1000 && n_refused > 500);
}

TEST(addresses) {
    CHECK(http_check_url("https://api.example.com/v1") == NULL);
    CHECK(http_check_url("http://127.0.0.1:8080/v1") == NULL);
    CHECK(http_check_url("http://127.9.9.9") == NULL);
    CHECK(http_check_url("http://[::1]:8080/v1") == NULL);
    CHECK(http_check_url("http://localhost/") == NULL);
    static const char *const bad[] = {"http://10.0.0.1/", "http://127.0.0.1.evil.com/", "http://127.1/",   "http://localhost.evil.com/",
                                      "ftp://x/",         "https://a@b/",               "https://a/?key=1", "https://a/#x",
                                      "https://",         "https://a\n/",               "",                "http://127.0.0.1@evil.com/"};
    for (u32 i = 0; i < COUNT_OF(bad); i++)
        CHECK(http_check_url(bad[i]) != NULL);
}

TEST_MAIN(TEST_CASE(json_takes_what_is_sound), TEST_CASE(json_refuses_what_is_not), TEST_CASE(json_depth_and_size_are_bounded),
          TEST_CASE(json_getters_check_types), TEST_CASE(json_is_found_in_prose), TEST_CASE(events_may_be_cut_anywhere), TEST_CASE(answers_are_read_as_they_come),
          TEST_CASE(endless_repetition_is_noticed), TEST_CASE(answers_beyond_their_bound_are_ended),
          TEST_CASE(every_dialect_writes_json_with_images_and_schema), TEST_CASE(base64_of_every_length), TEST_CASE(broken_replies_are_only_refused),
          TEST_CASE(addresses))
