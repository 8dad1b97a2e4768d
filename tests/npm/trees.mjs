// SPDX-License-Identifier: Apache-2.0
// node trees.mjs FILE: evaluates the random trees that tests/bench/trees wrote with manifold-3d and compares.
//
// Both kernels round (we snap operands to a grid of 2^-25 of the scene, manifold-3d keeps coordinates of 32 bits),
// so volumes agree to TOLERANCE of the operands' surface. Areas are compared where operands' contacts are exact in
// both or where there are none: contacts that are apart by rounding stay open in manifold-3d. Euler's number is
// compared where operands have nothing in common.
//
// When a solid meets a result that was made of it, manifold-3d's volume can be off by far more than rounding.
// Then inclusion and exclusion of its own intersections of leaves, each used once, decides. It also leaves skins of
// no thickness where faces coincide, so its area may be larger. Such trees are told.
import { readFileSync } from "node:fs";
import { evaluate, loadManifold, makeLeaves, readCsg } from "./csg.mjs";

const KINDS = ["boxes", "tetras", "rotated", "ulps", "mixed", "spheres", "voxels", "tilted", "free", "offsets",
  "flush", "pegs"];
const EXACT = new Set(["boxes", "tetras", "voxels", "free", "flush"]), FREE = new Set(["free"]);
const TOLERANCE = 2e-6;
const theirFaults = [];
let nFull = 0, theirSkins = 0;

// Whether some node that the root needs is needed twice: then surfaces coincide, whatever the operands.
const isShared = (csg) => {
  const seen = new Set();
  const visit = (n) => {
    if (seen.has(n)) return true;
    seen.add(n);
    const { op, first, len } = csg.nodes[n];
    return op !== 0 && csg.args.slice(first, first + len).some(visit);
  };
  return visit(csg.root);
};

// The volume by inclusion and exclusion of manifold-3d's intersections of leaves.
const volumeByAtoms = ({ Manifold }, csg, leaves) => {
  const n = leaves.length, holds = (k, set) => {
    const { op, first, len } = csg.nodes[k];
    if (op === 0) return Boolean((set >> first) & 1);
    const args = csg.args.slice(first, first + len).map((arg) => holds(arg, set));
    return op === 1 ? args.some(Boolean) : op === 2 ? args.every(Boolean) : args[0] && !args.slice(1).some(Boolean);
  };
  const common = Array.from({ length: 1 << n }, (_, set) =>
    set && Manifold.intersection(leaves.filter((_, k) => (set >> k) & 1)).volume());
  let volume = 0;
  for (let inside = 1; inside < 1 << n; inside++)
    for (let set = inside; set < 1 << n && holds(csg.root, inside); set++)
      if ((set & inside) === inside) {
        let sign = 1;
        for (let rest = set ^ inside; rest; rest &= rest - 1) sign = -sign;
        volume += sign * common[set];
      }
  return volume;
};

// What is wrong with our result of csg, or nothing.
const faultOf = (module, csg) => {
  const kind = KINDS[csg.label], ours = csg.result;
  if (ours.status !== 0) return `our status ${ours.status}`;
  // Pieces of one operand may overlap.
  const leaves = makeLeaves(module, csg).map((leaf) => module.Manifold.union(leaf.decompose()));
  const theirs = evaluate(module, csg, leaves);
  if (theirs.status() !== "NoError") return `manifold-3d: ${theirs.status()}`;
  const size = leaves.reduce((sum, leaf) => sum + leaf.surfaceArea(), 1), slack = TOLERANCE * size;
  const volume = theirs.volume(), area = theirs.surfaceArea();
  if (!(Math.abs(volume - ours.volume) <= slack)) {
    if (leaves.length > 8 || !isShared(csg)) return `volume ${ours.volume}, manifold-3d ${volume}`;
    const sure = volumeByAtoms(module, csg, leaves);
    if (!(Math.abs(sure - ours.volume) <= slack)) return `volume ${ours.volume}, manifold-3d ${volume}, by parts ${sure}`;
    theirFaults.push(Math.abs(volume - sure));
    return undefined;
  }
  if (FREE.has(kind) && isShared(csg)) return undefined;
  if (FREE.has(kind)) nFull++;
  if (EXACT.has(kind) && !(Math.abs(area - ours.area) <= 10 * slack)) {
    if (area < ours.area) return `area ${ours.area}, manifold-3d ${area}`;
    theirSkins++;
  }
  // 1 - (V - E + F) / 2 of all pieces at once.
  const euler = ours.genus - ours.nComponents, theirEuler = theirs.isEmpty() ? 0 : theirs.genus() - 1;
  if (FREE.has(kind) && euler !== theirEuler) return `Euler number ${-2 * euler}, manifold-3d ${-2 * theirEuler}`;
};

const module = await loadManifold();
const bytes = readFileSync(process.argv[2]);
let passed = 0, failed = 0, last = null;
for (let at = 0, i = 0; at < bytes.length; i++) {
  const csg = readCsg(bytes, at);
  at = csg.next;
  const fault = faultOf(module, csg);
  fault ? failed++ : passed++;
  if (fault) console.log(`tree ${i} (${KINDS[csg.label]}): ${fault}`);
  if (csg.result.nTris && FREE.has(KINDS[csg.label]) && !isShared(csg)) last = csg;
}
// The judge must see what is wrong.
for (const [field, by] of last ? [["volume", 1e-3], ["area", 1e-2], ["genus", 1], ["status", 6]] : []) {
  const fault = faultOf(module, { ...last, result: { ...last.result, [field]: last.result[field] + by } });
  fault ? passed++ : failed++;
  if (!fault) console.log(`${field} off by ${by}: nothing was found`);
}
if (theirFaults.length)
  console.log(`${theirFaults.length} trees where only manifold-3d is off, by up to ${Math.max(...theirFaults)}`);
if (theirSkins) console.log(`${theirSkins} trees where manifold-3d leaves skins`);
console.log(`${nFull} trees with nothing in common compared in full`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || nFull < 50 ? 1 : 0);
