# SPDX-License-Identifier: Apache-2.0
"""Reads grammars in GBNF and in the part of Lark that `frc grammar` writes, matches texts against them and draws
texts from them. Written from the descriptions of the two notations, without a look at what made the grammar.

An expression is a tuple: ("lit", text), ("set", negated, ranges), ("rule", name), ("seq", ...), ("alt", ...),
("rep", expression, at least, at most or None)."""
import re, sys, threading

ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class GrammarError(Exception):
    pass


class Reader:
    """Both notations: they differ in names, in how classes are quoted and in how a rule begins."""

    def __init__(self, text, lark):
        self.text, self.at, self.lark = text, 0, lark

    def fail(self, what):
        raise GrammarError("line %d: %s" % (self.text.count("\n", 0, self.at) + 1, what))

    def blank(self, lines):
        comment = "//" if self.lark else "#"
        while self.at < len(self.text):
            if self.text[self.at] in " \t" or (lines and self.text[self.at] == "\n"):
                self.at += 1
            elif self.text.startswith(comment, self.at) and (lines or not self.lark):
                while self.at < len(self.text) and self.text[self.at] != "\n":
                    self.at += 1
            else:
                return

    def name(self):
        m = re.compile(r"[a-z_]+|[A-Z_]+" if self.lark else r"[a-z-]+").match(self.text, self.at)
        if not m:
            self.fail("a name is expected")
        self.at = m.end()
        return m.group()

    def take(self, mark):
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def char(self):
        c = self.text[self.at]
        self.at += 1
        if c != "\\":
            return c
        c = self.text[self.at]
        self.at += 1
        if c == "x":
            self.at += 2
            return chr(int(self.text[self.at - 2 : self.at], 16))
        return ESCAPES.get(c, c)

    def literal(self):
        out = ""
        while not self.take('"'):
            if self.text[self.at] == "\n":
                self.fail("a literal is not closed")
            out += self.char()
        return ("lit", out)

    def set(self):
        negated = self.take("^")
        ranges = []
        while not self.take("]"):
            low = high = self.char()
            if self.text[self.at] == "-" and self.text[self.at + 1] != "]":
                self.at += 1
                high = self.char()
            ranges.append((low, high))
        return ("set", negated, tuple(ranges))

    def count(self):
        m = re.compile(r"\{(\d+)(?:,(\d+))?\}").match(self.text, self.at)
        if m:
            self.at = m.end()
            return int(m.group(1)), int(m.group(2) or m.group(1))
        for mark, count in (("?", (0, 1)), ("*", (0, None)), ("+", (1, None))):
            if self.take(mark):
                return count
        return None

    def counted(self, e):
        count = self.count()
        if count and self.count():
            self.fail("two counts")
        return ("rep", e) + count if count else e

    def item(self):
        if self.take('"'):
            return self.counted(self.literal())
        if self.take("("):
            e = self.alternatives()
            if not self.take(")"):
                self.fail("')' is expected")
            return self.counted(e)
        if self.lark and self.take("/"):
            if not self.take("["):
                self.fail("only sets of characters are known")
            e = self.counted(self.set())
            if not self.take("/"):
                self.fail("'/' is expected")
            return self.counted(e)
        if not self.lark and self.take("["):
            return self.counted(self.set())
        return self.counted(("rule", self.name()))

    def sequence(self):
        items = []
        while True:
            self.blank(False)
            if self.at >= len(self.text) or self.text[self.at] in "|)\n":
                break
            items.append(self.item())
        return items[0] if len(items) == 1 else ("seq",) + tuple(items)

    def alternatives(self):
        ways = []
        while True:
            self.blank(True)
            ways.append(self.sequence())
            mark = self.at
            self.blank(self.lark)
            if not self.take("|"):
                self.at = mark
                return ways[0] if len(ways) == 1 else ("alt",) + tuple(ways)

    def rules(self):
        rules = {}
        self.blank(True)
        while self.at < len(self.text):
            name = self.name()
            if name in rules:
                self.fail("rule %s comes twice" % name)
            self.blank(False)
            if not self.take(":" if self.lark else "::="):
                self.fail("the rule's sign is expected")
            rules[name] = self.alternatives()
            self.blank(True)
        return rules


def read_gbnf(text):
    return Reader(text, False).rules()


def read_lark(text):
    """With GBNF's names, so that the two can be compared."""

    def rename(e):
        if e[0] == "rule":
            return ("rule", e[1].lower().replace("_", "-"))
        if e[0] in ("seq", "alt"):
            return (e[0],) + tuple(rename(x) for x in e[1:])
        return ("rep", rename(e[1])) + e[2:] if e[0] == "rep" else e

    rules = Reader(text, True).rules()
    return {"root" if n == "start" else n.lower().replace("_", "-"): rename(e) for n, e in rules.items()}


def parts(e):
    return e[1:] if e[0] in ("seq", "alt") else e[1:2] if e[0] == "rep" else ()


def rules_used(e):
    if e[0] == "rule":
        yield e[1]
    for x in parts(e):
        yield from rules_used(x)


def nullable_rules(rules):
    found = set()

    def nullable(e):
        if e[0] == "rule":
            return e[1] in found
        if e[0] == "alt":
            return any(map(nullable, e[1:]))
        if e[0] == "seq":
            return all(map(nullable, e[1:]))
        return e == ("lit", "") or (e[0] == "rep" and (e[2] == 0 or nullable(e[1])))

    while True:
        more = {n for n, e in rules.items() if n not in found and nullable(e)}
        if not more:
            return found, nullable
        found |= more


def problems(rules, root="root"):
    """Undefined, unused and left-recursive rules, and repetitions of what may be empty."""
    out = []
    reached, todo = set(), [root]
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        if name in rules:
            todo += rules_used(rules[name])
        else:
            out.append("rule %s is used and not defined" % name)
    out += ["rule %s is never used" % n for n in rules if n not in reached]
    _, nullable = nullable_rules(rules)

    def leftmost(e):
        if e[0] == "rule":
            yield e[1]
        elif e[0] == "seq":
            for x in e[1:]:
                yield from leftmost(x)
                if not nullable(x):
                    return
        else:
            for x in parts(e):
                yield from leftmost(x)

    def empty_repeats(e):
        if e[0] == "rep" and e[3] is None and nullable(e[1]):
            return True
        return any(map(empty_repeats, parts(e)))

    edges = {n: set(leftmost(e)) for n, e in rules.items()}
    for n in rules:
        seen, todo = set(), list(edges[n])
        while todo:
            m = todo.pop()
            if m not in seen:
                seen.add(m)
                todo += edges.get(m, ())
        if n in seen:
            out.append("rule %s is left-recursive" % n)
        if empty_repeats(rules[n]):
            out.append("rule %s repeats what may be empty" % n)
    return out


class Matcher:
    """A recogniser of all context-free grammars without left recursion: for each rule and place the set of places
    where it may end, kept. What cannot begin at a character is not tried."""

    def __init__(self, rules):
        self.rules = rules
        _, self.nullable = nullable_rules(rules)
        self.firsts = {}
        self.compiled = {n: None for n in rules}
        for n in rules:
            self.compiled[n] = self.compile(rules[n])
        self.starts = {n: self.first(rules[n]) for n in rules}

    @staticmethod
    def in_set(e, c):
        return e[1] != any(low <= c <= high for low, high in e[2])

    def first(self, e):
        """Which characters may come first: a set of ASCII ones, and "" for all others; None if it may be empty."""
        if e in self.firsts:
            return self.firsts[e]
        if self.nullable(e):
            out = None
        elif e[0] == "lit":
            out = {e[1][0]}
        elif e[0] == "set":
            out = {chr(c) for c in range(128) if self.in_set(e, chr(c))} | ({""} if e[1] else set())
        elif e[0] == "rule":
            out = self.first(self.rules[e[1]])
        else:
            out = set()
            for x in parts(e):
                if e[0] == "seq" and self.nullable(x):
                    out |= self.first_of_nullable(x)
                else:
                    out |= self.first(x)
                    if e[0] == "seq":
                        break
        self.firsts[e] = out
        return out

    def first_of_nullable(self, e):
        out = set()
        if e[0] == "rule":
            return self.first_of_nullable(self.rules[e[1]])
        for x in parts(e):
            out |= self.first_of_nullable(x) if self.nullable(x) else self.first(x)
            if e[0] == "seq" and not self.nullable(x):
                break
        return out

    def compile(self, e):
        kind = e[0]
        if kind == "lit":
            text = e[1]
            return lambda at: (at + len(text),) if self.text.startswith(text, at) else ()
        if kind == "set":
            has = self.table(e)
            return lambda at: (at + 1,) if has(self.here[at]) else ()
        if kind == "rule":
            return lambda at, name=e[1]: self.rule(name, at)
        if kind == "rep" and e[1][0] == "set":
            has = self.table(e[1])
            return lambda at: self.run(has, e[2], e[3], at)
        inner = [self.compile(x) for x in parts(e)]
        if kind == "rep":
            return lambda at: self.repeat(inner[0], e[2], e[3], at)
        if kind == "seq":
            return lambda at: self.seq(inner, at)
        firsts, ways = [self.first(x) for x in e[1:]], {}
        return lambda at: self.alt(inner, firsts, ways, at)

    def table(self, e):
        """Membership; "" stands for all that is not ASCII, which no set here tells apart. None is the end."""
        chars = {chr(c) for c in range(128) if self.in_set(e, chr(c))} | ({""} if e[1] else set())
        return chars.__contains__

    def run(self, has, least, most, at):
        end = at
        while end - at != most and has(self.here[end]):
            end += 1
        return range(at + least, end + 1)

    def rule(self, name, at):
        key = (name, at)
        ends = self.memo.get(key)
        if ends is None:
            start = self.starts[name]
            ends = self.compiled[name](at) if start is None or self.here[at] in start else ()
            self.memo[key] = ends
            if at > self.furthest:
                self.furthest = at
        return ends

    @staticmethod
    def seq(inner, at):
        places = (at,)
        for f in inner:
            if len(places) == 1:
                after = f(next(iter(places)))
            else:
                after = set()
                for p in places:
                    after.update(f(p))
            if not after:
                return ()
            places = after
        return places

    def alt(self, inner, firsts, ways, at):
        c = self.here[at]
        if c not in ways:
            ways[c] = [f for f, first in zip(inner, firsts) if first is None or c in first]
        out = set()
        for f in ways[c]:
            out.update(f(at))
        return out

    @staticmethod
    def repeat(f, least, most, at):
        out, places, n = set(), {at}, 0
        seen = {at}
        while places:
            if n >= least:
                out |= places
            if n == most:
                break
            after = set()
            for p in places:
                after.update(f(p))
            places = after if n < least else after - seen
            seen |= after
            n += 1
        return out

    def match(self, text):
        """None, or where the text stops being like the grammar."""
        self.text, self.memo, self.furthest = text, {}, 0
        self.here = [c if c < "\x80" else "" for c in text] + [None]
        if len(text) in self.rule("root", 0):
            return None
        line = text.count("\n", 0, self.furthest) + 1
        return "line %d: %s" % (line, text.splitlines()[line - 1] if text and line <= len(text.splitlines()) else "the end")


class Sampler:
    """Draws texts: freely until a depth or a size, then by the shortest way to the end."""

    def __init__(self, rules, random):
        self.rules, self.random = rules, random
        self.height = {n: 10**9 for n in rules}
        while True:
            new = {n: min(10**9, 1 + self.cost(e)) for n, e in rules.items()}
            if new == self.height:
                break
            self.height = new

    def cost(self, e):
        if e[0] == "rule":
            return self.height[e[1]]
        if e[0] == "alt":
            return min(map(self.cost, e[1:]))
        if e[0] == "seq":
            return max(map(self.cost, e[1:]))
        return self.cost(e[1]) if e[0] == "rep" and e[2] > 0 else 0

    def text(self, room, size):
        self.left = size
        return self.draw(("rule", "root"), room)

    def draw(self, e, room):
        kind, random = e[0], self.random
        if self.left <= 0:
            room = 0
        if kind == "lit":
            self.left -= len(e[1])
            return e[1]
        if kind == "set":
            while True:
                c = chr(random.randrange(128)) if random.random() < 0.97 else random.choice("\u00e4\u20ac\u4e2d\U0001f600")
                if Matcher.in_set(e, c):
                    self.left -= 1
                    return c
        if kind == "rule":
            return self.draw(self.rules[e[1]], room - 1)
        if kind == "seq":
            return "".join(self.draw(x, room) for x in e[1:])
        if kind == "alt":
            ways = e[1:]
            if room <= 0:
                best = min(map(self.cost, ways))
                ways = [x for x in ways if self.cost(x) == best]
            if ("rule", "lines") in ways and random.random() < 0.7:  # else samples are mostly space
                ways = [x for x in ways if x != ("rule", "lines")]
            return self.draw(random.choice(ways), room)
        n = e[2]
        while (e[3] is None or n < e[3]) and room > 0 and random.random() < (0.5 if e[3] != 1 else 0.4) and n < e[2] + 6:
            n += 1
        return "".join(self.draw(e[1], room) for _ in range(n))


def with_stack(function):
    """Runs it where deep recursion is no matter."""
    sys.setrecursionlimit(200000)
    threading.stack_size(512 << 20)
    out = []
    thread = threading.Thread(target=lambda: out.append(function()))
    thread.start()
    thread.join()
    return out[0] if out else None
