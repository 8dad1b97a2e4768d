// SPDX-License-Identifier: Apache-2.0
// The language's grammar as text, for constrained decoding and for people. It is made from the
// parser's own grammar (Lemon's listing of lang/grammar.y, embedded by the build) and from
// lang/tokens.def, so that it cannot say anything else than the parser does.
//
// GBNF (llama.cpp) and Lark describe characters: the spelling of tokens and where spaces and line
// breaks may stand are part of the rules. Every text that they generate is free of mistakes of
// spelling and syntax, within the parser's limits of depth; they are a little narrower than the
// parser (spec/cli.md says where). EBNF describes tokens.
#ifndef FRC_LANG_GRAMMAR_EXPORT_H
#define FRC_LANG_GRAMMAR_EXPORT_H

#include "base/str.h"

typedef enum GrammarFormat {
    GRAMMAR_GBNF,
    GRAMMAR_LARK,
    GRAMMAR_EBNF,
    GRAMMAR_FORMAT_COUNT
} GrammarFormat;

const char *grammar_format_name(GrammarFormat format); // "gbnf"
// GRAMMAR_FORMAT_COUNT: no such format.
GrammarFormat grammar_format_find(const char *name);

// Appends the grammar. Temporary memory is taken from the arena (about 1 MiB); a few milliseconds.
void grammar_export(GrammarFormat format, Arena *arena, StrBuf *out);

#endif
