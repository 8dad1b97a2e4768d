// SPDX-License-Identifier: Apache-2.0
// Which model server, which model, which key. First found counts: flag, FRC_*, the provider's own
// variables, the configuration file.
#ifndef FRC_RUNTIME_NET_CONFIG_H
#define FRC_RUNTIME_NET_CONFIG_H

#include "runtime/net/model.h"

typedef struct ConfigFlags { // NULL: not given
    const char *provider, *base_url, *model, *inspector_model;
    f64 call_timeout_s, time_scale; // 0: not given
    bool has_price_input, has_price_output;
    f64 price_input, price_output; // US dollars a million tokens
} ConfigFlags;

// Fills *out; texts live in arena or the environment. STATUS_USAGE, STATUS_IO, STATUS_NETWORK (nobody to
// ask): *error is one clear sentence. Takes the keys out of the environment: children must not see them.
Status config_read(const ConfigFlags *flags, Arena *arena, ModelConfig *out, NetError *error);

#endif
