// SPDX-License-Identifier: Apache-2.0
// The scene report: the text equal of a picture. Lengths are in the program's own unit.
#ifndef FRC_COMPILER_INSPECT_REPORT_H
#define FRC_COMPILER_INSPECT_REPORT_H

#include "compiler/inspect/inspect.h"

void report_write_text(const Report *report, Arena *arena, StrBuf *out);
void report_write_markdown(const Report *report, Arena *arena, StrBuf *out); // for a model to read
void report_write_json(const Report *report, Arena *arena, StrBuf *out);

#endif
