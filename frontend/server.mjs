/**
 * The production server of the front end: the built files of dist/, precompressed, and nothing else.
 *
 * Environment: HOST, PORT, APP_VERSION, and API_URL where the API has a name of its own; it is written into the page.
 * Deep links are made /index.html by CloudFront's function, so an unknown path is a 404 here.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import sirv from "sirv";

const { HOST = "0.0.0.0", PORT = "3000", APP_VERSION = "unknown", API_URL } = process.env;
const DIST = join(import.meta.dirname, "dist");
const YEAR_SECONDS = 31_536_000;
// Longer than the load balancer's idle timeout (60 s): it would otherwise send requests on connections just closed here.
const KEEP_ALIVE_MS = 65_000;
const STOP_GRACE_MS = 10_000;

/**
 * @param {string} event
 * @param {Record<string, unknown>} fields
 */
function log(event, fields = {}, level = "info") {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
}

/**
 * The page with the API's address where the page looks for it.
 * @param {string} page
 * @param {string} url
 */
function withApi(page, url) {
  return page
    .replace('name="api" content=""', `name="api" content="${url}"`)
    .replace('href="/api/session" crossorigin="anonymous"', `href="${url}/session" crossorigin="use-credentials"`);
}

const built = readFileSync(join(DIST, "index.html"), "utf8");
const page = API_URL ? withApi(built, API_URL) : built;
/** @type {Record<string, Buffer>} */
const written = API_URL ? { br: brotliCompressSync(page), gzip: gzipSync(page) } : {};

// The page's size never changes (its hashes have one length), and layers may have no times: only its content can name it.
const pageHash = createHash("sha256").update(page).digest("base64url");
const pageTag = `"${pageHash.slice(0, 22)}"`;

/** @param {string} path */
function isPage(path) {
  return path === "/" || path === "/index.html";
}

const serveFile = sirv(DIST, {
  brotli: true,
  gzip: true,
  etag: false,
  extensions: ["html"],
  setHeaders(response, path) {
    const hashed = path.startsWith("/assets/");
    response.setHeader("Cache-Control", hashed ? `public,max-age=${YEAR_SECONDS},immutable` : "no-cache");
    if (isPage(path)) response.setHeader("ETag", `W/${pageTag}`);
  },
});

/**
 * @param {import("node:http").ServerResponse} response
 * @param {number} status
 * @param {string} body
 */
function answer(response, status, body, type = "text/plain;charset=utf-8") {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(body);
}

/**
 * The page that is not the built file.
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
function answerPage(request, response) {
  const accepted = request.headers["accept-encoding"]?.toString() ?? "";
  const encoding = Object.keys(written).find((name) => accepted.includes(name));
  const body = written[encoding ?? ""] ?? Buffer.from(page);
  response.writeHead(200, {
    "Content-Type": "text/html;charset=utf-8",
    "Content-Length": body.length,
    ...(encoding && { "Content-Encoding": encoding }),
    "Cache-Control": "no-cache",
    ETag: `W/${pageTag}`,
    Vary: "Accept-Encoding",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {string} path
 */
function route(request, response, path) {
  response.setHeader("X-Content-Type-Options", "nosniff");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    answer(response, 405, "Method not allowed\n");
  } else if (path === "/healthz") {
    answer(response, 200, "ok\n");
  } else if (path === "/version.json") {
    answer(response, 200, JSON.stringify({ version: APP_VERSION }), "application/json");
  } else if (isPage(path) && request.headers["if-none-match"]?.includes(pageTag)) {
    response.writeHead(304, { ETag: `W/${pageTag}`, "Cache-Control": "no-cache", Vary: "Accept-Encoding" });
    response.end();
  } else if (isPage(path) && API_URL) {
    answerPage(request, response);
  } else {
    // No part of a page is worth a range, and sirv throws at a reversed one (bytes=9-1), which would end the process.
    delete request.headers.range;
    serveFile(request, response, () => {
      answer(response, 404, "Not found\n");
    });
  }
}

const server = createServer((request, response) => {
  const started = performance.now();
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  response.on("close", () => {
    if (path === "/healthz" && response.statusCode === 200) return;
    log("request", {
      method: request.method,
      path,
      status: response.statusCode,
      duration_ms: Math.round((performance.now() - started) * 10) / 10,
      complete: response.writableFinished,
      trace: request.headers["x-amzn-trace-id"],
    });
  });
  route(request, response, path);
});
server.keepAliveTimeout = KEEP_ALIVE_MS;

server.on("error", (error) => {
  log("failed", { host: HOST, port: PORT, error: error.message }, "error");
  process.exit(1);
});

/**
 * Closes idle connections, takes no new one, finishes the requests under way, then ends.
 * @param {NodeJS.Signals} signal
 */
function stop(signal) {
  log("stopping", { signal });
  server.close(() => {
    log("stopped");
    process.exit(0);
  });
  setTimeout(() => {
    log("stopped", { reason: `requests still open after ${STOP_GRACE_MS} ms` }, "warning");
    process.exit(0);
  }, STOP_GRACE_MS).unref();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);

server.listen(Number(PORT), HOST, () => {
  log("started", { host: HOST, port: Number(PORT), version: APP_VERSION });
});
