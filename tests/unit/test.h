// SPDX-License-Identifier: Apache-2.0
// The unit tests' harness. A test file is one program:
//
//     #include "tests/unit/test.h"
//     TEST(empty_string_is_empty) { CHECK(str_from("").len == 0); }
//     TEST_MAIN(TEST_CASE(empty_string_is_empty))
//
// Each TEST counts as one; its first failed CHECK prints the place and the expression and ends it. The
// program ends with "N passed, N failed" and exits 1 if any failed, or if none ran.
#ifndef FRC_TESTS_UNIT_TEST_H
#define FRC_TESTS_UNIT_TEST_H

#include "base/types.h"

#include <stdio.h>
#include <string.h>

typedef struct TestCase {
    const char *name;
    bool (*run)(void);
} TestCase;

#define TEST(name)                                                                                 \
    static void test_##name(bool *test_ok);                                                        \
    static bool run_##name(void) {                                                                 \
        bool ok = true;                                                                            \
        test_##name(&ok);                                                                          \
        return ok;                                                                                 \
    }                                                                                              \
    static void test_##name(bool *test_ok)

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                         \
            *test_ok = false;                                                                      \
            return;                                                                                \
        }                                                                                          \
    } while (0)
// With the values: CHECK_EQ for integers, CHECK_NEAR for doubles.
#define CHECK_EQ(a, b)                                                                             \
    do {                                                                                           \
        long long test_a = (long long)(a), test_b = (long long)(b);                                \
        if (test_a != test_b) {                                                                    \
            printf("%s:%d: failed: %s == %s (%lld, %lld)\n", __FILE__, __LINE__, #a, #b, test_a,   \
                   test_b);                                                                        \
            *test_ok = false;                                                                      \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define CHECK_NEAR(a, b, tolerance)                                                                \
    do {                                                                                           \
        double test_a = (a), test_b = (b);                                                         \
        if (!(test_a - test_b <= (tolerance) && test_b - test_a <= (tolerance))) {                 \
            printf("%s:%d: failed: %s ~ %s (%.17g, %.17g)\n", __FILE__, __LINE__, #a, #b, test_a,  \
                   test_b);                                                                        \
            *test_ok = false;                                                                      \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define TEST_CASE(name) {#name, run_##name}
// TEST_MAIN(TEST_CASE(a), TEST_CASE(b))
#define TEST_MAIN(...)                                                                             \
    int main(void) {                                                                               \
        const TestCase cases[] = {__VA_ARGS__};                                                    \
        unsigned n_passed = 0, n_failed = 0;                                                       \
        for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {                            \
            bool ok = cases[i].run();                                                              \
            if (!ok)                                                                               \
                printf("FAILED %s\n", cases[i].name);                                              \
            ok ? n_passed++ : n_failed++;                                                          \
        }                                                                                          \
        printf("%s: %u passed, %u failed\n", strrchr(__FILE__, '/') + 1, n_passed, n_failed);      \
        return n_failed || !n_passed;                                                              \
    }

#endif
