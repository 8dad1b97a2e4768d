// SPDX-License-Identifier: Apache-2.0
// The formatter. Line breaks, blank lines (one at most) and comments are the writer's; spaces,
// indentation (two a level), needless semicolons and where braces stand are not, nor are lines of
// more than 100 columns: a body written on one goes on lines of its own, else the line is broken
// after the last comma, around the last loose operator or before the last call that fits, outside
// brackets rather than in them. Formatting twice changes nothing more, and the tree stays the same.
#ifndef FRC_LANG_FMT_H
#define FRC_LANG_FMT_H

#include "lang/lang.h"

// Appends the formatted program. False when the program has errors (reported in diags; nothing is
// appended): what cannot be read is not rearranged. Prose round the program is left out. Linear
// time.
bool lang_format(Sources *sources, u32 source, Arena *arena, Diags *diags, StrBuf *out);

#endif
