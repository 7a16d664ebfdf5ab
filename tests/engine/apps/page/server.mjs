import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import mime from "mime";

const development = existsSync(new URL("node_modules/picocolors", import.meta.url));
const server = createServer((_, response) => {
  response.writeHead(200, { "Content-Type": mime.getType("index.html"), "X-Development": String(development) });
  response.end(readFileSync("dist/index.html"));
});
server.listen(Number(process.env.PORT), process.env.HOST, () => console.log("listens"));
process.on("SIGTERM", () => server.close());
