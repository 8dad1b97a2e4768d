# SPDX-License-Identifier: Apache-2.0
"""What the checks in this folder share: the tree to look at, the report, and the planted defects.

A check is a function of a Tree that yields complaints. Its defects are small trees that it must complain about;
they run each time, so that a check which has gone blind turns red. `--self-test` runs the defects only.
"""
import os, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Tree:
    """Files by path: those git knows and those it would add, or the ones of a planted defect."""

    def __init__(self, files=None):
        self.planted = files
        if files is not None:
            self.paths = sorted(files)
        else:
            listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True).stdout
            self.paths = sorted(p for p in listed.decode().splitlines() if os.path.isfile(os.path.join(ROOT, p)))

    def read(self, path):
        if self.planted is not None:
            return self.planted[path]
        with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
            return f.read()

    def ending(self, *endings):
        return [p for p in self.paths if p.endswith(endings)]


def main(checks, floor):
    """checks: (name, function, defects); a defect is (what, files). floor: files the real tree must have."""
    passed = failed = 0

    def count(ok, *lines):
        nonlocal passed, failed
        passed, failed = passed + bool(ok), failed + (not ok)
        if not ok:
            print("FAILED " + "\n    ".join(lines))

    for name, check, defects in checks:
        count(defects, name + ": nothing shows that it can fail")
        for what, files in defects:
            count(list(check(Tree(files))), "%s does not see a planted defect: %s" % (name, what))
    if "--self-test" not in sys.argv[1:]:
        tree = Tree()
        count(len(tree.paths) >= floor, "only %d files, at least %d are expected" % (len(tree.paths), floor))
        for name, check, _ in checks:
            complaints = list(check(tree))
            count(not complaints, name, *complaints[:40])
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)
