// SPDX-License-Identifier: Apache-2.0
// `param name = default in range step s "words"`: what a user or a sampler may change. A setting
// (--set name=value) replaces the default; both are held to the range, the choices and the steps,
// and what does not fit is refused with the nearest that would.
#include "compiler/check/check_names.h"

static const f64 STEP_TOLERANCE = 1e-6; // of a step

typedef struct Param {
    Eval *ev;
    const AstNode *node;
    SceneParam out;
    Dim dim; // of the number, its range, step and choices
    bool ok;
} Param;

static Place param_place(const Param *p, const AstNode *node, const char *what) {
    return (Place){node->span, what, p->node->param.name.text};
}

static Str show(const Param *p, f64 number) {
    return number_show(p->ev, number, p->dim);
}

// ---- range, choices, step ----

static bool param_agrees(Param *p, Dim dim, const AstNode *node) {
    OpPlace place = {AST_LE, node->span, p->node->param.value->span, node->span, node->span};
    return dim_agree(p->ev, place, p->dim, dim, &p->dim);
}

static void read_range(Param *p, Value range) {
    const AstNode *node = p->node->param.range;
    if (p->out.kind != PARAM_NUMBER) {
        Diag *diag = diag_add(p->ev->diags, DIAG_E0703, node->span,
                              "a range goes with a number, '%.*s' is %s", STR_ARG(p->out.name),
                              p->out.kind == PARAM_TEXT ? "a text" : "true or false");
        if (p->out.kind == PARAM_TEXT)
            diag_help(p->ev->diags, diag, "list its choices: in [\"%.*s\", ...]",
                      STR_ARG(p->out.text));
        else
            diag_help(p->ev->diags, diag, "leave the range out: both values will do");
        p->ok = false;
        return;
    }
    if (!param_agrees(p, range.dim, node)) {
        p->ok = false;
        return;
    }
    p->out.has_range = true;
    p->out.low = range.range.low;
    p->out.high = range.range.high;
    if (p->out.low <= p->out.high)
        return;
    Diag *diag = diag_add(p->ev->diags, DIAG_E0703, node->span,
                          "%.*s..%.*s holds nothing: its low end is above its high end",
                          STR_ARG(show(p, p->out.low)), STR_ARG(show(p, p->out.high)));
    if (node->kind == AST_RANGE) {
        Str turned =
            str_format(p->ev->arena, "%.*s..%.*s", STR_ARG(node_text(p->ev, node->range.high)),
                       STR_ARG(node_text(p->ev, node->range.low)));
        diag_help(p->ev->diags, diag, "write %.*s", STR_ARG(turned));
        diag_fix(p->ev->diags, diag, FIX_MACHINE, node->span, turned);
    }
    p->ok = false;
}

static bool read_choice(Param *p, Value choice, u32 i) {
    const AstNode *node = p->node->param.range;
    ValueKind wanted = p->out.kind == PARAM_TEXT ? VALUE_TEXT : VALUE_NUMBER;
    if (choice.kind != wanted || p->out.kind == PARAM_BOOL) {
        if (!value_is_bad(choice)) {
            Diag *diag = diag_add(p->ev->diags, DIAG_E0703, node->span,
                                  "%.*s is no choice for '%.*s', which is %s",
                                  STR_ARG(value_show(p->ev, choice)), STR_ARG(p->out.name),
                                  p->out.kind == PARAM_TEXT   ? "a text"
                                  : p->out.kind == PARAM_BOOL ? "true or false"
                                                              : "a number");
            diag_label(p->ev->diags, diag, p->node->param.value->span, "the default");
            diag_help(p->ev->diags, diag,
                      p->out.kind == PARAM_BOOL ? "leave the choices out: both values will do"
                      : p->out.kind == PARAM_TEXT
                          ? "write it in quotes, or take it out"
                          : "write it as a number, or give texts throughout, the default too");
        }
        return false;
    }
    if (p->out.kind == PARAM_TEXT) {
        p->out.choices[i] = choice.text;
        return true;
    }
    p->out.number_choices[i] = choice.number;
    return param_agrees(p, choice.dim, node);
}

static void read_choices(Param *p, Value list) {
    u32 n = list.list.len;
    if (n == 0) {
        Diag *diag = diag_add(p->ev->diags, DIAG_E0703, p->node->param.range->span,
                              "'%.*s' has no choice at all", STR_ARG(p->out.name));
        diag_help(p->ev->diags, diag,
                  "list its choices, the default among them, or leave 'in' out");
        p->ok = false;
        return;
    }
    p->out.choices = ARENA_NEW(p->ev->arena, Str, n);
    p->out.number_choices = ARENA_NEW(p->ev->arena, f64, n);
    p->out.n_choices = n;
    for (u32 i = 0; i < n && p->ok; i++)
        p->ok = read_choice(p, list.list.items[i], i);
}

static void read_step(Param *p, Scope *scope) {
    const AstNode *node = p->node->param.step;
    Value step = eval_expr(p->ev, scope, node);
    if (step.kind != VALUE_NUMBER) {
        value_mismatch(p->ev, step, param_place(p, node, "the step"), "a number");
        p->ok = false;
        return;
    }
    if (!p->out.has_range || !isfinite(p->out.low)) {
        Diag *diag = diag_add(p->ev->diags, DIAG_E0703, node->span,
                              "a step counts from the low end of a range, and '%.*s' has none",
                              STR_ARG(p->out.name));
        diag_help(p->ev->diags, diag, "give it a range before the step: in 2..6 step 1");
        p->ok = false;
        return;
    }
    p->ok = param_agrees(p, step.dim, node);
    if (p->ok && !(step.number > 0)) {
        Diag *diag = diag_add(p->ev->diags, DIAG_E0703, node->span,
                              "%.*s is no step: it must be above 0", STR_ARG(show(p, step.number)));
        diag_help(p->ev->diags, diag, "write a step above 0, or leave it out");
        diag_measure(diag, step.number, 0, STR(""));
        p->ok = false;
    }
    p->out.step = step.number;
}

static void read_domain(Param *p, Scope *scope) {
    const AstNode *node = p->node->param.range;
    if (node) {
        Value domain = eval_expr(p->ev, scope, node);
        if (domain.kind == VALUE_RANGE) {
            read_range(p, domain);
        } else if (domain.kind == VALUE_LIST) {
            read_choices(p, domain);
        } else {
            value_mismatch(p->ev, domain, param_place(p, node, "in"),
                           "a range a..b or a list of choices");
            p->ok = false;
        }
    }
    if (p->ok && p->node->param.step)
        read_step(p, scope);
}

// ---- whether a value fits ----

// The allowed number nearest to x.
static f64 nearest_number(const SceneParam *param, f64 x) {
    if (param->n_choices > 0) {
        f64 best = param->number_choices[0];
        for (u32 i = 1; i < param->n_choices; i++)
            if (fabs(param->number_choices[i] - x) < fabs(best - x))
                best = param->number_choices[i];
        return best;
    }
    f64 near = fmin(fmax(x, param->low), param->high);
    if (param->step > 0) {
        f64 most = floor((param->high - param->low) / param->step + STEP_TOLERANCE);
        f64 k = fmin(floor((near - param->low) / param->step + 0.5), most);
        near = param->low + k * param->step;
    }
    return near;
}

static bool number_fits(const SceneParam *param, f64 x) {
    f64 near = nearest_number(param, x);
    if (param->n_choices == 0 && !param->has_range)
        return true;
    return fabs(near - x) <= (param->step > 0 ? STEP_TOLERANCE * param->step : 0);
}

static bool text_fits(const SceneParam *param, Str text) {
    for (u32 i = 0; i < param->n_choices; i++)
        if (str_equal(param->choices[i], text))
            return true;
    return param->n_choices == 0;
}

static Str choices_text(const Param *p) {
    StrBuf out;
    strbuf_init(&out, p->ev->heap);
    u32 shown = MIN(p->out.n_choices, 12);
    for (u32 i = 0; i < shown; i++) {
        strbuf_add_z(&out, i ? ", " : "");
        if (p->out.kind == PARAM_TEXT)
            strbuf_addf(&out, "\"%.*s\"", STR_ARG(p->out.choices[i]));
        else
            strbuf_add(&out, show(p, p->out.number_choices[i]));
    }
    strbuf_add_z(&out, shown < p->out.n_choices ? ", ..." : "");
    Str text = str_copy(p->ev->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return text;
}

static Str domain_text(const Param *p) {
    if (p->out.n_choices > 0)
        return choices_text(p);
    Str range = str_format(p->ev->arena, "%.*s..%.*s", STR_ARG(show(p, p->out.low)),
                           STR_ARG(show(p, p->out.high)));
    return p->out.step > 0 ? str_format(p->ev->arena, "%.*s step %.*s", STR_ARG(range),
                                        STR_ARG(show(p, p->out.step)))
                           : range;
}

static Str measure_unit(const Param *p) {
    return p->out.unit[0] ? str_from(p->out.unit) : STR("");
}

// Refuses the number: the default (E0703) or a setting (E0701 outside the range, E0702 between the
// steps).
static void refuse_number(Param *p, f64 x, bool is_setting) {
    Diags *diags = p->ev->diags;
    const AstNode *range = p->node->param.range;
    f64 near = nearest_number(&p->out, x);
    bool is_outside = p->out.n_choices == 0 && (x < p->out.low || x > p->out.high);
    DiagCode code = !is_setting ? DIAG_E0703 : is_outside ? DIAG_E0701 : DIAG_E0702;
    Diag *diag =
        diag_add(diags, code, is_setting ? p->node->param.name.span : p->node->param.value->span,
                 "%.*s is %s '%.*s': %.*s", STR_ARG(show(p, x)),
                 is_outside ? "outside the range of" : "none of the values of",
                 STR_ARG(p->out.name), STR_ARG(domain_text(p)));
    diag_key(diags, diag, "%.*s", STR_ARG(p->out.name));
    diag_label(diags, diag, range->span, p->out.n_choices > 0 ? "its choices" : "its range");
    diag_measure(diag, x, near, measure_unit(p));
    diag_help(diags, diag, "the nearest that will do is %.*s", STR_ARG(show(p, near)));
    if (!is_setting && p->node->param.value->kind == AST_NUMBER) {
        char text[NUMBER_TEXT_MAX];
        number_write(near, text);
        if (p->node->param.value->number.unit.len == 0)
            diag_fix(diags, diag, FIX_MAYBE, p->node->param.value->span,
                     str_copy(p->ev->arena, str_from(text)));
    }
    p->ok = false;
}

static void refuse_text(Param *p, Str text, bool is_setting) {
    Diags *diags = p->ev->diags;
    Diag *diag = diag_add(diags, is_setting ? DIAG_E0702 : DIAG_E0703,
                          is_setting ? p->node->param.name.span : p->node->param.value->span,
                          "\"%.*s\" is none of the choices of '%.*s': %.*s", STR_ARG(text),
                          STR_ARG(p->out.name), STR_ARG(choices_text(p)));
    diag_key(diags, diag, "%.*s", STR_ARG(p->out.name));
    diag_label(diags, diag, p->node->param.range->span, "its choices");
    Str near = str_nearest(text, p->out.choices, p->out.n_choices);
    if (near.len > 0)
        diag_help(diags, diag, "did you mean \"%.*s\"?", STR_ARG(near));
    else
        diag_help(diags, diag,
                  is_setting ? "set one of them"
                             : "begin with one of them, or add this one to the list");
    p->ok = false;
}

static void check_fit(Param *p, bool is_setting) {
    if (p->out.kind == PARAM_NUMBER && !number_fits(&p->out, p->out.number))
        refuse_number(p, p->out.number, is_setting);
    else if (p->out.kind == PARAM_TEXT && !text_fits(&p->out, p->out.text))
        refuse_text(p, p->out.text, is_setting);
}

// ---- settings ----

// "-4.5cm": a sign, digits, a unit. False: no number.
static bool read_setting_number(const Param *p, Str text, f64 *out, Dim *dim) {
    bool is_negative = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    f64 sign = is_negative && text.ptr[0] == '-' ? -1 : 1, factor = 1;
    u32 at = is_negative ? 1 : 0, end = text.len;
    while (end > at &&
           ((text.ptr[end - 1] >= 'a' && text.ptr[end - 1] <= 'z') || text.ptr[end - 1] == ' '))
        end--;
    Str unit = {text.ptr + end, text.len - end};
    *dim = DIM_BARE;
    if (unit.len > 0 && !unit_find(unit, dim, &factor))
        return false;
    if (!number_read((Str){text.ptr + at, end - at}, out))
        return false;
    *out *= sign * factor / (dim->length ? p->ev->unit_mm : 1);
    return isfinite(*out);
}

static void refuse_setting(Param *p, const CheckSetting *setting, const char *wanted,
                           const char *example) {
    Diag *diag = diag_add(p->ev->diags, DIAG_E0702, p->node->param.name.span,
                          "'%.*s' was set to %s%.*s%s, but it wants %s", STR_ARG(p->out.name),
                          setting->is_text ? "the text \"" : "", STR_ARG(setting->value),
                          setting->is_text ? "\"" : "", wanted);
    diag_key(p->ev->diags, diag, "%.*s", STR_ARG(p->out.name));
    diag_help(p->ev->diags, diag, "write --set %.*s=%s", STR_ARG(p->out.name), example);
    p->ok = false;
}

static void set_number(Param *p, const CheckSetting *setting) {
    f64 number;
    Dim dim;
    char example[NUMBER_TEXT_MAX];
    number_write(p->out.number, example);
    if (setting->is_text || !read_setting_number(p, setting->value, &number, &dim)) {
        refuse_setting(p, setting, "a number", example);
        return;
    }
    // A unit tells what is meant even where the program's own numbers are bare: they stay bare.
    if (!dim_is_bare(dim) && !dim_is_bare(p->dim) && !dim_equal(dim, p->dim)) {
        refuse_setting(p, setting, dim_equal(p->dim, DIM_ANGLE) ? "an angle" : "a length", example);
        return;
    }
    p->out.number = number;
}

static void apply_setting(Param *p) {
    CheckOptions *options = p->ev->options;
    for (u32 i = 0; i < options->n_settings && p->ok; i++) {
        CheckSetting *setting = &options->settings[i];
        if (!str_equal(setting->name, p->out.name))
            continue;
        setting->used = true;
        if (p->out.kind == PARAM_NUMBER)
            set_number(p, setting);
        else if (p->out.kind == PARAM_TEXT)
            p->out.text = str_copy(p->ev->arena, setting->value);
        else if (!setting->is_text &&
                 (str_equal_z(setting->value, "true") || str_equal_z(setting->value, "false")))
            p->out.flag = str_equal_z(setting->value, "true");
        else
            refuse_setting(p, setting, "true or false", "true");
        if (p->ok)
            check_fit(p, true);
    }
}

// ---- front door ----

static void read_default(Param *p, Value value) {
    switch (value.kind) {
    case VALUE_NUMBER:
        p->out.kind = PARAM_NUMBER;
        p->out.number = value.number;
        p->dim = value.dim;
        return;
    case VALUE_BOOL:
        p->out.kind = PARAM_BOOL;
        p->out.flag = value.flag;
        return;
    case VALUE_TEXT:
        p->out.kind = PARAM_TEXT;
        p->out.text = value.text;
        return;
    case VALUE_BAD:
        break;
    case VALUE_NONE:
    case VALUE_LIST:
    case VALUE_RANGE:
    case VALUE_SOLID:
    case VALUE_PROFILE:
    case VALUE_PATH:
    case VALUE_MATERIAL:
    case VALUE_COLOR:
    case VALUE_AXIS:
    case VALUE_PLANE:
    case VALUE_CENTER:
        value_mismatch(p->ev, value, param_place(p, p->node->param.value, "param"),
                       "a number, a text, or true or false");
        break;
    }
    p->ok = false;
}

static Value param_value(const Param *p) {
    switch (p->out.kind) {
    case PARAM_NUMBER:
        return value_number(p->out.number, p->dim);
    case PARAM_BOOL:
        return value_bool(p->out.flag);
    case PARAM_TEXT:
        return value_text(p->out.text);
    }
    return value_bad();
}

static const char *unit_text(const Param *p) {
    static const char *const lengths[] = {"mm", "cm", "m", "in", "ft"};
    if (dim_equal(p->dim, DIM_ANGLE))
        return "deg";
    for (u32 i = 0; dim_equal(p->dim, DIM_LENGTH) && i < COUNT_OF(lengths); i++)
        if (str_equal_z(p->ev->scene->unit, lengths[i]))
            return lengths[i];
    return "";
}

void param_eval(Eval *ev, Scope *scope, const AstNode *node) {
    Param p = {.ev = ev, .node = node, .ok = true};
    p.out.name = node->param.name.text;
    p.out.words = node->param.has_words ? node->param.words : STR("");
    p.out.span = node->span;
    p.out.unit = "";
    read_default(&p, eval_expr(ev, scope, node->param.value));
    if (p.ok)
        read_domain(&p, scope);
    p.out.unit = unit_text(&p);
    if (p.ok)
        check_fit(&p, false);
    if (p.ok)
        apply_setting(&p);
    if (p.ok)
        avec_push(ev->arena, &ev->params, p.out);
    scope_bind(ev, scope, node->param.name, p.ok ? param_value(&p) : value_bad());
}

// A param that could not be read is known all the same.
static bool is_param(const Eval *ev, Str name) {
    for (u32 i = 0; i < ev->ast->statements.len; i++) {
        const AstNode *node = ev->ast->statements.items[i];
        if (node->kind == AST_PARAM && str_equal(node->param.name.text, name))
            return true;
    }
    return false;
}

static void report_setting(Eval *ev, const CheckSetting *setting) {
    Diag *diag = diag_add_global(ev->diags, DIAG_E0316, "the program has no param '%.*s'",
                                 STR_ARG(setting->name));
    Suggest suggest;
    suggest_init(&suggest, ev, setting->name);
    u32 n_params = 0;
    for (u32 i = 0; i < ev->ast->statements.len; i++)
        if (ev->ast->statements.items[i]->kind == AST_PARAM) {
            suggest_offer(&suggest, ev->ast->statements.items[i]->param.name.text);
            n_params++;
        }
    if (suggest.best.len > 0)
        diag_help(ev->diags, diag, "did you mean '%.*s'?", STR_ARG(suggest.best));
    else if (n_params == 0)
        diag_help(ev->diags, diag, "it has no params at all: param %.*s = ... makes one",
                  STR_ARG(setting->name));
    else
        diag_help(ev->diags, diag, "frc params FILE lists them");
}

void params_check_settings(Eval *ev) {
    for (u32 i = 0; i < ev->options->n_settings; i++)
        if (!ev->options->settings[i].used && !is_param(ev, ev->options->settings[i].name))
            report_setting(ev, &ev->options->settings[i]);
}
