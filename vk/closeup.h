// SPDX-License-Identifier: Apache-2.0
// Which places of an object a sheet should show from nearby: where its smallest parts are, that in
// a picture of the whole are a few pixels. Needs no device.
#ifndef FRC_VK_CLOSEUP_H
#define FRC_VK_CLOSEUP_H

#include "vk/camera.h"

enum { CLOSEUPS_MAX = 8, CLOSEUP_PARTS = 12 };

typedef struct CloseUp {
    Vec3 center;              // mm
    f64 radius;               // of what is to be seen around it
    u32 parts[CLOSEUP_PARTS]; // the small ones that are there: first the one in the middle
    u32 n_parts;              // at most so many are told
} CloseUp;

// A part is small if each of its instances is less than a ninth of the object across, which is
// about 1.5 % of a picture of all of it. Each place is chosen so that as many small parts as
// possible that were not yet seen lie near one another in it. Returns how many: none if the object
// has one part. At most 256 small parts are looked at. O(vertices + 4,096
// instances), arrays from arena.
u32 closeups_plan(const RenderScene *scene, CloseUp out[CLOSEUPS_MAX], Arena *arena);

// A camera that sees it orthographically from place, and nothing of the scene cut away.
RenderCamera closeup_camera(const RenderScene *scene, const CloseUp *closeup, CameraPlace place,
                            u32 width, u32 height, Str name);

#endif
