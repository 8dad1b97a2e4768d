// SPDX-License-Identifier: Apache-2.0
// node tests/npm/validate.mjs FOLDER|FILE ...
//
// Judges GLB files: the Khronos glTF-Validator must find no error and no warning, and what
// EXT_mesh_manifold claims must be true: merged vertices lie at equal places, and every half-edge has
// exactly one twin. Then defects are planted into the first file, and each must be found: a judge that
// cannot say no is none. Prints "N passed, N failed".
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(here, "../../build/npm/package.json"));
const validator = require("gltf-validator");

const SIZES = { 5121: 1, 5123: 2, 5125: 4, 5126: 4 };
const WIDTHS = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4 };

function parseGlb(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const jsonLength = view.getUint32(12, true);
  const json = JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + jsonLength)));
  return { json, bin: bytes.subarray(28 + jsonLength), binStart: 28 + jsonLength };
}

function readNumbers(glb, viewIndex, offset, componentType, count, width) {
  const bufferView = glb.json.bufferViews[viewIndex];
  const size = SIZES[componentType];
  const stride = bufferView.byteStride ?? size * width;
  const view = new DataView(glb.bin.buffer, glb.bin.byteOffset, glb.bin.byteLength);
  const out = [];
  for (let i = 0; i < count; i++)
    for (let k = 0; k < width; k++) {
      const at = (bufferView.byteOffset ?? 0) + (offset ?? 0) + i * stride + k * size;
      if (componentType === 5126) out.push(view.getFloat32(at, true));
      else if (componentType === 5125) out.push(view.getUint32(at, true));
      else out.push(view.getUint16(at, true));
    }
  return out;
}

function readAccessor(glb, index, isSparse) {
  const a = glb.json.accessors[index];
  const out = readNumbers(glb, a.bufferView, a.byteOffset, a.componentType, a.count, WIDTHS[a.type]);
  if (isSparse && a.sparse) {
    const s = a.sparse;
    const at = readNumbers(glb, s.indices.bufferView, s.indices.byteOffset, s.indices.componentType, s.count, 1);
    const to = readNumbers(glb, s.values.bufferView, s.values.byteOffset, a.componentType, s.count, 1);
    at.forEach((i, k) => (out[i] = to[k]));
  }
  return out;
}

function sameList(a, b) {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

// What is wrong with the extension's claim on one mesh, or null.
function manifoldFault(glb, mesh) {
  const claim = mesh.extensions?.EXT_mesh_manifold;
  if (!claim) return "no EXT_mesh_manifold";
  const primitive = claim.manifoldPrimitive;
  if (!sameList(Object.keys(primitive.attributes), ["POSITION"])) return "more than POSITION";
  const accessor = glb.json.accessors[primitive.indices];
  const before = readAccessor(glb, primitive.indices, false);
  const after = readAccessor(glb, primitive.indices, true);
  const drawn = mesh.primitives.flatMap((p) => readAccessor(glb, p.indices, false));
  if (!sameList(before, drawn)) return "other triangles than are drawn";
  for (const p of mesh.primitives) {
    if (p.attributes.POSITION !== primitive.attributes.POSITION) return "another POSITION";
    if (p.attributes.NORMAL !== mesh.primitives[0].attributes.NORMAL) return "attributes differ";
    if (glb.json.accessors[p.indices].bufferView !== accessor.bufferView) return "another index view";
  }
  if (accessor.sparse) {
    const at = readAccessor(glb, claim.mergeIndices, false), to = readAccessor(glb, claim.mergeValues, false);
    const merged = [...before];
    at.forEach((i, k) => (merged[i] = to[k]));
    if (!sameList(merged, after)) return "mergeIndices are not the sparse accessor's";
  }
  const places = readAccessor(glb, primitive.attributes.POSITION, false);
  for (let i = 0; i < after.length; i++)
    for (let k = 0; k < 3; k++)
      if (places[3 * before[i] + k] !== places[3 * after[i] + k]) return "a merge moves a vertex";
  const edges = new Set();
  for (let i = 0; i < after.length; i++) {
    const from = after[i], to = after[i % 3 === 2 ? i - 2 : i + 1];
    const key = from * 4294967296 + to;
    if (from === to) return "a triangle names a vertex twice";
    if (edges.has(key)) return "a half-edge twice";
    edges.add(key);
  }
  for (const key of edges) {
    const from = Math.floor(key / 4294967296), to = key % 4294967296;
    if (!edges.has(to * 4294967296 + from)) return "an open edge";
  }
  return null;
}

async function faultsOf(bytes) {
  const report = await validator.validateBytes(new Uint8Array(bytes), {
    maxIssues: 0,
    severityOverrides: { ACCESSOR_INDEX_TRIANGLE_DEGENERATE: 0 },
  });
  const faults = report.issues.messages
    .filter((m) => m.severity <= 1)
    .map((m) => `${m.code} ${m.pointer ?? ""}: ${m.message}`);
  if (faults.length) return faults;
  const glb = parseGlb(bytes);
  for (const mesh of glb.json.meshes ?? []) {
    const fault = manifoldFault(glb, mesh);
    if (fault) faults.push(`mesh ${mesh.name}: ${fault}`);
  }
  return faults;
}

// Each changes a copy of a good file in place, so that something is wrong with it.
const DEFECTS = {
  "a vertex moved": (glb, bytes) => {
    const view = glb.json.bufferViews[glb.json.accessors[0].bufferView];
    bytes[glb.binStart + (view.byteOffset ?? 0) + 3] ^= 0x40;
  },
  "two indices of a triangle exchanged": (glb, bytes) => {
    const a = glb.json.accessors[glb.json.meshes[0].primitives[0].indices];
    const view = glb.json.bufferViews[a.bufferView], size = SIZES[a.componentType];
    const at = glb.binStart + (view.byteOffset ?? 0) + (a.byteOffset ?? 0);
    const first = bytes.slice(at, at + size);
    bytes.copyWithin(at, at + size, at + 2 * size);
    bytes.set(first, at + size);
  },
  "an index too large": (glb, bytes) => {
    const a = glb.json.accessors[glb.json.meshes[0].primitives[0].indices];
    const view = glb.json.bufferViews[a.bufferView];
    const at = glb.binStart + (view.byteOffset ?? 0) + (a.byteOffset ?? 0);
    bytes.fill(0xfe, at, at + SIZES[a.componentType]);
  },
  "a normal of no length": (glb, bytes) => {
    const view = glb.json.bufferViews[glb.json.accessors[1].bufferView];
    const at = glb.binStart + (view.byteOffset ?? 0) + 12;
    bytes.fill(0, at, at + 12);
  },
  "the file cut off": (glb, bytes) => bytes.subarray(0, bytes.length - 4),
};

const files = process.argv.slice(2).flatMap((arg) =>
  fs.statSync(arg).isDirectory()
    ? fs.readdirSync(arg).filter((f) => f.endsWith(".glb")).sort().map((f) => path.join(arg, f))
    : [arg],
);
let passed = 0, failed = 0;
for (const file of files) {
  const faults = await faultsOf(new Uint8Array(fs.readFileSync(file)));
  faults.length ? failed++ : passed++;
  faults.slice(0, 10).forEach((fault) => console.log(`${file}: ${fault}`));
}
for (const [name, plant] of files.length ? Object.entries(DEFECTS) : []) {
  let bytes = new Uint8Array(fs.readFileSync(files[0]));
  bytes = plant(parseGlb(bytes), bytes) ?? bytes;
  const faults = await faultsOf(bytes);
  faults.length ? passed++ : failed++;
  if (!faults.length) console.log(`${files[0]} with ${name}: nothing was found`);
}
if (!files.length) console.log("no files to judge");
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !files.length ? 1 : 0);
