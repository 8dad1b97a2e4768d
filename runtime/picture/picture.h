// SPDX-License-Identifier: Apache-2.0
// From what was compiled, or read from a GLB, to pictures in files: the glue between the compiler's
// model and the renderer. For the command line, the agent and data sets.
#ifndef FRC_RUNTIME_PICTURE_PICTURE_H
#define FRC_RUNTIME_PICTURE_PICTURE_H

#include "compiler/export/export.h"
#include "compiler/export/glb_read.h"
#include "compiler/solid/model.h"
#include "vk/camera.h"

// Arrays from arena; strings are shared with the model or file, which must live on. O(triangles).
void picture_scene_from_model(const Model *model, Arena *arena, RenderScene *out);
void picture_scene_from_glb(const GlbFile *file, Arena *arena, RenderScene *out);

// One mesh with its corner normals as vertices; materials of triangles are mats - 1 + 0, in runs.
void picture_mesh(const Mesh *mesh, Arena *arena, RenderMesh *out);

// A device kept over many jobs. It is started with the first of them.
typedef struct PictureDevice {
    Heap heap; // of the renderer, which outlives what it draws
    Renderer *renderer;
    RenderOptions options;
    bool is_started;                           // at least once
    void (*note)(void *ctx, const char *text); // told of what went wrong on the way; may be NULL
    void *note_ctx;
} PictureDevice;

typedef Status PictureDraw(void *ctx, Renderer *renderer, RenderError *error);

void picture_device_init(PictureDevice *device, const RenderOptions *options,
                         const volatile int *cancel);
void picture_device_finish(PictureDevice *device);
// Runs draw, which sets its scene and may run several times: where it gives STATUS_VULKAN on a
// device that did start, once more on a fresh one; then, when any device will do, on the processor.
// STATUS_VULKAN, or what draw gave: *error says why, if draw filled it.
Status picture_device_draw(PictureDevice *device, PictureDraw *draw, void *ctx, RenderError *error);

// Pixels that each part of the model has in the view that shows it best, of picture_visible_views()
// views of PICTURE_VISIBLE_SIZE pixels across: 0 where no view shows it, not even through glass.
// pixels: n_parts of the model's scene, filled again if the device has to be started anew. Scratch
// from heap. STATUS_VULKAN: *error.
enum { PICTURE_VISIBLE_SIZE = 256 };
Status picture_visible(PictureDevice *device, const Model *model, Heap *heap, u32 *pixels,
                       RenderError *error);
u32 picture_visible_views(void);
// Whether a part of the model is drawn: instances are those that are, in order.
bool picture_has_instance(const Model *model, u32 part);

enum { // passes
    PASS_COLOR = 1,
    PASS_PARTS = 2,
    PASS_INSTANCES = 4,
    PASS_DEPTH = 8,
    PASS_NORMAL = 16,
    PASS_POSITION = 32,
};

typedef struct PictureJob {
    const RenderScene *scene;
    const RenderView *views; // names unique
    u32 n_views;
    u32 passes;         // PASS_*
    const char *folder; // exists
    u32 n_threads;      // encoders; 0: all processors
    u32 png_level;      // 0: 1
} PictureJob;

// Draws every view and writes FOLDER/VIEW_color.png, _parts.png, _instances.png, _depth.png and
// .npy, _normal.png, _position.npy; then FOLDER/scene.json: device, cameras, and what the ids stand
// for with their visible pixels. Each file is replaced whole. STATUS_VULKAN, STATUS_IO: *error.
Status picture_write_all(Renderer *renderer, const PictureJob *job, Heap *heap, RenderError *error);

// One good picture of the model, as PNG bytes: the row `png` among the output formats.
// STATUS_VULKAN: *error, from heap.
Status picture_export_png(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                          const char **error);

// Views from what the command line says: "iso,front" or a number of views around; camera
// "az=30,el=20" (or NULL) is one more. False: *error says what is wrong. Views from arena; size,
// background and the rest are taken from like.
bool picture_views_read(const RenderScene *scene, const char *names, const char *camera, u32 width,
                        u32 height, RenderView like, Arena *arena, RenderView **views, u32 *n_views,
                        RenderError *error);

#endif
