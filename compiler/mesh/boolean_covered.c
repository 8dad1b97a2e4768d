// SPDX-License-Identifier: Apache-2.0
// In ingest: leaves that others hold are left out.
//
// Where leaves that cover (boolean_buried.c) lie many over each other, as in stacks of plates that
// are flush with one another, most lie within the union of those before them. Such a leaf decides
// nothing: wherever it holds matter a leaf before it does too, and settles the root's value; where
// it has a face of the result, one before it has a face in that plane there, looks the same way,
// and gives the label; the matter behind belongs to the lowest leaf in any case. This holds
// although faces coincide, so it needs no distance from surfaces, unlike the zone of bury.
//
// What is shown is more than needed: that the leaf's box is covered. A leaf holds a box if the box
// lies behind the planes of all its triangles: then each ray from inside of the box leaves through
// every triangle that it meets, and the one to the middle of any triangle meets some, so the
// winding number there is positive, whatever the leaf is. What one leaf leaves of a box is cut into
// up to six boxes, for others to hold. A bounded number of tries is spent on a leaf; rooms name the
// leaves that may hold the middle of a box. Cost: O(n) with a large factor, only where leaves'
// boxes lie one and a half deep over each other on the average.
#include "compiler/mesh/boolean_internal.h"

enum {
    LEAST_LEAVES = 8,
    MOST_TRIS = 256,   // of a leaf that is to hold boxes
    MOST_TRIES = 4096, // for a leaf: looks at another
    DEEPEST = 24,
    MOST_ROOMS = 256,
    MOST_ENTRIES = 1 << 20, // of all rooms
};

typedef struct RoomEntry {
    u32 leaf, next; // next: + 1, 0: none
} RoomEntry;

typedef struct Cover {
    const Kernel *k;
    GridBox region;
    u32 shift, size[3];
    u32 *first; // by room: entry + 1
    VEC(RoomEntry) entries;
    bool *is_full; // by leaf: it fills its box
    u32 n_tries;
} Cover;

static f64 volume(const GridBox *box) {
    f64 v = 1;
    for (u32 i = 0; i < 3; i++)
        v *= box->min[i] < box->max[i] ? (f64)box->max[i] - box->min[i] : 0;
    return v;
}

static GridBox common(const GridBox *a, const GridBox *b) {
    GridBox out;
    for (u32 i = 0; i < 3; i++) {
        out.min[i] = MAX(a->min[i], b->min[i]);
        out.max[i] = MIN(a->max[i], b->max[i]);
    }
    return out;
}

static bool is_within(const GridBox *a, const GridBox *b) {
    for (u32 i = 0; i < 3; i++)
        if (a->min[i] < b->min[i] || a->max[i] > b->max[i])
            return false;
    return true;
}

// No corner of the box lies before a plane of one of the leaf's triangles, and there is a plane:
// snapping may leave nothing but a line of a leaf.
static bool holds_box(const Kernel *k, u32 l, const GridBox *box) {
    bool has_plane = false;
    for (u32 t = 0; t < k->expr->leaves[l].mesh->n_tris; t++) {
        Corner at[3];
        i64 n[3];
        leaf_tri_normal(k, l, t, at, n);
        has_plane = has_plane || n[0] || n[1] || n[2];
        i128 height = 0;
        for (u32 i = 0; i < 3; i++)
            height += (i128)n[i] * ((i64)(n[i] > 0 ? box->max[i] : box->min[i]) - at[0].at[i]);
        if (height > 0)
            return false;
    }
    return has_plane;
}

// By leaf: it is used once, and so are all nodes on the way to it from the root. (Where a leaf that
// covers is also subtracted elsewhere, it says what matter belongs to.)
static bool *find_used_once(Kernel *k) {
    const CsgExpr *expr = k->expr;
    u8 *n_uses = ARENA_NEW(&k->scratch, u8, expr->n_nodes);
    u8 *n_leaf = ARENA_NEW(&k->scratch, u8, expr->n_leaves);
    bool *out = ARENA_NEW(&k->scratch, bool, expr->n_leaves);
    n_uses[expr->root] = 1;
    for (u32 i = expr->root + 1; i-- > 0;) {
        const CsgNode *node = &expr->nodes[i];
        if (node->op == CSG_LEAF)
            n_leaf[node->first] = (u8)MIN(n_leaf[node->first] + n_uses[i], 2);
        for (u32 j = 0; j < node->len && node->op != CSG_LEAF; j++) {
            u8 *arg = &n_uses[expr->args[node->first + j]];
            *arg = (u8)MIN(*arg + n_uses[i], 2);
        }
    }
    for (u32 l = 0; l < expr->n_leaves; l++)
        out[l] = n_leaf[l] == 1;
    return out;
}

// ---- rooms ----

static u32 room_at(const Cover *c, const u32 at[3]) {
    return (at[2] * c->size[1] + at[1]) * c->size[0] + at[0];
}

static void make_rooms(Kernel *k, Cover *c) {
    for (c->shift = 0;; c->shift++) {
        u64 n = 1;
        for (u32 i = 0; i < 3; i++) {
            c->size[i] = ((u32)(c->region.max[i] - c->region.min[i]) >> c->shift) + 1;
            n *= MIN(c->size[i], MOST_ROOMS + 1u);
        }
        if (n > MOST_ROOMS)
            continue;
        c->first = ARENA_NEW(&k->scratch, u32, n);
        return;
    }
}

static void add_to_rooms(Kernel *k, Cover *c, u32 l) {
    const GridBox *box = &k->leaves[l].box;
    u32 lo[3], hi[3], at[3];
    for (u32 i = 0; i < 3; i++) {
        lo[i] = (u32)(box->min[i] - c->region.min[i]) >> c->shift;
        hi[i] = (u32)(box->max[i] - c->region.min[i]) >> c->shift;
    }
    for (at[2] = lo[2]; at[2] <= hi[2]; at[2]++)
        for (at[1] = lo[1]; at[1] <= hi[1]; at[1]++)
            for (at[0] = lo[0]; at[0] <= hi[0] && c->entries.len < MOST_ENTRIES; at[0]++) {
                u32 *first = &c->first[room_at(c, at)];
                avec_push(&k->scratch, &c->entries, ((RoomEntry){l, *first}));
                *first = c->entries.len;
            }
}

// ---- boxes ----

static bool is_covered(Cover *c, const GridBox *box, u32 depth);

// What of the box lies outside of part is covered.
static bool is_rest_covered(Cover *c, GridBox box, const GridBox *part, u32 depth) {
    for (u32 i = 0; i < 3; i++)
        for (u32 high = 0; high < 2; high++) {
            GridBox piece = box;
            i32 at = high ? part->max[i] : part->min[i];
            *(high ? &piece.min[i] : &piece.max[i]) = at;
            if (piece.min[i] < piece.max[i] && !is_covered(c, &piece, depth + 1))
                return false;
            *(high ? &box.max[i] : &box.min[i]) = at;
        }
    return true;
}

static bool is_covered(Cover *c, const GridBox *box, u32 depth) {
    const Kernel *k = c->k;
    u32 at[3], axis = 0;
    for (u32 i = 0; i < 3; i++) {
        at[i] = (u32)((i32)(((i64)box->min[i] + box->max[i]) / 2) - c->region.min[i]) >> c->shift;
        if (box->max[i] - box->min[i] > box->max[axis] - box->min[axis])
            axis = i;
    }
    GridBox best;
    f64 most = volume(box) / 8;
    bool found = false;
    for (u32 e = c->first[room_at(c, at)]; e; e = c->entries.data[e - 1].next) {
        u32 l = c->entries.data[e - 1].leaf;
        if (++c->n_tries > MOST_TRIES)
            return false;
        bool is_inside = is_within(box, &k->leaves[l].box);
        if (is_inside && c->is_full[l])
            return true;
        if (is_inside) {
            c->n_tries += k->expr->leaves[l].mesh->n_tris / 4;
            if (holds_box(k, l, box))
                return true;
        } else if (c->is_full[l]) {
            GridBox part = common(box, &k->leaves[l].box);
            f64 size = volume(&part);
            if (size > most) {
                most = size;
                best = part;
                found = true;
            }
        }
    }
    if (depth == DEEPEST || box->max[axis] - box->min[axis] < 2)
        return false;
    if (!found) { // in halves
        best = *box;
        best.max[axis] = (i32)(((i64)box->min[axis] + box->max[axis]) / 2);
        if (!is_covered(c, &best, depth + 1))
            return false;
    }
    return is_rest_covered(c, *box, &best, depth);
}

void leave_out_covered(Kernel *k) {
    u32 n_leaves = k->expr->n_leaves, n = 0;
    if (k->is_thorough || k->options.burying == CSG_BURY_NEVER || n_leaves < 2)
        return;
    const bool *covers = find_covering(k, &k->scratch);
    const bool *is_once = find_used_once(k);
    Cover c = {.k = k, .region = grid_box_empty()};
    f64 sum = 0;
    for (u32 l = 0; l < n_leaves; l++) {
        const GridBox *box = &k->leaves[l].box;
        if (!covers[l])
            continue;
        n++;
        sum += volume(box);
        for (u32 i = 0; i < 3; i++) {
            c.region.min[i] = MIN(c.region.min[i], box->min[i]);
            c.region.max[i] = MAX(c.region.max[i], box->max[i]);
        }
    }
    if (n < 2 || (k->options.burying != CSG_BURY_ALWAYS &&
                  (n < LEAST_LEAVES || sum < 1.5 * volume(&c.region))))
        return;
    make_rooms(k, &c);
    c.is_full = ARENA_NEW(&k->scratch, bool, n_leaves);
    for (u32 l = 0; l < n_leaves; l++) {
        const GridBox *box = &k->leaves[l].box;
        c.n_tries = 0;
        if (!covers[l])
            continue;
        if ((l & 0xff) == 0)
            heap_poll(k->heap);
        if (is_once[l] && volume(box) > 0 && is_covered(&c, box, 0)) {
            k->leaves[l].is_used = false;
            k->n_covered++;
        } else if (k->expr->leaves[l].mesh->n_tris <= MOST_TRIS && volume(box) > 0) {
            c.is_full[l] = holds_box(k, l, box);
            add_to_rooms(k, &c, l);
        }
    }
}
