/** Writes the API's types from the back end's OpenAPI document; with --check, fails when the committed ones are stale. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../backend/openapi.json", import.meta.url);
const TYPES = new URL("../src/shared/api/schema.d.ts", import.meta.url);
const HEADER = "// Generated from backend/openapi.json by `npm run generate`. Do not edit.\n";

const types = HEADER + astToString(await openapiTS(DOCUMENT, { alphabetize: true }));

if (!process.argv.includes("--check")) {
  await writeFile(TYPES, types);
} else if ((await readFile(TYPES, "utf8").catch(() => "")) !== types) {
  console.error(
    `${fileURLToPath(TYPES)} does not match backend/openapi.json: run "npm run generate" in frontend/ and commit the result`,
  );
  process.exitCode = 1;
}
