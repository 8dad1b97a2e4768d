// SPDX-License-Identifier: Apache-2.0
// Validates SARIF logs against the 2.1.0 schema: node sarif.mjs FILE... A log with a planted fault must fail.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve("build/npm/package.json"));
const Ajv = require("ajv");
const schema = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
const ajv = new Ajv({ schemaId: "auto", meta: false, unknownFormats: "ignore", logger: false });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
const validate = ajv.compile(schema);

let failed = 0;
let last = null;
for (const path of process.argv.slice(2)) {
  last = JSON.parse(readFileSync(path, "utf8"));
  if (!validate(last)) {
    failed++;
    console.log(`${path}: ${JSON.stringify(validate.errors).slice(0, 600)}`);
  }
}
if (last) {
  last.runs[0].results = [{ level: "dreadful" }];
  if (validate(last)) {
    failed++;
    console.log("a planted fault was not found");
  }
}
console.log(`${process.argv.length - 2} logs, ${failed} failed`);
process.exit(failed || process.argv.length < 3 ? 1 : 0);
