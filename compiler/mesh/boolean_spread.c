// SPDX-License-Identifier: Apache-2.0
// Pass 1, whole faces: triangles that lie in one plane with a triangle taken in, hang together with
// it and are labelled like it are taken in too, so that no face is parted between cells and a
// patch.
//
// Most faces of large meshes are single triangles; then one look at the triangles around the active
// ones is all. Where faces are large, the search is repeated a few times around what was found, and
// at last over the whole mesh. Cost: O(n) with hashing.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum { NEAR_ROUNDS = 3 };

typedef struct Spread {
    Kernel *k;
    const Mesh *mesh;
    const GridPlace *at; // by vertex
    u8 *is_active;       // by triangle
    bool *is_near;       // by vertex: of an active triangle
    VEC(u32) halves;     // of passive triangles, between near vertices
    VEC(u32) slots;      // halves + 1, by their ends
    u32 mask;
    VEC(u32) found; // triangles that became active
} Spread;

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

static void mark_vertices(Spread *s, u32 t) {
    for (u32 i = 0; i < 3; i++)
        s->is_near[s->mesh->tris[3 * (size_t)t + i]] = true;
}

// False: no passive triangle has an edge between vertices of active ones.
static bool list_halves(Spread *s, bool everywhere) {
    const Mesh *mesh = s->mesh;
    u32 n_slots = 64;
    s->halves.len = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        if (s->is_active[t])
            continue;
        const u32 *v = mesh->tris + 3 * (size_t)t;
        bool near[3] = {s->is_near[v[0]], s->is_near[v[1]], s->is_near[v[2]]};
        if (!everywhere && near[0] + near[1] + near[2] < 2)
            continue;
        for (u32 i = 0; i < 3; i++)
            if (everywhere || (near[i] && near[i == 2 ? 0 : i + 1]))
                avec_push(&s->k->scratch, &s->halves, 3 * t + i);
    }
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
    return s->halves.len > 0;
}

static void spread_from(Spread *s, u32 t) {
    const Mesh *mesh = s->mesh;
    for (u32 h = 3 * t; h < 3 * t + 3; h++) {
        u32 a = mesh->tris[h], b = half_end(mesh, h);
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
                .is_near = ARENA_NEW(&k->scratch, bool, mesh->n_verts)};
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
