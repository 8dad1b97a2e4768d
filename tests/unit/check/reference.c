// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/check/cases.h"

TEST(every_function_has_an_example_that_compiles) {
    bool ok = true;
    for (u32 i = 0; i < builtin_count(); i++) {
        const Builtin *b = builtin_at(i);
        Case t = {builtin_example(b), NULL, NULL, NULL};
        if (*t.program == '\0' || !strstr(t.program, b->name)) {
            printf("  no example of %s\n", b->name);
            ok = false;
            continue;
        }
        Checked c;
        check_setup(&c);
        ok = case_run(&c, &t) && ok;
        check_finish(&c);
    }
    CHECK(ok);
    CHECK(builtin_count() > 70);
}

TEST(rows_are_whole) {
    for (u32 i = 0; i < builtin_count(); i++) {
        const Builtin *b = builtin_at(i);
        CHECK(b->doc && b->doc[strlen(b->doc) - 1] == '.' && b->result && *b->result);
        CHECK(!b->is_method || b->n_params > 0);
        for (u32 p = 0; p < b->n_params; p++)
            CHECK(b->params[p].name && b->params[p].type && *b->params[p].type);
    }
}

TEST(signatures) {
    Heap heap;
    heap_init(&heap, 0);
    Arena arena;
    arena_init(&arena, &heap);
    bool found = false;
    for (u32 i = 0; i < builtin_count(); i++)
        if (strcmp(builtin_at(i)->name, "cylinder") == 0) {
            found = true;
            CHECK(str_equal_z(builtin_signature(builtin_at(i), &arena),
                              "cylinder(h =, d =, d_top = d, round = 0, chamfer = 0, axis = Z)"));
        } else if (strcmp(builtin_at(i)->name, "ring") == 0) {
            CHECK(str_equal_z(builtin_signature(builtin_at(i), &arena), "solid.ring(n, axis = Z, angle = 360)"));
        } else if (strcmp(builtin_at(i)->name, "blend") == 0) {
            CHECK(str_equal_z(builtin_signature(builtin_at(i), &arena), "blend(solids, ..., r =)"));
        }
    CHECK(found);
    heap_finish(&heap);
}

// Under 3,500 tokens; programs and prose together run at three bytes a token and more.
TEST(the_card_is_short) {
    Heap heap;
    heap_init(&heap, 0);
    StrBuf card, page;
    strbuf_init(&card, &heap);
    strbuf_init(&page, &heap);
    builtin_write_card(&card);
    builtin_write_markdown(&page);
    CHECK(card.len > 5000 && card.len < 10500);
    for (u32 i = 0; i < builtin_count(); i++) {
        CHECK(strstr(card.ptr, builtin_at(i)->name));
        CHECK(strstr(page.ptr, builtin_at(i)->doc));
    }
    CHECK(card.ptr[card.len - 1] == '\n' && card.ptr[card.len - 2] != '\n');
    CHECK(page.ptr[page.len - 1] == '\n' && page.ptr[page.len - 2] != '\n');
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(every_function_has_an_example_that_compiles), TEST_CASE(rows_are_whole), TEST_CASE(signatures),
          TEST_CASE(the_card_is_short))
