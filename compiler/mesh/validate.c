// SPDX-License-Identifier: Apache-2.0
// The check that every mesh passes before it leaves the kernel, the twins of half-edges and the
// components. It is always on, so it is made of few passes: one over the vertices, one over the
// triangles that also counts what leaves each vertex, and two that pair half-edges. Only half-edges
// that run from the lower vertex to the higher are sorted (by the lower one, by counting); each of
// the others looks for its twin among the few that leave its end. A vertex that so many leave that
// a search would cost more than a sort has them sorted.
#include "compiler/mesh/mesh.h"

#include "base/sort.h"

const char *mesh_fault_text(MeshFault fault) {
    switch (fault) {
    case MESH_OK:
        return "closed and oriented";
    case MESH_INDEX_OUT_OF_RANGE:
        return "a triangle names a vertex that does not exist";
    case MESH_NOT_FINITE:
        return "a vertex is not finite";
    case MESH_OPEN_EDGE:
        return "an edge does not join exactly two triangles";
    case MESH_DEGENERATE:
        return "a triangle names a vertex twice";
    case MESH_PINCHED_VERTEX:
        return "a vertex joins triangles that share no edges";
    case MESH_INSIDE_OUT:
        return "the surface is inside out";
    }
    return "";
}

static u32 next_corner(u32 h) {
    return h % 3 == 2 ? h - 2 : h + 1;
}

// ---- twins ----

// What a vertex has, filled while triangles are read: half-edges that leave it upwards (to a higher
// vertex), all that leave it, and one of them.
typedef struct VertexUse {
    u32 n_up, degree, corner;
} VertexUse;

// A half-edge that runs upwards, among those of its lower vertex.
typedef struct UpEdge {
    u32 high, edge;
} UpEdge;

enum { UP_SCAN_MAX = 24 }; // more than these are searched by halving

static void use_triangle(VertexUse *uses, const u32 *tri, u32 first) {
    for (u32 k = 0; k < 3; k++) {
        VertexUse *use = &uses[tri[k]];
        use->n_up += tri[k] < tri[k == 2 ? 0 : k + 1];
        use->degree++;
        use->corner = first + k;
    }
}

static int compare_up(const void *a, const void *b, const void *ctx) {
    const UpEdge *x = a, *y = b;
    (void)ctx;
    return (x->high > y->high) - (x->high < y->high);
}

// The only one that goes to high, or NULL.
static const UpEdge *find_up(const UpEdge *ups, u32 n, u32 high) {
    if (n <= UP_SCAN_MAX) {
        const UpEdge *found = NULL;
        for (u32 i = 0; i < n; i++) {
            if (ups[i].high != high)
                continue;
            if (found)
                return NULL;
            found = &ups[i];
        }
        return found;
    }
    u32 low = 0, end = n;
    while (low < end) {
        u32 mid = low + (end - low) / 2;
        if (ups[mid].high < high)
            low = mid + 1;
        else
            end = mid;
    }
    bool alone = low < n && ups[low].high == high && !(low + 1 < n && ups[low + 1].high == high);
    return alone ? &ups[low] : NULL;
}

// Upward half-edges by their lower vertex: ups[start[v] .. start[v + 1]). The array is shifted by
// one while it is filled.
static u32 *sort_ups(Heap *heap, const Mesh *mesh, const VertexUse *uses, UpEdge **ups) {
    u32 *start = heap_alloc_raw(heap, (size_t)mesh->n_verts + 2, sizeof *start), n = 0;
    start[0] = 0;
    for (u32 v = 0; v < mesh->n_verts; v++) {
        start[v + 1] = n;
        n += uses[v].n_up;
    }
    start[mesh->n_verts + 1] = n;
    *ups = heap_alloc_raw(heap, MAX(n, 1u), sizeof **ups);
    for (u32 t = 0, h = 0; t < mesh->n_tris; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        for (u32 k = 0; k < 3; k++, h++) {
            u32 a = tri[k], b = tri[k == 2 ? 0 : k + 1];
            if (a < b)
                (*ups)[start[a + 1]++] = (UpEdge){b, h};
        }
    }
    for (u32 v = 0; v < mesh->n_verts; v++)
        if (uses[v].n_up > UP_SCAN_MAX)
            sort_stable(heap, *ups + start[v], uses[v].n_up, sizeof **ups, compare_up, NULL);
    return start;
}

// Each half-edge that runs downwards takes the only one that runs back. If all find one, and no two
// the same, all are paired: there are as many of both kinds, or some upward one is left over.
static bool pair_edges(Heap *heap, const Mesh *mesh, const VertexUse *uses, u32 *twin, u32 *bad) {
    UpEdge *ups;
    u32 *start = sort_ups(heap, mesh, uses, &ups), n_paired = 0, n = 3 * mesh->n_tris;
    bool ok = true;
    memset(twin, 0xff, (size_t)n * sizeof *twin);
    for (u32 t = 0, h = 0; t < mesh->n_tris && ok; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        for (u32 k = 0; k < 3 && ok; k++, h++) {
            u32 a = tri[k], b = tri[k == 2 ? 0 : k + 1];
            if (a < b)
                continue;
            const UpEdge *up = find_up(ups + start[b], start[b + 1] - start[b], a);
            if (!up || twin[up->edge] != NONE) {
                *bad = h;
                ok = false;
                break;
            }
            twin[h] = up->edge;
            twin[up->edge] = h;
            n_paired += 2;
        }
    }
    for (u32 h = 0; h < n && ok && n_paired < n; h++) {
        if (twin[h] == NONE) {
            *bad = h;
            ok = false;
        }
    }
    heap_free(heap, ups);
    heap_free(heap, start);
    return ok;
}

bool mesh_twins(Heap *heap, const Mesh *mesh, u32 *twin, u32 *bad) {
    VertexUse *uses = heap_alloc(heap, MAX(mesh->n_verts, 1u), sizeof *uses);
    for (u32 t = 0; t < mesh->n_tris; t++)
        use_triangle(uses, mesh->tris + 3 * (size_t)t, 3 * t);
    bool ok = pair_edges(heap, mesh, uses, twin, bad);
    heap_free(heap, uses);
    return ok;
}

// ---- components ----

static u32 find_root(u32 *parent, u32 i) {
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

// Joins the vertices of every triangle, roots the lowest; returns how many joins were needed. Where
// no vertex is pinched, what shares a vertex is joined by edges too, so vertices will do: there are
// half as many as triangles, and no twins are needed.
static u32 join_vertices(const Mesh *mesh, u32 *parent) {
    u32 n_joins = 0;
    for (u32 v = 0; v < mesh->n_verts; v++)
        parent[v] = v;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        u32 a = find_root(parent, tri[0]);
        for (u32 k = 1; k < 3; k++) {
            u32 b = find_root(parent, tri[k]);
            if (a == b)
                continue;
            n_joins++;
            parent[MAX(a, b)] = MIN(a, b);
            a = MIN(a, b);
        }
    }
    return n_joins;
}

u32 mesh_components(Heap *heap, const Mesh *mesh, u32 *component) {
    u32 *parent = heap_alloc_raw(heap, MAX(mesh->n_verts, 1u), sizeof *parent), n = 0;
    u32 *label = heap_alloc_raw(heap, MAX(mesh->n_verts, 1u), sizeof *label);
    memset(label, 0xff, mesh->n_verts * sizeof *label);
    join_vertices(mesh, parent);
    for (u32 t = 0; t < mesh->n_tris; t++) {
        u32 root = find_root(parent, mesh->tris[3 * (size_t)t]);
        if (label[root] == NONE)
            label[root] = n++;
        component[t] = label[root];
    }
    heap_free(heap, parent);
    heap_free(heap, label);
    return n;
}

// ---- the check ----

// Turns about each vertex in use: its fan must hold all that leaves it. n_used: their number.
static bool count_fans(const Mesh *mesh, const VertexUse *uses, const u32 *twin, u32 *n_used,
                       u32 *bad) {
    *n_used = 0;
    for (u32 v = 0; v < mesh->n_verts; v++) {
        u32 degree = uses[v].degree, n = 0, h = uses[v].corner;
        if (degree == 0)
            continue;
        do {
            h = next_corner(twin[h]);
            n++;
        } while (h != uses[v].corner);
        if (n != degree) {
            *bad = v;
            return false;
        }
        (*n_used)++;
    }
    return true;
}

static bool check_verts(const Mesh *mesh, MeshCheck *check) {
    for (u32 i = 0; i < mesh->n_verts; i++) {
        Vec3 v = mesh->verts[i];
        f64 zero = (v.x - v.x) + (v.y - v.y) + (v.z - v.z); // else not a number
        if (!(zero == 0)) {
            *check = (MeshCheck){.fault = MESH_NOT_FINITE, .index = i};
            return false;
        }
    }
    return true;
}

// Indices, flat triangles, uses and the volume in one pass.
static bool check_tris(const Mesh *mesh, VertexUse *uses, f64 *volume6, MeshCheck *check) {
    const Vec3 *v = mesh->verts;
    u32 n_verts = mesh->n_verts, n_zero_area = 0;
    Vec3 origin = n_verts ? v[0] : vec3(0, 0, 0);
    f64 sum = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        MeshFault fault = MESH_OK;
        if (tri[0] >= n_verts || tri[1] >= n_verts || tri[2] >= n_verts)
            fault = MESH_INDEX_OUT_OF_RANGE;
        else if (tri[0] == tri[1] || tri[1] == tri[2] || tri[2] == tri[0])
            fault = MESH_DEGENERATE;
        if (fault != MESH_OK) {
            *check = (MeshCheck){.fault = fault, .index = t};
            return false;
        }
        Vec3 a = v[tri[0]];
        Vec3 n = vec3_cross(vec3_sub(v[tri[1]], a), vec3_sub(v[tri[2]], a));
        n_zero_area += vec3_dot(n, n) == 0;
        sum += vec3_dot(vec3_sub(a, origin), n);
        use_triangle(uses, tri, 3 * t);
    }
    check->n_zero_area = n_zero_area;
    *volume6 = sum;
    return true;
}

// Around the vertices: twins, fans, genus.
static void check_edges(Heap *heap, const Mesh *mesh, const VertexUse *uses, MeshCheck *check) {
    u32 n = 3 * mesh->n_tris, bad = 0, n_used = 0;
    u32 *twin = heap_alloc_raw(heap, n, sizeof *twin);
    if (!pair_edges(heap, mesh, uses, twin, &bad)) {
        *check = (MeshCheck){.fault = MESH_OPEN_EDGE, .index = bad / 3};
    } else if (!count_fans(mesh, uses, twin, &n_used, &bad)) {
        *check = (MeshCheck){.fault = MESH_PINCHED_VERTEX, .index = bad};
    } else {
        u32 *parent = twin; // done with: there are more half-edges than vertices in use
        if (mesh->n_verts > n)
            parent = heap_realloc(heap, twin, mesh->n_verts, sizeof *twin);
        check->n_components = n_used - join_vertices(mesh, parent);
        i64 euler = (i64)n_used - (i64)n / 2 + (i64)mesh->n_tris;
        check->genus = (2 * (i64)check->n_components - euler) / 2;
        twin = parent;
    }
    heap_free(heap, twin);
}

MeshCheck mesh_check(Heap *heap, const Mesh *mesh) {
    MeshCheck check = {0};
    if (!check_verts(mesh, &check) || mesh->n_tris == 0)
        return check;
    VertexUse *uses = heap_alloc(heap, MAX(mesh->n_verts, 1u), sizeof *uses);
    f64 volume6 = 0;
    if (check_tris(mesh, uses, &volume6, &check)) {
        check_edges(heap, mesh, uses, &check);
        // Nearly nothing either way, seen from one vertex, is looked at from the middle.
        if (check.fault == MESH_OK && volume6 < 0 && mesh_measure(mesh).volume < 0)
            check.fault = MESH_INSIDE_OUT;
    }
    heap_free(heap, uses);
    return check;
}
