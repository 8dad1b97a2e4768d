// SPDX-License-Identifier: Apache-2.0
// number_read and number_write against the C library's conversions, which only this test uses.
#include "base/number.h"
#include "tests/unit/test.h"

#include <math.h>
#include <stdlib.h>

static f64 from_bits(u64 bits) {
    f64 value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static u64 to_bits(f64 value) {
    u64 bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// splitmix64
static u64 next_random(u64 *state) {
    u64 z = *state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

static bool reads_as(const char *text, f64 expected) {
    f64 value;
    bool ok = number_read(str_from(text), &value);
    return ok && to_bits(value) == to_bits(expected);
}

static bool writes_as(f64 value, const char *expected) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write(value, text);
    if (strcmp(text, expected) != 0)
        printf("got %s\n", text);
    return len == strlen(expected) && strcmp(text, expected) == 0;
}

static bool short_as(f64 value, u32 digits, const char *expected) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write_short(value, digits, text);
    if (strcmp(text, expected) != 0)
        printf("got %s\n", text);
    return len == strlen(expected) && strcmp(text, expected) == 0;
}

// The same bits as strtod.
static bool agrees(const char *text) {
    f64 value = 0, expected = strtod(text, NULL);
    bool ok = number_read(str_from(text), &value);
    if (to_bits(value) != to_bits(expected) || ok != !isinf(expected)) {
        printf("%s: %a, not %a\n", text, value, expected);
        return false;
    }
    return true;
}

// Reads back the same, is as short as the shortest of printf's, and equals it where it is as long.
static bool writes_shortest(f64 value) {
    char text[NUMBER_TEXT_MAX], wanted[64];
    number_write(value, text);
    if (strtod(text, NULL) != value || !reads_as(text, value)) {
        printf("%a: %s does not read back\n", value, text);
        return false;
    }
    int precision = 0;
    do
        snprintf(wanted, sizeof wanted, "%.*e", precision++, value);
    while (strtod(wanted, NULL) != value);
    u32 n_digits = 0, n_trailing = 0;
    for (const char *c = text; *c && *c != 'e'; c++) {
        if (*c == '.' || (*c == '0' && !n_digits))
            continue;
        n_digits++;
        n_trailing = *c == '0' ? n_trailing + 1 : 0;
    }
    n_digits -= n_trailing;
    if (n_digits > (u32)precision) {
        printf("%a: %s is longer than %s\n", value, text, wanted);
        return false;
    }
    // A text of p digits that reads back need not be printf's, but then it is not farther off.
    long double error = fabsl(strtold(text, NULL) - (long double)value);
    long double wanted_error = fabsl(strtold(wanted, NULL) - (long double)value);
    return n_digits < (u32)precision || error <= wanted_error * 1.0001L;
}

TEST(reads_what_people_write) {
    CHECK(reads_as("0", 0));
    CHECK(reads_as("0.0", 0));
    CHECK(reads_as("000", 0));
    CHECK(reads_as("1", 1));
    CHECK(reads_as("007", 7));
    CHECK(reads_as("2.5", 2.5));
    CHECK(reads_as("0.1", 0.1));
    CHECK(reads_as("100", 100));
    CHECK(reads_as("1e3", 1000));
    CHECK(reads_as("1E+3", 1000));
    CHECK(reads_as("25e-1", 2.5));
    CHECK(reads_as("3.14159", 3.14159));
    CHECK(reads_as("0.000001", 1e-6));
    CHECK(reads_as("123456.789", 123456.789));
    CHECK(reads_as("10.050", 10.05));
}

TEST(refuses_what_is_no_number) {
    static const char *const texts[] = {
        "",   ".",    ".5",   "5.",    "-1",   "+1",  " 1",  "1 ",  "1e",    "1e+",   "1e-",
        "e5", "1.e5", "1..2", "1.2.3", "0x10", "1,5", "inf", "nan", "1_000", "1e5.0", "1f"};
    for (u32 i = 0; i < COUNT_OF(texts); i++) {
        f64 value;
        CHECK(!number_read(str_from(texts[i]), &value));
    }
    f64 value;
    CHECK(!number_read((Str){"1\0002", 3}, &value));
    CHECK(number_read((Str){"12345", 2}, &value) && value == 12); // the length counts, not a NUL
}

TEST(overflow_and_underflow) {
    f64 value = 0;
    CHECK(!number_read(STR("1e309"), &value) && isinf(value));
    CHECK(!number_read(STR("1.7976931348623159e308"), &value) && isinf(value));
    CHECK(!number_read(STR("1e99999999999999999999"), &value) && isinf(value));
    CHECK(reads_as("1.7976931348623157e308", 1.7976931348623157e308));
    CHECK(reads_as("1.7976931348623158e308", 1.7976931348623157e308));
    CHECK(reads_as("1e-1141622225", 0));
    CHECK(reads_as("1e-99999999999999999999", 0));
    CHECK(reads_as("0e99999999999999999999", 0));
    CHECK(reads_as("4.9406564584124654e-324", from_bits(1)));
    CHECK(reads_as("2.4703282292062327e-324", 0));
    CHECK(reads_as("2.4703282292062328e-324", from_bits(1)));
    CHECK(reads_as("2.2250738585072011e-308", from_bits(0x000FFFFFFFFFFFFF)));
    CHECK(reads_as("2.2250738585072014e-308", 2.2250738585072014e-308));
}

TEST(hard_cases_read_like_strtod) {
    static const char *const texts[] = {
        "9007199254740993",
        "9007199254740992.9999999999999999999",
        "9007199254740993.0000000000000000001",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
        "0.500000000000000166533453693773481063544750213623046875",
        "3.518437208883201171875e13",
        "62.5364939768271845828",
        "8.10109172351e-10",
        "1.50000000000000011102230246251565",
        "6929495644600919.5",
        "3.7455744005952583e15",
        "2.2250738585072012e-308",
        "7."
        "410984687618698162648531893023320585475897039214871466383785237510132609053131277979497545"
        "424539885696948470431685765963899850655339096945981621940161728171894510697854671067917687"
        "257517734731555330779540854980960845750095811137303474765809687100959097544227100475730780"
        "971111893578483867565399878350301522805593404659373979179073872386829939581848166016912201"
        "945649993128979841136206248449867871357218035220901702390328579173252022052897402080290685"
        "402160661237554998340267130003581248647904138574340187552090159017259254714629617513415977"
        "493871857473787096164563890871811984127167305601704549300470526959016576377688490826798697"
        "257336652176556794107250876433756084600398490497214911746308553955635418864151316847843631"
        "3080237596295773983001708984374999e-324",
        "1.7976931348623158079e308",
        "1.797693134862315807e308",
        "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
        "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
        "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
        "342711559699508093042880e0",
        "123456789012345678901234567890",
        "0.000000000000000000000000000000123456789012345678901234567890",
        "18446744073709551615",
        "18446744073709551616e-20",
        "9999999999999999999e27",
        "1e27",
        "1e28",
        "1e-27",
        "1e-28",
        "1e22",
        "1e23",
        "1e-22",
        "5e-324",
        "1e-323",
        "1.5e-323"};
    for (u32 i = 0; i < COUNT_OF(texts); i++)
        CHECK(agrees(texts[i]));
}

// Half-way points between doubles, and one digit more or less in the last of hundreds of places.
TEST(half_way_points_read_to_even) {
    u64 state = 3;
    for (u32 i = 0; i < 300; i++) {
        u64 bits = next_random(&state) & 0x7FEFFFFFFFFFFFFF;
        f64 a = from_bits(bits);
        long double half_way =
            ((long double)a + (long double)from_bits(bits + 1)) / 2; // exact in 64 bits
        char text[1200];
        snprintf(text, sizeof text, "%.1100Lf", half_way);
        if (strlen(text) > 1150)
            continue;
        size_t len = strlen(text);
        CHECK(agrees(text));
        text[len - 1] = '1';
        CHECK(agrees(text));
    }
}

TEST(long_texts_are_read_whole) {
    static char text[200003];
    memset(text, '0', sizeof text);
    text[1] = '.';
    text[100000] = '7';
    memcpy(text + 150000, "e100000", 8);
    CHECK(reads_as(text, 70)); // 0.000...07 * 10^100000
    memset(text, '9', 100000);
    text[100000] = 0;
    f64 value = 0;
    CHECK(!number_read(str_from(text), &value) && isinf(value));
    memcpy(text + 99992, "e-99991", 8);
    CHECK(reads_as(text, 10));
}

TEST(random_decimals_read_like_strtod) {
    u64 state = 1;
    for (u32 i = 0; i < 20000; i++) {
        char text[64];
        u64 r = next_random(&state);
        u64 digits = next_random(&state) >> (r % 64);
        int exponent = (int)(r >> 8 & 63) - 32;
        if (i % 4 == 0)
            exponent = (int)(r >> 8 % 700) % 330;
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)digits, exponent);
        CHECK(agrees(text));
        snprintf(text, sizeof text, "%llu.%03llu", (unsigned long long)digits >> 12,
                 (unsigned long long)r % 1000);
        CHECK(agrees(text));
    }
}

TEST(random_doubles_survive_a_round_trip) {
    u64 state = 2;
    for (u32 i = 0; i < 20000; i++) {
        f64 value = from_bits(next_random(&state) & 0x7FFFFFFFFFFFFFFF);
        if (!isfinite(value))
            continue;
        CHECK(writes_shortest(value));
        CHECK(writes_shortest(
            ldexp((f64)(next_random(&state) >> 11), (int)(i % 100) - 80))); // of everyday size
    }
}

TEST(powers_of_two_and_neighbours_are_shortest) {
    for (int e = -1074; e <= 1023; e++) {
        f64 value = ldexp(1, e);
        CHECK(writes_shortest(value));
        CHECK(writes_shortest(nextafter(value, INFINITY)));
        if (e > -1074)
            CHECK(writes_shortest(nextafter(value, 0)));
    }
    for (int e = -323; e <= 308; e++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", e);
        f64 value = strtod(text, NULL);
        CHECK(writes_shortest(value));
        CHECK(writes_shortest(nextafter(value, 0)));
    }
}

TEST(every_16_bit_fraction_is_short) {
    for (u32 i = 1; i < 65536; i += 7)
        CHECK(writes_shortest(i / 1000.0));
}

TEST(writes_plain_notation_where_people_expect_it) {
    CHECK(writes_as(0, "0"));
    CHECK(writes_as(-0.0, "0"));
    CHECK(writes_as(1, "1"));
    CHECK(writes_as(-1, "-1"));
    CHECK(writes_as(100, "100"));
    CHECK(writes_as(0.1, "0.1"));
    CHECK(writes_as(0.1 + 0.2, "0.30000000000000004"));
    CHECK(writes_as(-2.5, "-2.5"));
    CHECK(writes_as(1e-7, "0.0000001"));
    CHECK(writes_as(9.9e-8, "9.9e-8"));
    CHECK(writes_as(1.5e-9, "1.5e-9"));
    CHECK(writes_as(1e20, "100000000000000000000"));
    CHECK(writes_as(1e21, "1e21"));
    CHECK(writes_as(123456789012345680000.0, "123456789012345680000"));
    CHECK(writes_as(5e-324, "5e-324"));
    CHECK(writes_as(1.7976931348623157e308, "1.7976931348623157e308"));
    CHECK(writes_as(-1.2345678901234567e-300, "-1.2345678901234568e-300"));
    CHECK(writes_as(1e23, "1e23"));
    CHECK(writes_as(0x1p-25, "2.9802322387695312e-8"));
    CHECK(writes_as(0x1p-44, "5.684341886080802e-14"));
    CHECK(writes_as(9007199254740993.0, "9007199254740992"));
    CHECK(writes_as(INFINITY, "inf"));
    CHECK(writes_as(-INFINITY, "-inf"));
    CHECK(writes_as(NAN, "nan"));
}

TEST(short_form_rounds_for_people) {
    CHECK(short_as(2.9999999996, 6, "3"));
    CHECK(short_as(45, 6, "45"));
    CHECK(short_as(0.25, 6, "0.25"));
    CHECK(short_as(1.0 / 3, 6, "0.333333"));
    CHECK(short_as(2.0 / 3, 6, "0.666667"));
    CHECK(short_as(0.15, 1, "0.2"));
    CHECK(short_as(123456.7, 6, "123457"));
    CHECK(short_as(1234567, 6, "1234570"));
    CHECK(short_as(999999.9, 6, "1000000"));
    CHECK(short_as(0.000999999999, 3, "0.001"));
    CHECK(short_as(-12.3456, 3, "-12.3"));
    CHECK(short_as(9.5, 1, "10"));
    CHECK(short_as(-0.0, 6, "0"));
    CHECK(short_as(123456789012345.0, 3, "123000000000000"));
    CHECK(short_as(1.5e15, 3, "1.5e15"));
    CHECK(short_as(1.23456789e-9, 3, "1.23e-9"));
    CHECK(short_as(7, 0, "7"));
}

TEST_MAIN(TEST_CASE(reads_what_people_write), TEST_CASE(refuses_what_is_no_number),
          TEST_CASE(overflow_and_underflow), TEST_CASE(hard_cases_read_like_strtod),
          TEST_CASE(half_way_points_read_to_even), TEST_CASE(long_texts_are_read_whole),
          TEST_CASE(random_decimals_read_like_strtod),
          TEST_CASE(random_doubles_survive_a_round_trip),
          TEST_CASE(powers_of_two_and_neighbours_are_shortest),
          TEST_CASE(every_16_bit_fraction_is_short),
          TEST_CASE(writes_plain_notation_where_people_expect_it),
          TEST_CASE(short_form_rounds_for_people))
