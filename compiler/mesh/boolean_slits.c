// SPDX-License-Identifier: Apache-2.0
// Pass 7, slits: where matter only touches itself along an edge inside of a face, it stays apart.
//
// A hollow whose ridge just touches a face from inside opens it along an edge: the face has a hole
// of two corners, whose two borders run over one another. Triangles cannot tell such borders apart,
// and to leave the hole out would close the hollow, which is another solid: one whose genus or
// number of pieces would depend on which cells were merged. So one of the two borders gets a vertex
// in its middle, in the face and in what lies across. Faces are triangulated again then; slits are
// rare. Cost: O(s log s) for s slits.
#include "compiler/mesh/boolean_merge.h"

static u32 find_slit(const Merge *m, u64 name) {
    u32 low = 0, high = m->slits.len;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (m->slits.data[mid] < name)
            low = mid + 1;
        else
            high = mid;
    }
    return low < m->slits.len && m->slits.data[low] == name ? low : NONE;
}

// Each border has two middles, one in each of the faces that share it. Of these the first is of the
// half that names the border.
static void add_middles(Merge *m, u64 name) {
    u32 to, first = (u32)name, last = first;
    (void)border_name(m, first, &to);
    for (u32 h = next_border(m, first); h != to; h = next_border(m, h))
        last = h;
    for (u32 side = 0; side < 2; side++) {
        Middle middle = {.half = side ? half_twin(m, last) : first};
        for (u32 i = 0; i < 3; i++)
            middle.at[i] = (corner_at(m, first)[i] + corner_at(m, to)[i]) / 2;
        vec_push(m->k->heap, &m->middles, middle);
    }
}

bool add_slits(Merge *m) {
    Kernel *k = m->k;
    u32 n = 0;
    for (u32 i = 0; i < m->n_parts; i++)
        n += m->parts[i].slits.len;
    if (!n)
        return false;
    Keyed *list = ARENA_NEW(&k->arena, Keyed, n);
    n = 0;
    for (u32 i = 0; i < m->n_parts; i++)
        for (u32 j = 0; j < m->parts[i].slits.len; j++)
            list[n++].key = m->parts[i].slits.data[j];
    sort_keyed(list, ARENA_NEW(&k->arena, Keyed, n), n);
    for (u32 i = 0; i < n; i++)
        if (i == 0 || list[i].key != list[i - 1].key) {
            vec_push(k->heap, &m->slits, list[i].key);
            add_middles(m, list[i].key);
        }
    return true;
}

u32 slit_middle(const Merge *m, u32 from) {
    u32 to;
    if (!m->slits.len)
        return NONE;
    u64 name = border_name(m, from, &to);
    u32 slit = find_slit(m, name);
    return slit == NONE ? NONE : m->f->n_halves + 2 * slit + ((u32)name != from);
}

u64 slit_edge_name(const Merge *m, u32 middle, u32 corner) {
    u32 i = middle - m->f->n_halves, to, half = m->middles.data[i].half;
    (void)border_name(m, half, &to);
    if (corner != half && corner != to)
        return (u64)corner << 32 | middle; // a diagonal; the middle's number is the higher
    bool is_first = (corner == half) == (i % 2 == 0); // the part at the naming half's origin
    return (u64)3 << 62 | (u64)i / 2 * 2 | !is_first;
}

void place_slits(Merge *m) {
    for (u32 i = 0; i < m->slits.len; i++) {
        vec_push(m->k->heap, &m->added, place_at(m->k, m->middles.data[2 * i].at));
        for (u32 side = 0; side < 2; side++)
            m->middles.data[2 * i + side].vertex = m->n_verts + m->added.len;
    }
}
