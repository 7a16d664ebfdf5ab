import { mkdirSync, writeFileSync } from "node:fs";
import colors from "picocolors";

mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", "<h1>built</h1>");
console.log(colors.green("built"));
