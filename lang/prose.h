// SPDX-License-Identifier: Apache-2.0
#ifndef FRC_LANG_PROSE_H
#define FRC_LANG_PROSE_H

#include "lang/lang.h"

// Finds the program in *text: markdown fences, and prose before and after, are blanked in a copy
// that keeps all offsets, with a note at each stretch. False (reported) when there is no program.
bool prose_skip(Str *text, u32 source, Arena *arena, Diags *diags);

#endif
