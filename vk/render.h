// SPDX-License-Identifier: Apache-2.0
// Front door of the renderer: a RenderScene in, pictures and exact masks out, by headless
// Vulkan 1.3.
//   render.h    scenes, cameras, the renderer (without the device asked for: STATUS_VULKAN)
//   camera.h    views by name, fitting, cameras as JSON; needs no device
//   image.h     PNG and NPY files from arrays
//   sheet.h     contact sheets: several views in one picture, with names, axes and a legend
// Lengths are mm, Z is up, the front looks toward -Y. The room includes base/ and compiler/mesh/
// only.
#ifndef FRC_VK_RENDER_H
#define FRC_VK_RENDER_H

#include "base/geom.h"
#include "base/str.h"

typedef struct RenderRange { // consecutive triangles of one material
    u32 first_tri, n_tris;
    u32 material; // NONE: the instance's
} RenderRange;

typedef struct RenderMesh {
    u32 n_verts, n_tris;
    const f32 *positions;      // 3 n_verts, mm
    const f32 *normals;        // 3 n_verts, unit
    const u32 *indices;        // 3 n_tris, counter-clockwise seen from outside
    const RenderRange *ranges; // cover all triangles
    u32 n_ranges;
    bool is_open; // not the surface of a solid: both sides are drawn
} RenderMesh;

typedef struct RenderMaterial {
    f32 color[3]; // linear sRGB primaries
    f32 metallic, roughness, opacity;
    f32 emission[3]; // linear, may exceed 1
} RenderMaterial;

typedef struct RenderPart { // what a part id stands for: all instances of one path
    Str label, words, path;
    u32 n_instances;
} RenderPart;

typedef struct RenderInstance {
    u32 mesh, part;
    u32 material; // NONE: a default grey
    u32 index;    // among the part's instances
    Str side;     // "left", "" ...
    Affine3 map;  // mesh -> object; may mirror
} RenderInstance;

typedef struct RenderScene {
    Str name, words, unit; // unit: "mm", "cm" ...
    f64 unit_mm;
    const RenderMesh *meshes;
    const RenderInstance *instances; // at most RENDER_MAX_IDS
    const RenderPart *parts;         // at most RENDER_MAX_IDS
    const RenderMaterial *materials;
    u32 n_meshes, n_instances, n_parts, n_materials;
} RenderScene;

enum { RENDER_MAX_IDS = 65535, RENDER_MAX_SIZE = 4000 };

// A view of the object. Camera axes are OpenCV's: x right, y down, z forward. Pixel (i, j) covers
// [i, i+1) x [j, j+1), its centre is at i + 0.5: u = fx x / z + cx. Orthographic: u = fx x + cx.
typedef struct RenderCamera {
    char name[32];
    bool is_ortho;
    f64 world_to_camera[3][4]; // rows; rotation and translation
    f64 fx, fy, cx, cy;        // pixels (orthographic: pixels a mm)
    f64 near, far;             // mm along z; all of the scene lies between
    u32 width, height;
} RenderCamera;

typedef enum RenderStyle {
    RENDER_SHADED, // materials and lights
    RENDER_PARTS,  // the part colours, lightly shaded
} RenderStyle;

typedef enum RenderBackground {
    BACKGROUND_STUDIO,
    BACKGROUND_TRANSPARENT,
    BACKGROUND_COLOR
} RenderBackground;

typedef struct RenderView {
    RenderCamera camera;
    RenderStyle style;
    RenderBackground background;
    f32 background_rgb[3]; // sRGB 0..1, for BACKGROUND_COLOR
    bool no_floor, no_outlines;
    f64 light_azimuth; // degrees the lights turn about Z (0: key light from the front left)
    u32 n_samples;     // across a pixel: 1 or 2 (default): never changes ids
    u32 n_shadows;     // places on the key light, 1..16 (default 4): smoother penumbras
} RenderView;

// Caller's arrays of width * height, row 0 on top; NULL: not wanted. Geometry is sampled at each
// pixel's centre, never averaged; where there is none, ids and depth are 0.
typedef struct RenderImage {
    u32 width, height;
    u8 *color;      // 4 a pixel: sRGB, straight alpha
    u16 *parts;     // index into parts + 1
    u16 *instances; // index into instances + 1
    f32 *depth;     // mm along the camera's z
    f32 *normals;   // 3 a pixel, object frame
    f32 *positions; // 3 a pixel, object frame, mm
} RenderImage;

typedef struct RenderError {
    char text[256];
} RenderError;

typedef struct RenderOptions {
    // "auto" (NULL): a GPU, else the processor; "cpu": the processor, in plain C; "gpu"; "vulkan":
    // the best Vulkan device, be it a processor's driver; or part of a device's name.
    const char *device;
    u32 n_slots;        // pictures in flight; 0: one a processor, 2 on a driver for it, 4 on a GPU
    bool no_color;      // only ids and geometry will be asked for: starts sooner
    bool all_on_device; // tests: a CPU's driver does as a GPU, also what plain C does faster
    bool validate;    // the Khronos validation layer with synchronization checks; must be installed
    u32 fail_at;      // tests: this Vulkan call (1-based) fails; 0: none
    bool lose_device; // ... as VK_ERROR_DEVICE_LOST, else out of memory
    const char *cache_file; // pipeline cache of a GPU; NULL: none. Unreadable or unwritable:
                            // renderer_note says so
} RenderOptions;

typedef struct Renderer Renderer;

// Finds a device and makes all pipelines. With "auto" Vulkan is not even loaded where the system
// has no device that a GPU's driver could talk to, unless the environment names drivers
// (VK_DRIVER_FILES, VK_ICD_FILENAMES): then one of those draws. STATUS_VULKAN: *error says why in
// one line. The renderer lives in heap; if the job fails by longjmp, renderer_destroy must still be
// called before heap_finish, so *out is set before anything else can fail.
Status renderer_create(Heap *heap, const RenderOptions *options, Renderer **out,
                       RenderError *error);
u32 renderer_destroy(
    Renderer *renderer); // NULL allowed. Vulkan objects that were left: 0, or a bug of ours

const char *renderer_device(const Renderer *renderer); // "llvmpipe (LLVM 15.0.6, 256 bits)"
bool renderer_is_cpu(const Renderer *renderer);
u32 renderer_message_count(const Renderer *renderer); // of the validation layer
const char *
renderer_message(const Renderer *renderer);          // the first of them, cut to 511 bytes; or ""
const char *renderer_note(const Renderer *renderer); // what could be done without; or ""
u32 renderer_call_count(const Renderer *renderer);   // Vulkan calls that can fail, so far
u32 renderer_object_count(const Renderer *renderer); // Vulkan objects now alive

// Uploads the scene, which must outlive its use. O(triangles), and a distance field for occlusion
// (n_threads: 0 all).
Status renderer_set_scene(Renderer *renderer, const RenderScene *scene, RenderError *error);

// Draws one view into image. May be called from several threads at once, each waiting for a free
// slot. Waits at most 30 s for the device. STATUS_VULKAN: device lost, hang, memory.
Status renderer_draw(Renderer *renderer, const RenderView *view, const RenderImage *image,
                     RenderError *error);

// Bounds of all instances' vertices. O(vertices).
Box3 render_scene_bounds(const RenderScene *scene);
// The sRGB colour 0xrrggbb of a part id in part-coloured pictures and legends: distinct for small
// n.
u32 render_part_color(u32 part);

// Copies for inspection; arrays from arena. Exploded: each part moved away from the middle by
// factor times its own distance from it, up to four times that along the axes in which the object
// is short. X-ray: all as glass in part colours, the fainter the larger a part is.
RenderScene render_scene_exploded(const RenderScene *scene, f64 factor, Arena *arena);
RenderScene render_scene_xray(const RenderScene *scene, Arena *arena);

#endif
