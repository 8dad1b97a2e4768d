// SPDX-License-Identifier: Apache-2.0
// embree DIR: builds a tree over DIR/a.mesh and casts DIR/rays by Embree 3 (coordinates of 32 bits,
// robust mode, one ray a call, one thread), as lines of tests/bench/beside.c.
#include <embree3/rtcore.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void *read_file(const char *dir, const char *name, size_t *size) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        exit(2);
    *size = (size_t)ftell(f);
    rewind(f);
    void *bytes = malloc(*size);
    if (!bytes || fread(bytes, 1, *size, f) != *size)
        exit(2);
    fclose(f);
    return bytes;
}

static RTCScene make_scene(RTCDevice device, const uint32_t *counts) {
    const double *places = (const double *)(counts + 2);
    const uint32_t n_verts = counts[0], n_tris = counts[1],
                   *tris = (const uint32_t *)(places + 3 * (size_t)n_verts);
    RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_TRIANGLE);
    float *verts = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3,
                                           12, n_verts);
    uint32_t *index =
        rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3, 12, n_tris);
    for (size_t i = 0; i < 3 * (size_t)n_verts; i++)
        verts[i] = (float)places[i];
    for (size_t i = 0; i < 3 * (size_t)n_tris; i++)
        index[i] = tris[i];
    rtcCommitGeometry(geometry);
    RTCScene scene = rtcNewScene(device);
    rtcSetSceneFlags(scene, RTC_SCENE_FLAG_ROBUST);
    rtcAttachGeometry(scene, geometry);
    rtcReleaseGeometry(geometry);
    rtcCommitScene(scene);
    return scene;
}

static double cast(RTCScene scene, const double *rays, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++, rays += 6) {
        struct RTCIntersectContext context;
        rtcInitIntersectContext(&context);
        struct RTCRayHit ray = {.ray = {.org_x = (float)rays[0],
                                        .org_y = (float)rays[1],
                                        .org_z = (float)rays[2],
                                        .dir_x = (float)(rays[3] - rays[0]),
                                        .dir_y = (float)(rays[4] - rays[1]),
                                        .dir_z = (float)(rays[5] - rays[2]),
                                        .tfar = 1,
                                        .mask = UINT32_MAX},
                                .hit = {.geomID = RTC_INVALID_GEOMETRY_ID}};
        rtcIntersect1(scene, &context, &ray);
        sum += ray.hit.geomID == RTC_INVALID_GEOMETRY_ID ? 0 : (double)ray.ray.tfar;
    }
    return sum;
}

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    size_t size;
    const uint32_t *mesh = read_file(argv[1], "a.mesh", &size);
    const double *rays = read_file(argv[1], "rays", &size);
    RTCDevice device = rtcNewDevice("threads=1");
    double best_tree = INFINITY, best_rays = INFINITY, sum = 0;
    for (int i = 0; i < 3; i++) {
        double start = cpu_ms();
        RTCScene scene = make_scene(device, mesh);
        best_tree = fmin(best_tree, cpu_ms() - start);
        start = cpu_ms();
        sum = cast(scene, rays, size / 48);
        best_rays = fmin(best_rays, cpu_ms() - start);
        rtcReleaseScene(scene);
    }
    printf("tree %.4f %u\nrays %.4f %.12g\n", best_tree, mesh[1], best_rays, sum);
    rtcReleaseDevice(device);
    return 0;
}
