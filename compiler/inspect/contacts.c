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

// Shared volume costs a boolean. Findings need it only where some rule of overlaps.c could apply to
// the result; a report has it wherever there can be any, so that like pairs read alike.
static bool overlap_matters(const Inspection *in, u32 a, u32 b) {
    const ModelPart *p = &in->model->parts[a], *q = &in->model->parts[b];
    f64 shared = shared_box_volume(p->bounds, q->bounds);
    f64 small = fmin(p->volume, q->volume), large = fmax(p->volume, q->volume);
    if (shared <= 0)
        return false;
    if (in->for_report)
        return true;
    if (str_equal(in->scene->parts[a].path, in->scene->parts[b].path))
        return shared > 0.02 * small;
    return shared > 0.2 * small && large < 12 * small;
}

static void pair_check(Inspection *in, u32 a, u32 b) {
    const PlacedMesh *p = &in->placed[a], *q = &in->placed[b];
    if (!mesh_within(p, q, INSPECT_CONTACT_GAP))
        return;
    InspectContact contact = {.a = MIN(a, b), .b = MAX(a, b), .area = -1, .shared = box3_empty()};
    if (overlap_matters(in, a, b)) {
        MeshOverlap overlap = mesh_overlap(in->heap, p, q);
        contact.overlap = overlap.volume;
        contact.depth = overlap.depth;
        contact.shared = overlap.bounds;
    }
    if (in->for_report)
        contact.area = mesh_contact_area(in->heap, p, q, INSPECT_CONTACT_GAP);
    avec_push(in->arena, &in->contacts, contact);
}

static u32 widest_axis(const Box3 *boxes, u32 n) {
    Box3 all = box3_empty();
    for (u32 i = 0; i < n; i++)
        all = box3_join(all, boxes[i]);
    Vec3 size = box3_size(all);
    return size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2;
}

void inspect_near_pairs(Heap *heap, const Box3 *boxes, u32 n_boxes, f64 gap,
                        void (*visit)(void *ctx, u32 a, u32 b), void *ctx) {
    u32 n = 0, axis = widest_axis(boxes, n_boxes);
    Entry *entries = heap_alloc_raw(heap, MAX(n_boxes, 1u), sizeof *entries);
    for (u32 i = 0; i < n_boxes; i++)
        if (!box3_is_empty(boxes[i]))
            entries[n++] = (Entry){vec3_get(boxes[i].min, axis), vec3_get(boxes[i].max, axis), i};
    sort_stable(heap, entries, n, sizeof *entries, compare_entries, NULL);
    for (u32 i = 0; i < n; i++) {
        heap_poll(heap);
        for (u32 k = i + 1; k < n && entries[k].min <= entries[i].max + gap; k++) {
            u32 a = entries[i].part, b = entries[k].part;
            if (box3_touch(boxes[a], boxes[b], gap))
                visit(ctx, MIN(a, b), MAX(a, b));
        }
    }
    heap_free(heap, entries);
}

static void visit_pair(void *ctx, u32 a, u32 b) {
    pair_check(ctx, a, b);
}

void inspect_find_contacts(Inspection *in) {
    u32 n = in->scene->n_parts;
    Box3 *boxes = heap_alloc_raw(in->heap, MAX(n, 1u), sizeof *boxes);
    for (u32 i = 0; i < n; i++)
        boxes[i] = inspect_has_geometry(in, i) ? in->model->parts[i].bounds : box3_empty();
    inspect_near_pairs(in->heap, boxes, n, INSPECT_CONTACT_GAP, visit_pair, in);
    heap_free(in->heap, boxes);
    if (in->contacts.len)
        sort_stable(in->heap, in->contacts.data, in->contacts.len, sizeof *in->contacts.data,
                    compare_contacts, NULL);
}

u32 inspect_find_root(u32 *parent, u32 i) {
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

typedef struct Joining {
    const PlacedMesh *placed;
    f64 gap;
    u32 *parent;
} Joining;

static void join_pair(void *ctx, u32 a, u32 b) {
    Joining *j = ctx;
    u32 ra = inspect_find_root(j->parent, a), rb = inspect_find_root(j->parent, b);
    if (ra != rb && mesh_within(&j->placed[a], &j->placed[b], j->gap))
        j->parent[MAX(ra, rb)] = MIN(ra, rb);
}

u32 inspect_connect(Heap *heap, const PlacedMesh *placed, const Box3 *boxes, u32 n, f64 gap,
                    u32 *group) {
    u32 *parent = heap_alloc_raw(heap, MAX(n, 1u), sizeof *parent), n_groups = 0;
    for (u32 i = 0; i < n; i++)
        parent[i] = i;
    inspect_near_pairs(heap, boxes, n, gap, join_pair, &(Joining){placed, gap, parent});
    for (u32 i = 0; i < n; i++) {
        u32 root = inspect_find_root(parent, i); // the smallest of its group, so numbered first
        group[i] = box3_is_empty(boxes[i]) ? NONE : root == i ? n_groups++ : group[root];
    }
    heap_free(heap, parent);
    return n_groups;
}
