import { mkdirSync, writeFileSync } from "node:fs";
import he from "he";

mkdirSync("dist/assets", { recursive: true });
writeFileSync("dist/index.html", `<h1>${he.encode("<pnpm>")} ${process.env.VITE_TITLE}</h1>`);
writeFileSync("dist/assets/app.js", "console.log(1)");
