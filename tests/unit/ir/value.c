// SPDX-License-Identifier: Apache-2.0
// Ranges of a node's numbers: for each kind what is just allowed is read, and what is just not is
// refused.
#include "compiler/ir/ir.h"

#include "tests/unit/test.h"

static bool is_read(const char *lines) {
    Heap heap;
    Arena arena;
    Sources sources;
    Scene scene;
    Str error;
    heap_init(&heap, 64u << 20);
    arena_init(&arena, &heap);
    sources_init(&sources, &arena);
    Str text =
        str_format(&arena,
                   "frc-ir 1\nobject \"o\"\nmaterial 0 \"m\"\n%%0 = sphere d=1\n%%1 = circle d=1\n"
                   "%%2 = arc d=1 from=0 to=90\n%s",
                   lines);
    bool ok = scene_read(text, &arena, &sources, &scene, &error);
    heap_finish(&heap);
    return ok;
}

// Each good node, then bad ones of its kind; %0 is a solid, %1 a profile, %2 a path.
static const char *const good[] = {
    "box min=[0, 0, 0] max=[2, 3, 4] round=1",
    "box min=[0, 0, 0] max=[2, 3, 4] chamfer=1",
    "sphere d=1e-6",
    "ellipsoid size=[1, 2, 3]",
    "cylinder h=1 d=1",
    "cylinder h=1 d_top=1",
    "tube h=1 d=3 d_top=3 wall=1",
    "torus d=2 thickness=1.9",
    "capsule h=1 d=1",
    "pyramid size=[1, 1, 1]",
    "wedge size=[1, 1, 1]",
    "extrude %1 h=1",
    "extrude %1 h=1 twist=-90 taper=0.5 round=0.1",
    "revolve %1 angle=360",
    "sweep %1 %2 up=[0, 0, 1]",
    "sweep %1 %2 twist=9 round_ends=1 up=[0, 0, 1] scale=[0, 1]",
    "loft %1 %1 heights=[0, 1]",
    "union %0",
    "difference %0 %0",
    "intersection %0 %0",
    "hull %0",
    "blend %0 r=1",
    "shell %0 wall=1",
    "clip %0 min=[-inf, 0, 0] max=[inf, 1, 1]",
    "paint %0",
    "paint %0 %0",
    "xform %0 m=[-1, 0, 0, 0, 1, 0, 0, 0, 1]",
    "rect size=[1, 2] round=0.5",
    "ellipse size=[1, 2]",
    "ngon sides=3 d=1",
    "ngon sides=1024 d=1",
    "star points=2 d=2 inner=1",
    "polygon points=[0, 0, 1, 0, 0, 1]",
    "text text=\"a\" size=1",
    "offset %1 r=-1",
    "round %1",
    "profile_union %1",
    "profile_difference %1 %1",
    "profile_intersection %1 %1",
    "profile_hull %1",
    "profile_xform %1 m=[1, 0, 0, -1]",
    "polyline smooth=1 round=1 closed=1 points=[0, 0, 0, 1, 0, 0]",
    "arc d=1 from=-180 to=180",
    "helix d=1 turns=0.5",
    "path_xform %2 m=[1, 0, 0, 0, 1, 0, 0, 0, 1]",
};
static const char *const bad[] = {
    "box min=[0, 0, 0] max=[2, 0, 4]",
    "box min=[0, 0, 0] max=[2, 3, 4] round=1.01",
    "box min=[0, 0, 0] max=[2, 3, 4] chamfer=-1",
    "box min=[0, 0, 0] max=[2, 3, 4] chamfer=1.1",
    "sphere d=0",
    "sphere d=1.1e9",
    "ellipsoid size=[1, 0, 3]",
    "cylinder d=1",
    "cylinder h=1",
    "cylinder h=1 d=2 d_top=-1",
    "cylinder h=1 d=1 round=-1",
    "tube h=1 d=3 d_top=2 wall=1",
    "tube h=1 d=3 wall=1",
    "torus d=2 thickness=2",
    "torus d=2",
    "capsule h=1 d=1.1",
    "capsule h=1",
    "pyramid size=[1, 1, -1]",
    "wedge size=[0, 1, 1]",
    "extrude %1",
    "extrude %1 h=1 taper=-1",
    "extrude %0 h=1",
    "revolve %1",
    "revolve %1 angle=361",
    "sweep %1 %2",
    "sweep %2 %1 up=[0, 0, 1]",
    "sweep %1 %2 round_ends=2 up=[0, 0, 1]",
    "sweep %1 %2 up=[0, 0, 1] scale=[1, -1]",
    "loft %1 %1 heights=[0]",
    "loft %1 %1 heights=[1, 1]",
    "loft %1 heights=[1]",
    "loft %1 %1 smooth=0.5 heights=[0, 1]",
    "union",
    "difference %0",
    "intersection %0",
    "blend %0",
    "shell %0 wall=-1",
    "clip %0 min=[0, 0, 0] max=[0, 1, 1]",
    "paint %0 material=1",
    "paint %0 material=0.5",
    "xform %0 m=[1, 0, 0, 1, 0, 0, 0, 0, 1]",
    "rect size=[1, 0]",
    "rect size=[1, 2] round=0.6",
    "circle",
    "ellipse size=[1, 0]",
    "ngon sides=2 d=1",
    "ngon sides=3.5 d=1",
    "ngon sides=1025 d=1",
    "ngon sides=3",
    "star points=1 d=2 inner=1",
    "star points=2 d=2",
    "polygon points=[0, 0, 1, 0]",
    "polygon smooth=2 points=[0, 0, 1, 0, 0, 1]",
    "text size=1",
    "text text=\"a\"",
    "round %1 r=-1",
    "offset %0 r=1",
    "profile_xform %1 m=[1, 1, 1, 1]",
    "polyline points=[0, 0, 0]",
    "polyline closed=2 points=[0, 0, 0, 1, 0, 0]",
    "polyline round=-1 points=[0, 0, 0, 1, 0, 0]",
    "arc d=1",
    "arc d=1 from=0 to=361",
    "arc from=0 to=1",
    "helix d=1",
    "helix turns=1",
    "path_xform %2",
    "path_xform %1 m=[1, 0, 0, 0, 1, 0, 0, 0, 1]",
    "hull",
    "profile_hull %0",
    "clip %0 min=[0, 0] max=[1, 1, 1]",
};

static bool all_are(const char *const *nodes, u32 n, bool expected) {
    for (u32 i = 0; i < n; i++) {
        char line[200];
        snprintf(line, sizeof line, "%%3 = %s\n", nodes[i]);
        if (is_read(line) == expected)
            continue;
        printf("%s: %s\n", nodes[i], expected ? "refused" : "read");
        return false;
    }
    return true;
}

TEST(what_is_allowed_is_read) {
    CHECK(all_are(good, COUNT_OF(good), true));
}

TEST(what_is_not_allowed_is_refused) {
    CHECK(all_are(bad, COUNT_OF(bad), false));
}

// A kind without a case here would go unnoticed.
TEST(every_kind_is_tried) {
    for (u32 kind = 0; kind < IR_KIND_COUNT; kind++) {
        const char *name = ir_info((IrKind)kind)->name;
        bool is_tried = kind == IR_POLYHEDRON || kind == IR_CIRCLE; // in text.c, and above
        for (u32 i = 0; i < COUNT_OF(good); i++)
            is_tried |= !strncmp(good[i], name, strlen(name)) && good[i][strlen(name)] == ' ';
        if (!is_tried)
            printf("not tried: %s\n", name);
        CHECK(is_tried);
    }
}

TEST_MAIN(TEST_CASE(what_is_allowed_is_read), TEST_CASE(what_is_not_allowed_is_refused),
          TEST_CASE(every_kind_is_tried))
