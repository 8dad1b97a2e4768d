// SPDX-License-Identifier: Apache-2.0
// The check that every mesh passes before it leaves the kernel, the twins of half-edges and the
// components. The check is always on, so it is made of few passes, of which the longest is local to
// the vertices: the triangles at one must form one closed fan, by their other corners alone. If
// they do at all vertices, each half-edge has exactly one twin and none is pinched. Threads take
// ranges of triangles, and then of vertices.
//
// For the twins only half-edges that run from the lower vertex to the higher are sorted (by the
// lower one, by counting); each of the others looks for its twin among the few that leave its end.
// A vertex that so many leave that a search would cost more than a sort has them sorted.
#include "compiler/mesh/mesh.h"

#include "base/sort.h"
#include "base/thread.h"

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

// ---- stars ----

// A triangle at a vertex: its other corners, counter-clockwise.
typedef struct Link {
    u32 next, prev;
} Link;

// links[from .. to) are those of one vertex. link_at: by corner, the link of which it is the next
// one; what earlier vertices left there lies below from.
static bool is_fan(const Link *links, u32 from, u32 to, u32 *link_at) {
    for (u32 i = from; i < to; i++) {
        u32 *at = &link_at[links[i].next];
        if (*at - from < i - from) // another has the same
            return false;
        *at = i;
    }
    for (u32 i = from, n_left = to - from; n_left > 0; n_left--) {
        i = link_at[links[i].prev];
        if (i == from)
            return n_left == 1;
        if (i - from >= to - from)
            return false;
    }
    return false;
}

// ---- what is wrong ----

// All half-edges have twins. Turns about each vertex in use: a fan that does not hold all that
// leaves its vertex is one of several.
static void find_pinched(const Mesh *mesh, const VertexUse *uses, const u32 *twin, u32 *bad) {
    for (u32 v = 0; v < mesh->n_verts; v++) {
        u32 n = 0, h = uses[v].corner;
        if (uses[v].degree == 0)
            continue;
        do {
            h = next_corner(twin[h]);
            n++;
        } while (h != uses[v].corner);
        if (n != uses[v].degree) {
            *bad = v;
            return;
        }
    }
}

// What is wrong where some star is no fan.
static void find_edge_fault(Heap *heap, const Mesh *mesh, MeshCheck *check) {
    u32 n = 3 * mesh->n_tris, bad = 0;
    VertexUse *uses = heap_alloc(heap, MAX(mesh->n_verts, 1u), sizeof *uses);
    u32 *twin = heap_alloc_raw(heap, n, sizeof *twin);
    for (u32 t = 0; t < mesh->n_tris; t++)
        use_triangle(uses, mesh->tris + 3 * (size_t)t, 3 * t);
    bool is_open = !pair_edges(heap, mesh, uses, twin, &bad);
    if (!is_open)
        find_pinched(mesh, uses, twin, &bad);
    *check = (MeshCheck){.fault = is_open ? MESH_OPEN_EDGE : MESH_PINCHED_VERTEX,
                         .index = is_open ? bad / 3 : bad};
    heap_free(heap, twin);
    heap_free(heap, uses);
}

// ---- the check ----

// One share of the work a thread: a range of triangles, then of vertices. Sums are made of those of
// ranges that depend on the mesh alone; a share has several.
enum { MOST_SHARES = 16, MOST_SUMS = 64, SUM_TRIS = 5000, TEAM_TRIS = 5000, THREAD_TRIS = 20000 };

typedef struct Check {
    const Mesh *mesh;
    ThreadTeam *team; // NULL: threads are started
    u32 n_shares, n_sums;
    f64 volume6[MOST_SUMS];
    u32 n_zero_area[MOST_SUMS];
    u32 bad_vert[MOST_SHARES], bad_tri[MOST_SHARES]; // the first, or NONE
    u32 *at;     // by share and vertex: how many of the share's triangles are at the vertex; then
                 // by vertex: the place of its next link
    Link *links; // 3 n_tris, by vertex
    u32 n_used[MOST_SHARES]; // vertices that have triangles
    bool has_bad_star[MOST_SHARES];
    u32 n_joins;
} Check;

static u32 share_of(u32 n, u32 n_shares, u32 i) {
    return (u32)((u64)n * i / n_shares);
}
// The first triangle of a sum.
static u32 sum_start(const Check *check, u32 sum) {
    return share_of(check->mesh->n_tris, check->n_sums, sum);
}

static MeshFault tri_fault(const Mesh *mesh, const u32 *tri) {
    u32 n = mesh->n_verts;
    if (tri[0] >= n || tri[1] >= n || tri[2] >= n)
        return MESH_INDEX_OUT_OF_RANGE;
    return tri[0] == tri[1] || tri[1] == tri[2] || tri[2] == tri[0] ? MESH_DEGENERATE : MESH_OK;
}

// The first vertex of low .. high that is not finite, or NONE.
static u32 find_infinite(const Mesh *mesh, u32 low, u32 high) {
    for (u32 i = low; i < high; i++) {
        Vec3 v = mesh->verts[i];
        f64 zero = (v.x - v.x) + (v.y - v.y) + (v.z - v.z); // else not a number
        if (!(zero == 0))
            return i;
    }
    return NONE;
}

// Indices, flat triangles and the volume; counts[v]: triangles at v. Returns the first bad
// triangle.
static u32 add_tris(Check *check, u32 sum, u32 *counts) {
    const Mesh *mesh = check->mesh;
    const Vec3 *v = mesh->verts;
    u32 n_zero_area = 0, end = sum_start(check, sum + 1);
    Vec3 origin = mesh->n_verts ? v[0] : vec3(0, 0, 0);
    f64 volume6 = 0;
    for (u32 t = sum_start(check, sum); t < end; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        if (tri_fault(mesh, tri) != MESH_OK)
            return t;
        Vec3 a = v[tri[0]];
        Vec3 n = vec3_cross(vec3_sub(v[tri[1]], a), vec3_sub(v[tri[2]], a));
        n_zero_area += vec3_dot(n, n) == 0;
        volume6 += vec3_dot(vec3_sub(a, origin), n);
        for (u32 k = 0; k < 3; k++)
            counts[tri[k]]++;
    }
    check->n_zero_area[sum] = n_zero_area;
    check->volume6[sum] = volume6;
    return NONE;
}

static void read_share(void *ctx, u32 share, Heap *heap) {
    Check *check = ctx;
    const Mesh *mesh = check->mesh;
    (void)heap;
    u32 n = check->n_shares, end = share_of(check->n_sums, n, share + 1), bad = NONE;
    u32 *counts = check->at + (size_t)mesh->n_verts * share;
    check->bad_vert[share] = find_infinite(mesh, share_of(mesh->n_verts, n, share),
                                           share_of(mesh->n_verts, n, share + 1));
    for (u32 sum = share_of(check->n_sums, n, share); sum < end && bad == NONE; sum++)
        bad = add_tris(check, sum, counts);
    check->bad_tri[share] = bad;
}

// The counts of all shares to places, which take those of the first.
static void place_links(Check *check) {
    u32 n_verts = check->mesh->n_verts, n = 0;
    for (u32 v = 0; v < n_verts; v++) {
        u32 count = 0;
        for (u32 share = 0; share < check->n_shares; share++)
            count += check->at[(size_t)n_verts * share + v];
        check->at[v] = n;
        n += count;
    }
}

// Of the vertices low .. high: at is then where a vertex' links end.
static void link_tris(const Check *check, u32 low, u32 high) {
    const Mesh *mesh = check->mesh;
    u32 *at = check->at, n = high - low;
    Link *links = check->links;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        u32 a = tri[0], b = tri[1], c = tri[2];
        if (a - low < n)
            links[at[a]++] = (Link){b, c};
        if (b - low < n)
            links[at[b]++] = (Link){c, a};
        if (c - low < n)
            links[at[c]++] = (Link){a, b};
    }
}

// The stars of a share's vertices; one more task joins the components.
static void check_stars(void *ctx, u32 share, Heap *heap) {
    Check *check = ctx;
    u32 n_verts = check->mesh->n_verts, *scratch = heap_alloc_raw(heap, n_verts, sizeof *scratch);
    if (share == check->n_shares) {
        check->n_joins = join_vertices(check->mesh, scratch);
        heap_free(heap, scratch);
        return;
    }
    memset(scratch, 0xff, n_verts * sizeof *scratch);
    u32 v = share_of(n_verts, check->n_shares, share), *at = check->at, n_used = 0,
        high = share_of(n_verts, check->n_shares, share + 1), from = v < high ? at[v] : 0;
    bool is_bad = false;
    link_tris(check, v, high);
    for (; v < high && !is_bad; from = at[v++]) {
        n_used += from < at[v];
        is_bad = from < at[v] && !is_fan(check->links, from, at[v], scratch);
    }
    check->n_used[share] = n_used;
    check->has_bad_star[share] = is_bad;
    heap_free(heap, scratch);
}

static void run_shares(Heap *heap, Check *run, u32 n,
                       void (*task)(void *ctx, u32 share, Heap *heap)) {
    if (run->team && run->n_shares > 1)
        thread_team_for(run->team, heap, n, task, run);
    else
        thread_for(heap, run->n_shares, n, task, run);
}

// Vertices and triangles one by one. False: a fault.
static bool check_items(Heap *heap, Check *run, MeshCheck *check) {
    const Mesh *mesh = run->mesh;
    run_shares(heap, run, run->n_shares, read_share);
    for (u32 i = 0; i < run->n_shares; i++)
        if (run->bad_vert[i] != NONE) {
            *check = (MeshCheck){.fault = MESH_NOT_FINITE, .index = run->bad_vert[i]};
            return false;
        }
    for (u32 i = 0; i < run->n_shares; i++)
        if (run->bad_tri[i] != NONE) {
            u32 t = run->bad_tri[i];
            *check = (MeshCheck){.fault = tri_fault(mesh, mesh->tris + 3 * (size_t)t), .index = t};
            return false;
        }
    for (u32 i = 0; i < run->n_sums; i++)
        check->n_zero_area += run->n_zero_area[i];
    return true;
}

// Around the vertices: twins, fans, and if it counts pieces, these and their genus.
static void check_edges(Heap *heap, Check *run, bool counts_pieces, MeshCheck *check) {
    const Mesh *mesh = run->mesh;
    u32 n_used = 0;
    bool is_bad = false;
    place_links(run);
    run->links = heap_alloc_raw(heap, 3 * (size_t)mesh->n_tris, sizeof *run->links);
    run_shares(heap, run, run->n_shares + counts_pieces, check_stars);
    heap_free(heap, run->links);
    for (u32 i = 0; i < run->n_shares; i++) {
        n_used += run->n_used[i];
        is_bad = is_bad || run->has_bad_star[i];
    }
    if (is_bad) {
        find_edge_fault(heap, mesh, check);
    } else if (counts_pieces) {
        check->n_components = n_used - run->n_joins;
        i64 euler = (i64)n_used - 3 * (i64)mesh->n_tris / 2 + (i64)mesh->n_tris;
        check->genus = (2 * (i64)check->n_components - euler) / 2;
    }
}

static MeshCheck run_check(Heap *heap, const Mesh *mesh, ThreadTeam *team, u32 n_threads,
                           bool counts_pieces) {
    MeshCheck check = {0};
    if (mesh->n_tris < (team ? TEAM_TRIS : THREAD_TRIS)) // else they cost more than they save
        n_threads = 1;
    Check run = {.mesh = mesh,
                 .team = team,
                 .n_shares = MIN(n_threads, (u32)MOST_SHARES),
                 .n_sums = MIN(mesh->n_tris / SUM_TRIS + 1, (u32)MOST_SUMS)};
    run.at = heap_alloc(heap, MAX((size_t)run.n_shares * mesh->n_verts, 1), sizeof *run.at);
    if (check_items(heap, &run, &check) && mesh->n_tris) {
        f64 volume6 = 0;
        for (u32 i = 0; i < run.n_sums; i++)
            volume6 += run.volume6[i];
        check_edges(heap, &run, counts_pieces, &check);
        // Nearly nothing either way, seen from one vertex, is looked at from the middle.
        if (check.fault == MESH_OK && volume6 < 0 && mesh_measure(mesh).volume < 0)
            check.fault = MESH_INSIDE_OUT;
    }
    heap_free(heap, run.at);
    return check;
}

MeshCheck mesh_check_threads(Heap *heap, const Mesh *mesh, u32 n_threads) {
    return run_check(heap, mesh, NULL, n_threads ? n_threads : thread_count_default(), true);
}

MeshCheck mesh_check_closed(Heap *heap, const Mesh *mesh, ThreadTeam *team) {
    return run_check(heap, mesh, team, thread_team_size(team), false);
}

MeshCheck mesh_check(Heap *heap, const Mesh *mesh) {
    return mesh_check_threads(heap, mesh, 1);
}
