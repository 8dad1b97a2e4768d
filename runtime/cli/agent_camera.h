// SPDX-License-Identifier: Apache-2.0
// Contact sheets for the agent's inspector.
#ifndef FRC_RUNTIME_CLI_AGENT_CAMERA_H
#define FRC_RUNTIME_CLI_AGENT_CAMERA_H

#include "runtime/agent/agent.h"
#include "vk/render.h"

#include <stdio.h>

typedef struct CliCamera {
    Heap heap; // the renderer's and its scratch
    Renderer *renderer;
    const char *device;
    bool has_failed; // once without a device, always without
    char why[256];
} CliCamera;

void cli_camera_init(CliCamera *camera, const char *device);
void cli_camera_finish(CliCamera *camera);
AgentCamera cli_camera_door(CliCamera *camera);

#endif
