// SPDX-License-Identifier: Apache-2.0
// The designer's plan: how large the object is, what parts it has, where each of them stands as a box,
// or lies as a rod.
// Read from JSON step by step with every field checked; written as JSON, and as a block-out, a program
// of boxes and rods with contracts that needs no model to write.
#ifndef FRC_RUNTIME_AGENT_PLAN_H
#define FRC_RUNTIME_AGENT_PLAN_H

#include "base/geom.h"
#include "runtime/net/json.h"

enum { PLAN_PARTS_MAX = 60, PLAN_COUNT_MAX = 200, PLAN_BOXES_MAX = 1000, PLAN_LABEL_MAX = 40, PLAN_WORDS_MAX = 200, PLAN_NOTES_MAX = 1000 };

typedef struct PlanBox { // an instance of a part, in the plan's units
    bool is_rod;       // straight between two points, not upright
    Vec3 center, size; // a box; of a rod, size is [width, thickness, 0]
    f64 turn;          // of a box: degrees about Z
    Vec3 from, to;     // of a rod
} PlanBox;

// All boxes and rods of a label, repeated: what a program writes as .ring, .repeat or .both.
typedef enum PlanRepeatKind { PLAN_RING, PLAN_ROW, PLAN_MIRROR, PLAN_REPEAT_KINDS } PlanRepeatKind;
typedef struct PlanRepeat {
    u32 n;      // 2 for a mirror; 0: none
    u32 axis;   // of a ring the axis it turns about, of a mirror the one across its plane
    Vec3 about; // a point of a ring's axis
    Vec3 step;  // of a row
} PlanRepeat;

typedef struct PlanPart {
    Str label, words, color; // color: "#rrggbb" or empty
    u32 count;
    PlanBox *boxes; // at most count; NULL before the arrangement
    u32 n_boxes;
    PlanRepeat repeats[PLAN_REPEAT_KINDS]; // in this order; with them the boxes are count
} PlanPart;

typedef struct Plan {
    Str name, words, units, notes;
    Vec3 size;
    PlanPart *parts;
    u32 n_parts;
} Plan;

typedef struct PlanError {
    char text[400]; // one sentence for the designer, with the place in the JSON
} PlanError;

// Each reads one step's JSON into the plan (texts and arrays in arena). False: *error.
bool plan_read_metrics(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error);
bool plan_read_parts(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error);
bool plan_read_arrangement(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error);
// A whole plan, as plan_write_json writes it.
bool plan_read(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error);

void plan_write_json(const Plan *plan, StrBuf *out);
void plan_write_part(const Plan *plan, StrBuf *out); // the block-out
// Without the boxes, for the designer's later steps.
void plan_write_summary(const Plan *plan, StrBuf *out);

// JSON schemas of the steps, for servers that take one, and for the prompts.
extern const char plan_schema_metrics[], plan_schema_parts[], plan_schema_arrangement[];

#endif
