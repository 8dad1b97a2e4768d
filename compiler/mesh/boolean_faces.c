// SPDX-License-Identifier: Apache-2.0
// Pass 4, second half: from a unit's half-edges to cells.
//
// Loops are traced by next-pointers. In each component of the graph one loop, found at its leftmost
// vertex, looks outwards; it belongs to the face that lies just below that vertex in the rest of
// the unit (boolean_below.c). Stacks of covering facets spread from the outer face: crossing a part
// of a facet's boundary enters or leaves it.
#include "compiler/mesh/boolean_arrange.h"

#include <string.h>

static void fill_u32(Arena *arena, void *vec, u32 n, u32 value) {
    VEC(u32) *v = vec;
    avec_reserve(arena, v, n);
    for (u32 i = 0; i < n; i++)
        v->data[i] = value;
    v->len = n;
}

static void trace_loops(Unit *u) {
    u32 n = 2 * u->n_edges;
    fill_u32(u->arena, &u->loop, n, NONE);
    u->loop_half.len = 0;
    for (u32 h = 0; h < n; h++) {
        if (u->loop.data[h] != NONE)
            continue;
        for (u32 i = h; u->loop.data[i] == NONE; i = u->next.data[i])
            u->loop.data[i] = u->loop_half.len;
        avec_push(u->arena, &u->loop_half, h);
    }
}

// Of the halves that leave the leftmost vertex of a component, the one whose left is outside it.
static u32 outer_half(const Unit *u, u32 v) {
    u32 from = u->around_start.data[v], to = u->around_start.data[v + 1];
    for (u32 i = from; i < to; i++) {
        u32 after = i + 1 < to ? i + 1 : from;
        if (to - from == 1 ||
            half_left(u, u->around.data[i], u->head.data[u->around.data[after]]) < 0)
            return u->around.data[i];
    }
    u->k->fault = "no outer wedge at a leftmost vertex";
    return u->around.data[from];
}

static u32 label_components(Unit *u) {
    fill_u32(u->arena, &u->component, u->n_verts, 0);
    u32 *parent = u->component.data, n = 0;
    for (u32 v = 0; v < u->n_verts; v++)
        parent[v] = v;
    for (u32 e = 0; e < u->n_edges; e++)
        set_join(parent, u->head.data[2 * e], u->head.data[2 * e + 1]);
    for (u32 v = 0; v < u->n_verts; v++)
        n += set_find(parent, v) == v;
    for (u32 v = 0; v < u->n_verts; v++)
        parent[v] = set_find(parent, v);
    return n;
}

static u32 leftmost_vertex(const Unit *u) {
    u32 first = 0;
    for (u32 v = 1; v < u->n_verts; v++)
        if (unit_compare_places(u, v, first) < 0)
            first = v;
    return first;
}

// Gives each loop its face; face 0 is the outside. Returns the number of faces.
static u32 join_loops(Unit *u) {
    Arena *arena = u->arena;
    u32 n_loops = u->loop_half.len, n_components = label_components(u);
    fill_u32(arena, &u->queue, u->n_verts, NONE); // by component: its leftmost vertex
    fill_u32(arena, &u->below, u->n_verts, NONE); // and what is below that
    if (n_components > 1)
        unit_find_below(u, u->queue.data, u->below.data);
    else
        u->queue.data[u->component.data[0]] = leftmost_vertex(u);
    // link: for outer loops the loop (or NONE: outside) whose face they lie in.
    fill_u32(arena, &u->face_next, n_loops, n_loops); // n_loops: not an outer loop
    for (u32 root = 0; root < u->n_verts; root++) {
        u32 v = u->queue.data[root];
        if (v == NONE)
            continue;
        u32 outer = u->loop.data[outer_half(u, v)];
        u32 below = u->below.data[root];
        u->face_next.data[outer] = below == NONE ? NONE : u->loop.data[below];
    }
    fill_u32(arena, &u->loop_face, n_loops, NONE);
    u32 n_faces = 1;
    for (u32 l = 0; l < n_loops; l++)
        if (u->face_next.data[l] == n_loops)
            u->loop_face.data[l] = n_faces++;
    for (u32 l = 0; l < n_loops; l++) {
        u32 at = l, steps = 0;
        while (at != NONE && u->face_next.data[at] != n_loops && steps++ <= n_loops)
            at = u->face_next.data[at];
        u->loop_face.data[l] = at == NONE ? 0 : u->loop_face.data[at];
    }
    // Now face_first, face_next: the loops of each face in ascending order.
    fill_u32(arena, &u->face_first, n_faces, NONE);
    for (u32 l = n_loops; l-- > 0;) {
        u->face_next.data[l] = u->face_first.data[u->loop_face.data[l]];
        u->face_first.data[u->loop_face.data[l]] = l;
    }
    return n_faces;
}

// The stack of the face left of h from that of the face right of it, appended to k->stacks.
static void push_stack_across(Unit *u, u32 h, u32 start, u32 len) {
    Kernel *k = u->k;
    u32 e = h >> 1, out = k->stacks.len;
    for (u32 i = 0; i < len; i++)
        vec_push(k->heap, &k->stacks, k->stacks.data[start + i]);
    for (u32 i = u->edge_parts.data[e]; i < u->edge_parts.data[e + 1]; i++) {
        u32 t = u->parts.data[i].facet;
        if (t == NONE)
            continue;
        u32 entry = t << 1 | k->facets[t].is_flipped, at = out;
        while (at < k->stacks.len && k->stacks.data[at] < entry)
            at++;
        if (at < k->stacks.len && k->stacks.data[at] == entry) {
            memmove(&k->stacks.data[at], &k->stacks.data[at + 1],
                    (k->stacks.len - at - 1) * sizeof(u32));
            k->stacks.len--;
        } else {
            vec_push(k->heap, &k->stacks, 0);
            memmove(&k->stacks.data[at + 1], &k->stacks.data[at],
                    (k->stacks.len - at - 1) * sizeof(u32));
            k->stacks.data[at] = entry;
        }
    }
}

static void spread_stacks(Unit *u, u32 n_faces) {
    Kernel *k = u->k;
    fill_u32(u->arena, &u->face_stack, n_faces, NONE);
    fill_u32(u->arena, &u->face_stack_len, n_faces, 0);
    fill_u32(u->arena, &u->queue, n_faces, 0);
    u->face_stack.data[0] = k->stacks.len;
    u32 n_queue = 1;
    for (u32 i = 0; i < n_queue; i++) {
        u32 f = u->queue.data[i];
        for (u32 l = u->face_first.data[f]; l != NONE; l = u->face_next.data[l]) {
            u32 h = u->loop_half.data[l];
            do {
                u32 g = u->loop_face.data[u->loop.data[h ^ 1]];
                if (u->face_stack.data[g] == NONE) {
                    u->face_stack.data[g] = k->stacks.len;
                    push_stack_across(u, h ^ 1, u->face_stack.data[f], u->face_stack_len.data[f]);
                    u->face_stack_len.data[g] = k->stacks.len - u->face_stack.data[g];
                    u->queue.data[n_queue++] = g;
                }
                h = u->next.data[h];
            } while (h != u->loop_half.data[l]);
        }
    }
    if (n_queue != n_faces)
        k->fault = "a face was not reached";
}

// A half's cut with its marks. Where a facet's boundary runs along the edge, it stands first among
// the parts.
static u32 marked_cut(const Unit *u, u32 h) {
    u32 cut = half_cut(u, h), beyond = u->loop_face.data[u->loop.data[h ^ 1]];
    if (u->parts.data[u->edge_parts.data[h >> 1]].facet != NONE || !u->face_stack_len.data[beyond])
        return cut;
    return cut | CUT_CROSSES | (h & 1 ? 0 : CUT_ALONG);
}

static void emit_cell(Unit *u, u32 f) {
    Kernel *k = u->k;
    Cell cell = {.plane = u->plane,
                 .stack_start = u->face_stack.data[f],
                 .stack_len = u->face_stack_len.data[f],
                 .half_start = k->halves.len};
    for (u32 l = u->face_first.data[f]; l != NONE; l = u->face_next.data[l]) {
        u32 h = u->loop_half.data[l], start = k->halves.len;
        do {
            Half half = {u->point_of.data[half_origin(u, h)], k->halves.len + 1, k->cells.len,
                         marked_cut(u, h)};
            vec_push(k->heap, &k->halves, half);
            h = u->next.data[h];
        } while (h != u->loop_half.data[l]);
        k->halves.data[k->halves.len - 1].next = start;
    }
    cell.half_end = k->halves.len;
    vec_push(k->heap, &k->cells, cell);
}

void unit_add_cells(Unit *u) {
    Kernel *k = u->k;
    trace_loops(u);
    u32 n_faces = join_loops(u);
    if (u->n_facets == 1) {
        // Whatever is not outside lies in the facet.
        vec_push(k->heap, &k->stacks, u->facets[0] << 1 | k->facets[u->facets[0]].is_flipped);
        fill_u32(u->arena, &u->face_stack, n_faces, k->stacks.len - 1);
        fill_u32(u->arena, &u->face_stack_len, n_faces, 1);
    } else {
        spread_stacks(u, n_faces);
    }
    for (u32 f = 1; f < n_faces; f++)
        if (u->face_stack_len.data[f])
            emit_cell(u, f);
}
