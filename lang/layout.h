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
    bool *quiet;     // beside a bracket that was repaired: an error here is the repair's, not the
                     // user's; NULL when nothing was
    u32 *close_of;   // of an opening bracket, its closing one; of a fill-in's "{ or }{, the next }
    u32 *open_of;    // of a closing bracket, its opening one; both made by layout_pair()
    bool is_cut_off; // the text ends inside brackets
    u32 cut_off_at;  // the offset of the outermost that is not closed
    u32 ends_at;     // the offset at which the text ends, without blank lines
} Layout;

// Fails (false, reported) when brackets nest deeper than LANG_NESTING_MAX. Uses up the tokens: their
// array becomes the layout's.
bool layout_build(Tokens *tokens, Str text, Arena *arena, Diags *diags, Layout *out);
// Makes close_of and open_of, which only a program with mistakes needs. Does nothing the second
// time.
void layout_pair(Layout *layout, Arena *arena);

// For brackets.c: pairs up tokens, which hold no comments. *quiet has a flag for each token of the
// result; it stays NULL when nothing had to be repaired.
bool brackets_repair(Tokens *tokens, bool **quiet, Str text, Arena *arena, Diags *diags,
                     Layout *out);

// Columns of white space before the first character of the line that holds the offset.
u32 layout_indent(Str text, u32 off);
bool layout_is_first_on_line(Str text, u32 off);

#endif
