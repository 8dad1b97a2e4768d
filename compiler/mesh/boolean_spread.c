// SPDX-License-Identifier: Apache-2.0
// Pass 1, whole faces: triangles that lie in one plane with a triangle taken in, hang together with
// it and are labelled like it are taken in too, so that no face is parted between cells and a
// patch.
//
// Vertices note the labels, as bits of a hash, of the active triangles around them: so only edges
// between triangles that may be labelled alike are looked up. Most faces of large meshes are single
// triangles; then one look at the triangles around the active ones is all.
// Where faces are large, the search is repeated a few times around what was found, and at last over
// the whole mesh. Cost: O(n) with hashing.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum { NEAR_ROUNDS = 3 };

typedef struct Spread {
    Kernel *k;
    const Mesh *mesh;
    const GridPlace *at; // by vertex
    u8 *is_active;       // by triangle
    u32 *labels;         // by vertex: of the active triangles around it | IS_LISTED
    VEC(u32) halves; // of passive triangles, between vertices of active ones, labelled like them
    VEC(u32) slots;  // halves + 1, by their ends
    u32 mask;
    VEC(u32) found; // triangles that became active
} Spread;
enum { IS_LISTED = 1 << 16 }; // a half in the list ends there

static u32 half_end(const Mesh *mesh, u32 h) {
    return mesh->tris[h % 3 == 2 ? h - 2 : h + 1];
}

static u32 first_slot(const Spread *s, u32 from, u32 to) {
    u32 x = from * 0x9e3779b1u + to * 0x85ebca77u;
    return (x ^ x >> 16) & s->mask;
}

// Triangles t and u, which share an edge, lie in one plane and are labelled alike.
static bool is_one_face(const Spread *s, u32 t, u32 u) {
    if (!have_equal_labels(s->mesh, t, u))
        return false;
    Corner a[3], b[3];
    for (u32 i = 0; i < 3; i++) {
        memcpy(a[i].at, s->at[s->mesh->tris[3 * (size_t)t + i]].at, sizeof a[i].at);
        memcpy(b[i].at, s->at[s->mesh->tris[3 * (size_t)u + i]].at, sizeof b[i].at);
    }
    i64 n[3];
    corners_normal(a, n);
    for (u32 i = 0; i < 3; i++)
        if (corner_height(n, &a[0], &b[i]) != 0)
            return false;
    return true;
}

static u32 label_of(const Mesh *mesh, u32 t) {
    u32 tag = mesh->tags ? mesh->tags[t] : 0, mat = mesh->mats ? mesh->mats[t] : 0;
    return (u32)1 << ((tag * 0x9e3779b1u ^ mat * 0x85ebca77u) >> 28);
}

static void mark_vertices(Spread *s, u32 t) {
    const u32 *v = s->mesh->tris + 3 * (size_t)t, label = label_of(s->mesh, t);
    for (u32 i = 0; i < 3; i++)
        s->labels[v[i]] |= label;
}

// Of a passive triangle.
static void list_halves_of(Spread *s, u32 t, bool everywhere) {
    const u32 *v = s->mesh->tris + 3 * (size_t)t, label = label_of(s->mesh, t);
    const u32 a = s->labels[v[0]], b = s->labels[v[1]], c = s->labels[v[2]];
    if (!everywhere && !(((a & b) | (b & c) | (c & a)) & label)) // most
        return;
    for (u32 i = 0; i < 3; i++) {
        u32 *from = &s->labels[v[i]], *to = &s->labels[v[i == 2 ? 0 : i + 1]];
        if (everywhere || (*from & *to & label)) {
            avec_push(&s->k->scratch, &s->halves, 3 * t + i);
            *from |= IS_LISTED;
            *to |= IS_LISTED;
        }
    }
}

// False: there are none.
static bool list_halves(Spread *s, bool everywhere) {
    const Mesh *mesh = s->mesh;
    u32 n_slots = 64;
    s->halves.len = 0;
    for (u32 t = 0; t < mesh->n_tris; t++)
        if (!s->is_active[t])
            list_halves_of(s, t, everywhere);
    if (!s->halves.len)
        return false;
    while (n_slots < 2 * s->halves.len)
        n_slots *= 2;
    avec_reserve(&s->k->scratch, &s->slots, n_slots);
    memset(s->slots.data, 0, n_slots * sizeof(u32));
    s->mask = n_slots - 1;
    for (u32 i = 0; i < s->halves.len; i++) {
        u32 h = s->halves.data[i], slot = first_slot(s, mesh->tris[h], half_end(mesh, h));
        while (s->slots.data[slot])
            slot = (slot + 1) & s->mask;
        s->slots.data[slot] = h + 1;
    }
    return true;
}

static void spread_from(Spread *s, u32 t) {
    const Mesh *mesh = s->mesh;
    const u32 *v = mesh->tris + 3 * (size_t)t;
    for (u32 i = 0; i < 3; i++) {
        u32 a = v[i], b = v[i == 2 ? 0 : i + 1];
        if (!(s->labels[a] & s->labels[b] & IS_LISTED))
            continue;
        for (u32 slot = first_slot(s, b, a); s->slots.data[slot]; slot = (slot + 1) & s->mask) {
            u32 g = s->slots.data[slot] - 1;
            if (mesh->tris[g] == b && half_end(mesh, g) == a && !s->is_active[g / 3] &&
                is_one_face(s, t, g / 3)) {
                s->is_active[g / 3] = true;
                avec_push(&s->k->scratch, &s->found, g / 3);
            }
        }
    }
}

u32 spread_in_planes(Kernel *k, u32 leaf, u8 *is_active) {
    const Mesh *mesh = k->expr->leaves[leaf].mesh;
    ArenaMark mark = arena_mark(&k->scratch);
    Spread s = {.k = k,
                .mesh = mesh,
                .at = k->snapped + k->vert_base[leaf],
                .is_active = is_active,
                .labels = ARENA_NEW(&k->scratch, u32, mesh->n_verts)};
    for (u32 t = 0; t < mesh->n_tris; t++)
        if (is_active[t])
            mark_vertices(&s, t);
    u32 done = 0;
    for (u32 round = 0; list_halves(&s, round == NEAR_ROUNDS); round++) {
        u32 next = s.found.len;
        if (round == 0) {
            for (u32 t = 0; t < mesh->n_tris; t++)
                if (is_active[t])
                    spread_from(&s, t);
        } else {
            // The triangles found last, which now have more of the passive ones around them.
            for (u32 i = done; i < next; i++)
                spread_from(&s, s.found.data[i]);
        }
        for (u32 i = next; i < s.found.len; i++)
            spread_from(&s, s.found.data[i]);
        if (s.found.len == next || round == NEAR_ROUNDS)
            break;
        for (u32 i = next; i < s.found.len; i++)
            mark_vertices(&s, s.found.data[i]);
        done = next;
    }
    u32 n_found = s.found.len;
    arena_reset(&k->scratch, mark);
    return n_found;
}
