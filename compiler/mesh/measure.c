// SPDX-License-Identifier: Apache-2.0
// Volume, area, centre of mass and inertia by signed tetrahedra from one point to each triangle. The point
// is the centre of the bounds, which keeps the tetrahedra small and the cancellation low.
#include "compiler/mesh/mesh.h"

typedef struct Sums {
    f64 area2, volume6;      // twice, six times
    f64 first[3];            // of volume6 * 4
    f64 second[3][3];        // of volume6 * 20: integrals of x_i x_k
} Sums;

static void add_triangle(Sums *s, Vec3 a, Vec3 b, Vec3 c) {
    Vec3 n = vec3_cross(vec3_sub(b, a), vec3_sub(c, a));
    f64 volume6 = vec3_dot(a, vec3_cross(b, c));
    s->area2 += vec3_norm(n);
    s->volume6 += volume6;
    f64 p[3][3] = {{a.x, a.y, a.z}, {b.x, b.y, b.z}, {c.x, c.y, c.z}};
    for (int i = 0; i < 3; i++) {
        f64 sum_i = p[0][i] + p[1][i] + p[2][i];
        s->first[i] += volume6 * sum_i;
        for (int k = i; k < 3; k++) {
            f64 sum_k = p[0][k] + p[1][k] + p[2][k];
            f64 products = p[0][i] * p[0][k] + p[1][i] * p[1][k] + p[2][i] * p[2][k];
            s->second[i][k] += volume6 * (products + sum_i * sum_k); // x_i x_k over a tetrahedron with a corner at 0
        }
    }
}

MeshMeasure mesh_measure(const Mesh *mesh) {
    MeshMeasure out = {.bounds = mesh_bounds(mesh)};
    if (mesh->n_tris == 0)
        return out;
    Vec3 origin = box3_center(out.bounds);
    Sums s = {0};
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        add_triangle(&s, vec3_sub(mesh->verts[tri[0]], origin), vec3_sub(mesh->verts[tri[1]], origin),
                     vec3_sub(mesh->verts[tri[2]], origin));
    }
    out.area = s.area2 / 2;
    out.volume = s.volume6 / 6;
    out.center = origin;
    f64 v = s.volume6;
    if (!(fabs(v) > 0))
        return out;
    f64 c[3] = {s.first[0] / (4 * v), s.first[1] / (4 * v), s.first[2] / (4 * v)};
    out.center = vec3_add(origin, vec3(c[0], c[1], c[2]));
    f64 moment[3][3]; // integrals of (x - c)_i (x - c)_k
    for (int i = 0; i < 3; i++)
        for (int k = i; k < 3; k++)
            moment[i][k] = moment[k][i] = s.second[i][k] / 120 - out.volume * c[i] * c[k];
    f64 trace = moment[0][0] + moment[1][1] + moment[2][2];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            out.inertia[i][k] = (i == k ? trace : 0) - moment[i][k];
    return out;
}
