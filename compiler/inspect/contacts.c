// SPDX-License-Identifier: Apache-2.0
// Which parts meet: boxes sorted along the axis of the largest spread give the candidate pairs
// (sweep and prune), trees over the triangles decide. Near linear while boxes are small beside the
// whole.
#include "compiler/inspect/inspect_internal.h"

#include "base/sort.h"

typedef struct Entry {
    f64 min, max;
    u32 part;
} Entry;

static int compare_entries(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    const Entry *x = a, *y = b;
    if (x->min != y->min)
        return x->min < y->min ? -1 : 1;
    return x->part < y->part ? -1 : x->part > y->part;
}

static int compare_contacts(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    const InspectContact *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

// Only boxes that share real room can hold shared matter; what is thinner than this is a flush fit.
#define OVERLAP_DEPTH_MIN 0.02

static f64 shared_box_volume(Box3 a, Box3 b) {
    f64 volume = 1;
    for (u32 k = 0; k < 3; k++) {
        f64 side = fmin(vec3_get(a.max, k), vec3_get(b.max, k)) -
                   fmax(vec3_get(a.min, k), vec3_get(b.min, k));
        if (side < OVERLAP_DEPTH_MIN)
            return 0;
        volume *= side;
    }
    return volume;
}

static bool same_label(const Scene *scene, u32 a, u32 b) {
    return str_equal(scene->parts[a].path, scene->parts[b].path);
}

// Shared volume costs a boolean: it is measured only where some rule of overlaps.c could apply to
// the result.
static bool overlap_matters(const Inspection *in, u32 a, u32 b) {
    const ModelPart *p = &in->model->parts[a], *q = &in->model->parts[b];
    f64 shared = shared_box_volume(p->bounds, q->bounds);
    f64 small = fmin(p->volume, q->volume), large = fmax(p->volume, q->volume);
    if (shared <= 0)
        return false;
    if (same_label(in->scene, a, b))
        return shared > 0.02 * small;
    return shared > 0.2 * small && large < 12 * small;
}

static void pair_check(Inspection *in, u32 a, u32 b, bool areas) {
    const PlacedMesh *p = &in->placed[a], *q = &in->placed[b];
    if (mesh_distance(p, q, INSPECT_CONTACT_GAP).distance > INSPECT_CONTACT_GAP)
        return;
    InspectContact contact = {.a = MIN(a, b), .b = MAX(a, b), .area = -1};
    if (overlap_matters(in, a, b)) {
        MeshOverlap overlap = mesh_overlap(in->heap, p, q);
        contact.overlap = overlap.volume;
        contact.depth = overlap.depth;
    }
    if (areas)
        contact.area = mesh_contact_area(in->heap, p, q, INSPECT_CONTACT_GAP);
    avec_push(in->arena, &in->contacts, contact);
}

static u32 widest_axis(Box3 box) {
    Vec3 size = box3_size(box);
    return size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2;
}

void inspect_find_contacts(Inspection *in, bool areas) {
    u32 n_parts = in->scene->n_parts, n = 0, axis = widest_axis(in->model->bounds);
    Entry *entries = heap_alloc_raw(in->heap, MAX(n_parts, 1u), sizeof *entries);
    for (u32 i = 0; i < n_parts; i++) {
        if (!inspect_has_geometry(in, i))
            continue;
        Box3 box = in->model->parts[i].bounds;
        entries[n++] = (Entry){vec3_get(box.min, axis), vec3_get(box.max, axis), i};
    }
    sort_stable(in->heap, entries, n, sizeof *entries, compare_entries, NULL);
    for (u32 i = 0; i < n; i++) {
        heap_poll(in->heap);
        for (u32 k = i + 1; k < n && entries[k].min <= entries[i].max + INSPECT_CONTACT_GAP; k++) {
            u32 a = entries[i].part, b = entries[k].part;
            if (box3_touch(in->model->parts[a].bounds, in->model->parts[b].bounds,
                           INSPECT_CONTACT_GAP))
                pair_check(in, a, b, areas);
        }
    }
    heap_free(in->heap, entries);
    if (in->contacts.len)
        sort_stable(in->heap, in->contacts.data, in->contacts.len, sizeof *in->contacts.data,
                    compare_contacts, NULL);
}
