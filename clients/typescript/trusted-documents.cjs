// A codegen plugin: each operation as a constant with the exact text of its file and the id that the server knows it by.
// The stock plugins print documents anew, and a text that differs by a space has another hash.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { basename } = require("node:path");

const known = JSON.parse(readFileSync(`${__dirname}/../operations.json`, "utf8"));

exports.plugin = (schema, documents) => {
  const constants = [];
  for (const { location, document } of documents) {
    const text = readFileSync(location, "utf8");
    const id = createHash("sha256").update(text).digest("hex");
    if (known[basename(location, ".graphql")] !== id) throw new Error(`${location} is not in the manifest: make schema`);
    for (const definition of document.definitions) {
      if (definition.kind !== "OperationDefinition") continue;
      const name = definition.name.value;
      const type = name + definition.operation[0].toUpperCase() + definition.operation.slice(1);
      constants.push(
        `export const ${name}: TrustedDocument<${type}, ${type}Variables> = ` +
          `${JSON.stringify({ name, kind: definition.operation, id, text }, null, 2)};`,
      );
    }
  }
  return { prepend: ['import type { TrustedDocument } from "./client.js";'], content: constants.join("\n\n") };
};
