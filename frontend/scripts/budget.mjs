/**
 * After `vite build`: fails when the first visit of / transfers more than the budget, brotli as served. Everything counts but
 * the typeface, without which the page is painted too (tests/e2e/site/test_quality.py bounds it).
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

const BUDGET_BYTES = 100_000;
const DIST = join(import.meta.dirname, "..", "dist");
const ROUTE = "src/routes/overview-route.tsx";
/** Named by index.html itself. */
const BESIDE = ["index.html", "boot.js", "favicon.svg"];

/** @typedef {{ file: string, css?: string[], imports?: string[] }} Chunk */
/** @type {unknown} */
const parsed = JSON.parse(await readFile(join(DIST, ".vite", "manifest.json"), "utf8"));
const manifest = /** @type {Record<string, Chunk>} */ (parsed);

/**
 * A chunk's files, and those of all that it imports at once.
 * @param {string} name
 * @param {Set<string>} files
 */
function collect(name, files) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`${name}: not in the build's manifest; name the entry and the first page's route here`);
  if (files.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const imported of chunk.imports ?? []) collect(imported, files);
}

/** @param {string} file */
async function transferred(file) {
  const path = join(DIST, file);
  const served = await stat(`${path}.br`).catch(() => stat(path));
  return served.size;
}

const files = new Set(BESIDE);
collect("index.html", files);
collect(ROUTE, files);
const sizes = await Promise.all([...files].map(transferred));
const total = sizes.reduce((sum, size) => sum + size, 0);

const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`first load of /: ${kilobytes(total)} of ${kilobytes(BUDGET_BYTES)} in ${files.size} files`);
if (total > BUDGET_BYTES) {
  console.error([...files].map((file, index) => `  ${kilobytes(sizes[index] ?? 0)} ${file}`).join("\n"));
  console.error(`first load: at most ${BUDGET_BYTES} bytes, got ${total}; load more of it only when it is needed`);
  process.exitCode = 1;
}
