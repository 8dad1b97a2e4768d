// SPDX-License-Identifier: Apache-2.0
// Decimal text <-> double, exactly rounded both ways and blind to the locale.
//
// Both directions are integer arithmetic on exact fractions. Reading compares the decimal fraction
// with powers of two until 64 quotient bits and a "something is left" bit are known, which is
// enough to round (Clinger 1990, "How to read floating point numbers accurately", algorithm
// AlgorithmM in spirit). Writing produces digits until only one double is left that they can mean
// (Steele and White 1990, "How to print floating-point numbers accurately"; the termination test is
// Burger and Dybvig 1996, free-format). Each has a form in 128-bit integers for the numbers that
// people write, and one in Big for all others; the two give the same results.
#include "base/number.h"

#include <assert.h>
#include <math.h>

__extension__ typedef unsigned __int128 u128;

// ---- Big: unsigned integers of bounded size ----

// The largest number here is 10^1100 (see DIGITS_MAX) shifted by a few bits: 3660 bits.
enum { BIG_WORDS = 118 };

typedef struct Big {
    u32 n; // words in use; word[n - 1] is not 0
    u32 word[BIG_WORDS];
} Big;

static void big_set(Big *a, u64 value) {
    a->n = 0;
    for (; value; value >>= 32)
        a->word[a->n++] = (u32)value;
}

// a = a * factor + add
static void big_mul_add(Big *a, u32 factor, u32 add) {
    u64 carry = add;
    for (u32 i = 0; i < a->n; i++) {
        carry += (u64)a->word[i] * factor;
        a->word[i] = (u32)carry;
        carry >>= 32;
    }
    if (carry) {
        assert(a->n < BIG_WORDS);
        a->word[a->n++] = (u32)carry;
    }
}

static void big_mul_pow10(Big *a, u32 exponent) {
    for (; exponent >= 9; exponent -= 9)
        big_mul_add(a, 1000000000u, 0);
    for (; exponent > 0; exponent--)
        big_mul_add(a, 10, 0);
}

static void big_shift_left(Big *a, u32 bits) {
    if (!a->n)
        return;
    u32 words = bits / 32, rest = bits % 32;
    assert(a->n + words < BIG_WORDS);
    u32 high = rest ? a->word[a->n - 1] >> (32 - rest) : 0;
    for (u32 i = a->n; i-- > 0;) {
        u32 low = i > 0 && rest ? a->word[i - 1] >> (32 - rest) : 0;
        a->word[i + words] = a->word[i] << rest | low;
    }
    memset(a->word, 0, words * sizeof a->word[0]);
    a->n += words;
    if (high)
        a->word[a->n++] = high;
}

static int big_compare(const Big *a, const Big *b) {
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (u32 i = a->n; i-- > 0;)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

// a -= b, for a >= b.
static void big_sub(Big *a, const Big *b) {
    i64 borrow = 0;
    for (u32 i = 0; i < a->n; i++) {
        i64 digit = (i64)a->word[i] - (i < b->n ? b->word[i] : 0) + borrow;
        a->word[i] = (u32)digit;
        borrow = digit >> 32;
    }
    while (a->n && !a->word[a->n - 1])
        a->n--;
}

static void big_add(Big *a, const Big *b) {
    u64 carry = 0;
    for (u32 i = 0; i < b->n || (carry && i < a->n); i++) {
        carry += (u64)(i < a->n ? a->word[i] : 0) + (i < b->n ? b->word[i] : 0);
        assert(i < BIG_WORDS);
        a->word[i] = (u32)carry;
        a->n = MAX(a->n, i + 1);
        carry >>= 32;
    }
    if (carry) {
        assert(a->n < BIG_WORDS);
        a->word[a->n++] = 1;
    }
}

static u32 big_bit_length(const Big *a) {
    return a->n ? 32 * a->n - (u32)__builtin_clz(a->word[a->n - 1]) : 0;
}

// ---- reading ----

// A double's halfway points have at most 767 significant digits; what comes after DIGITS_MAX digits
// can only break a tie, so it is kept as one more digit that is not 0.
enum { DIGITS_MAX = 769, DIGITS_FAST_MAX = 19, POW5_FAST_MAX = 27 };

// The number 0.d1d2d3... * 10^point, d1 not 0.
typedef struct Decimal {
    const char *first; // d1 in the text; a '.' may lie between the digits
    u32 n_digits;      // without trailing zeros; may be far more than DIGITS_MAX
    i64 point;
} Decimal;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The digits at text[*i]; returns how many there are.
static u32 skip_digits(Str text, u32 *i) {
    u32 start = *i;
    while (*i < text.len && is_digit(text.ptr[*i]))
        ++*i;
    return *i - start;
}

// Exponents beyond the reach of any text of 4 GiB saturate.
static bool read_exponent(Str text, u32 *i, i64 *exponent) {
    *exponent = 0;
    if (*i >= text.len || (text.ptr[*i] != 'e' && text.ptr[*i] != 'E'))
        return true;
    ++*i;
    bool minus = *i < text.len && text.ptr[*i] == '-';
    if (minus || (*i < text.len && text.ptr[*i] == '+'))
        ++*i;
    u32 start = *i;
    if (!skip_digits(text, i))
        return false;
    const i64 far = (i64)1 << 40;
    for (u32 k = start; k < *i; k++)
        *exponent = MIN(*exponent * 10 + (text.ptr[k] - '0'), far);
    if (minus)
        *exponent = -*exponent;
    return true;
}

// False when text is not a number. n_digits is 0 for zero.
static bool scan(Str text, Decimal *out) {
    u32 i = 0;
    u32 n_whole = skip_digits(text, &i);
    if (!n_whole)
        return false;
    u32 end = i; // of the digits
    if (i < text.len && text.ptr[i] == '.') {
        i++;
        if (!skip_digits(text, &i))
            return false;
        end = i;
    }
    i64 exponent;
    if (!read_exponent(text, &i, &exponent) || i != text.len)
        return false;
    u32 first = 0;
    while (first < end && (text.ptr[first] == '0' || text.ptr[first] == '.'))
        first++;
    while (end > first && (text.ptr[end - 1] == '0' || text.ptr[end - 1] == '.'))
        end--;
    bool has_dot = first < n_whole && end > n_whole;
    out->first = text.ptr + first;
    out->n_digits = end - first - has_dot;
    out->point = exponent + (first < n_whole ? (i64)n_whole - first : (i64)n_whole + 1 - first);
    return true;
}

// Rounds (quotient + something in [0, 1), not 0 if inexact) * 2^exponent, quotient >= 2^63.
static f64 round_to_double(u64 quotient, bool inexact, i64 exponent) {
    i64 top = exponent + 63; // of the leading bit
    // A normal double keeps 53 bits; below 2^-1022 the last bit stays at 2^-1074.
    i64 kept = top >= -1022 ? 53 : 53 - (-1022 - top);
    if (kept < 0)
        return 0;
    u64 mantissa = kept ? quotient >> (64 - kept) : 0;
    u64 rest = kept ? quotient << kept : quotient;
    const u64 half = (u64)1 << 63;
    if (rest > half || (rest == half && (inexact || (mantissa & 1))))
        mantissa++; // may become the next power of two; ldexp is exact for that, too
    if (top > 1023)
        return INFINITY;
    return ldexp((f64)mantissa, (int)(exponent + 64 - kept));
}

// digits * 10^exponent for a digits that fits in 64 bits, |exponent| <= POW5_FAST_MAX.
static f64 read_fast(u64 digits, i32 exponent) {
    u64 power = 1; // 5^27 < 2^63
    for (i32 i = exponent < 0 ? -exponent : exponent; i > 0; i--)
        power *= 5;
    u128 value;
    bool inexact = false;
    i64 binary = exponent; // 10^e = 5^e 2^e
    if (exponent >= 0) {
        value = (u128)digits * power;
    } else {
        // Left-align the digits so that the quotient has at least 64 bits.
        u32 shift = 64 + (u32)__builtin_clzll(digits);
        u128 numerator = (u128)digits << shift;
        value = numerator / power;
        inexact = value * power != numerator;
        binary -= shift;
    }
    u64 high = (u64)(value >> 64);
    u32 drop = high ? 64 - (u32)__builtin_clzll(high) : 0;
    if (drop) {
        inexact |= value << (128 - drop) != 0;
        value >>= drop;
        binary += drop;
    }
    u32 lift = (u32)__builtin_clzll((u64)value);
    return round_to_double((u64)value << lift, inexact, binary - lift);
}

static f64 read_big(const Decimal *decimal) {
    Big numerator, denominator;
    big_set(&numerator, 0);
    u32 n = 0;
    for (const char *c = decimal->first; n < MIN(decimal->n_digits, (u32)DIGITS_MAX); c++)
        if (*c != '.') {
            if (!numerator.n)
                big_set(&numerator, (u64)(*c - '0'));
            else
                big_mul_add(&numerator, 10, (u32)(*c - '0'));
            n++;
        }
    if (n < decimal->n_digits) {
        big_mul_add(&numerator, 10, 1);
        n++;
    }
    big_set(&denominator, 1);
    i64 exponent = decimal->point - n;
    big_mul_pow10(exponent < 0 ? &denominator : &numerator,
                  (u32)(exponent < 0 ? -exponent : exponent));
    // Scale the fraction into [1, 2), then the binary digits come one by one.
    i64 binary = (i64)big_bit_length(&numerator) - big_bit_length(&denominator);
    big_shift_left(binary < 0 ? &numerator : &denominator, (u32)(binary < 0 ? -binary : binary));
    if (big_compare(&numerator, &denominator) < 0) {
        big_shift_left(&numerator, 1);
        binary--;
    }
    u64 quotient = 0;
    for (u32 i = 0; i < 64; i++) {
        if (i > 0)
            big_shift_left(&numerator, 1);
        quotient <<= 1;
        if (big_compare(&numerator, &denominator) >= 0) {
            big_sub(&numerator, &denominator);
            quotient |= 1;
        }
    }
    return round_to_double(quotient, numerator.n != 0, binary - 63);
}

bool number_read(Str text, f64 *out) {
    Decimal decimal;
    if (!scan(text, &decimal))
        return false;
    *out = 0;
    if (!decimal.n_digits || decimal.point < -330)
        return true;
    if (decimal.point > 310) {
        *out = INFINITY;
        return false;
    }
    i64 exponent = decimal.point - decimal.n_digits;
    if (decimal.n_digits <= DIGITS_FAST_MAX && exponent >= -POW5_FAST_MAX &&
        exponent <= POW5_FAST_MAX) {
        u64 digits = 0;
        u32 n = 0;
        for (const char *c = decimal.first; n < decimal.n_digits; c++)
            if (*c != '.') {
                digits = digits * 10 + (u64)(*c - '0');
                n++;
            }
        *out = read_fast(digits, (i32)exponent);
    } else {
        *out = read_big(&decimal);
    }
    return !isinf(*out);
}

// ---- writing ----

// A positive double as mantissa * 2^exponent, taken apart from its bits.
typedef struct Binary {
    u64 mantissa;
    i32 exponent;
    bool is_power; // the gap to the double below is half the gap above
} Binary;

// 0.d1d2d3... * 10^point
typedef struct Digits {
    u8 digit[20];
    u32 n;
    i32 point;
} Digits;

static Binary take_apart(f64 value) {
    u64 bits;
    memcpy(&bits, &value, sizeof bits);
    u32 biased = (u32)(bits >> 52 & 0x7FF);
    u64 fraction = bits & (((u64)1 << 52) - 1);
    if (!biased)
        return (Binary){fraction, -1074, false};
    return (Binary){fraction | (u64)1 << 52, (i32)biased - 1075, fraction == 0 && biased > 1};
}

// The point of value, or up to 2 less. 78913 / 2^18 is just below log10 2, which errs to the safe
// side for large numbers; for small ones one less does.
static i32 estimate_point(Binary b) {
    i32 top = b.exponent + 63 - (i32)__builtin_clzll(b.mantissa); // value >= 2^top
    return top >= 0 ? (top * 78913 >> 18) + 1 : -((-top * 78913 >> 18) + 1);
}

// The state of Burger and Dybvig: value = r / s * 10^point, half gaps to the neighbours up / s and
// down / s. The last digit is d, or d + 1 when what is left is nearer to it (a tie: the even one).
static bool digits_128(Binary b, Digits *out) {
    // r and s must stay below 2^123, so that times 10 they fit.
    if (b.exponent > 60 || b.exponent < -110)
        return false;
    bool even = !(b.mantissa & 1);
    u32 wide = b.is_power ? 2 : 1;
    u128 r = (u128)(b.mantissa * 2 * wide), s = 2 * wide, up = wide, down = 1;
    if (b.exponent >= 0) {
        r <<= b.exponent;
        up <<= b.exponent;
        down <<= b.exponent;
    } else {
        s <<= -b.exponent;
    }
    i32 point = estimate_point(b);
    for (i32 i = 0; i < point; i++)
        s *= 10;
    for (i32 i = point; i < 0; i++) {
        r *= 10;
        up *= 10;
        down *= 10;
    }
    while (even ? r + up >= s : r + up > s) {
        s *= 10;
        point++;
    }
    out->point = point;
    out->n = 0;
    for (;;) {
        r *= 10;
        up *= 10;
        down *= 10;
        u8 digit = 0;
        for (; r >= s; r -= s)
            digit++;
        bool low = even ? r <= down : r < down;
        bool high = even ? r + up >= s : r + up > s;
        if (high && low)
            digit = (u8)(digit + (r * 2 > s || (r * 2 == s && (digit & 1))));
        else if (high)
            digit++;
        out->digit[out->n++] = digit;
        if (low || high)
            return true;
    }
}

// -1, 0, 1 for a + b against c; spoils a.
static int big_compare_sum(Big *a, const Big *b, const Big *c) {
    big_add(a, b);
    return big_compare(a, c);
}

static void digits_big(Binary b, Digits *out) {
    bool even = !(b.mantissa & 1);
    u32 wide = b.is_power ? 2 : 1;
    Big r, s, up, down, sum;
    big_set(&r, b.mantissa * 2 * wide);
    big_set(&s, 2 * wide);
    big_set(&up, wide);
    big_set(&down, 1);
    if (b.exponent >= 0) {
        big_shift_left(&r, (u32)b.exponent);
        big_shift_left(&up, (u32)b.exponent);
        big_shift_left(&down, (u32)b.exponent);
    } else {
        big_shift_left(&s, (u32)-b.exponent);
    }
    i32 point = estimate_point(b);
    if (point >= 0) {
        big_mul_pow10(&s, (u32)point);
    } else {
        big_mul_pow10(&r, (u32)-point);
        big_mul_pow10(&up, (u32)-point);
        big_mul_pow10(&down, (u32)-point);
    }
    while (sum = r, big_compare_sum(&sum, &up, &s) >= (even ? 0 : 1)) {
        big_mul_add(&s, 10, 0);
        point++;
    }
    out->point = point;
    out->n = 0;
    for (;;) {
        big_mul_add(&r, 10, 0);
        big_mul_add(&up, 10, 0);
        big_mul_add(&down, 10, 0);
        u8 digit = 0;
        for (; big_compare(&r, &s) >= 0; big_sub(&r, &s))
            digit++;
        bool low = big_compare(&r, &down) <= (even ? 0 : -1);
        sum = r;
        bool high = big_compare_sum(&sum, &up, &s) >= (even ? 0 : 1);
        sum = r;
        int order = big_compare_sum(&sum, &r, &s);
        if (high && low)
            digit = (u8)(digit + (order > 0 || (order == 0 && (digit & 1))));
        else if (high)
            digit++;
        out->digit[out->n++] = digit;
        if (low || high)
            return;
    }
}

static Digits digits_shortest(f64 value) {
    Digits digits;
    Binary binary = take_apart(value);
    if (!digits_128(binary, &digits))
        digits_big(binary, &digits);
    return digits;
}

// Rounds to n digits, half away from zero, and drops trailing zeros.
static void digits_round(Digits *digits, u32 n) {
    if (n < digits->n) {
        bool up = digits->digit[n] >= 5;
        digits->n = n;
        while (up && digits->n > 0 && digits->digit[digits->n - 1] == 9)
            digits->n--;
        if (up && digits->n > 0) {
            digits->digit[digits->n - 1]++;
        } else if (up) {
            digits->digit[0] = 1;
            digits->n = 1;
            digits->point++;
        }
    }
    while (digits->n > 1 && digits->digit[digits->n - 1] == 0)
        digits->n--;
}

// Lays digits out in plain notation, or as 1.5e-9.
static u32 layout(const Digits *digits, bool minus, bool plain, char out[NUMBER_TEXT_MAX]) {
    u32 len = 0;
    if (minus)
        out[len++] = '-';
    i32 point = plain ? digits->point : 1;
    if (point <= 0)
        out[len++] = '0';
    for (i32 i = 0; i < point; i++)
        out[len++] = (char)('0' + (i < (i32)digits->n ? digits->digit[i] : 0));
    if ((i32)digits->n > point)
        out[len++] = '.';
    for (i32 i = point; i < 0; i++)
        out[len++] = '0';
    for (i32 i = MAX(point, 0); i < (i32)digits->n; i++)
        out[len++] = (char)('0' + digits->digit[i]);
    if (!plain) {
        i32 exponent = digits->point - 1;
        out[len++] = 'e';
        if (exponent < 0)
            out[len++] = '-';
        u32 size = (u32)(exponent < 0 ? -exponent : exponent);
        if (size >= 100)
            out[len++] = (char)('0' + size / 100);
        if (size >= 10)
            out[len++] = (char)('0' + size / 10 % 10);
        out[len++] = (char)('0' + size % 10);
    }
    assert(len < NUMBER_TEXT_MAX);
    out[len] = 0;
    return len;
}

// Zero, infinities and NaN; 0 for all others.
static u32 write_special(f64 value, char out[NUMBER_TEXT_MAX]) {
    const char *text = isnan(value)   ? "nan"
                       : isinf(value) ? (value < 0 ? "-inf" : "inf")
                       : value == 0   ? "0"
                                      : "";
    u32 len = (u32)strlen(text);
    memcpy(out, text, len + 1);
    return len;
}

u32 number_write(f64 value, char out[NUMBER_TEXT_MAX]) {
    u32 len = write_special(value, out);
    if (len)
        return len;
    Digits digits = digits_shortest(fabs(value));
    return layout(&digits, value<0, digits.point> - 7 && digits.point <= 21, out);
}

u32 number_write_short(f64 value, u32 digits_max, char out[NUMBER_TEXT_MAX]) {
    u32 len = write_special(value, out);
    if (len)
        return len;
    Digits digits = digits_shortest(fabs(value));
    digits_round(&digits, MAX(digits_max, 1u));
    return layout(&digits, value<0, digits.point> - 7 && digits.point <= 15, out);
}
