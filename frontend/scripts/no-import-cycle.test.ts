// @vitest-environment node
import { Linter } from "eslint";
import ts from "typescript";
import tseslint from "typescript-eslint";
import { expect, it } from "vitest";
import { noImportCycle } from "./no-import-cycle.mjs";

/** What the rule says about `a.ts` of a project with these files. */
function complaints(files: Record<string, string>): string[] {
  const options = { noLib: true, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost(options),
    getCurrentDirectory: () => "/",
    fileExists: (name) => name in files,
    readFile: (name) => files[name],
    getSourceFile: (name, language) => ts.createSourceFile(name, files[name] ?? "", language, true),
  };
  const program = ts.createProgram(Object.keys(files), options, host);
  const found = new Linter({ cwd: "/" }).verify(
    files["/a.ts"] ?? "",
    {
      files: ["**/*.ts"],
      languageOptions: { parser: tseslint.parser, parserOptions: { programs: [program] } },
      plugins: { own: { rules: { "no-import-cycle": noImportCycle } } },
      rules: { "own/no-import-cycle": "error" },
    },
    "/a.ts",
  );
  return found.map(({ message }) => message);
}

it("names the files of the shortest circle, at the import that closes it", () => {
  const files = {
    "/a.ts": 'import { b } from "./b"; import { c } from "./c"; export const a = b + c;',
    "/b.ts": 'export { c as b } from "./c";',
    "/c.ts": 'export const c = 1; export * from "./a";',
  };
  expect(complaints(files)).toEqual([
    "Imports go in a circle: a.ts -> b.ts -> c.ts -> a.ts.",
    "Imports go in a circle: a.ts -> c.ts -> a.ts.",
  ]);
});

it("counts imports of types", () => {
  const files = {
    "/a.ts": 'import type { B } from "./b"; export type A = B;',
    "/b.ts": 'import { type A } from "./a"; export type B = A | 1;',
  };
  expect(complaints(files)).toEqual(["Imports go in a circle: a.ts -> b.ts -> a.ts."]);
});

it("lets a file be imported from two sides, a circle pass by, and a page be loaded later", () => {
  const files = {
    "/a.ts": 'import { b } from "./b"; import { d } from "./d"; export const a = b + d;',
    "/b.ts": 'import { d } from "./d"; export const b = d; export const later = () => import("./a");',
    "/c.ts": 'import { d } from "./d"; export const c = d;',
    "/d.ts": 'import { c } from "./c"; export const d = 1; export const e = () => c;',
  };
  expect(complaints(files)).toEqual([]);
});
