// SPDX-License-Identifier: Apache-2.0
#include "lang/parse.h"
bool foreign_explain(Mistake *m, Repair *out) { (void)m; (void)out; return false; }
