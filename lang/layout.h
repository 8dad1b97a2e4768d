// SPDX-License-Identifier: Apache-2.0
// From all tokens to those that the grammar sees: comments gone, brackets paired (what is missing
// put in, what is too much taken out, each reported), line breaks only where they end a statement,
// and the words that are keywords only in their place told from names.
#ifndef FRC_LANG_LAYOUT_H
#define FRC_LANG_LAYOUT_H

#include "lang/lex.h"

typedef struct Layout {
    Token *items; // ends with TOK_END; brackets pair up
    u32 len;
    bool
        *quiet; // beside a bracket that was repaired: an error here is the repair's, not the user's
    u32 *close_of;   // of an opening bracket, its closing one; of a fill-in's "{ or }{, the next }
    u32 *open_of;    // of a closing bracket, its opening one
    bool is_cut_off; // the text ends inside brackets
    u32 cut_off_at;  // the offset of the outermost that is not closed
    u32 ends_at;     // the offset at which the text ends, without blank lines
} Layout;

// Fails (false, reported) when brackets nest deeper than LANG_NESTING_MAX.
bool layout_build(const Tokens *tokens, Str text, Arena *arena, Diags *diags, Layout *out);

// For brackets.c: pairs up tokens, which hold no comments. *quiet has a flag for each token of the
// result.
bool brackets_repair(Tokens *tokens, bool **quiet, Str text, Arena *arena, Diags *diags,
                     Layout *out);

// Columns of white space before the first character of the line that holds the offset.
u32 layout_indent(Str text, u32 off);
bool layout_is_first_on_line(Str text, u32 off);

#endif
