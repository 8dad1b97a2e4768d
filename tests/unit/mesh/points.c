// SPDX-License-Identifier: Apache-2.0
// The kernel's vertices and signs at the limits of the grid, against integers that are long enough
// for anything: planes through the corners of the whole grid and places a step beside them, which
// have the longest normals, in families that share an edge and differ by a step of the third
// corner, which doubles can't tell apart; where others cross such an edge, many definitions give
// one place. All triples of planes, all edges with all planes, all signs.
#include "tests/unit/mesh/big.h"

#include "compiler/mesh/boolean_internal.h"
#include "tests/unit/test.h"

enum { N_PLANES = 30, N_GRID = 24, MAX_POINTS = 8000 };

// A vertex with its truth: x / w, w > 0.
typedef struct Truth {
    u32 v;
    Big x[3], w;
} Truth;

typedef struct Bench {
    Heap heap;
    Kernel k;
    u64 state;
    u32 planes[N_PLANES], n_planes;
    Corner grid[N_GRID];
    i64 place[N_GRID][3];
    Truth *points;
    u32 n_points;
    u32 bits_n, bits_d, bits_w, bits_x, bits_lpi_w, bits_lpi_x, bits_sum; // most that occurred
} Bench;

static u32 pick_of(Bench *b, u32 n) {
    b->state = b->state * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)(b->state >> 33) % n;
}

// An end of the grid on each axis, a step or two from it, or near its middle.
static void pick_place(Bench *b, i64 out[3]) {
    static const i64 far[8] = {
        -GRID_LIMIT, GRID_LIMIT, -GRID_LIMIT + 1, GRID_LIMIT - 1, -GRID_LIMIT, GRID_LIMIT - 2,
        0,           1};
    for (u32 i = 0; i < 3; i++)
        out[i] = far[pick_of(b, 8)];
}

static void note(u32 *most, Big x) {
    *most = MAX(*most, big_bits(x));
}

static bool add_plane(Bench *b, i64 at[3][3]) {
    i64 u[3], v[3], n[3];
    for (u32 i = 0; i < 3; i++) {
        u[i] = at[1][i] - at[0][i];
        v[i] = at[2][i] - at[0][i];
    }
    for (u32 i = 0; i < 3; i++)
        n[i] = u[(i + 1) % 3] * v[(i + 2) % 3] - u[(i + 2) % 3] * v[(i + 1) % 3];
    if (!n[0] && !n[1] && !n[2])
        return false;
    bool is_flipped;
    u32 id = plane_add(&b->k, n, at[0], &is_flipped);
    for (u32 i = 0; i < b->n_planes; i++)
        if (b->planes[i] == id)
            return false;
    const Plane *p = plane_ref(&b->k, id);
    for (u32 i = 0; i < 3; i++)
        note(&b->bits_n, big_of(p->n[i]));
    note(&b->bits_d, big_of(p->d));
    b->planes[b->n_planes++] = id;
    return true;
}

// As three square planes: what falls on the grid becomes a grid point.
static Corner add_grid_point(Bench *b, const i64 at[3]) {
    u32 plane[3];
    for (u32 i = 0; i < 3; i++) {
        i64 n[3] = {i == 0, i == 1, i == 2};
        bool is_flipped;
        plane[i] = plane_add(&b->k, n, at, &is_flipped);
    }
    return (Corner){{(i32)at[0], (i32)at[1], (i32)at[2]},
                    point_add_tpi(&b->k, plane[0], plane[1], plane[2])};
}

static void open_bench(Bench *b) {
    *b = (Bench){.state = 10};
    heap_init(&b->heap, 0);
    b->k.heap = &b->heap;
    b->k.n_threads = 1;
    points_init(&b->k, 64);
    b->points = HEAP_NEW(&b->heap, Truth, MAX_POINTS);
    for (u32 g = 0; g < N_GRID; g++) {
        pick_place(b, b->place[g]);
        b->grid[g] = add_grid_point(b, b->place[g]);
    }
    for (u32 g = 0; b->n_planes < N_PLANES; g = (g + 2) % N_GRID) {
        i64 at[3][3];
        memcpy(at, b->place[g], 2 * sizeof at[0]); // a grid edge of the tests
        pick_place(b, at[2]);
        for (u32 near = 0; near < 4 && b->n_planes < N_PLANES; near++) {
            (void)add_plane(b, at);
            i64 *c = &at[2][pick_of(b, 3)];
            *c += *c > 0 ? -1 : 1;
        }
    }
}

static void close_bench(Bench *b) {
    points_finish(&b->k, &b->heap);
    heap_finish(&b->heap);
}

// ---- truths ----

static Big det2(i64 a, i64 b, i64 c, i64 d) {
    return big_sub(big_mul(big_of(a), big_of(d)), big_mul(big_of(b), big_of(c)));
}

// By Cramer's rule along the first column of (n | -d); false if there is no such point.
static bool solve(const Plane *const p[3], Truth *out) {
    Big minor[3][3]; // of row r without column c
    for (u32 r = 0; r < 3; r++)
        for (u32 c = 0; c < 3; c++) {
            const i64 *m = p[(r + 1) % 3]->n, *n = p[(r + 2) % 3]->n;
            minor[r][c] = det2(m[(c + 1) % 3], m[(c + 2) % 3], n[(c + 1) % 3], n[(c + 2) % 3]);
        }
    out->w = big_of(0);
    for (u32 c = 0; c < 3; c++)
        out->w = big_add(out->w, big_mul(big_of(p[0]->n[c]), minor[0][c]));
    for (u32 c = 0; c < 3; c++) {
        out->x[c] = big_of(0);
        for (u32 r = 0; r < 3; r++)
            out->x[c] = big_sub(out->x[c], big_mul(big_of(p[r]->d), minor[r][c]));
    }
    int sign = big_sign(out->w);
    for (u32 c = 0; c < 3 && sign < 0; c++)
        out->x[c] = big_neg(out->x[c]);
    out->w = big_abs(out->w);
    return sign != 0;
}

static bool is_on_board(const Truth *t) {
    for (u32 i = 0; i < 3; i++)
        if (big_compare(big_abs(t->x[i]), big_mul(t->w, big_of(GRID_LIMIT))) > 0)
            return false;
    return true;
}

// What the kernel keeps of the place in doubles is right to 2^-26.
static bool is_near(const Bench *b, const Truth *t) {
    const Point *p = point_ref(&b->k, t->v);
    for (u32 i = 0; i < 3; i++) {
        // |at - x / w| <= 2^-26 as |at 2^80 w - x 2^80| <= w 2^54: doubles at this size are whole
        // multiples of 2^-80, or 0.
        Big at = big_mul(big_of_f64(fabs(p->at[i]) < 0x1p-26 ? 0 : p->at[i], 80), t->w);
        Big error = big_abs(big_sub(at, big_shift(t->x[i], 80)));
        if (big_compare(error, big_shift(t->w, fabs(p->at[i]) < 0x1p-26 ? 55 : 54)) > 0)
            return false;
    }
    return true;
}

static Big height(const Plane *p, const Truth *t) {
    Big sum = big_mul(big_of(p->d), t->w);
    for (u32 i = 0; i < 3; i++)
        sum = big_add(sum, big_mul(big_of(p->n[i]), t->x[i]));
    return sum;
}

static void keep(Bench *b, const Truth *t) {
    if (b->n_points < MAX_POINTS)
        b->points[b->n_points++] = *t;
}

static bool add_tpis(Bench *b) {
    bool ok = true;
    for (u32 i = 0; i < N_PLANES; i++)
        for (u32 j = i + 1; j < N_PLANES; j++)
            for (u32 l = j + 1; l < N_PLANES; l++) {
                const Plane *p[3] = {plane_ref(&b->k, b->planes[i]), plane_ref(&b->k, b->planes[j]),
                                     plane_ref(&b->k, b->planes[l])};
                Truth t;
                if (!solve(p, &t))
                    continue;
                note(&b->bits_w, t.w);
                for (u32 c = 0; c < 3; c++)
                    note(&b->bits_x, t.x[c]);
                for (u32 s = 0; s < N_PLANES; s++) // off the board too: lengths are bounded there
                    note(&b->bits_sum, height(plane_ref(&b->k, b->planes[s]), &t));
                if (!is_on_board(&t))
                    continue;
                t.v = point_add_tpi(&b->k, b->planes[l], b->planes[i], b->planes[j]);
                ok = ok && is_near(b, &t);
                keep(b, &t);
            }
    return ok;
}

static bool add_lpis(Bench *b) {
    bool ok = true;
    for (u32 g = 0; g < N_GRID; g++)
        for (u32 h = g + 1; h < N_GRID; h++)
            for (u32 i = 0; i < N_PLANES; i++) {
                const Plane *p = plane_ref(&b->k, b->planes[i]);
                const i64 *a = b->place[g], *c = b->place[h];
                Big at_a = big_of(p->d), at_c = big_of(p->d);
                for (u32 x = 0; x < 3; x++) {
                    at_a = big_add(at_a, big_mul(big_of(p->n[x]), big_of(a[x])));
                    at_c = big_add(at_c, big_mul(big_of(p->n[x]), big_of(c[x])));
                }
                if (big_sign(at_a) * big_sign(at_c) >= 0)
                    continue;
                Truth t = {.w = big_sub(at_a, at_c)};
                for (u32 x = 0; x < 3; x++) {
                    t.x[x] = big_sub(big_mul(big_of(c[x]), at_a), big_mul(big_of(a[x]), at_c));
                    if (big_sign(t.w) < 0)
                        t.x[x] = big_neg(t.x[x]);
                    note(&b->bits_lpi_x, t.x[x]);
                }
                t.w = big_abs(t.w);
                note(&b->bits_lpi_w, t.w);
                Point point = point_make_lpi(&b->grid[h], &b->grid[g], p, b->planes[i]);
                t.v = point_add(&b->k, &point);
                ok = ok && is_near(b, &t);
                keep(b, &t);
            }
    return ok;
}

static void add_grid(Bench *b) {
    for (u32 g = 0; g < N_GRID; g++) {
        Truth t = {.v = b->grid[g].v, .w = big_of(1)};
        for (u32 i = 0; i < 3; i++)
            t.x[i] = big_of(b->place[g][i]);
        keep(b, &t);
    }
}

// ---- tests ----

// Crossings that are made by three tasks, and some that were there before, against one by one.
TEST(claims_give_the_numbers_that_adding_gives) {
    Bench b, one; // alike
    open_bench(&b);
    open_bench(&one);
    enum { N_TASKS = 3 };
    Points made[N_TASKS] = {0};
    u32 *expected = HEAP_NEW(&one.heap, u32, MAX_POINTS), n = 0, n_wrong = 0;
    for (u32 e = 0; e < N_GRID * N_GRID; e++)
        for (u32 i = 0, g = e / N_GRID, h = e % N_GRID; i < N_PLANES && n < MAX_POINTS; i++) {
            u32 plane = b.planes[i];
            int side = plane_side(&b.k, plane, b.grid[g].v);
            if (side * plane_side(&b.k, plane, b.grid[h].v) >= 0)
                continue;
            Point p = point_make_lpi(&b.grid[g], &b.grid[h], plane_ref(&b.k, plane), plane);
            u32 number = point_add(&one.k, &p);
            if (g < 2)
                point_add(&b.k, &p);
            vec_push(&b.heap, &made[g * N_TASKS / N_GRID], p);
            expected[n++] = number;
        }
    u32 no_planes[N_TASKS + 1] = {0}, n_before = b.k.points.len;
    Claims claims = claim_points(&b.k, N_TASKS, made, &(Claims){.n = N_TASKS, .start = no_planes});
    for (u32 i = 0; i < n; i++)
        n_wrong += claims.number[i] != expected[i];
    CHECK_EQ(n_wrong, 0);
    CHECK_EQ(b.k.points.len, one.k.points.len);
    CHECK(n > 2000 && b.k.points.len > n_before + 500 && b.k.points.len < n);
    for (u32 t = 0; t < N_TASKS; t++)
        vec_free(&b.heap, &made[t]);
    claims_finish(&claims, &b.heap);
    close_bench(&one);
    close_bench(&b);
}

TEST(signs_of_all_points_on_all_planes) {
    Bench b;
    open_bench(&b);
    add_grid(&b);
    CHECK(add_lpis(&b));
    u32 n_lpis = b.n_points;
    CHECK(add_tpis(&b));
    CHECK(n_lpis > 1000 && b.n_points - n_lpis > 300 && b.n_points < MAX_POINTS);
    u32 n_wrong = 0, n_on = 0;
    for (u32 i = 0; i < b.n_points; i++)
        for (u32 s = 0; s < N_PLANES; s++) {
            int sign = big_sign(height(plane_ref(&b.k, b.planes[s]), &b.points[i]));
            n_wrong += plane_side(&b.k, b.planes[s], b.points[i].v) != sign;
            n_on += sign == 0;
        }
    CHECK_EQ(n_wrong, 0);
    CHECK(n_on > 3 * (b.n_points - n_lpis));
    // The bounds that exact.h proves, none of which is far from what occurs.
    CHECK(b.bits_n <= 53 && b.bits_n >= 52);
    CHECK(b.bits_d <= 80 && b.bits_d >= 77);
    CHECK(b.bits_lpi_w <= 81 && b.bits_lpi_w >= 79);
    CHECK(b.bits_lpi_x <= 106 && b.bits_lpi_x >= 104);
    CHECK(b.bits_w <= 162 && b.bits_w >= 155);
    CHECK(b.bits_x <= 189 && b.bits_x >= 181);
    CHECK(b.bits_sum <= 244 && b.bits_sum >= 231);
    close_bench(&b);
}

// Of each two vertices: which comes first along each axis, and one number if they are one place.
TEST(order_and_identity_of_points) {
    Bench b;
    open_bench(&b);
    add_grid(&b);
    (void)add_tpis(&b);
    (void)add_lpis(&b);
    u32 n_wrong = 0, n_equal = 0, step = MAX(b.n_points / 300, 1);
    for (u32 i = 0; i < b.n_points; i += step)
        for (u32 j = 0; j < b.n_points; j++) {
            const Truth *t = &b.points[i], *u = &b.points[j];
            if (j % step && fabs(point_ref(&b.k, t->v)->at[0] - point_ref(&b.k, u->v)->at[0]) > 1)
                continue;
            bool is_one = true;
            for (u32 axis = 0; axis < 3; axis++) {
                int want = big_compare(big_mul(t->x[axis], u->w), big_mul(u->x[axis], t->w));
                n_wrong += point_compare(&b.k, t->v, u->v, axis) != want;
                is_one = is_one && want == 0;
            }
            n_wrong += is_one != (t->v == u->v);
            n_equal += is_one && i != j;
        }
    CHECK_EQ(n_wrong, 0);
    CHECK(n_equal > 100); // found by several definitions
    close_bench(&b);
}

// Heights over planes that need not be in the table, through other grid points.
TEST(heights_over_grid_points) {
    Bench b;
    open_bench(&b);
    add_grid(&b);
    (void)add_tpis(&b);
    (void)add_lpis(&b);
    u32 n_wrong = 0, step = MAX(b.n_points / 1000, 1);
    for (u32 i = 0; i < b.n_points; i += step)
        for (u32 s = 0; s < N_PLANES; s++) {
            Plane p = *plane_ref(&b.k, b.planes[s]);
            const i64 *at = b.place[i % N_GRID];
            p.d = 0;
            for (u32 c = 0; c < 3; c++)
                p.d -= (i128)p.n[c] * at[c];
            const i32 place[3] = {(i32)at[0], (i32)at[1], (i32)at[2]};
            n_wrong += point_height_sign(&b.k, b.points[i].v, p.n, place) !=
                       big_sign(height(&p, &b.points[i]));
        }
    CHECK_EQ(n_wrong, 0);
    close_bench(&b);
}

// ---- places between two cells ----
// Of the table's hash, at odd multiples of 2^-11 quanta, where what is computed in two ways may
// fall into either.

// From an end p to q, through a place at a whole number of 2048ths of the way.
typedef struct Through {
    i64 p[3], e[3];
    Corner from, to;
} Through;

// Through at + odd / 2048 along x.
static Through pick_edge(Bench *b, const i64 at[3], i64 odd) {
    i64 k = 2 * (i64)pick_of(b, 1024) + 1, inverse = k;
    for (u32 i = 0; i < 4; i++) // Newton's, modulo 2^12 at least
        inverse = (inverse * (2 - k * inverse)) & 2047;
    i64 steps[3], q[3];
    for (u32 i = 0; i < 3; i++)
        steps[i] = (i64)pick_of(b, 1 << 13) - (1 << 12);
    Through out = {
        .e = {(odd * inverse & 2047) + 2048 * steps[0], 2048 * steps[1], 2048 * steps[2]}};
    out.p[0] = at[0] + (odd - k * out.e[0]) / 2048;
    for (u32 i = 1; i < 3; i++)
        out.p[i] = at[i] - k * steps[i];
    for (u32 i = 0; i < 3; i++)
        q[i] = out.p[i] + out.e[i];
    out.from = add_grid_point(b, out.p);
    out.to = add_grid_point(b, q);
    return out;
}

static u32 plane_of_edges(Bench *b, const Through *s, const Through *t) {
    i64 n[3];
    for (u32 i = 0; i < 3; i++)
        n[i] = s->e[(i + 1) % 3] * t->e[(i + 2) % 3] - s->e[(i + 2) % 3] * t->e[(i + 1) % 3];
    bool is_flipped;
    return plane_add(&b->k, n, s->p, &is_flipped);
}

TEST(one_place_in_two_hash_cells) {
    enum { ROUNDS = 300, N_EDGES = 4 };
    static const u8 triples[4][3][2] = {{{0, 1}, {1, 2}, {0, 2}},
                                        {{0, 1}, {2, 3}, {0, 2}},
                                        {{0, 3}, {1, 2}, {1, 3}},
                                        {{0, 2}, {1, 3}, {0, 3}}};
    Bench b;
    open_bench(&b);
    u32 n_apart = 0, n_off = 0;
    for (u32 round = 0; round < ROUNDS; round++) {
        i64 odd = 2 * (i64)pick_of(&b, 1024) + 1, at[3];
        for (u32 i = 0; i < 3; i++)
            at[i] = (i64)pick_of(&b, 1 << 24) - (1 << 23);
        Through edge[N_EDGES];
        for (u32 i = 0; i < N_EDGES; i++)
            edge[i] = pick_edge(&b, at, odd);
        u32 first = NONE;
        for (u32 i = 0; i < N_EDGES; i++) { // an edge and the plane of the next two
            u32 plane = plane_of_edges(&b, &edge[(i + 1) % N_EDGES], &edge[(i + 2) % N_EDGES]);
            Point made = point_make_lpi(&edge[i].from, &edge[i].to, plane_ref(&b.k, plane), plane);
            u32 v = point_add(&b.k, &made);
            first = i ? first : v;
            n_apart += v != first;
        }
        for (u32 i = 0; i < COUNT_OF(triples); i++) {
            u32 plane[3];
            for (u32 j = 0; j < 3; j++)
                plane[j] = plane_of_edges(&b, &edge[triples[i][j][0]], &edge[triples[i][j][1]]);
            n_apart += point_add_tpi(&b.k, plane[0], plane[1], plane[2]) != first;
        }
        n_off += !(fabs(point_ref(&b.k, first)->at[0] - (f64)at[0] - (f64)odd / 2048) < 0x1p-26);
    }
    CHECK_EQ(n_apart, 0);
    CHECK_EQ(n_off, 0);
    close_bench(&b);
}

TEST_MAIN(TEST_CASE(signs_of_all_points_on_all_planes), TEST_CASE(order_and_identity_of_points),
          TEST_CASE(heights_over_grid_points), TEST_CASE(claims_give_the_numbers_that_adding_gives),
          TEST_CASE(one_place_in_two_hash_cells))
