// SPDX-License-Identifier: Apache-2.0
// The check that every mesh passes before it leaves the kernel, and the twins it rests on. Half-edges are
// sorted by their two vertices with two stable counting sorts, so the cost is linear whatever the fans.
#include "compiler/mesh/mesh.h"

const char *mesh_fault_text(MeshFault fault) {
    switch (fault) {
    case MESH_OK: return "closed and oriented";
    case MESH_INDEX_OUT_OF_RANGE: return "a triangle names a vertex that does not exist";
    case MESH_NOT_FINITE: return "a vertex is not finite";
    case MESH_OPEN_EDGE: return "an edge does not join exactly two triangles";
    case MESH_DEGENERATE: return "a triangle names a vertex twice";
    case MESH_PINCHED_VERTEX: return "a vertex joins triangles that share no edges";
    case MESH_INSIDE_OUT: return "the surface is inside out";
    }
    return "";
}

static u32 next_corner(u32 h) { return h % 3 == 2 ? h - 2 : h + 1; }
static u32 edge_low(const Mesh *m, u32 h) { return MIN(m->tris[h], m->tris[next_corner(h)]); }
static u32 edge_high(const Mesh *m, u32 h) { return MAX(m->tris[h], m->tris[next_corner(h)]); }

// Sorts half-edges `in` into `out` by key(h), stable; count has n_verts + 1 entries.
static void counting_sort(const Mesh *m, const u32 *in, u32 *out, u32 n, u32 *count, u32 (*key)(const Mesh *, u32)) {
    memset(count, 0, ((size_t)m->n_verts + 1) * sizeof *count);
    for (u32 i = 0; i < n; i++)
        count[key(m, in[i]) + 1]++;
    for (u32 v = 0; v < m->n_verts; v++)
        count[v + 1] += count[v];
    for (u32 i = 0; i < n; i++)
        out[count[key(m, in[i])]++] = in[i];
}

bool mesh_twins(Heap *heap, const Mesh *mesh, u32 *twin, u32 *bad) {
    u32 n = 3 * mesh->n_tris;
    u32 *a = heap_alloc_raw(heap, MAX(n, 1u), sizeof *a);
    u32 *b = heap_alloc_raw(heap, MAX(n, 1u), sizeof *b);
    u32 *count = heap_alloc_raw(heap, (size_t)mesh->n_verts + 1, sizeof *count);
    for (u32 i = 0; i < n; i++)
        a[i] = i;
    counting_sort(mesh, a, b, n, count, edge_high);
    counting_sort(mesh, b, a, n, count, edge_low);
    bool ok = true;
    for (u32 i = 0; i < n && ok; i += 2) {
        u32 g = a[i], h = i + 1 < n ? a[i + 1] : g;
        bool pair = g != h && mesh->tris[g] == mesh->tris[next_corner(h)] && mesh->tris[h] == mesh->tris[next_corner(g)];
        bool alone = i + 2 >= n || edge_low(mesh, a[i + 2]) != edge_low(mesh, g) || edge_high(mesh, a[i + 2]) != edge_high(mesh, g);
        if (pair && alone) {
            twin[g] = h;
            twin[h] = g;
        } else {
            ok = false;
            *bad = g;
        }
    }
    heap_free(heap, a);
    heap_free(heap, b);
    heap_free(heap, count);
    return ok;
}

static u32 find_root(u32 *parent, u32 i) {
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

u32 mesh_components(Heap *heap, const Mesh *mesh, u32 *component) {
    u32 *twin = heap_alloc_raw(heap, 3 * (size_t)MAX(mesh->n_tris, 1u), sizeof *twin), bad, n = 0;
    if (mesh_twins(heap, mesh, twin, &bad)) {
        // Numbering overwrites roots as it goes, so roots are found on a copy.
        u32 *parent = heap_alloc_raw(heap, MAX(mesh->n_tris, 1u), sizeof *parent);
        for (u32 t = 0; t < mesh->n_tris; t++)
            parent[t] = t;
        for (u32 h = 0; h < 3 * mesh->n_tris; h++) {
            u32 a = find_root(parent, h / 3), b = find_root(parent, twin[h] / 3);
            parent[MAX(a, b)] = MIN(a, b);
        }
        for (u32 t = 0; t < mesh->n_tris; t++)
            component[t] = parent[t] == t ? n++ : component[find_root(parent, t)];
        heap_free(heap, parent);
    }
    heap_free(heap, twin);
    return n;
}

// Counts the vertices in use; false when one has several fans.
static bool count_fans(Heap *heap, const Mesh *mesh, const u32 *twin, u32 *n_used, u32 *bad) {
    u32 n = 3 * mesh->n_tris;
    u8 *seen = heap_alloc(heap, MAX(n, 1u), 1);
    u8 *used = heap_alloc(heap, MAX(mesh->n_verts, 1u), 1);
    bool ok = true;
    *n_used = 0;
    for (u32 h = 0; h < n && ok; h++) {
        if (seen[h])
            continue;
        u32 v = mesh->tris[h];
        if (used[v]) {
            ok = false;
            *bad = v;
        }
        used[v] = 1;
        (*n_used)++;
        for (u32 g = h; !seen[g]; g = next_corner(twin[g])) // turn about v
            seen[g] = 1;
    }
    heap_free(heap, seen);
    heap_free(heap, used);
    return ok;
}

static bool check_indices(const Mesh *mesh, MeshCheck *check) {
    for (u32 i = 0; i < mesh->n_verts; i++) {
        if (!vec3_is_finite(mesh->verts[i])) {
            *check = (MeshCheck){.fault = MESH_NOT_FINITE, .index = i};
            return false;
        }
    }
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        if (tri[0] >= mesh->n_verts || tri[1] >= mesh->n_verts || tri[2] >= mesh->n_verts) {
            *check = (MeshCheck){.fault = MESH_INDEX_OUT_OF_RANGE, .index = t};
            return false;
        }
        if (tri[0] == tri[1] || tri[1] == tri[2] || tri[2] == tri[0]) {
            *check = (MeshCheck){.fault = MESH_DEGENERATE, .index = t};
            return false;
        }
        const Vec3 *v = mesh->verts;
        Vec3 n = vec3_cross(vec3_sub(v[tri[1]], v[tri[0]]), vec3_sub(v[tri[2]], v[tri[0]]));
        check->n_zero_area += vec3_dot(n, n) == 0;
    }
    return true;
}

MeshCheck mesh_check(Heap *heap, const Mesh *mesh) {
    MeshCheck check = {0};
    if (!check_indices(mesh, &check) || mesh->n_tris == 0)
        return check;
    u32 n = 3 * mesh->n_tris, bad = 0, n_used = 0;
    u32 *twin = heap_alloc_raw(heap, n, sizeof *twin);
    if (!mesh_twins(heap, mesh, twin, &bad)) {
        check = (MeshCheck){.fault = MESH_OPEN_EDGE, .index = bad / 3};
    } else if (!count_fans(heap, mesh, twin, &n_used, &bad)) {
        check = (MeshCheck){.fault = MESH_PINCHED_VERTEX, .index = bad};
    } else {
        u32 *component = heap_alloc_raw(heap, mesh->n_tris, sizeof *component);
        check.n_components = mesh_components(heap, mesh, component);
        heap_free(heap, component);
        i64 euler = (i64)n_used - (i64)n / 2 + (i64)mesh->n_tris;
        check.genus = (2 * (i64)check.n_components - euler) / 2;
        if (mesh_measure(mesh).volume < 0)
            check.fault = MESH_INSIDE_OUT;
    }
    heap_free(heap, twin);
    return check;
}
