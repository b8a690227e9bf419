import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../api/schema.graphql",
  documents: "../operations/*.graphql",
  generates: {
    "src/generated.ts": {
      plugins: ["typescript-operations", "./trusted-documents.cjs"],
      config: {
        strictScalars: true,
        scalars: { DateTime: "string", Date: "string", JSON: "unknown" },
        // A server may be newer than the app: every switch over an enum must have a default.
        enumsAsTypes: true,
        futureProofEnums: true,
        skipTypename: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
