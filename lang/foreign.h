// SPDX-License-Identifier: Apache-2.0
// Rules of the table in lang/foreign.c that have files of their own. Each looks at a mistake; true:
// it was recognised and reported, and *out says how to go on.
#ifndef FRC_LANG_FOREIGN_H
#define FRC_LANG_FOREIGN_H

#include "lang/parse.h"

// lang/foreign_blocks.c
bool foreign_block(Mistake *m, Repair *out);  // f(args) { children }
bool foreign_prefix(Mistake *m, Repair *out); // f(args) g(args)
bool foreign_loop(Mistake *m, Repair *out);   // for (i = [0 : 3]), and other loops

// lang/foreign_part.c
bool foreign_quoted_name(Mistake *m, Repair *out);
bool foreign_part_equals(Mistake *m, Repair *out);
bool foreign_part_head(Mistake *m, Repair *out);
bool foreign_part_material(Mistake *m, Repair *out);
bool foreign_part_nameless(Mistake *m, Repair *out);
bool foreign_object_block(Mistake *m, Repair *out);

#endif
