// SPDX-License-Identifier: Apache-2.0
// Views by name and camera arithmetic; needs no device.
#ifndef FRC_VK_CAMERA_H
#define FRC_VK_CAMERA_H

#include "vk/render.h"

// What the camera looks at: the box, and where it stands around it.
typedef struct CameraPlace {
    f64 azimuth;   // degrees about Z; 0: from the front (-Y), 90: from the right (+X)
    f64 elevation; // degrees above the ground
    f64 fov;       // degrees across the shorter side; 0: orthographic
} CameraPlace;

// "iso", "front", "back", "left", "right", "top", "bottom", "back-iso" ...; false: no such view.
bool camera_place_find(Str name, CameraPlace *out);
// "az=30,el=20,fov=40", any of them; false: not such a text.
bool camera_place_read(Str text, CameraPlace *inout);
// Names of the views, for messages: "iso, front, ..." (constant).
const char *camera_place_names(void);

// The nearest camera at place that sees every vertex of the scene with `margin` (a part of the
// picture, 0.05) left on each side. O(vertices).
RenderCamera camera_fit(const RenderScene *scene, CameraPlace place, u32 width, u32 height,
                        f64 margin, Str name);

// Where a point of the object lands: u, v in pixels, z in mm. False: behind the camera.
bool camera_project(const RenderCamera *camera, Vec3 point, f64 *u, f64 *v, f64 *z);
// The point of the object at pixel u, v and depth z.
Vec3 camera_unproject(const RenderCamera *camera, f64 u, f64 v, f64 z);
Vec3 camera_eye(const RenderCamera *camera); // perspective: the centre of projection

// A JSON object with K, world_to_camera (OpenCV) and camera_to_world (OpenGL/Blender axes: y up, z
// back), each a row-major matrix in mm; no line break.
void camera_write_json(const RenderCamera *camera, StrBuf *out);

#endif
