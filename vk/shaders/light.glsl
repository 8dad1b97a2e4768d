// SPDX-License-Identifier: Apache-2.0
// Light: three area lights and an analytic studio around them, GGX by the split sum, shadow from
// several maps of the key light, occlusion from a distance field. vk/soft_light.c says the same in C.

layout(set = 0, binding = 3) uniform sampler3D field;
layout(set = 0, binding = 4) uniform sampler2DArrayShadow shadow_map;

struct Surface {
    vec3 p, n, v; // v: toward the eye
    vec3 color;
    float metallic, roughness;
};

// Distance to the nearest surface, mm; beyond the field: a lower bound.
float field_distance(vec3 p) {
    vec3 cell = (p - view.field_min.xyz) * view.field_min.w;
    vec3 inside = clamp(cell, vec3(0.5), view.field_size.xyz - 0.5);
    float d = texture(field, inside / view.field_size.xyz).r;
    return d + length(cell - inside) / view.field_min.w;
}

// Part of the sky that is open above p: the nearer the field's distance stays below the distance walked
// along the normal, the more is covered.
float occlusion(vec3 p, vec3 n) {
    float step_min = 1.3 / view.field_min.w, reach = view.center.w * 0.22;
    float covered = 0.0, weights = 0.0;
    [[unroll]] for (int i = 0; i < 5; i++) {
        float d = mix(step_min, reach, float(i * i) / 16.0);
        float w = 1.0 / (1.0 + float(i) * 0.35);
        float open = field_distance(p + n * d) + 0.12 * step_min;
        covered += w * clamp(1.0 - open / d, 0.0, 1.0);
        weights += w;
    }
    float c = covered / weights;
    return clamp(1.0 - 1.12 * c, 0.0, 1.0);
}

// 16 looks at the key light, spread over its shadow maps and over a few texels in each. The maps are
// projections along one axis, each sheared toward its place on the light. With few maps, four looks that
// agree stand for all: one has been through each of four maps then. A loop that no lane needs any more ends,
// a branch would not; lanes that have left it must not change, which CPU drivers don't see to.
float shadow_light(vec3 p, vec3 n) {
    uint layers = view.size.w;
    float lit = 0.0, looks = 0.0;
    bool done = false;
    vec3 s = (view.shadow * vec4(p + n * view.shadow_info.y, 1.0)).xyz;
    for (uint first = 0u; first < min(16u, 16u * layers); first += 4u) {
        float sum = 0.0;
        [[unroll]] for (uint i = 0u; i < 4u; i++) {
            vec4 tap = view.taps[first + i];
            sum += texture(shadow_map, vec4(s.xy + tap.xy * s.z + tap.zw, float((first + i) % layers), s.z));
        }
        lit += done ? 0.0 : sum;
        looks += done ? 0.0 : 4.0;
        done = done || (layers < 16u && (sum < 0.001 || sum > 3.999));
        if (done)
            break;
    }
    return lit / looks;
}

// Diffuse light of the studio from around n at p: a hemisphere of sky over a bright floor, less bright near
// the object, where it stands in its shade.
vec3 studio_diffuse(vec3 p, vec3 n) {
    float t = n.z * 0.5 + 0.5, above = max(p.z - view.depth_range.z, 0.0);
    float bounce = 0.58 + 0.42 * above / (above + 0.05 * view.center.w);
    return mix(vec3(0.69, 0.69, 0.685) * bounce, vec3(0.45, 0.45, 0.455), t * t * t);
}

// What a mirror of this roughness sees toward r: a floor, bright to the horizon and darker below the object, a wall
// that is dark at its foot, a bright ceiling, all in soft panels and brighter toward the key light, so that flat
// metal has gradients; and the three lights as upright
// soft boxes, each with a glow on the wall and the floor around it, so that upright metal has something to
// reflect all around. Brightness is about 1 on average: metals keep their colour.
vec3 studio_mirror(vec3 r, float roughness, float lit) {
    float rough = roughness * roughness, blur = 0.03 + 0.9 * rough;
    float up = smoothstep(-blur, blur, r.z - 0.02), top = smoothstep(0.12 - blur, 0.75 + blur, r.z);
    vec3 ground = vec3(1.16, 1.15, 1.13) * (1.0 - 0.62 * sqrt(max(-r.z, 0.0) + 0.25 * rough));
    vec3 c = mix(mix(ground, vec3(0.25, 0.26, 0.275), up), vec3(1.3, 1.31, 1.33), top);
    float panel = abs(fract(dot(r, vec3(0.75, 0.45, 0.8)) * 1.1 + 0.3) * 2.0 - 1.0);
    c *= 0.72 + 0.3 * dot(r.xy, view.lights[0].xy) + 0.6 * mix(panel * panel * (3.0 - 2.0 * panel), 0.5, min(1.5 * rough, 1.0));
    float lobe = 0.02 + 1.3 * rough;
    [[unroll]] for (int i = 0; i < 3; i++) {
        vec3 d = r - view.lights[i].xyz;
        float a = 0.14 + view.lights[i].w * 0.6;
        float chord = length(d * vec3(1.0, 1.0, 0.55));
        float box = (1.0 - smoothstep(a - min(a, lobe), a + 1.3 * lobe, chord)) * a * a / (a * a + lobe * lobe);
        float glow = max(1.0 - 0.5 * dot(d.xy, d.xy), 0.0);
        c += view.light_colors[i].rgb * ((i == 0 ? lit : 1.0) * box * 4.0 + glow * 0.38);
    }
    return c;
}

// Fit of the split sum's second part: Karis 2014, "Physically Based Shading on Mobile".
vec3 split_sum(vec3 f0, float roughness, float nv) {
    vec4 r = roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    float a = min(r.x * r.x, exp2(-9.28 * nv)) * r.x + r.y;
    vec2 ab = vec2(-1.04, 1.04) * a + r.zw;
    return f0 * ab.x + ab.y;
}

// Of what is open above a surface, with the light that its surroundings, taken to be of its colour, throw back into
// the rest. A fit: Jimenez et al. 2016, "Practical Real-Time Strategies for Accurate Indirect Occlusion".
vec3 bounced(float open, vec3 albedo) {
    vec3 a = 2.0404 * albedo - 0.3324, b = 0.6417 - 4.7951 * albedo, c = 2.7552 * albedo + 0.6903;
    return max(vec3(open), ((a * open + b) * open + c) * open);
}

const float SHEEN = 0.95; // of what is mirrored, see surface_light

vec3 surface_light(Surface s, float open, float lit) {
    float nv = clamp(dot(s.n, s.v), 0.02, 1.0);
    float roughness = clamp(s.roughness, 0.06, 1.0);
    vec3 f0 = mix(vec3(0.04), s.color, s.metallic), body = s.color * (1.0 - s.metallic);
    vec3 sum = body * studio_diffuse(s.p, s.n) * bounced(open, body);
    vec3 place = (s.p - view.center.xyz) / view.center.w; // the studio is near: its light differs along a face
    [[unroll]] for (int i = 0; i < 3; i++) {
        vec3 l = view.lights[i].xyz;
        float a = view.lights[i].w;
        float nl = clamp((dot(s.n, l) + 0.35 * a) / (1.0 + 0.35 * a), 0.0, 1.0); // a large light is partly up still
        float seen = i == 0 ? lit : mix(1.0, open, 0.7);
        sum += body * view.light_colors[i].rgb * nl * seen * (1.0 + 0.3 * dot(place, l));
    }
    float sky = clamp(pow(nv + open, exp2(-8.0 * roughness)) - 1.0 + open, 0.0, 1.0);
    vec3 r = normalize(reflect(-s.v, s.n) + 0.8 * place);
    vec3 seen = studio_mirror(r, roughness, lit);
    // As through a polarizing filter, a plain surface's even sheen is held back, that its colour shows: what
    // it mirrors of windows and lights stays.
    seen = mix(max(seen - SHEEN, 0.0), seen, s.metallic);
    sum += split_sum(f0, roughness, nv) * seen * mix(sky, 1.0, 0.15);
    return sum;
}

// Khronos PBR Neutral: base colours stay nameable, only highlights are compressed. What it takes off for
// the sheen of a plain surface is that of this studio, 0.008, not 0.04: dark colours stay what they are.
vec3 tone(vec3 c) {
    const float sheen = 0.008, start = 0.8 - sheen, fade = 0.15;
    float x = min(c.r, min(c.g, c.b));
    c -= x < 2.0 * sheen ? x - x * x / (4.0 * sheen) : sheen;
    float peak = max(c.r, max(c.g, c.b));
    if (peak < start)
        return c;
    float d = 1.0 - start, top = 1.0 - d * d / (peak + d - start);
    c *= top / peak;
    return mix(c, vec3(top), 1.0 - 1.0 / (fade * (peak - top) + 1.0));
}

vec3 part_color(uint rgb) { return pow(vec3(rgb >> 16 & 255u, rgb >> 8 & 255u, rgb & 255u) / 255.0, vec3(2.2)); }

vec3 shade(uint draw, vec3 p, vec3 n, vec3 v, float open, float lit) {
    Draw d = draws[draw];
    Material m = draw_material(d);
    // A legend's colours: shape by light, but little of it.
    vec3 flat_color = part_color(d.part_rgb) * (0.68 + 0.36 * abs(dot(n, v))) * mix(0.75, 1.0, open);
    vec3 full = surface_light(Surface(p, n, v, m.color, m.metallic, m.roughness), open, lit) + m.emission;
    return (view.flags.x & 1u) != 0u ? flat_color : full;
}
