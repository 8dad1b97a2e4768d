// SPDX-License-Identifier: Apache-2.0
// Joins operands that touch in oblique planes. A frame need not be at right angles: any three
// directions that are not in one plane can be its axes' normals, and planes across them then lie
// along the grid. In rounds a frame is made of the direction of most contacts that are left and two
// more; operands in contact across those directions are reduced together in it. Two operands that
// also touch across another direction wait for a frame that has it too: once they are joined, that
// contact is past mending. What no frame suits is left to the kernel.
//
// Cost: a round looks at all contacts and reduces what it joins; what is reduced again and again,
// as much touches it in many directions, is paid for from a budget of WORK times all triangles.
#include "compiler/solid/settle.h"

enum {
    ROUNDS = 256,
    TRIES = 2, // of a direction as a frame's first
    WORK = 64,
};

typedef struct Joining {
    Settling *s;
    Heap *heap;
    Operands *ops;
    CsgOp op;
    Contacts contacts;
    u32 *joined;      // by place: a place that it was joined to, itself: none
    u32 *count;       // by direction: contacts left
    u8 *tries;        // by direction
    u8 *covered;      // by direction: the round's frame has it
    u8 *is_torn;      // by place: leaves of it touch across a direction that the frame lacks
    u32 *first_other; // by place: where its uncovered contacts begin in others; one more
    u32 *others;
    u32 *next, *tail,
        *load;  // by root: the places joined to it this round; their uncovered contacts
    u64 budget; // triangles that may still be reduced
    u64 work;   // what the round may still look at
} Joining;

static u32 find(u32 *joined, u32 i) {
    while (joined[i] != i)
        i = joined[i] = joined[joined[i]];
    return i;
}

// ---- what is left ----

static int by_number(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    u32 x = *(const u32 *)a, y = *(const u32 *)b;
    return x < y ? -1 : x > y;
}

// Contacts name what their operands went into; those within one operand are done.
static void refresh(Joining *j) {
    Contacts *c = &j->contacts;
    u32 live = 0;
    memset(j->count, 0, c->directions.len * sizeof(u32));
    for (u32 i = 0; i < c->list.len; i++) {
        Contact contact = c->list.data[i];
        u32 *m = c->members.data + contact.first, n = 0;
        for (u32 k = 0; k < contact.n; k++)
            m[k] = find(j->joined, m[k]);
        sort_stable(j->heap, m, contact.n, sizeof(u32), by_number, NULL);
        for (u32 k = 0; k < contact.n; k++)
            if (k == 0 || m[k] != m[n - 1])
                m[n++] = m[k];
        contact.n = n;
        if (n < 2)
            continue;
        c->list.data[live++] = contact;
        j->count[contact.direction]++;
    }
    c->list.len = live;
}

// ---- frames ----

#define LEAST_SINE 0.25 // of an angle between axes: snapping is no coarser than four times that

static Vec3 direction(const Joining *j, u32 d) {
    return j->contacts.directions.data[d];
}

static u32 most_contacts(const Joining *j) {
    u32 best = NONE;
    for (u32 d = 3; d < j->contacts.directions.len; d++)
        if (j->count[d] && j->tries[d] < TRIES &&
            (best == NONE || j->tries[d] < j->tries[best] ||
             (j->tries[d] == j->tries[best] && j->count[d] > j->count[best])))
            best = d;
    return best;
}

// How well n completes k axes: the volume that they span.
static f64 spread(const Vec3 *axes, u32 k, Vec3 n) {
    return k == 1 ? vec3_norm(vec3_cross(axes[0], n))
                  : fabs(vec3_dot(vec3_cross(axes[0], axes[1]), n));
}

// The direction of most contacts between operands that touch across the frame's directions so far;
// if they have none, of most contacts; NONE: none suits. weight: scratch, by direction.
static u32 next_direction(Joining *j, const u32 *chosen, const Vec3 *axes, u32 k, u32 *weight) {
    const Contacts *c = &j->contacts;
    u8 *involved = HEAP_NEW(j->heap, u8, j->ops->list.len);
    for (u32 i = 0; i < c->list.len; i++)
        for (u32 m = 0; m < c->list.data[i].n; m++)
            for (u32 a = 0; a < k; a++)
                if (c->list.data[i].direction == chosen[a])
                    involved[c->members.data[c->list.data[i].first + m]] = 1;
    memset(weight, 0, c->directions.len * sizeof(u32));
    for (u32 i = 0; i < c->list.len; i++) {
        u32 both = 0;
        for (u32 m = 0; m < c->list.data[i].n; m++)
            both += involved[c->members.data[c->list.data[i].first + m]];
        weight[c->list.data[i].direction] += both > 1 ? 1 : 0;
    }
    heap_free(j->heap, involved);
    u32 best = NONE;
    for (u32 d = 0; d < c->directions.len; d++) {
        if ((!weight[d] && (d < 3 || !j->count[d])) ||
            spread(axes, k, direction(j, d)) < LEAST_SINE)
            continue;
        if (best == NONE || weight[d] > weight[best] ||
            (weight[d] == weight[best] && j->count[d] > j->count[best]))
            best = d;
    }
    return best;
}

// A direction that completes the axes best: of those of a turn that has the first, else across
// both.
static Vec3 complete(const Joining *j, const Vec3 *axes, u32 k) {
    if (k == 2) {
        Vec3 across = vec3_unit(vec3_cross(axes[0], axes[1]));
        for (u32 d = 0; d < 3; d++)
            if (vec3_norm(vec3_cross(across, direction(j, d))) < 1e-10)
                return direction(j, d);
        return across;
    }
    for (u32 d = 0; d < 3; d++)
        if (fabs(vec3_dot(axes[0], direction(j, d))) < 1e-12)
            return direction(j, d);
    Vec3 n = axes[0], side = {fabs(n.x) <= fabs(n.y) && fabs(n.x) <= fabs(n.z), 0, 0};
    if (side.x == 0)
        side = fabs(n.y) <= fabs(n.z) ? (Vec3){0, 1, 0} : (Vec3){0, 0, 1};
    return vec3_unit(vec3_cross(n, side));
}

// to: rows are the axes. Marks what they cover.
static void make_frame(Joining *j, u32 first, Affine3 *to) {
    const Contacts *c = &j->contacts;
    u32 chosen[3] = {first, NONE, NONE};
    Vec3 axes[3] = {direction(j, first)};
    u32 *weight = heap_alloc_raw(j->heap, c->directions.len, sizeof(u32));
    for (u32 k = 1; k < 3; k++) {
        chosen[k] = next_direction(j, chosen, axes, k, weight);
        axes[k] = chosen[k] == NONE ? complete(j, axes, k) : direction(j, chosen[k]);
    }
    heap_free(j->heap, weight);
    if (vec3_dot(vec3_cross(axes[0], axes[1]), axes[2]) < 0)
        axes[2] = vec3_scale(axes[2], -1);
    *to = affine3_identity();
    for (int i = 0; i < 3; i++)
        to->m[i][0] = axes[i].x, to->m[i][1] = axes[i].y, to->m[i][2] = axes[i].z;
    for (u32 d = 0; d < c->directions.len; d++) {
        j->covered[d] = 0;
        for (u32 i = 0; i < 3; i++)
            j->covered[d] |= vec3_norm(vec3_cross(direction(j, d), axes[i])) < 1e-11;
    }
}

// ---- who joins whom ----

static bool is_covered(const Joining *j, u32 contact) {
    return j->covered[j->contacts.list.data[contact].direction];
}

// Lists, by operand, the contacts that the frame does not have.
static void list_others(Joining *j) {
    const Contacts *c = &j->contacts;
    u32 n = j->ops->list.len;
    memset(j->first_other, 0, (n + 1) * sizeof(u32));
    for (u32 i = 0; i < c->list.len; i++)
        for (u32 m = 0; m < c->list.data[i].n && !is_covered(j, i); m++)
            j->first_other[c->members.data[c->list.data[i].first + m] + 1]++;
    for (u32 i = 0; i < n; i++) {
        j->load[i] = j->first_other[i + 1];
        j->first_other[i + 1] += j->first_other[i];
        j->next[i] = NONE;
        j->tail[i] = i;
    }
    u32 *at = heap_alloc_raw(j->heap, n + 1, sizeof(u32));
    memcpy(at, j->first_other, (n + 1) * sizeof(u32));
    for (u32 i = 0; i < c->list.len; i++)
        for (u32 m = 0; m < c->list.data[i].n && !is_covered(j, i); m++)
            j->others[at[c->members.data[c->list.data[i].first + m]]++] = i;
    heap_free(j->heap, at);
    j->work = 64 * ((u64)c->members.len + 1024);
}

// Do a and b (roots) touch across a direction that the frame does not have?
static bool touch_otherwise(Joining *j, u32 a, u32 b) {
    const Contacts *c = &j->contacts;
    u32 few = j->load[a] <= j->load[b] ? a : b, many = few == a ? b : a;
    for (u32 p = few; p != NONE; p = j->next[p])
        for (u32 i = j->first_other[p]; i < j->first_other[p + 1]; i++) {
            Contact contact = c->list.data[j->others[i]];
            if (j->work < contact.n)
                return true;
            j->work -= contact.n;
            for (u32 m = 0; m < contact.n; m++)
                if (find(j->joined, c->members.data[contact.first + m]) == many)
                    return true;
        }
    return false;
}

static bool join_pair(Joining *j, u32 a, u32 b) {
    a = find(j->joined, a);
    b = find(j->joined, b);
    if (a == b || touch_otherwise(j, a, b))
        return false;
    u32 low = MIN(a, b), high = MAX(a, b);
    j->joined[high] = low;
    j->next[j->tail[low]] = high;
    j->tail[low] = j->tail[high];
    j->load[low] += j->load[high];
    return true;
}

static bool join_covered(Joining *j) {
    const Contacts *c = &j->contacts;
    bool any = false;
    list_others(j);
    for (u32 i = 0; i < c->list.len; i++) {
        const u32 *m = c->members.data + c->list.data[i].first;
        for (u32 k = 1; k < c->list.data[i].n && is_covered(j, i); k++)
            any |= join_pair(j, m[0], m[k]);
    }
    return any;
}

// ---- rounds ----

// What takes part in a frame is reduced in its own before, if its own leaves touch across
// directions that the frame does not have. Otherwise it is not: where its faces are cut in another
// frame, new corners are off them by up to half a quantum.
static void reduce_member(Joining *j, u32 place) {
    Operand *o = &j->ops->list.data[place];
    if (j->is_torn[place] && !settle_is_leaf(j->s, o->node))
        o->node = settle_reduce(j->s, o->node, o->turn == NONE ? j->s->turns->frame : o->turn);
}

static u64 count_triangles(const Joining *j, u32 id) {
    const Csg *csg = j->s->csg;
    CsgNode node = csg->nodes.data[id];
    if (node.op == CSG_LEAF)
        return csg->leaves.data[node.first].mesh->n_tris;
    u64 n = 0;
    for (u32 i = 0; i < node.len; i++)
        n += count_triangles(j, csg->args.data[node.first + i]);
    return n;
}

// Reduces what was joined to each operand.
static void reduce_joined(Joining *j, const Affine3 *to, const Affine3 *from) {
    const Contacts *c = &j->contacts;
    u32 n = j->ops->list.len, *places = heap_alloc_raw(j->heap, n, sizeof(u32));
    memset(j->is_torn, 0, n);
    for (u32 i = 0; i < c->inner.len; i++)
        if (!j->covered[c->inner.data[i].direction])
            j->is_torn[c->inner.data[i].operand] = 1;
    for (u32 i = 0; i < n; i++) {
        if (j->ops->list.data[i].node == NONE || j->joined[i] != i || j->next[i] == NONE)
            continue;
        u32 len = 0;
        for (u32 p = i; p != NONE; p = j->next[p])
            places[len++] = p;
        sort_stable(j->heap, places, len, sizeof(u32), by_number, NULL);
        for (u32 k = 0; k < len; k++)
            reduce_member(j, places[k]);
        CsgOp op = j->op == CSG_DIFFERENCE && places[0] != 0 ? CSG_UNION : j->op;
        u32 node = settle_node(j->s, op, j->ops, places, len);
        j->budget -= MIN(j->budget, count_triangles(j, node));
        settle_replace(j->ops, places, len, csg_reduce(j->s->csg, node, to, from));
        j->ops->list.data[places[0]].turn = NONE;
    }
    heap_free(j->heap, places);
}

static void join_rounds(Joining *j) {
    for (u32 round = 0; round < ROUNDS; round++) {
        refresh(j);
        u32 first = most_contacts(j);
        if (first == NONE || j->budget == 0)
            return;
        j->tries[first]++;
        Affine3 to, from;
        make_frame(j, first, &to);
        if (affine3_invert(&to, &from) && join_covered(j))
            reduce_joined(j, &to, &from);
    }
}

// What stands in the expression's frame and takes part in contacts that are left is reduced in it:
// perhaps they were left as no frame has the directions in which that touches too.
static void reduce_upright(Joining *j) {
    Settling *s = j->s;
    const Contacts *c = &j->contacts;
    u32 n = j->ops->list.len, len = 0, *places = heap_alloc_raw(j->heap, n, sizeof(u32));
    u8 *wanted = HEAP_NEW(j->heap, u8, n);
    for (u32 i = 0; i < c->list.len; i++)
        for (u32 m = 0; m < c->list.data[i].n && c->list.data[i].direction >= 3; m++)
            wanted[c->members.data[c->list.data[i].first + m]] = 1;
    for (u32 i = 0; i < n; i++) {
        const Operand *o = &j->ops->list.data[i];
        bool is_base = i == 0 && j->op == CSG_DIFFERENCE && o->turn == NONE;
        if (o->node != NONE && j->joined[i] == i &&
            (o->turn == s->turns->frame || (is_base && !settle_is_leaf(s, o->node))))
            places[len++] = i;
    }
    if (len)
        settle_alike(s, j->ops, j->op, places, len, s->turns->frame, wanted);
    for (u32 i = 0; i < n; i++)
        if (j->ops->list.data[i].node == NONE && j->joined[i] == i)
            j->joined[i] = j->ops->list.data[i].into;
    heap_free(j->heap, wanted);
    heap_free(j->heap, places);
}

static bool has_oblique(const Contacts *c) {
    for (u32 i = 0; i < c->list.len; i++)
        if (c->list.data[i].direction >= 3)
            return true;
    return false;
}

void settle_contacts(Settling *s, Operands *ops, CsgOp op) {
    Heap *heap = s->heap;
    Joining j = {.s = s, .heap = heap, .ops = ops, .op = op};
    contacts_find(s, ops, &j.contacts);
    if (has_oblique(&j.contacts)) {
        u32 n = ops->list.len, n_directions = j.contacts.directions.len;
        u32 *tables = heap_alloc_raw(heap, 5 * (size_t)n + 1, sizeof(u32));
        j.joined = tables;
        j.first_other = tables + n; // n + 1
        j.next = tables + 2 * (size_t)n + 1;
        j.tail = j.next + n;
        j.load = j.tail + n;
        j.others = heap_alloc_raw(heap, j.contacts.members.len, sizeof(u32));
        j.count = HEAP_NEW(heap, u32, n_directions);
        j.tries = HEAP_NEW(heap, u8, n_directions);
        j.covered = HEAP_NEW(heap, u8, n_directions);
        j.is_torn = HEAP_NEW(heap, u8, n);
        for (u32 i = 0; i < n; i++)
            j.joined[i] = i;
        for (u32 i = 0; i < n; i++)
            if (ops->list.data[i].node != NONE)
                j.budget += WORK * (count_triangles(&j, ops->list.data[i].node) + 1024);
        join_rounds(&j);
        refresh(&j);
        if (has_oblique(&j.contacts)) {
            reduce_upright(&j);
            memset(j.tries, 0, n_directions);
            join_rounds(&j);
        }
        heap_free(heap, j.is_torn);
        heap_free(heap, j.covered);
        heap_free(heap, j.tries);
        heap_free(heap, j.count);
        heap_free(heap, j.others);
        heap_free(heap, tables);
    }
    contacts_free(heap, &j.contacts);
}
