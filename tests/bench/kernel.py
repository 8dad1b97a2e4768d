#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The boolean kernel beside Manifold, on the same meshes: a table of medians, ratios, memory and checks.

    tests/bench/kernel.py [--kernel PATH] [--quick|--most] [--threads N] [--markdown] [--no-npm] [CASE ...]

Ours is build/release/bench/kernel. npm's manifold-3d (build/npm) always takes part. Native Manifold does where
FRC_BENCH_MANIFOLD names one or several (by ':') of: the prefix of an installed Manifold, against which
tests/bench/peers/manifold.cpp is compiled; or that program, compiled already.

Times are of CPU (user and system) for one evaluation, operands being ready: the median of at least three runs, of
one only above 8 s. With threads the wall time stands behind. Memory is what one evaluation takes at its peak beyond
its operands. A ratio above 1 is in our favour. Results are compared: volume to 1e-5 of itself, area to 1e-4, genus and
pieces; `!` names what differs. (Manifold leaves walls between contacts that are apart by rounding, so in the lattices
and the chair it is to differ.) --quick: the small cases; --most: all but the six largest, which take peers minutes.
"""
import argparse, glob, json, os, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
QUICK = ["hole", "chair", "sph1k", "rot1k", "sph10k", "menger2", "cubesunit", "cubes"]
LARGE = ["sph1m", "rot1m", "plate100", "spheres1000", "stack400", "stack1000", "barsrings", "menger4", "menger4steps"]
parser = argparse.ArgumentParser()
parser.add_argument("cases", nargs="*")
parser.add_argument("--kernel", default=os.path.join(ROOT, "build/release/bench/kernel"))
parser.add_argument("--quick", action="store_true")
parser.add_argument("--most", action="store_true")
parser.add_argument("--no-npm", action="store_true")
parser.add_argument("--markdown", action="store_true")
parser.add_argument("--threads", default="1")
parser.add_argument("--timeout", type=float, default=200)
args = parser.parse_args()
os.chdir(ROOT)
TMP = tempfile.mkdtemp(prefix="frc-kernel-")


def run_json(command):
    """The line of JSON that the command prints, or a word on why there is none."""
    try:
        p = subprocess.run(command, capture_output=True, timeout=args.timeout)
    except subprocess.TimeoutExpired:
        return "> %.0f s" % args.timeout
    try:
        return json.loads(p.stdout)
    except ValueError:
        return "exit %d" % p.returncode


def native_peers():
    peers = []
    for i, path in enumerate(p for p in os.environ.get("FRC_BENCH_MANIFOLD", "").split(":") if p):
        name = os.path.basename(path.rstrip("/"))
        if os.path.isfile(path):
            peers.append((name, [os.path.abspath(path)]))
            continue
        library = [p for p in glob.glob(path + "/lib*/libmanifold.*") + glob.glob(path + "/lib/*/libmanifold.*")]
        if not library:
            sys.exit("FRC_BENCH_MANIFOLD: no libmanifold below " + path)
        folder, binary = os.path.dirname(library[0]), os.path.join(TMP, "manifold%d" % i)
        base = ["c++", "-O3", "-std=c++17", "-I", path + "/include", "tests/bench/peers/manifold.cpp", "-o", binary,
                "-L", folder, "-Wl,-rpath," + folder, "-lmanifold", "-pthread"]
        for more in ([], ["-ltbb"], ["-l:libtbb.so.12"]):
            p = subprocess.run(base + more, capture_output=True)
            if p.returncode == 0:
                break
        else:
            sys.exit("cannot compile against %s\n%s" % (path, p.stderr.decode()[-1500:]))
        peers.append((name, [binary]))
    return peers


def differences(ours, theirs):
    """What of two results differs, in words."""
    words = []
    for key, tolerance in (("volume", 1e-5), ("area", 1e-4)):
        if abs(ours[key] - theirs[key]) > tolerance * max(1e-9, abs(ours[key])):
            words.append("%s %.6g" % (key, theirs[key]))
    for key in ("genus", "components"):
        if ours[key] != theirs[key]:
            words.append("%s %g" % (key, theirs[key]))
    return words


def cell(ours, theirs):
    if isinstance(theirs, str):
        return theirs
    text = "%.4g ms" % theirs["cpu_ms"]
    if theirs["wall_ms"] < 0.9 * theirs["cpu_ms"]:
        text += " (wall %.4g)" % theirs["wall_ms"]
    text += ", %.1fx" % (min(theirs["cpu_ms"], theirs["wall_ms"]) / min(ours["cpu_ms"], ours["wall_ms"]))
    if theirs["memory_mb"] is not None:
        text += ", %.0f MB" % theirs["memory_mb"]
    words = differences(ours, theirs)
    return text + (" ! " + ", ".join(words) if words else "")


def main():
    known = subprocess.run([args.kernel, "--list"], capture_output=True, text=True, check=True).stdout.split()
    cases = args.cases or (QUICK if args.quick else [c for c in known if not (args.most and c in LARGE)])
    unknown = [c for c in cases if c not in known]
    if unknown:
        sys.exit("no case %s: %s" % (unknown[0], " ".join(known)))
    peers = native_peers()
    if not args.no_npm:
        peers.append(("manifold-3d", ["node", "tests/bench/peers/manifold.mjs"]))
    head = ["case", "in", "out", "genus", "pieces", "ours"] + [name for name, _ in peers]
    widths = [17, 8, 8, 6, 6, 24] + [44] * len(peers)

    def line(row):
        if args.markdown:
            print("| " + " | ".join(row) + " |", flush=True)
        else:
            print("  ".join(text.ljust(w) for text, w in zip(row, widths)).rstrip(), flush=True)
    line(head)
    if args.markdown:
        line(["---"] * len(head))
    n_bad = 0
    for case in cases:
        path = os.path.join(TMP, case)
        ours = run_json([args.kernel, "--threads", args.threads, "--write", path, case])
        if isinstance(ours, str) or ours["status"]:
            line([case, "", "", "", "", ours if isinstance(ours, str) else "status %d" % ours["status"]])
            n_bad += 1
            continue
        mine = "%.4g ms, %.0f MB" % (ours["cpu_ms"], ours["memory_mb"])
        if args.threads != "1":
            mine += " (wall %.4g)" % ours["wall_ms"]
        row = [case, str(ours["in"]), str(ours["out"]), str(ours["genus"]), str(ours["components"]), mine]
        line(row + [cell(ours, run_json(command + [path])) for _, command in peers])
        os.remove(path)
    shutil.rmtree(TMP, ignore_errors=True)
    sys.exit(1 if n_bad else 0)


main()
