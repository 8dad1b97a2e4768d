// SPDX-License-Identifier: Apache-2.0
// For tests that draw under the leak sanitizer; included by one file of a program.
#ifndef FRC_TESTS_UNIT_VK_DRIVERS_H
#define FRC_TESTS_UNIT_VK_DRIVERS_H

#include "base/types.h"

#include <dlfcn.h>

// Drivers and layers leak a little of their own. They are kept loaded, so that the leak sanitizer
// knows their names, and told apart by them from what we leak.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libvulkan_\nleak:libLLVM\nleak:libVkLayer\nleak:libvulkan.so\n";
}
__attribute__((constructor)) static void keep_drivers(void) {
    static const char *const names[] = {"libvulkan.so.1", "libvulkan_lvp.so",
                                        "libVkLayer_khronos_validation.so"};
    for (u32 i = 0; i < COUNT_OF(names); i++)
        (void)dlopen(names[i], RTLD_LAZY | RTLD_NODELETE);
}

#endif
