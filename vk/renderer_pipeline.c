// SPDX-License-Identifier: Apache-2.0
// What is made once: eight pipelines over one descriptor set layout. Few, because each costs a
// compile at first use; what varies (cull mode, winding) is dynamic state. A GPU's pipeline cache
// is kept in a file; CPU drivers keep their own.
#ifdef FRC_HAVE_VULKAN
#include "vk/renderer_internal.h"

#include "base/file.h"

#include <stdio.h>

extern const u32 frc_geometry_vert_begin[], frc_geometry_vert_end[];
extern const u32 frc_geometry_frag_begin[], frc_geometry_frag_end[];
extern const u32 frc_shadow_vert_begin[], frc_shadow_vert_end[];
extern const u32 frc_glass_frag_begin[], frc_glass_frag_end[];
extern const u32 frc_classify_comp_begin[], frc_classify_comp_end[];
extern const u32 frc_split_comp_begin[], frc_split_comp_end[];
extern const u32 frc_floor_comp_begin[], frc_floor_comp_end[];
extern const u32 frc_shade_comp_begin[], frc_shade_comp_end[];
extern const u32 frc_resolve_comp_begin[], frc_resolve_comp_end[];

typedef struct Code {
    const u32 *begin, *end;
} Code;
#define CODE(name) ((Code){frc_##name##_begin, frc_##name##_end})

static bool module_init(Gpu *gpu, Code code, VkShaderModule *out) {
    VkShaderModuleCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
        .codeSize = (size_t)((const char *)code.end - (const char *)code.begin),
        .pCode = code.begin};
    *out = VK_NULL_HANDLE;
    if (!GPU_TRY(gpu, CreateShaderModule, gpu->device, &info, NULL, out))
        return false;
    gpu->n_objects++;
    return true;
}

static void module_finish(Gpu *gpu, VkShaderModule module) {
    if (!module)
        return;
    gpu->vk.DestroyShaderModule(gpu->device, module, NULL);
    gpu->n_objects--;
}

static bool samplers_init(Renderer *r) {
    Gpu *gpu = &r->gpu;
    VkSampler *const out[] = {&r->nearest, &r->linear, &r->compare};
    for (u32 i = 0; i < COUNT_OF(out); i++) {
        VkFilter filter = i == 0 ? VK_FILTER_NEAREST : VK_FILTER_LINEAR;
        VkSamplerAddressMode mode = i == 2 ? VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_BORDER
                                           : VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
        VkSamplerCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
                                    .magFilter = filter,
                                    .minFilter = filter,
                                    .addressModeU = mode,
                                    .addressModeV = mode,
                                    .addressModeW = mode,
                                    .compareEnable = i == 2,
                                    .compareOp = VK_COMPARE_OP_LESS_OR_EQUAL,
                                    .borderColor = VK_BORDER_COLOR_FLOAT_OPAQUE_WHITE};
        if (!GPU_TRY(gpu, CreateSampler, gpu->device, &info, NULL, out[i])) {
            *out[i] = VK_NULL_HANDLE;
            return false;
        }
        gpu->n_objects++;
    }
    return true;
}

static bool layouts_init(Renderer *r) {
    VkDescriptorType types[BINDINGS];
    for (u32 i = 0; i < BINDINGS; i++)
        types[i] = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
    types[0] = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
    types[1] = types[2] = types[11] = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    types[12] = VK_DESCRIPTOR_TYPE_STORAGE_IMAGE;
    Gpu *gpu = &r->gpu;
    VkDescriptorSetLayoutBinding bindings[BINDINGS];
    for (u32 i = 0; i < BINDINGS; i++)
        bindings[i] = (VkDescriptorSetLayoutBinding){
            i, types[i], 1,
            VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT | VK_SHADER_STAGE_COMPUTE_BIT,
            NULL};
    // These are written, and by the compute stage alone.
    bindings[2].stageFlags = bindings[11].stageFlags = bindings[12].stageFlags =
        VK_SHADER_STAGE_COMPUTE_BIT;
    VkDescriptorSetLayoutCreateInfo set = {.sType =
                                               VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                           .bindingCount = BINDINGS,
                                           .pBindings = bindings};
    if (!GPU_TRY(gpu, CreateDescriptorSetLayout, gpu->device, &set, NULL, &r->set_layout)) {
        r->set_layout = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    VkPushConstantRange push = {VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof(u32)};
    VkPipelineLayoutCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                       .setLayoutCount = 1,
                                       .pSetLayouts = &r->set_layout,
                                       .pushConstantRangeCount = 1,
                                       .pPushConstantRanges = &push};
    if (!GPU_TRY(gpu, CreatePipelineLayout, gpu->device, &info, NULL, &r->layout)) {
        r->layout = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    VkDescriptorPoolSize sizes[] = {{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, SLOTS_MAX},
                                    {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 3 * SLOTS_MAX},
                                    {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 8 * SLOTS_MAX},
                                    {VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, SLOTS_MAX}};
    VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                       .maxSets = SLOTS_MAX,
                                       .poolSizeCount = COUNT_OF(sizes),
                                       .pPoolSizes = sizes};
    if (!GPU_TRY(gpu, CreateDescriptorPool, gpu->device, &pool, NULL, &r->descriptors)) {
        r->descriptors = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    return true;
}

typedef struct PipelineShape {
    Code vertex, fragment; // fragment.begin NULL: depth only
    VkFormat color, depth;
    bool blends, has_normals, has_bias;
} PipelineShape;

static bool graphics_init(Renderer *r, const PipelineShape *shape, VkPipeline *out) {
    Gpu *gpu = &r->gpu;
    VkShaderModule vertex = VK_NULL_HANDLE, fragment = VK_NULL_HANDLE;
    bool ok = module_init(gpu, shape->vertex, &vertex) &&
              (!shape->fragment.begin || module_init(gpu, shape->fragment, &fragment));
    VkPipelineShaderStageCreateInfo stages[2] = {
        {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
         .stage = VK_SHADER_STAGE_VERTEX_BIT,
         .module = vertex,
         .pName = "main"},
        {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
         .stage = VK_SHADER_STAGE_FRAGMENT_BIT,
         .module = fragment,
         .pName = "main"}};
    VkVertexInputBindingDescription binding = {0, 6 * sizeof(f32), VK_VERTEX_INPUT_RATE_VERTEX};
    VkVertexInputAttributeDescription attributes[] = {
        {0, 0, VK_FORMAT_R32G32B32_SFLOAT, 0}, {1, 0, VK_FORMAT_R32G32B32_SFLOAT, 3 * sizeof(f32)}};
    VkPipelineVertexInputStateCreateInfo input = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO,
        .vertexBindingDescriptionCount = 1,
        .pVertexBindingDescriptions = &binding,
        .vertexAttributeDescriptionCount = shape->has_normals ? 2 : 1,
        .pVertexAttributeDescriptions = attributes};
    VkPipelineInputAssemblyStateCreateInfo assembly = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
        .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
    VkPipelineViewportStateCreateInfo viewport = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
        .viewportCount = 1,
        .scissorCount = 1};
    VkPipelineRasterizationStateCreateInfo raster = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO,
        .polygonMode = VK_POLYGON_MODE_FILL,
        .depthBiasEnable = shape->has_bias,
        .depthBiasConstantFactor = 2,
        .depthBiasSlopeFactor = 2,
        .lineWidth = 1};
    VkPipelineMultisampleStateCreateInfo samples = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
        .rasterizationSamples = VK_SAMPLE_COUNT_1_BIT};
    VkPipelineDepthStencilStateCreateInfo depth = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO,
        .depthTestEnable = VK_TRUE,
        .depthWriteEnable = !shape->blends,
        .depthCompareOp = VK_COMPARE_OP_LESS};
    VkPipelineColorBlendAttachmentState blend = {
        .blendEnable = shape->blends,
        .srcColorBlendFactor = VK_BLEND_FACTOR_ONE,
        .dstColorBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
        .srcAlphaBlendFactor = VK_BLEND_FACTOR_ONE,
        .dstAlphaBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
        .colorWriteMask = 15};
    u32 n_colors = shape->color != VK_FORMAT_UNDEFINED;
    VkPipelineColorBlendStateCreateInfo blends = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
        .attachmentCount = n_colors,
        .pAttachments = &blend};
    VkDynamicState states[] = {VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR,
                               VK_DYNAMIC_STATE_CULL_MODE, VK_DYNAMIC_STATE_FRONT_FACE};
    VkPipelineDynamicStateCreateInfo dynamic = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO,
        .dynamicStateCount = COUNT_OF(states),
        .pDynamicStates = states};
    VkPipelineRenderingCreateInfo rendering = {.sType =
                                                   VK_STRUCTURE_TYPE_PIPELINE_RENDERING_CREATE_INFO,
                                               .colorAttachmentCount = n_colors,
                                               .pColorAttachmentFormats = &shape->color,
                                               .depthAttachmentFormat = shape->depth};
    VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                         .pNext = &rendering,
                                         .stageCount = fragment ? 2 : 1,
                                         .pStages = stages,
                                         .pVertexInputState = &input,
                                         .pInputAssemblyState = &assembly,
                                         .pViewportState = &viewport,
                                         .pRasterizationState = &raster,
                                         .pMultisampleState = &samples,
                                         .pDepthStencilState = &depth,
                                         .pColorBlendState = &blends,
                                         .pDynamicState = &dynamic,
                                         .layout = r->layout};
    ok = ok && GPU_TRY(gpu, CreateGraphicsPipelines, gpu->device, r->cache, 1, &info, NULL, out);
    module_finish(gpu, vertex);
    module_finish(gpu, fragment);
    if (!ok)
        *out = VK_NULL_HANDLE;
    gpu->n_objects += ok;
    return ok;
}

static bool compute_init(Renderer *r, Code code, VkPipelineCreateFlags flags, VkPipeline *out) {
    Gpu *gpu = &r->gpu;
    VkShaderModule module;
    bool ok = module_init(gpu, code, &module);
    VkComputePipelineCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .flags = flags,
        .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                  .module = module,
                  .pName = "main"},
        .layout = r->layout};
    ok = ok && GPU_TRY(gpu, CreateComputePipelines, gpu->device, r->cache, 1, &info, NULL, out);
    module_finish(gpu, module);
    if (!ok)
        *out = VK_NULL_HANDLE;
    gpu->n_objects += ok;
    return ok;
}

// A cache that is missing, foreign or broken only costs time: drivers check its header.
static bool cache_init(Renderer *r) {
    Gpu *gpu = &r->gpu;
    Arena arena;
    arena_init(&arena, r->heap);
    Str bytes = {0};
    const char *error;
    if (r->on_host || !r->cache_file ||
        file_read(&arena, r->cache_file, 64u << 20, &bytes, &error) != STATUS_OK)
        bytes.len = 0;
    r->cache_size = bytes.len;
    VkPipelineCacheCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
                                      .initialDataSize = bytes.len,
                                      .pInitialData = bytes.ptr};
    bool ok = GPU_TRY(gpu, CreatePipelineCache, gpu->device, &info, NULL, &r->cache);
    arena_finish(&arena);
    if (!ok)
        r->cache = VK_NULL_HANDLE;
    gpu->n_objects += ok;
    return ok;
}

static void cache_save(Renderer *r) {
    Gpu *gpu = &r->gpu;
    size_t size = 0;
    if (r->on_host || !r->cache_file ||
        gpu->vk.GetPipelineCacheData(gpu->device, r->cache, &size, NULL) != VK_SUCCESS ||
        size == 0 || size == r->cache_size) // nothing new
        return;
    void *bytes = heap_alloc(r->heap, size, 1);
    const char *error;
    if (gpu->vk.GetPipelineCacheData(gpu->device, r->cache, &size, bytes) == VK_SUCCESS &&
        file_save(r->cache_file, bytes, size, &error) != STATUS_OK)
        snprintf(r->note, sizeof r->note,
                 "can't keep compiled shaders in '%s' (%s): the next start takes as long",
                 r->cache_file, error);
    heap_free(r->heap, bytes);
}

bool renderer_pipelines_init(Renderer *r) {
    const PipelineShape geometry = {CODE(geometry_vert),
                                    CODE(geometry_frag),
                                    VK_FORMAT_R32G32_UINT,
                                    VK_FORMAT_D32_SFLOAT,
                                    false,
                                    true,
                                    false};
    const PipelineShape shadow = {
        CODE(shadow_vert), {0}, VK_FORMAT_UNDEFINED, VK_FORMAT_D16_UNORM, false, false, true};
    if (!cache_init(r) || !samplers_init(r) || !layouts_init(r) ||
        !graphics_init(r, &geometry, &r->geometry))
        return false;
    if (r->has_color &&
        (!graphics_init(r, &shadow, &r->shadow) ||
         !compute_init(r, CODE(shade_comp), 0, &r->shade) ||
         !compute_init(r, CODE(floor_comp), VK_PIPELINE_CREATE_DISPATCH_BASE_BIT, &r->floor)))
        return false;
    if (!r->on_host && (!compute_init(r, CODE(classify_comp), 0, &r->classify) ||
                        !compute_init(r, CODE(split_comp), 0, &r->split) ||
                        !compute_init(r, CODE(resolve_comp), 0, &r->resolve)))
        return false;
    cache_save(r);
    return true;
}

bool renderer_glass_init(Renderer *r) {
    const PipelineShape glass = {CODE(geometry_vert),
                                 CODE(glass_frag),
                                 VK_FORMAT_R16G16B16A16_SFLOAT,
                                 VK_FORMAT_D32_SFLOAT,
                                 true,
                                 true,
                                 true}; // what coincides with opaque matter gives way to it
    return r->glass || graphics_init(r, &glass, &r->glass);
}

void renderer_pipelines_finish(Renderer *r) {
    Gpu *gpu = &r->gpu;
    const VkPipeline pipelines[] = {r->geometry, r->shadow, r->glass, r->classify,
                                    r->split,    r->shade,  r->floor, r->resolve};
    for (u32 i = 0; i < COUNT_OF(pipelines); i++) {
        if (pipelines[i])
            gpu->vk.DestroyPipeline(gpu->device, pipelines[i], NULL);
        gpu->n_objects -= pipelines[i] != 0;
    }
    const VkSampler samplers[] = {r->nearest, r->linear, r->compare};
    for (u32 i = 0; i < COUNT_OF(samplers); i++) {
        if (samplers[i])
            gpu->vk.DestroySampler(gpu->device, samplers[i], NULL);
        gpu->n_objects -= samplers[i] != 0;
    }
    if (r->cache)
        gpu->vk.DestroyPipelineCache(gpu->device, r->cache, NULL);
    if (r->descriptors)
        gpu->vk.DestroyDescriptorPool(gpu->device, r->descriptors, NULL);
    if (r->layout)
        gpu->vk.DestroyPipelineLayout(gpu->device, r->layout, NULL);
    if (r->set_layout)
        gpu->vk.DestroyDescriptorSetLayout(gpu->device, r->set_layout, NULL);
    gpu->n_objects -=
        (r->cache != 0) + (r->descriptors != 0) + (r->layout != 0) + (r->set_layout != 0);
}

#endif
