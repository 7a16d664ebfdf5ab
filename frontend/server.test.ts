// @vitest-environment node
/** The production server as a process of its own, asked by real HTTP: its own copy, with a small dist/. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

type LogLine = Record<string, unknown>;

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const HOST = "127.1.0.5";
const PAGE = "<!doctype html><title>page</title>";
const SCRIPT = `export const answer = 42;${" ".repeat(2000)}`;
// Larger than the socket buffers, so that a reader who pauses keeps the request open.
const BLOB_BYTES = 32_000_000;

let folder: string;
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "frontend-server-"));
  cpSync(join(import.meta.dirname, "server.mjs"), join(folder, "server.mjs"));
  symlinkSync(join(import.meta.dirname, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "dist", "assets"), { recursive: true });
  writeCompressed("index.html", PAGE);
  writeCompressed("assets/app-AbC123.js", SCRIPT);
  writeFileSync(join(folder, "dist", "assets", "blob-AbC123.bin"), Buffer.alloc(BLOB_BYTES));
  writeFileSync(join(folder, "dist", "robots.txt"), "User-agent: *\n");
  server = await startServer();
});

afterAll(async () => {
  server.signal();
  await server.exitCode;
  rmSync(folder, { recursive: true });
});

function writeCompressed(name: string, content: string) {
  const path = join(folder, "dist", name);
  writeFileSync(path, content);
  writeFileSync(`${path}.br`, brotliCompressSync(content));
  writeFileSync(`${path}.gz`, gzipSync(content));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, HOST);
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** Starts the server and waits for its start line. */
async function startServer(more: Record<string, string> = {}) {
  const port = await freePort();
  const environment = { PATH: process.env.PATH, HOST, PORT: String(port), APP_VERSION: "abc123", ...more };
  const child = spawn(process.execPath, ["server.mjs"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: LogLine[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(JSON.parse(line) as LogLine));
  await once(reader, "line");
  const exitCode = once(child, "exit").then(([code]) => code as number | null);
  const signal = () => child.kill("SIGTERM");
  return { port, lines, environment, signal, exitCode };
}

function ask(path: string, headers: Record<string, string> = {}, method = "GET", port = server.port): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: HOST, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    request.on("error", reject);
    request.end();
  });
}

describe("files", () => {
  it("serves a hashed asset for a year", async () => {
    const { status, headers, body } = await ask("/assets/app-AbC123.js");
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("public,max-age=31536000,immutable");
    expect(headers["content-type"]).toBe("text/javascript");
    expect(body.toString()).toBe(SCRIPT);
  });

  it.each([
    ["br, gzip", "br", brotliDecompressSync],
    ["gzip", "gzip", gunzipSync],
  ])("answers 'Accept-Encoding: %s' with the file compressed at build", async (accepted, encoding, decompress) => {
    const { headers, body } = await ask("/assets/app-AbC123.js", { "Accept-Encoding": accepted });
    expect(headers["content-encoding"]).toBe(encoding);
    expect(headers.vary).toBe("Accept-Encoding");
    expect(headers["content-type"]).toBe("text/javascript");
    expect(decompress(body).toString()).toBe(SCRIPT);
  });

  it.each(["/", "/index.html"])("has the page at %s revalidated", async (path) => {
    const first = await ask(path);
    expect(first.status).toBe(200);
    expect(first.headers["cache-control"]).toBe("no-cache");
    expect(first.body.toString()).toBe(PAGE);

    const again = await ask(path, { "If-None-Match": String(first.headers.etag) });
    expect(again.status).toBe(304);
    expect(again.headers["cache-control"]).toBe("no-cache");
    expect(again.body).toHaveLength(0);

    expect((await ask(path, { "If-None-Match": 'W/"of-another-build"' })).status).toBe(200);
  });

  it("has files without a hash in their name revalidated", async () => {
    expect((await ask("/robots.txt")).headers["cache-control"]).toBe("no-cache");
  });

  it.each(["/assets/gone-AbC123.js", "/items", "/assets", "/assets/../../server.mjs", "/%2e%2e/server.mjs", "/%zz"])(
    "answers %s with 404 and not with the page",
    async (path) => {
      const { status, headers, body } = await ask(path);
      expect(status).toBe(404);
      expect(headers["cache-control"]).toBe("no-store");
      expect(body.toString()).toBe("Not found\n");
    },
  );

  it("survives a reversed range", async () => {
    expect((await ask("/robots.txt", { Range: "bytes=9-1" })).status).toBe(200);
    expect((await ask("/healthz")).status).toBe(200);
  });

  it("writes the address of an API with a name of its own into the page, in whatever encoding", async () => {
    const preload = (href: string, mode: string) => `<link rel="preload" href="${href}" crossorigin="${mode}" />`;
    writeCompressed("index.html", `<meta name="api" content="" />${preload("/api/session", "anonymous")}`);
    const own = await startServer({ API_URL: "https://api.shop.example.com" });
    writeCompressed("index.html", PAGE);
    const expected = `<meta name="api" content="https://api.shop.example.com" />${preload("https://api.shop.example.com/session", "use-credentials")}`;
    const plain = await ask("/", {}, "GET", own.port);
    const compressed = await ask("/index.html", { "Accept-Encoding": "gzip, br" }, "GET", own.port);
    expect([plain.body.toString(), brotliDecompressSync(compressed.body).toString()]).toEqual([expected, expected]);
    const etag = String(plain.headers.etag);
    expect((await ask("/", { "If-None-Match": etag }, "GET", own.port)).status).toBe(304);
    expect((await ask("/", {}, "HEAD", own.port)).body.length).toBe(0);
    expect([plain.headers["cache-control"], (await ask("/")).body.toString()]).toEqual(["no-cache", PAGE]);
    own.signal();
    await own.exitCode;
  });

  it("answers HEAD without a body and refuses other methods", async () => {
    const head = await ask("/", {}, "HEAD");
    expect([head.status, head.body.length, head.headers["content-length"]]).toEqual([200, 0, String(PAGE.length)]);
    const post = await ask("/", {}, "POST");
    expect([post.status, post.headers.allow]).toEqual([405, "GET, HEAD"]);
  });
});

describe("process", () => {
  it("tells its version, uncached", async () => {
    const { headers, body } = await ask("/version.json");
    expect(JSON.parse(body.toString())).toEqual({ version: "abc123" });
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("keeps an idle connection open for longer than the load balancer, which closes its own after 60 s", async () => {
    const { headers } = await ask("/healthz", { Connection: "keep-alive" });
    const [, seconds] = /^timeout=(\d+)$/.exec(String(headers["keep-alive"])) ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
  });

  it("logs its start and its requests as JSON, without the health checks", async () => {
    const own = await startServer();
    await ask("/healthz", {}, "GET", own.port);
    await ask("/nothing?secret=1", { "X-Amzn-Trace-Id": "Root=1-2" }, "GET", own.port);
    own.signal();
    await own.exitCode;
    expect(own.lines.map((line) => line.event)).toEqual(["started", "request", "stopping", "stopped"]);
    expect(own.lines[0]).toMatchObject({ level: "info", host: HOST, port: own.port, version: "abc123" });
    expect(own.lines[1]).toMatchObject({ method: "GET", path: "/nothing", status: 404, trace: "Root=1-2" });
  });

  it("finishes the request under way on SIGTERM, takes no other, and ends with 0", async () => {
    const own = await startServer();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ host: HOST, port: own.port, path: "/assets/blob-AbC123.bin", agent: false }, resolve)
        .on("error", reject)
        .end();
    });
    own.signal();
    await expect.poll(() => own.lines.some((line) => line.event === "stopping")).toBe(true);
    await expect(once(connect(own.port, HOST), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });

    let received = 0;
    for await (const chunk of response) received += (chunk as Buffer).length;
    expect(received).toBe(BLOB_BYTES);
    expect(await own.exitCode).toBe(0);
  });

  it("ends with 1 and says why when its port is taken", async () => {
    const child = spawn(process.execPath, ["server.mjs"], { cwd: folder, env: server.environment });
    const exit = once(child, "exit");
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    expect(JSON.parse(line)).toMatchObject({ level: "error", event: "failed" });
    expect(await exit).toEqual([1, null]);
  });
});
