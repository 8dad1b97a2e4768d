// SPDX-License-Identifier: Apache-2.0
// Cameras: a place around the object (azimuth, elevation, field of view) becomes the nearest camera
// that sees all of it. For a perspective camera of fixed direction the fit is exact: each vertex
// gives four half-spaces that the eye must lie in, and the two pairs (left/right, top/bottom) each
// leave a least distance and a middle.
#include "vk/camera.h"

#include "base/number.h"

typedef struct NamedPlace {
    const char *name;
    CameraPlace place;
} NamedPlace;

#define FOV_DEFAULT 28.0

static const NamedPlace places[] = {
    {"iso", {35, 22, FOV_DEFAULT}},
    {"front", {0, 0, 0}},
    {"back", {180, 0, 0}},
    {"left", {-90, 0, 0}},
    {"right", {90, 0, 0}},
    {"top", {0, 90, 0}},
    {"bottom", {0, -90, 0}},
    {"iso-left", {-35, 22, FOV_DEFAULT}},
    {"iso-back", {145, 22, FOV_DEFAULT}},
    {"iso-below", {35, -25, FOV_DEFAULT}},
};

bool camera_place_find(Str name, CameraPlace *out) {
    for (u32 i = 0; i < COUNT_OF(places); i++) {
        if (str_equal_z(name, places[i].name)) {
            *out = places[i].place;
            return true;
        }
    }
    return false;
}

const char *camera_place_names(void) {
    return "iso, front, back, left, right, top, bottom, iso-left, iso-back, iso-below";
}

static bool signed_read(Str text, f64 *out) {
    bool negative = text.len && text.ptr[0] == '-';
    if (negative)
        text = (Str){text.ptr + 1, text.len - 1};
    if (!number_read(text, out))
        return false;
    *out = negative ? -*out : *out;
    return true;
}

static bool setting_read(Str key, f64 value, CameraPlace *place) {
    if (str_equal_z(key, "az") && fabs(value) <= 720)
        place->azimuth = value;
    else if (str_equal_z(key, "el") && fabs(value) <= 90)
        place->elevation = value;
    else if (str_equal_z(key, "fov") && value >= 0 && value <= 120)
        place->fov = value;
    else
        return false;
    return true;
}

bool camera_place_read(Str text, CameraPlace *inout) {
    CameraPlace place = *inout;
    while (text.len) {
        u32 n = 0, equals = NONE;
        for (; n < text.len && text.ptr[n] != ','; n++)
            if (text.ptr[n] == '=')
                equals = n;
        f64 value;
        if (equals == NONE || !signed_read((Str){text.ptr + equals + 1, n - equals - 1}, &value) ||
            !setting_read((Str){text.ptr, equals}, value, &place))
            return false;
        n += n < text.len;
        text = (Str){text.ptr + n, text.len - n};
    }
    *inout = place;
    return true;
}

// Rows: right, down, forward. Looking straight down or up keeps the front below in the picture.
static void place_axes(CameraPlace place, Vec3 rows[3]) {
    f64 sa = trig_sin(place.azimuth), ca = trig_cos(place.azimuth);
    f64 se = trig_sin(place.elevation), ce = trig_cos(place.elevation);
    rows[0] = vec3(ca, sa, 0);
    rows[2] = vec3(-sa * ce, ca * ce, -se);
    rows[1] = vec3_cross(rows[2], rows[0]);
}

typedef struct FitState { // extents of what the camera must see
    Vec3 rows[3];
    f64 slope[2];     // tangent of half the angle seen, less the margin, across and down
    f64 lo[2], hi[2]; // orthographic: extents; perspective: of x - s z and x + s z
    f64 z_min, z_max;
} FitState;

static void fit_point(FitState *fit, Vec3 p, bool is_ortho) {
    f64 z = vec3_dot(fit->rows[2], p);
    fit->z_min = fmin(fit->z_min, z);
    fit->z_max = fmax(fit->z_max, z);
    for (int k = 0; k < 2; k++) {
        f64 x = vec3_dot(fit->rows[k], p), s = is_ortho ? 0 : fit->slope[k] * z;
        fit->lo[k] = fmin(fit->lo[k], x + s); // left side of the cone: x + s z >= ...
        fit->hi[k] = fmax(fit->hi[k], x - s);
    }
}

static void fit_scene(FitState *fit, const RenderScene *scene, bool is_ortho) {
    fit->lo[0] = fit->lo[1] = fit->z_min = INFINITY;
    fit->hi[0] = fit->hi[1] = fit->z_max = -INFINITY;
    for (u32 i = 0; i < scene->n_instances; i++) {
        const RenderInstance *instance = &scene->instances[i];
        const RenderMesh *mesh = &scene->meshes[instance->mesh];
        for (u32 v = 0; v < mesh->n_verts; v++) {
            const f32 *p = mesh->positions + 3 * (size_t)v;
            fit_point(fit, affine3_point(&instance->map, vec3(p[0], p[1], p[2])), is_ortho);
        }
    }
    if (!(fit->z_min <= fit->z_max)) // nothing at all: look at the origin
        fit_point(fit, vec3(0, 0, 0), is_ortho);
}

static void camera_finish(RenderCamera *camera, const FitState *fit, Vec3 eye_in_camera) {
    for (int r = 0; r < 3; r++) {
        camera->world_to_camera[r][0] = fit->rows[r].x;
        camera->world_to_camera[r][1] = fit->rows[r].y;
        camera->world_to_camera[r][2] = fit->rows[r].z;
        camera->world_to_camera[r][3] = -vec3_get(eye_in_camera, (u32)r);
    }
    camera->cx = camera->width * 0.5;
    camera->cy = camera->height * 0.5;
    f64 near = fit->z_min - eye_in_camera.z, far = fit->z_max - eye_in_camera.z;
    f64 slack = fmax((far - near) * 0.01, 1e-3 * fmax(fabs(far), 1e-6));
    camera->near = camera->is_ortho ? near - slack : fmax(near - slack, far * 1e-4);
    camera->far = far + slack;
}

RenderCamera camera_fit(const RenderScene *scene, CameraPlace place, u32 width, u32 height,
                        f64 margin, Str name) {
    RenderCamera camera = {.is_ortho = place.fov <= 0, .width = width, .height = height};
    memcpy(camera.name, name.ptr, MIN((size_t)name.len, sizeof camera.name - 1));
    FitState fit;
    place_axes(place, fit.rows);
    f64 size[2] = {width, height}, shorter = MIN(width, height), keep = 1 - 2 * margin;
    f64 tangent = camera.is_ortho ? 0 : trig_tan(place.fov / 2);
    for (int k = 0; k < 2; k++)
        fit.slope[k] = tangent * size[k] / shorter * keep;
    fit_scene(&fit, scene, camera.is_ortho);
    Vec3 eye = {0, 0, 0};
    if (camera.is_ortho) {
        f64 scale = INFINITY;
        for (int k = 0; k < 2; k++) {
            f64 extent = fmax(fit.hi[k] - fit.lo[k], 1e-6);
            scale = fmin(scale, size[k] * keep / extent);
            vec3_set(&eye, (u32)k, (fit.lo[k] + fit.hi[k]) / 2);
        }
        camera.fx = camera.fy = scale;
        eye.z = fit.z_min - fmax(fit.z_max - fit.z_min, 1);
    } else {
        camera.fx = camera.fy = shorter / 2 / tangent;
        // The eye (x, z) sees a point when x_p - x <= s (z_p - z) and >= -s (z_p - z).
        f64 z = INFINITY;
        for (int k = 0; k < 2; k++)
            z = fmin(z, (fit.lo[k] - fit.hi[k]) / (2 * fit.slope[k]));
        for (int k = 0; k < 2; k++)
            vec3_set(&eye, (u32)k, (fit.lo[k] + fit.hi[k]) / 2);
        eye.z = fmin(z, fit.z_min - 1e-3);
    }
    camera_finish(&camera, &fit, eye);
    return camera;
}

static Vec3 to_camera(const RenderCamera *camera, Vec3 p) {
    const f64(*m)[4] = camera->world_to_camera;
    return vec3(m[0][0] * p.x + m[0][1] * p.y + m[0][2] * p.z + m[0][3],
                m[1][0] * p.x + m[1][1] * p.y + m[1][2] * p.z + m[1][3],
                m[2][0] * p.x + m[2][1] * p.y + m[2][2] * p.z + m[2][3]);
}

bool camera_project(const RenderCamera *camera, Vec3 point, f64 *u, f64 *v, f64 *z) {
    Vec3 p = to_camera(camera, point);
    f64 w = camera->is_ortho ? 1 : p.z;
    *u = camera->fx * p.x / w + camera->cx;
    *v = camera->fy * p.y / w + camera->cy;
    *z = p.z;
    return camera->is_ortho || p.z > 0;
}

Vec3 camera_unproject(const RenderCamera *camera, f64 u, f64 v, f64 z) {
    f64 w = camera->is_ortho ? 1 : z;
    const f64(*m)[4] = camera->world_to_camera;
    f64 q[3] = {(u - camera->cx) / camera->fx * w - m[0][3],
                (v - camera->cy) / camera->fy * w - m[1][3], z - m[2][3]};
    return vec3(m[0][0] * q[0] + m[1][0] * q[1] + m[2][0] * q[2],
                m[0][1] * q[0] + m[1][1] * q[1] + m[2][1] * q[2],
                m[0][2] * q[0] + m[1][2] * q[1] + m[2][2] * q[2]);
}

Vec3 camera_eye(const RenderCamera *camera) {
    const f64(*m)[4] = camera->world_to_camera;
    Vec3 eye;
    for (u32 k = 0; k < 3; k++)
        vec3_set(&eye, k, -(m[0][k] * m[0][3] + m[1][k] * m[1][3] + m[2][k] * m[2][3]));
    return eye;
}

static void write_rows(StrBuf *out, const char *name, const f64 *m, u32 rows, u32 columns) {
    strbuf_addf(out, ",\"%s\":[", name);
    for (u32 r = 0; r < rows; r++) {
        strbuf_add_z(out, r ? ",[" : "[");
        for (u32 c = 0; c < columns; c++) {
            if (c)
                strbuf_add_char(out, ',');
            strbuf_add_number(out, m[r * columns + c]);
        }
        strbuf_add_char(out, ']');
    }
    strbuf_add_char(out, ']');
}

void camera_write_json(const RenderCamera *camera, StrBuf *out) {
    const f64(*m)[4] = camera->world_to_camera;
    f64 k[9] = {camera->fx, 0, camera->cx, 0, camera->fy, camera->cy, 0, 0, 1};
    f64 w2c[16] = {0}, c2w[16] = {0};
    Vec3 eye = camera_eye(camera);
    for (u32 r = 0; r < 3; r++) {
        memcpy(w2c + 4 * r, m[r], sizeof m[r]);
        c2w[4 * r + 0] = m[0][r];
        c2w[4 * r + 1] = -m[1][r]; // OpenGL: y up, z backward
        c2w[4 * r + 2] = -m[2][r];
        c2w[4 * r + 3] = vec3_get(eye, r);
    }
    w2c[15] = c2w[15] = 1;
    strbuf_add_z(out, "{\"name\":");
    strbuf_add_json(out, str_from(camera->name));
    strbuf_addf(out, ",\"projection\":\"%s\",\"width\":%u,\"height\":%u",
                camera->is_ortho ? "orthographic" : "perspective", camera->width, camera->height);
    write_rows(out, "K", k, 3, 3);
    write_rows(out, "world_to_camera", w2c, 4, 4);
    write_rows(out, "camera_to_world", c2w, 4, 4);
    strbuf_add_z(out, ",\"near\":");
    strbuf_add_number(out, camera->near);
    strbuf_add_z(out, ",\"far\":");
    strbuf_add_number(out, camera->far);
    strbuf_add_char(out, '}');
}
