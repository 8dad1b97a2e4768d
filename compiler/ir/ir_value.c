// SPDX-License-Identifier: Apache-2.0
// The ranges that every later stage may take for granted. The checker keeps them by diagnosing the
// user's program; an IR text from a stranger is held to them here.
#include "compiler/ir/ir_internal.h"

static const f64 COORDINATE_MAX =
    1e9; // mm, degrees, counts: far above what the language lets through
static const u32 SIDES_MAX = 1024;

static bool above_zero(const f64 *values, u32 n) {
    for (u32 i = 0; i < n; i++)
        if (!(values[i] > 0))
            return false;
    return true;
}

static bool not_below_zero(const f64 *values, u32 n) {
    for (u32 i = 0; i < n; i++)
        if (!(values[i] >= 0))
            return false;
    return true;
}

static bool is_whole(f64 value, f64 low, f64 high) {
    return value >= low && value <= high && floor(value) == value;
}

static bool is_flag(f64 value) {
    return value == 0 || value == 1;
}

static const char *check_finite(const IrNode *node) {
    for (u32 i = 0; i < node->n_nums; i++) {
        if (isinf(node->nums[i]) && node->kind == IR_CLIP)
            continue;
        if (!(fabs(node->nums[i]) <= COORDINATE_MAX))
            return "a number must be at most 1e9";
    }
    return NULL;
}

// Three coordinates a point, then faces as a count and that many indices.
static const char *check_polyhedron(const f64 *nums, u32 n_nums) {
    f64 n_points = nums[IR_POLYHEDRON_n_points];
    u32 n_data = n_nums - IR_POLYHEDRON_data;
    if (!is_whole(n_points, 4, 1e8) || (u32)n_points > n_data / 3)
        return "n_points must be a count of at least 4 with 3 numbers each";
    u32 i = IR_POLYHEDRON_data + 3 * (u32)n_points;
    while (i < n_nums) {
        if (!is_whole(nums[i], 3, 1e8) || (u32)nums[i] > n_nums - i - 1)
            return "a face must be a count of at least 3 and that many indices";
        u32 end = i + 1 + (u32)nums[i];
        for (i++; i < end; i++)
            if (!is_whole(nums[i], 0, n_points - 1))
                return "a face must name points by their index";
    }
    return NULL;
}

static const char *check_loft(const IrNode *node) {
    const f64 *heights = node->nums + IR_LOFT_heights;
    if (!is_flag(node->nums[IR_LOFT_smooth]))
        return "smooth must be 0 or 1";
    if (node->n_nums - IR_LOFT_heights != node->n_children)
        return "heights must be as many as profiles";
    for (u32 i = 1; i < node->n_children; i++)
        if (!(heights[i] > heights[i - 1]))
            return "heights must increase";
    return NULL;
}

static const char *check_extents(const f64 *min, const f64 *max) {
    for (u32 i = 0; i < 3; i++)
        if (!(min[i] < max[i]))
            return "min must be below max";
    return NULL;
}

static const char *check_box(const f64 *nums) {
    const f64 *min = nums + IR_BOX_min, *max = nums + IR_BOX_max;
    const char *fault = check_extents(min, max);
    if (fault)
        return fault;
    f64 least = fmin(max[0] - min[0], fmin(max[1] - min[1], max[2] - min[2]));
    f64 edge = fmax(nums[IR_BOX_round], nums[IR_BOX_chamfer]);
    if (!not_below_zero(nums + IR_BOX_round, 2) || !(edge * 2 <= least * (1 + 1e-9)))
        return "round and chamfer must be from 0 to half the least size";
    return NULL;
}

static const char *check_map3(const f64 *m) {
    f64 det = m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
              m[2] * (m[3] * m[7] - m[4] * m[6]);
    return det != 0 && isfinite(det) ? NULL : "m must have a determinant other than 0";
}

static const char *check_primitive(const IrNode *node) {
    const f64 *nums = node->nums;
    switch (node->kind) {
    case IR_BOX:
        return check_box(nums);
    case IR_SPHERE:
        return above_zero(nums, 1) ? NULL : "d must be above 0";
    case IR_CYLINDER:
        if (!above_zero(nums + IR_CYLINDER_h, 1) || !not_below_zero(nums, node->n_nums))
            return "h must be above 0, nothing below it";
        return nums[IR_CYLINDER_d] + nums[IR_CYLINDER_d_top] > 0 ? NULL : "d must be above 0";
    case IR_TUBE:
        if (!above_zero(nums, node->n_nums))
            return "sizes must be above 0";
        return nums[IR_TUBE_wall] * 2 < fmin(nums[IR_TUBE_d], nums[IR_TUBE_d_top])
                   ? NULL
                   : "wall must be below half the diameter";
    case IR_TORUS:
        if (!above_zero(nums, 2))
            return "sizes must be above 0";
        return nums[IR_TORUS_thickness] < nums[IR_TORUS_d] ? NULL : "thickness must be below d";
    case IR_CAPSULE:
        if (!above_zero(nums, 2))
            return "sizes must be above 0";
        return nums[IR_CAPSULE_h] >= nums[IR_CAPSULE_d] ? NULL : "h must be at least d";
    case IR_POLYHEDRON:
        return check_polyhedron(nums, node->n_nums);
    default: // ellipsoid, pyramid, wedge
        return above_zero(nums, 3) ? NULL : "size must be above 0";
    }
}

static const char *check_from_profile(const IrNode *node) {
    const f64 *nums = node->nums;
    switch (node->kind) {
    case IR_EXTRUDE:
        if (!above_zero(nums + IR_EXTRUDE_h, 1))
            return "h must be above 0";
        return not_below_zero(nums + IR_EXTRUDE_taper, 2) ? NULL
                                                          : "taper and round must not be negative";
    case IR_REVOLVE:
        return nums[0] > 0 && nums[0] <= 360 ? NULL : "angle must be above 0, at most 360";
    case IR_SWEEP:
        if (!is_flag(nums[IR_SWEEP_round_ends]))
            return "round_ends must be 0 or 1";
        if (nums[IR_SWEEP_up] == 0 && nums[IR_SWEEP_up + 1] == 0 && nums[IR_SWEEP_up + 2] == 0)
            return "up must point somewhere";
        return not_below_zero(nums + IR_SWEEP_scale, node->n_nums - IR_SWEEP_scale)
                   ? NULL
                   : "scale must not be negative";
    default:
        return check_loft(node);
    }
}

static const char *check_profile(const IrNode *node) {
    const f64 *nums = node->nums;
    switch (node->kind) {
    case IR_RECT:
        if (!above_zero(nums, 2))
            return "size must be above 0";
        return nums[IR_RECT_round] >= 0 &&
                       nums[IR_RECT_round] * 2 <= fmin(nums[0], nums[1]) * (1 + 1e-9)
                   ? NULL
                   : "round must be from 0 to half the lesser side";
    case IR_ELLIPSE:
        return above_zero(nums, 2) ? NULL : "size must be above 0";
    case IR_NGON:
        return is_whole(nums[IR_NGON_sides], 3, SIDES_MAX) && nums[IR_NGON_d] > 0
                   ? NULL
                   : "sides must be 3 to 1024, d above 0";
    case IR_STAR:
        return is_whole(nums[IR_STAR_points], 2, SIDES_MAX) && above_zero(nums + IR_STAR_d, 2)
                   ? NULL
                   : "points must be 2 to 1024, diameters above 0";
    case IR_POLYGON:
        return is_flag(nums[IR_POLYGON_smooth]) && node->n_nums >= IR_POLYGON_points + 6
                   ? NULL
                   : "smooth must be 0 or 1, points at least 3";
    case IR_TEXT:
        return nums[IR_TEXT_size] > 0 && node->text.len ? NULL
                                                        : "size must be above 0, text not empty";
    case IR_PROFILE_XFORM:
        return nums[0] * nums[3] - nums[1] * nums[2] != 0
                   ? NULL
                   : "m must have a determinant other than 0";
    default: // circle
        return nums[0] > 0 ? NULL : "d must be above 0";
    }
}

static const char *check_path(const IrNode *node) {
    const f64 *nums = node->nums;
    switch (node->kind) {
    case IR_POLYLINE:
        return is_flag(nums[IR_POLYLINE_smooth]) && is_flag(nums[IR_POLYLINE_closed]) &&
                       nums[IR_POLYLINE_round] >= 0 && node->n_nums >= IR_POLYLINE_points + 6
                   ? NULL
                   : "smooth and closed must be 0 or 1, round not negative, points at least 2";
    case IR_ARC:
        return nums[IR_ARC_d] > 0 && nums[IR_ARC_from] != nums[IR_ARC_to] &&
                       fabs(nums[IR_ARC_to] - nums[IR_ARC_from]) <= 360
                   ? NULL
                   : "d must be above 0, from and to differ by at most 360";
    case IR_HELIX:
        return nums[IR_HELIX_d] > 0 && nums[IR_HELIX_turns] > 0 ? NULL
                                                                : "d and turns must be above 0";
    default:
        return check_map3(nums);
    }
}

const char *ir_value_fault(const IrNode *node, u32 n_materials) {
    const char *fault = check_finite(node);
    if (fault)
        return fault;
    const f64 *nums = node->nums;
    switch (node->kind) {
    case IR_BOX:
    case IR_SPHERE:
    case IR_ELLIPSOID:
    case IR_CYLINDER:
    case IR_TUBE:
    case IR_TORUS:
    case IR_CAPSULE:
    case IR_PYRAMID:
    case IR_WEDGE:
    case IR_POLYHEDRON:
        return check_primitive(node);
    case IR_EXTRUDE:
    case IR_REVOLVE:
    case IR_SWEEP:
    case IR_LOFT:
        return check_from_profile(node);
    case IR_BLEND:
    case IR_SHELL:
        return nums[0] > 0 ? NULL : "r and wall must be above 0";
    case IR_CLIP:
        return check_extents(nums + IR_CLIP_min, nums + IR_CLIP_max);
    case IR_PAINT:
        return n_materials && is_whole(nums[0], 0, n_materials - 1) ? NULL
                                                                    : "material must be one above";
    case IR_XFORM:
        return check_map3(nums);
    case IR_RECT:
    case IR_CIRCLE:
    case IR_ELLIPSE:
    case IR_NGON:
    case IR_STAR:
    case IR_POLYGON:
    case IR_TEXT:
    case IR_PROFILE_XFORM:
        return check_profile(node);
    case IR_ROUND:
        return nums[0] >= 0 ? NULL : "r must not be negative";
    case IR_POLYLINE:
    case IR_ARC:
    case IR_HELIX:
    case IR_PATH_XFORM:
        return check_path(node);
    case IR_UNION:
    case IR_DIFFERENCE:
    case IR_INTERSECTION:
    case IR_HULL:
    case IR_OFFSET:
    case IR_PROFILE_UNION:
    case IR_PROFILE_DIFFERENCE:
    case IR_PROFILE_INTERSECTION:
    case IR_PROFILE_HULL:
        return NULL;
    case IR_KIND_COUNT:
        break;
    }
    return "an unknown kind";
}
