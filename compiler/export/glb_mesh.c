// SPDX-License-Identifier: Apache-2.0
// glTF meshes as the kernel's: the primitives' triangles over shared vertices, with a normal per
// corner. The vertices that were split for drawing are joined again, as EXT_mesh_manifold says or,
// without it, where places are equal; if that gives a closed surface, it is kept.
#include "compiler/export/glb_mesh.h"

#include "base/vec.h"
#include "compiler/export/edges.h"

enum { TRIANGLES = 4 };

typedef struct Builder {
    GlbReader *r;
    Heap *heap;
    VEC(Vec3) verts;
    VEC(u32) tris;
    VEC(u16) mats;
    VEC(f32) normals;
    bool has_normals;
    VEC(u32) used; // POSITION accessors: entries of reader->bases to be cleared
} Builder;

static bool fail(Builder *b, const char *fault) {
    if (!b->r->access.fault)
        b->r->access.fault = fault;
    return false;
}

// The first vertex of a POSITION accessor, its vertices added at first use; NONE: fault.
static u32 base_of(Builder *b, u32 accessor, u32 *count) {
    u32 n_accessors = glb_json_len(glb_json_get(b->r->access.root, "accessors"));
    if (accessor < n_accessors && b->r->bases[accessor].is_known) {
        *count = b->r->bases[accessor].count;
        return b->r->bases[accessor].first;
    }
    f64 *places = glb_access_f64(&b->r->access, accessor, 3, count);
    if (!places)
        return NONE;
    u32 base = b->verts.len;
    bool ok = true;
    for (u32 i = 0; i < *count && ok; i++) {
        const f64 *p = &places[3 * (size_t)i];
        Vec3 v = vec3(p[0] * 1000, -p[2] * 1000, p[1] * 1000);
        ok = vec3_is_finite(v);
        vec_push(b->heap, &b->verts, v);
    }
    heap_free(b->heap, places);
    vec_push(b->heap, &b->used, accessor);
    b->r->bases[accessor] = (GlbBase){base, *count, true};
    if (!ok)
        fail(b, "a place is not finite");
    return ok ? base : NONE;
}

static void add_corner(Builder *b, u32 base, u32 index, const f64 *normals) {
    vec_push(b->heap, &b->tris, base + index);
    if (!b->has_normals)
        return;
    Vec3 n = {0, 0, 0};
    if (normals)
        n = vec3(normals[3 * (size_t)index], -normals[3 * (size_t)index + 2],
                 normals[3 * (size_t)index + 1]);
    n = vec3_is_finite(n) ? vec3_unit(n) : vec3(0, 0, 0);
    vec_push(b->heap, &b->normals, (f32)n.x);
    vec_push(b->heap, &b->normals, (f32)n.y);
    vec_push(b->heap, &b->normals, (f32)n.z);
}

static bool add_triangles(Builder *b, u32 base, u32 n_verts, const u32 *indices, u32 n,
                          u32 material, const f64 *normals) {
    for (u32 i = 0; i + 3 <= n; i += 3) {
        for (u32 k = 0; k < 3; k++) {
            u32 index = indices ? indices[i + k] : i + k;
            if (index >= n_verts)
                return fail(b, "an index is beyond the vertices");
            add_corner(b, base, index, normals);
        }
        vec_push(b->heap, &b->mats, (u16)(material == NONE ? 0 : material + 1));
    }
    return true;
}

static bool read_primitive(Builder *b, const JsonValue *json) {
    const JsonValue *attributes = glb_json_get(json, "attributes"), *index = glb_json_get(json, "indices");
    const JsonValue *normal = glb_json_get(attributes, "NORMAL");
    u32 n_verts = 0, n_normals = 0, n = 0;
    u32 base = base_of(b, glb_json_as_index(glb_json_get(attributes, "POSITION"), NONE), &n_verts);
    if (base == NONE)
        return false;
    u32 material = glb_json_as_index(glb_json_get(json, "material"), NONE);
    if (material != NONE && material >= b->r->out->n_materials)
        return fail(b, "no such material");
    u32 *indices = NULL;
    f64 *normals = NULL;
    if (index)
        indices = glb_access_u32(&b->r->access, glb_json_as_index(index, NONE), true, &n);
    if (normal)
        normals = glb_access_f64(&b->r->access, glb_json_as_index(normal, NONE), 3, &n_normals);
    bool ok = !b->r->access.fault;
    if (ok && normal && n_normals != n_verts)
        ok = fail(b, "normals are not as many as places");
    ok = ok && add_triangles(b, base, n_verts, indices, index ? n : n_verts, material, normals);
    heap_free(b->heap, indices);
    heap_free(b->heap, normals);
    return ok;
}

// ---- joining ----

// joins[v]: the vertex that v becomes. From the extension's own words; false: it makes no sense.
static bool joins_from_claim(Builder *b, const JsonValue *claim, u32 *joins) {
    const JsonValue *primitive = glb_json_get(claim, "manifoldPrimitive");
    u32 accessor = glb_json_as_index(glb_json_get(glb_json_get(primitive, "attributes"), "POSITION"), NONE);
    u32 index = glb_json_as_index(glb_json_get(primitive, "indices"), NONE), n_verts = 0, n = 0,
        n_after = 0;
    u32 n_accessors = glb_json_len(glb_json_get(b->r->access.root, "accessors"));
    if (accessor >= n_accessors || !b->r->bases[accessor].is_known)
        return fail(b, "EXT_mesh_manifold names other places than are drawn");
    u32 base = base_of(b, accessor, &n_verts);
    u32 *before = glb_access_u32(&b->r->access, index, false, &n);
    u32 *after = glb_access_u32(&b->r->access, index, true, &n_after);
    bool ok = base != NONE && before && after;
    for (u32 i = 0; ok && i < n; i++) {
        ok = before[i] < n_verts && after[i] < n_verts;
        if (!ok)
            fail(b, "an index is beyond the vertices");
        else
            joins[base + before[i]] = base + after[i];
    }
    heap_free(b->heap, before);
    heap_free(b->heap, after);
    return ok;
}

static u64 place_hash(Vec3 p) {
    u64 bits[3];
    f64 clean[3] = {p.x + 0.0, p.y + 0.0, p.z + 0.0};
    memcpy(bits, clean, sizeof bits);
    return hash_combine(hash_combine(bits[0], bits[1]), bits[2]);
}

static void joins_from_places(const Builder *b, u32 *joins) {
    u32 n_slots = 16;
    while (n_slots / 2 < b->verts.len)
        n_slots *= 2;
    u32 *slots = HEAP_NEW(b->heap, u32, n_slots);
    for (u32 v = 0; v < b->verts.len; v++) {
        Vec3 p = b->verts.data[v];
        u32 slot = (u32)place_hash(p) & (n_slots - 1);
        for (; slots[slot]; slot = (slot + 1) & (n_slots - 1)) {
            Vec3 q = b->verts.data[slots[slot] - 1];
            if (p.x == q.x && p.y == q.y && p.z == q.z)
                break;
        }
        if (!slots[slot])
            slots[slot] = v + 1;
        joins[v] = slots[slot] - 1;
    }
    heap_free(b->heap, slots);
}

// Replaces the triangles by the joined ones if those are a closed surface.
static bool join(Builder *b, const u32 *joins) {
    u32 *joined = heap_alloc_raw(b->heap, (size_t)b->tris.len + 1, sizeof *joined);
    bool ok = b->tris.len > 0;
    for (u32 i = 0; i < b->tris.len; i++)
        joined[i] = joins[b->tris.data[i]];
    EdgeTable table;
    edge_table_init(&table, b->heap, joined, b->verts.len, b->tris.len / 3);
    ok = ok && edge_table_is_closed(&table, b->verts.len);
    edge_table_finish(&table, b->heap);
    if (ok)
        memcpy(b->tris.data, joined, b->tris.len * sizeof *joined);
    heap_free(b->heap, joined);
    return ok;
}

// ---- meshes ----

static void *keep(Builder *b, const void *data, size_t n, size_t size) {
    void *out = arena_alloc(b->r->arena, n, size);
    if (n)
        memcpy(out, data, n * size);
    return out;
}

// Drops the vertices that no triangle names: those that were joined, and other meshes'.
static void drop_unused(Builder *b) {
    u32 *numbers = heap_alloc_raw(b->heap, (size_t)b->verts.len + 1, sizeof *numbers);
    for (u32 v = 0; v < b->verts.len; v++)
        numbers[v] = NONE;
    for (u32 i = 0; i < b->tris.len; i++)
        numbers[b->tris.data[i]] = 0;
    u32 n = 0;
    for (u32 v = 0; v < b->verts.len; v++)
        if (numbers[v] != NONE) {
            b->verts.data[n] = b->verts.data[v];
            numbers[v] = n++;
        }
    for (u32 i = 0; i < b->tris.len; i++)
        b->tris.data[i] = numbers[b->tris.data[i]];
    b->verts.len = n;
    heap_free(b->heap, numbers);
}

static void finish_mesh(Builder *b, GlbMesh *out) {
    drop_unused(b);
    u32 n_tris = b->tris.len / 3;
    out->mesh = (Mesh){.n_verts = b->verts.len, .n_tris = n_tris};
    out->mesh.verts = keep(b, b->verts.data, b->verts.len, sizeof(Vec3));
    out->mesh.tris = keep(b, b->tris.data, b->tris.len, sizeof(u32));
    out->mesh.mats = keep(b, b->mats.data, n_tris, sizeof(u16));
    out->mesh.tags = ARENA_NEW(b->r->arena, u32, n_tris);
    out->bounds = mesh_bounds(&out->mesh);
    if (b->has_normals)
        out->mesh.normals = keep(b, b->normals.data, 9 * (size_t)n_tris, sizeof(f32));
}

static bool read_primitives(Builder *b, const JsonValue *primitives, GlbMesh *out) {
    for (u32 i = 0; i < glb_json_len(primitives); i++)
        b->has_normals |=
            glb_json_get(glb_json_get(glb_json_at(primitives, i), "attributes"), "NORMAL") != NULL;
    for (u32 i = 0; i < glb_json_len(primitives); i++) {
        const JsonValue *primitive = glb_json_at(primitives, i);
        if (glb_json_as_index(glb_json_get(primitive, "mode"), TRIANGLES) != TRIANGLES) {
            b->r->out->n_skipped++;
            continue;
        }
        if (!read_primitive(b, primitive))
            return false;
        out->n_primitives++;
    }
    return true;
}

static bool read_mesh(GlbReader *r, const JsonValue *json, GlbMesh *out) {
    Builder b = {.r = r, .heap = r->arena->heap};
    const JsonValue *claim = glb_json_get(glb_json_get(json, "extensions"), "EXT_mesh_manifold");
    out->name = glb_json_as_text(glb_json_get(json, "name"));
    out->has_manifold = claim != NULL;
    bool ok = read_primitives(&b, glb_json_get(json, "primitives"), out);
    if (ok) {
        u32 *joins = heap_alloc_raw(b.heap, (size_t)b.verts.len + 1, sizeof *joins);
        for (u32 v = 0; v < b.verts.len; v++)
            joins[v] = v;
        if (claim)
            ok = joins_from_claim(&b, claim, joins);
        else
            joins_from_places(&b, joins);
        out->is_closed = ok && join(&b, joins);
        heap_free(b.heap, joins);
    }
    if (ok)
        finish_mesh(&b, out);
    vec_free(b.heap, &b.verts);
    vec_free(b.heap, &b.tris);
    vec_free(b.heap, &b.mats);
    vec_free(b.heap, &b.normals);
    for (u32 i = 0; i < b.used.len; i++)
        r->bases[b.used.data[i]].is_known = false;
    vec_free(b.heap, &b.used);
    return ok;
}

// What of a mesh decides its geometry: files with one shape in many materials name it many times.
static Str geometry_key(GlbReader *r, const JsonValue *json) {
    StrBuf key;
    strbuf_init(&key, r->arena->heap);
    const JsonValue *primitives = glb_json_get(json, "primitives");
    for (u32 i = 0; i < glb_json_len(primitives); i++) {
        const JsonValue *p = glb_json_at(primitives, i), *attributes = glb_json_get(p, "attributes");
        strbuf_addf(&key, "%u %u %u %u;", glb_json_as_index(glb_json_get(attributes, "POSITION"), NONE),
                    glb_json_as_index(glb_json_get(attributes, "NORMAL"), NONE),
                    glb_json_as_index(glb_json_get(p, "indices"), NONE),
                    glb_json_as_index(glb_json_get(p, "mode"), TRIANGLES));
    }
    const JsonValue *claim = glb_json_get(glb_json_get(json, "extensions"), "EXT_mesh_manifold");
    const JsonValue *primitive = glb_json_get(claim, "manifoldPrimitive");
    strbuf_addf(&key, "%u %u", glb_json_as_index(glb_json_get(primitive, "indices"), NONE),
                glb_json_as_index(glb_json_get(glb_json_get(primitive, "attributes"), "POSITION"), NONE));
    Str text = str_copy(r->arena, strbuf_str(&key));
    strbuf_finish(&key);
    return text;
}

// The same geometry as another mesh, in other materials.
static bool share_mesh(GlbReader *r, const GlbMesh *like, const JsonValue *json, GlbMesh *out) {
    *out = *like;
    out->n_uses = 0;
    out->name = glb_json_as_text(glb_json_get(json, "name"));
    out->mesh.mats = ARENA_NEW(r->arena, u16, like->mesh.n_tris);
    const JsonValue *primitives = glb_json_get(json, "primitives");
    u32 t = 0;
    for (u32 i = 0; i < glb_json_len(primitives); i++) {
        const JsonValue *p = glb_json_at(primitives, i);
        if (glb_json_as_index(glb_json_get(p, "mode"), TRIANGLES) != TRIANGLES)
            continue;
        u32 material = glb_json_as_index(glb_json_get(p, "material"), NONE);
        const JsonValue *source = glb_json_get(p, "indices");
        if (!source)
            source = glb_json_get(glb_json_get(p, "attributes"), "POSITION");
        const JsonValue *accessor =
            glb_json_at(glb_json_get(r->access.root, "accessors"), glb_json_as_index(source, NONE));
        u32 n = glb_json_as_index(glb_json_get(accessor, "count"), 0) / 3;
        if (material != NONE && material >= r->out->n_materials) {
            r->access.fault = "no such material";
            return false;
        }
        for (u32 k = 0; k < n && t < out->mesh.n_tris; k++)
            out->mesh.mats[t++] = (u16)(material == NONE ? 0 : material + 1);
    }
    return true;
}

bool glb_read_meshes(GlbReader *r) {
    const JsonValue *meshes = glb_json_get(r->access.root, "meshes");
    r->out->meshes = ARENA_NEW(r->arena, GlbMesh, glb_json_len(meshes));
    r->bases = ARENA_NEW(r->arena, GlbBase, glb_json_len(glb_json_get(r->access.root, "accessors")));
    StrMap known;
    strmap_init(&known, r->arena);
    for (u32 i = 0; i < glb_json_len(meshes); i++) {
        const JsonValue *json = glb_json_at(meshes, i);
        GlbMesh *out = &r->out->meshes[i];
        heap_poll(r->arena->heap);
        Str key = geometry_key(r, json);
        u32 like = strmap_get(&known, key);
        if (like != NONE ? !share_mesh(r, &r->out->meshes[like], json, out)
                         : !read_mesh(r, json, out))
            return false;
        if (like == NONE)
            strmap_set(&known, key, i);
        r->out->n_meshes++;
    }
    return true;
}

// Beyond this many vertices times places, the corners of the mesh's box stand for the mesh.
static const u64 EXACT_BOUNDS_MAX = 50u * 1000 * 1000;

Box3 glb_node_bounds(const GlbFile *file, u32 index) {
    const GlbNode *node = &file->nodes[index];
    if (node->mesh == NONE)
        return box3_empty();
    const GlbMesh *mesh = &file->meshes[node->mesh];
    if (mesh->mesh.n_tris == 0 || (u64)mesh->mesh.n_verts * mesh->n_uses <= EXACT_BOUNDS_MAX)
        return mesh_bounds_in(&mesh->mesh, &node->map);
    Box3 box = box3_empty();
    for (u32 i = 0; i < 8; i++) {
        const Vec3 *low = &mesh->bounds.min, *high = &mesh->bounds.max;
        Vec3 corner =
            vec3(i & 1 ? high->x : low->x, i & 2 ? high->y : low->y, i & 4 ? high->z : low->z);
        box = box3_add_point(box, affine3_point(&node->map, corner));
    }
    return box;
}
