// SPDX-License-Identifier: Apache-2.0
// Reads expressions as tests/bench/csg_file.h writes them and evaluates them with manifold-3d. Its meshes
// have coordinates of 32 bits; transforms are applied by it in 64.
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

export const loadManifold = async () => {
  const module = await (await import(pathToFileURL(resolve("build/npm/node_modules/manifold-3d/manifold.js")))).default();
  module.setup();
  return module;
};

const RESULT = ["status", "nTris", "nVerts", "nComponents", "genus", "volume", "area", "ms"];

// The expression at byte `at` of the buffer; next: where the one behind it starts.
export const readCsg = (bytes, at) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = () => view.getUint32((at += 4) - 4, true), f64 = () => view.getFloat64((at += 8) - 8, true);
  if (u32() !== 0x31475343) throw new Error("not a CSG1 file");
  const [nMeshes, nLeaves, nNodes, nArgs, root, label] = [u32(), u32(), u32(), u32(), u32(), u32(), u32()];
  const meshes = [], leaves = [], nodes = [], args = [], result = {};
  for (let m = 0; m < nMeshes; m++) {
    const verts = new Float32Array(3 * u32()), tris = new Uint32Array(3 * u32());
    for (let i = 0; i < verts.length; i++) verts[i] = f64();
    for (let i = 0; i < tris.length; i++) tris[i] = u32();
    meshes.push({ verts, tris });
  }
  for (let l = 0; l < nLeaves; l++) {
    const mesh = u32();
    u32();
    leaves.push({ mesh, map: Array.from({ length: 12 }, f64) });
  }
  for (let n = 0; n < nNodes; n++) nodes.push({ op: u32(), first: u32(), len: u32() });
  for (let i = 0; i < nArgs; i++) args.push(u32());
  for (const name of RESULT) result[name] = f64();
  return { meshes, leaves, nodes, args, root, label, result, next: at };
};

const isIdentity = (m) => m.every((x, i) => x === (i < 9 && i % 4 === 0 ? 1 : 0));

// Operands as Manifolds, placed.
export const makeLeaves = ({ Manifold, Mesh }, csg) => {
  const solids = csg.meshes.map(({ verts, tris }) =>
    tris.length ? Manifold.ofMesh(new Mesh({ numProp: 3, vertProperties: verts, triVerts: tris })) : Manifold.union([]));
  return csg.leaves.map(({ mesh, map: m }) => isIdentity(m) ? solids[mesh] : solids[mesh].transform(
    [m[0], m[3], m[6], 0, m[1], m[4], m[7], 0, m[2], m[5], m[8], 0, m[9], m[10], m[11], 1]));
};

// The root as a Manifold: its triangles are counted, so that it is computed and not only planned.
export const evaluate = ({ Manifold }, csg, leaves) => {
  const made = new Map();
  const node = (n) => {
    if (!made.has(n)) {
      const { op, first, len } = csg.nodes[n];
      if (op === 0) made.set(n, leaves[first]);
      else {
        const args = csg.args.slice(first, first + len).map(node);
        made.set(n, op === 1 ? Manifold.union(args) : op === 2 ? Manifold.intersection(args) : Manifold.difference(args));
      }
    }
    return made.get(n);
  };
  const solid = node(csg.root);
  solid.numTri();
  return solid;
};
