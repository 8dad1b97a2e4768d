// SPDX-License-Identifier: Apache-2.0
// node manifold.mjs FILE: manifold.cpp's job with npm's manifold-3d (WebAssembly, coordinates of 32 bits).
import { readFileSync, writeFileSync } from "node:fs";
import { evaluate, loadManifold, makeLeaves, readCsg } from "../../npm/csg.mjs";

const module = await loadManifold();
const csg = readCsg(readFileSync(process.argv[2]), 0);
const cpuMs = () => { const use = process.cpuUsage(); return (use.user + use.system) / 1e3; };
// As in kernel.c: KiB from Linux, null elsewhere. The peak holds what WebAssembly's memory grows by, and not
// what of it was grown before.
const memoryKib = (name) => {
  try {
    return Number(new RegExp(`${name}:\\s*(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))[1]);
  } catch { return null; }
};
const resetPeak = () => { try { writeFileSync("/proc/self/clear_refs", "5"); } catch { /* the peak since the start */ } };
const start = cpuMs();
const leaves = makeLeaves(module, csg), nIn = leaves.reduce((sum, leaf) => sum + leaf.numTri(), 0);
const makeMs = cpuMs() - start;
const cpu = [], wall = [];
let total = 0, result = null, memoryMb = null;
while (cpu.length < 3 || (cpu.length < 101 && total < 500)) {
  const before = memoryKib("VmRSS");
  if (!cpu.length) resetPeak();
  const cpu0 = cpuMs(), wall0 = performance.now();
  const made = evaluate(module, csg, leaves);
  cpu.push(cpuMs() - cpu0);
  wall.push(performance.now() - wall0);
  if (cpu.length === 1 && before) memoryMb = Math.max(0, memoryKib("VmHWM") - before) / 1024;
  total += cpu.at(-1);
  if (result) result.delete();
  result = made;
  if (total > 8000) break;
}
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const components = result.decompose().length;
console.log(JSON.stringify({
  status: result.status() === "NoError" ? 0 : 1, in: nIn, out: result.numTri(), components,
  genus: result.isEmpty() ? 0 : result.genus() - 1 + components, volume: result.volume(), area: result.surfaceArea(),
  cpu_ms: median(cpu), wall_ms: median(wall), make_ms: makeMs, memory_mb: memoryMb, runs: cpu.length,
}));
