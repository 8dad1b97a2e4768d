// SPDX-License-Identifier: Apache-2.0
// The language on one card, prompts/language-card.md: what a model reads before it writes its first
// program. The rules are text here; every function comes from the table of built-ins, so that the card
// can promise nothing that the compiler does not do. It must stay under 3,500 tokens.
#include "compiler/check/check_names.h"

// clang-format off
static const char intro[] =
    "# The part language on one card\n"
    "\n"
    "A `.part` file describes one object as an assembly of named parts: values that never "
    "change,\n"
    "one origin rule, words instead of rotations.\n"
    "\n"
    "```frc\n"
    "object chair \"A plain dining chair\"  // first line: name and what it "
    "is\n"
    "units cm\n"
    "param seat_height = 45 in 40..52  \"floor to top of seat\"  // adjustable, range checked, "
    "sampled for variations\n"
    "param back = \"slats\" in [\"slats\", \"panel\"]  // a choice;  `param arms = "
    "true`;  `param n = 3 in 2..6 step 1`\n"
    "material oak { color = #b98a5a, roughness = 0.6 }\n"
    "canvas [45, 50, 90]  // intended overall size at "
    "default params, within a tenth\n"
    "\n"
    "part seat: oak {\n"
    "  box(size = [45, 45, 4], round = 1).align(top = seat_height)\n"
    "}\n"
    "part leg: oak {\n"
    "  cylinder(d = 3, d_top = 4, h = @seat.bottom).align(bottom = 0).move(x = 18, y = 18)\n"
    "}.both(X).both(Y)  // four instances of the label "
    "leg\n"
    "\n"
    "def slat(w) {  // a def can hold lets, loops "
    "and parts\n"
    "  part slat: oak { box(size = [w, 1.5, 6], round = 0.5) }\n"
    "}\n"
    "part back \"back rest\": oak {  // parts nest: back, back/post, "
    "back/slat\n"
    "  part post { rod(from = [20, 20, @seat.top], to = [20, 24, 90], d = 3) }.both(X)\n"
    "  if back == \"slats\" { for z in spread(3, 58..82) { slat(w = 38).align(y = 22, z = z) } }\n"
    "  else { part panel { box(size = [38, 1.5, 36]).align(y = 22, z = 68) } }\n"
    "}\n"
    "expect count(@leg) == 4, \"a chair has four legs\"\n"
    "expect touching(@leg, @seat)  // a sampled variation that "
    "breaks an expect is drawn again\n"
    "```\n"
    "\n"
    "## Space\n"
    "- Right-handed, Z up, ground at z = 0; angles turn by the right-hand rule. The front of an "
    "object looks toward -Y, so +X is on the viewer's right and is the object's own left.\n"
    "- Solids given by a size are born centred on the origin. Things given by coordinates stay "
    "where they are drawn: `from`/`to`, points, and\n"
    "  all that is extruded, revolved, swept, lofted or hulled.\n"
    "- A bare number takes the unit its place wants: a length in the file's `units` (`mm` if "
    "unsaid), an angle in degrees, a count. It may carry its\n"
    "  own: `45cm` `2in` `1.2m` `30deg` `0.5rad`. `3cm + 30deg` and a length where an angle "
    "belongs are errors.\n"
    "\n"
    "## Names\n"
    "- `let`, `param`, `material` and loop names are values, `def`s and built-ins are functions, "
    "and the two don't clash. A name is bound once in a scope, before use; an inner scope may "
    "shadow an outer one.\n"
    "- Part labels live apart and are written with `@`: `@seat` is every part so labelled, "
    "placed so far, as one solid; `@leg[0]` the first, in order of\n"
    "  placement, copies after originals; `@arm[left]` by side; `@back/slat`, "
    "`@tuner[left]/post[2]`, or just `@slat`, reaches inside. The nearest body that has the "
    "label is meant. Labels outlive the loop or\n"
    "  `if` that placed them. A `def` sees only its own parts; a body sees its own and those "
    "around it, where they stand: mind that when the body is moved afterwards (the compiler "
    "warns). To ask about one instance, `let w = part wheel { ... }`, then place it by a line "
    "`w`.\n"
    "- `def f(x) = expression` gives any kind of value; `def f(x) { body }` gives the solid that "
    "the body builds, labels and all.\n"
    "- Arguments of solids, profiles and placements are named, but for the subject (`s.f(k = v)` "
    "is `f(s, k = v)`) and the one that this card shows bare (`.ring(9, axis = Y)`).\n"
    "  Number functions and your own `def`s take them in order or by name.\n"
    "- A line break ends a statement, except inside `( )` or `[ ]`, after an operator, `=` or "
    "comma, or before a line that starts with `.`, an operator, `?`, `:`\n"
    "  or `else`. Statements on one line are parted by `;`. `//` and `/* */` are comments.\n"
    "\n"
    "## Parts\n"
    "- `group { body }` is a solid made of all that the body yields. `part label \"words\": "
    "material { body }` is one whose geometry carries that label. Everything in the body that "
    "yields a solid is unioned into it. Parts in the\n"
    "  body keep their own labels below it. The words (default: the label) name the part in "
    "prompts and captions. The material may be a name, `list[i]` or `(c ? a : b)`, and is\n"
    "  inherited inside.\n"
    "- A part, like any solid, is a value: `part head { ... }.rotate(x = -20).move(z = 60)` "
    "places the whole of it, and `.both .ring .grid .repeat` make instances; a placement after "
    "them moves the whole set.\n"
    "- As a statement, a solid is placed where it stands. In a `let` it is placed nowhere until "
    "used.\n"
    "- Parts do not cut each other unless told: `- @leg` in a body, or `cut @seat, @rail { body "
    "}` which takes the body out of parts already placed. A body that reaches the far "
    "side of what it is cut by leaves crumbs there: end it inside. Mostly no cut is needed: sink it.\n"
    "- Parts that meet should be flush or sunk a little. The compiler reports parts that float, "
    "that overlap deeply, or that\n"
    "  lie wholly inside another. Silent: a small part sunk in a large one; else a quarter of the smaller "
    "one's volume, a twentieth between instances of one label. Where that is meant: `allow floating(@balloon) \"on a string\"`, "
    "`allow overlap(@tyre, @rim) \"seated\"`, `allow overlap(@dog) \"one body\"` for all within it.\n"
    "- Labels, materials and marks live through `+ - &`, placing, cutting, clipping and "
    "painting; `hull`, `blend` and `shell` make new geometry of the part around them.\n"
    "- `mark pin = [0, 3, 26]` names a point in a part; it moves with the part: `@crank.pin`.\n"
    "\n";

static const char solids_after[] =
    "\n"
    "Round solids stand along Z, or along `axis = X`, `Y` or a vector. `r =` is always allowed "
    "for `d =` (`r_top`).\n";

static const char profiles_after[] =
    "\n"
    "Profiles combine and place like solids, paths place too.\n";

static const char combine_before[] =
    "`a + b` union · `a - b` difference · `a & b` intersection · a list is its union: `plate - "
    "[hole(i) for i in range(9)]`\n";

static const char ask_before[] =
    "`s.left .right .front .back .bottom .top` · `.x .y .z` of its centre · `.size .center` · "
    "`.volume .area`\n";

static const char numbers_before[] =
    "`+ - * / % ^` (`2 ^ 0.5`) · `== != < <= > >=` `~=` nearly equal · `and or not` · `c ? a : b`\n"
    "Vectors and lists `[x, y, z]` `.x .y .z`: `+ - * /` elementwise and with a number; `l[0]` "
    "`l[-1]` `l[1:-1]`\n";

static const char numbers_after[] =
    "\n"
    "Trigonometry takes and gives degrees; `..` binds looser than arithmetic, an end may be open: `.clip(z = -inf..2)`. "
    "`[f(i) for i in list if c]` · `[f(x, d) for [x, d] in pairs]` · `for x in a, y in b {}` · `for [x, h] in pairs {}`\n"
    "`\"{name} is {w} wide\"` fills in · `material m { color, metallic, roughness, opacity, "
    "emission }` (emission a strength of its colour, or a colour), colours `#rrggbb` or CSS "
    "names; wood, steel, glass and the like are built in\n";
// clang-format on

// A vector shown in its shape; NULL: the parameter's name says enough.
static const char *shape_of(const BuiltinParam *param) {
    static const struct {
        const char *type, *shape;
    } shapes[] = {
        {"vector", "[x,y,z]"}, {"[x, y]", "[x,y]"}, {"[width, thickness]", "[w,t]"}, {"range", "a..b"},
    };
    for (u32 i = 0; i < COUNT_OF(shapes); i++)
        if (strcmp(param->type, shapes[i].type) == 0)
            return shapes[i].shape;
    return NULL;
}

// Defaults of 0 and what is absent are not shown, nor the axis of solids: the text says it once for all.
static void write_param(StrBuf *out, const Builtin *b, const BuiltinParam *param, bool is_first) {
    if (b->sort == BUILTIN_SOLID && strcmp(param->name, "axis") == 0)
        return;
    const char *shape = shape_of(param), *fallback = param->fallback;
    strbuf_addf(out, "%s%s", is_first ? "" : ", ", param->name);
    if (fallback && *fallback && strcmp(fallback, "0") != 0)
        strbuf_addf(out, " = %s", fallback);
    else if (!param->is_bare && shape)
        strbuf_addf(out, " = %s", shape);
    else if (!param->is_bare)
        strbuf_add_z(out, " =");
}

static void write_entry(StrBuf *out, const Builtin *b) {
    const ReferenceRow *row = reference_find(b);
    u32 first = b->is_method ? 1 : 0;
    strbuf_add_char(out, '`');
    if (row && *row->written) {
        strbuf_add_z(out, row->written);
    } else {
        strbuf_addf(out, "%s%s(", first ? "." : "", b->name);
        for (u32 p = first; p < b->n_params; p++)
            write_param(out, b, &b->params[p], p == first);
        strbuf_add_char(out, ')');
    }
    strbuf_add_char(out, '`');
    if (row && *row->note)
        strbuf_addf(out, " %s", row->note);
}

static void write_sort(StrBuf *out, BuiltinSort sort, bool is_first) {
    u32 n = builtin_count();
    for (u32 i = 0; i < n; i++) {
        if (builtin_at(i)->sort != sort)
            continue;
        strbuf_add_z(out, is_first ? "" : " · ");
        write_entry(out, builtin_at(i));
        is_first = false;
    }
}

void builtin_write_card(StrBuf *out) {
    strbuf_add_z(out, intro);
    strbuf_add_z(out, "## Solids\n");
    write_sort(out, BUILTIN_SOLID, true);
    strbuf_add_z(out, solids_after);
    strbuf_add_z(out, "\n## Profiles, paths and what is made of them\n");
    write_sort(out, BUILTIN_PROFILE, true);
    write_sort(out, BUILTIN_PATH, false);
    strbuf_add_z(out, profiles_after);
    write_sort(out, BUILTIN_MAKE, true);
    strbuf_add_z(out, "\n\n## Combine\n");
    strbuf_add_z(out, combine_before);
    write_sort(out, BUILTIN_COMBINE, true);
    strbuf_add_z(out, "\n\n## Place (each gives a new solid; read left to right)\n");
    write_sort(out, BUILTIN_PLACE, true);
    strbuf_add_z(out, "\n");
    write_sort(out, BUILTIN_INSTANCE, true);
    strbuf_add_z(out, "\n\n## Ask\n");
    strbuf_add_z(out, ask_before);
    write_sort(out, BUILTIN_ASK, true);
    strbuf_add_z(out, "\n\n## Numbers, text, lists\n");
    strbuf_add_z(out, numbers_before);
    write_sort(out, BUILTIN_NUMBER, true);
    write_sort(out, BUILTIN_LIST, false);
    strbuf_add_z(out, numbers_after);
}
