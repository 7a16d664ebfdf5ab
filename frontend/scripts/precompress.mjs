/** After `vite build`: writes a .br and a .gz beside each file of dist/ that gets smaller by it; server.mjs serves those. */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const DIST = join(import.meta.dirname, "..", "dist");
const COMPRESSIBLE = /\.(css|html|js|json|svg|txt|webmanifest)$/;

/** @param {string} path */
async function precompress(path) {
  const content = await readFile(path);
  const brotli = await promisify(brotliCompress)(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  const gzipped = await promisify(gzip)(content, { level: 9 });
  if (brotli.length < content.length) await writeFile(`${path}.br`, brotli);
  if (gzipped.length < content.length) await writeFile(`${path}.gz`, gzipped);
}

const paths = (await readdir(DIST, { recursive: true })).map((name) => join(DIST, name));
const wanted = paths.filter((path) => COMPRESSIBLE.test(path));
for (const path of wanted) if ((await stat(path)).isFile()) await precompress(path);
