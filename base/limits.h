// SPDX-License-Identifier: Apache-2.0
#ifndef FRC_BASE_LIMITS_H
#define FRC_BASE_LIMITS_H

#include "base/types.h"

typedef struct Limits {
#define LIMIT(name, value, flag, unit, what) u64 name;
#include "base/limits.def"
#undef LIMIT
} Limits;

static inline Limits limits_default(void) {
    return (Limits){
#define LIMIT(name, value, flag, unit, what) .name = (value),
#include "base/limits.def"
#undef LIMIT
    };
}

#endif
