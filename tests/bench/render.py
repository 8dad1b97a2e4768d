#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures: wall time, processor time and peak memory of whole processes, medians of interleaved runs, and ratios to
Blender's Workbench and f3d where they are installed (they draw colour only).

    tests/bench/render.py [--frc PATH] [-n RUNS]

The model: 12 spheres on a board, about 70,000 triangles. Times on a shared machine move; compare the ratios. Each job is
done by --device auto, and, where that draws in plain C, by the processor's Vulkan driver as well, if there is one.
"""
import argparse, os, shutil, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
parser = argparse.ArgumentParser()
parser.add_argument("--frc", default=os.path.join(ROOT, "build/release/frc"))
parser.add_argument("-n", type=int, default=5)
args = parser.parse_args()
args.frc = os.path.abspath(args.frc)
TMP = tempfile.mkdtemp(prefix="frc-bench-")
os.chdir(TMP)
BLENDER = """
import bpy, math, sys
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.import_scene.gltf(filepath="bench.glb")
scene = bpy.context.scene
scene.render.engine = "BLENDER_WORKBENCH"
scene.render.resolution_x = scene.render.resolution_y = 512
camera = bpy.data.objects.new("c", bpy.data.cameras.new("c"))
scene.collection.objects.link(camera)
scene.camera = camera
for i in range(12):
    a = i * math.pi / 6
    camera.location = (0.3 + 2 * math.sin(a), 0.2 - 2 * math.cos(a), 0.9)
    camera.rotation_euler = (1.2, 0, a)
    scene.render.filepath = "blender_%02d.png" % i
    bpy.ops.render.render(write_still=True)
"""


def once(command):
    start = time.perf_counter()
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    err = p.stderr.read()
    _, status, usage = os.wait4(p.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit("%s failed: %s" % (" ".join(command), err.decode("utf-8", "replace")[-500:]))
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def model():
    lines = ["object bench", "units cm", "part board { box(x = -15..75, y = -15..55, z = 0..2) }"]
    lines += ["part ball_%d { sphere(d = 18) }.move(x = %d, y = %d, z = 10.9)" % (i, i % 4 * 20, i // 4 * 20) for i in range(12)]
    with open("bench.part", "w") as f:
        f.write("\n".join(lines) + "\n")
    once([args.frc, "bench.part", "-o", "bench.glb", "--tolerance", "0.04mm"])


model()
jobs = [
    ("12 views, 512 px, 5 passes written", [args.frc, "render", "bench.glb", "-o", "out", "--views", "12"]),
    ("12 views, 512 px, colour only", [args.frc, "render", "bench.glb", "-o", "color", "--views", "12", "--passes", "color"]),
    ("1 view, 256 px, colour, whole process", [args.frc, "render", "bench.glb", "-o", "one", "--views", "iso", "--size", "256x256", "--passes", "color"]),
    ("100 views, 224 px, 5 passes written", [args.frc, "render", "bench.glb", "-o", "many224", "--views", "100", "--size", "224x224"]),
    ("100 views, 256 px, 5 passes written", [args.frc, "render", "bench.glb", "-o", "many256", "--views", "100", "--size", "256x256"]),
]
once([args.frc, "render", "bench.glb", "-o", "probe", "--views", "iso", "--size", "16x16"])
if '"device":"processor' in open("probe/scene.json").read():
    jobs += [(name + ", driver", command + ["--device", "vulkan"]) for name, command in jobs]
if shutil.which("blender"):
    open("blender.py", "w").write(BLENDER)
    jobs.append(("Blender Workbench: 12 views, 512 px, colour", ["blender", "-b", "-noaudio", "-P", "blender.py"]))
if shutil.which("f3d"):
    screen = ["xvfb-run", "-a"] if shutil.which("xvfb-run") else []  # it wants one, if only in name
    jobs.append(("f3d: 1 view, 512 px, colour", screen + ["f3d", "bench.glb", "--output=f3d.png", "--resolution=512,512"]))
times = {name: [] for name, _ in jobs}
for name, command in jobs[:]:
    try:
        once(command)  # warm
    except SystemExit as e:
        if command[0] == args.frc and "vulkan" not in command:
            raise
        print("left out: %s" % e)  # who can't draw here
        jobs.remove((name, command))
for _ in range(args.n):
    for name, command in jobs:
        times[name].append(once(command))
print("%-54s %8s %8s %8s" % ("", "wall s", "cpu s", "peak MB"))
ours = statistics.median(t[0] for t in times[jobs[0][0]])
for name, _ in jobs:
    wall, cpu, peak = (statistics.median(t[k] for t in times[name]) for k in range(3))
    ratio = "   %.1f x ours" % (wall / ours) if name.startswith("Blender") else ""
    views = "   %.1f views/s, %.1f per core" % (100 / wall, 100 / cpu) if name.startswith("100") else ""
    print("%-54s %8.2f %8.2f %8.0f%s%s" % (name, wall, cpu, peak, ratio, views))
shutil.rmtree(TMP)
