#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What stands beside the boolean kernel, beside other programs on the same inputs: CPU times on one thread and ratios.

    tests/bench/companions.py [--beside PATH] [--markdown] [--no-npm]

Ours is build/release/bench/beside. npm's manifold-3d (build/npm) takes part; qhull and Embree do where their headers
are installed (Debian's libqhull-dev, libembree-dev). A ratio above 1 is in our favour. Answers are compared, to 1e-4
of themselves for coordinates of 32 bits (manifold-3d, Embree), to 1e-6 else; `!` names what differs.
"""
import argparse, os, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CASES = [("hull_sphere", "hull, 100,000 points on a sphere"), ("hull_ball", "hull, a million points in a ball"),
         ("hull_lattice", "hull, a lattice of 64,000 points"), ("tree", "tree over 200,000 triangles"),
         ("rays", "100,000 rays at them"), ("inside", "100,000 points: inside?"),
         ("distance", "distance of two such spheres"), ("overlap", "volume that two share")]
parser = argparse.ArgumentParser()
parser.add_argument("--beside", default=os.path.join(ROOT, "build/release/bench/beside"))
parser.add_argument("--markdown", action="store_true")
parser.add_argument("--no-npm", action="store_true")
args = parser.parse_args()
args.beside = os.path.abspath(args.beside)
os.chdir(ROOT)
TMP = tempfile.mkdtemp(prefix="frc-companions-")


def lines(command):
    p = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if p.returncode:
        print("%s: exit %d %s" % (command[0], p.returncode, p.stderr[-300:]), file=sys.stderr)
        return {}
    return {name: (float(ms), float(answer)) for name, ms, answer in (line.split() for line in p.stdout.splitlines())}


def compiled(name, libs):
    """The peer's program, or None where its library is not installed."""
    path = os.path.join(TMP, name)
    command = ["cc", "-O2", "-std=gnu11", "tests/bench/peers/%s.c" % name, "-o", path] + libs + ["-lm"]
    return path if subprocess.run(command, capture_output=True).returncode == 0 else None


def qhull():
    path = compiled("qhull", ["-lqhull_r"])
    out = {}
    for name in ("sphere", "ball", "lattice") if path else ():
        p = subprocess.run([path, "%s/%s.points" % (TMP, name)], capture_output=True, text=True, timeout=600)
        if p.returncode == 0:
            out["hull_" + name] = tuple(map(float, p.stdout.split()))
    return out


def main():
    ours = lines([args.beside, TMP])
    if len(ours) != len(CASES):
        sys.exit("no times of ours")
    embree = compiled("embree", ["-lembree3"])
    peers = [("qhull", 1e-6, qhull()), ("Embree", 1e-4, lines([embree, TMP]) if embree else {})]
    if not args.no_npm:
        peers.append(("manifold-3d", 1e-4, lines(["node", "tests/bench/peers/companions.mjs", TMP])))
    peers = [peer for peer in peers if peer[2]]
    rows = [["case", "ours"] + [name for name, _, _ in peers]]
    for case, title in CASES:
        ms, answer = ours[case]
        row = [title, "%.3g ms" % ms]
        for _, tolerance, times in peers:
            theirs = times.get(case)
            text = "%.3g ms, %.2gx" % (theirs[0], theirs[0] / ms) if theirs else ""
            if theirs and abs(theirs[1] - answer) > tolerance * abs(answer):
                text += " ! %.9g, ours %.9g" % (theirs[1], answer)
            row.append(text)
        rows.append(row)
    if args.markdown:
        rows.insert(1, ["---"] * len(rows[0]))
        print("\n".join("| " + " | ".join(row) + " |" for row in rows))
    else:
        print("\n".join("  ".join(text.ljust(34 if i == 0 else 22) for i, text in enumerate(row)) for row in rows))
    shutil.rmtree(TMP, ignore_errors=True)


main()
