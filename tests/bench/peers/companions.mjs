// SPDX-License-Identifier: Apache-2.0
// node companions.mjs DIR: the questions of tests/bench/beside.c answered by npm's manifold-3d, as its lines.
import { readFileSync } from "node:fs";
import { loadManifold } from "../../npm/csg.mjs";

const { Manifold, Mesh } = await loadManifold();
const dir = process.argv[2];
const cpuMs = () => { const use = process.cpuUsage(); return (use.user + use.system) / 1e3; };
const read = (name) => { const b = readFileSync(`${dir}/${name}`); return b.buffer.slice(b.byteOffset, b.byteOffset + b.length); };
const report = (name, runs, run) => {
  const ms = [];
  let answer = 0;
  for (let i = 0; i < runs; i++) {
    const start = cpuMs();
    answer = run();
    ms.push(cpuMs() - start);
  }
  console.log(name, ms.sort((a, b) => a - b)[runs >> 1].toFixed(4), answer);
};
const makeMesh = (name) => {
  const bytes = read(name), [nVerts, nTris] = new Uint32Array(bytes, 0, 2);
  return new Mesh({ numProp: 3, vertProperties: Float32Array.from(new Float64Array(bytes.slice(8, 8 + 24 * nVerts))),
    triVerts: new Uint32Array(bytes.slice(8 + 24 * nVerts, 8 + 24 * nVerts + 12 * nTris)) });
};

const [meshA, b, c] = [makeMesh("a.mesh"), Manifold.ofMesh(makeMesh("b.mesh")), Manifold.ofMesh(makeMesh("c.mesh"))];
report("tree", 3, () => Manifold.ofMesh(meshA).numTri());
const a = Manifold.ofMesh(meshA);
report("overlap", 3, () => a.intersect(c).volume());
// Its rays and gaps take no bounds from what is found: the gap is searched no farther than it is, and rays not at all.
report("distance", 1, () => a.minGap(b, 11));
