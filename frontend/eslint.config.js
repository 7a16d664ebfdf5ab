// @ts-check
import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";
import { noImportCycle } from "./scripts/no-import-cycle.mjs";

/**
 * Imports go one way: routes -> features -> shared.
 * @param {string[]} folders
 * @returns {import("eslint").Linter.RulesRecord}
 */
function mayNotImport(folders) {
  const patterns = folders.map((folder) => ({
    regex: `^(@|\\.\\.?(/\\.\\.)*)/${folder}(/|$)`,
    message: "Imports go one way: routes -> features -> shared.",
  }));
  return { "no-restricted-imports": ["error", { patterns }] };
}

export default defineConfig(
  globalIgnores(["dist", "src/shared/api/schema.d.ts"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { own: { rules: { "no-import-cycle": noImportCycle } } },
    rules: {
      "own/no-import-cycle": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The content security policy allows neither.
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='style']", message: "Use a class: the CSP forbids inline styles." },
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "No HTML from strings." },
        { selector: "JSXText[value=/\\p{L}{2}/u]", message: "Texts for people are in src/texts." },
        {
          selector: "JSXAttribute[name.name=/^(aria-label|alt|placeholder|title|lede)$/] > Literal[value=/\\p{L}{2}/u]",
          message: "Texts for people are in src/texts.",
        },
      ],
    },
  },
  { files: ["*.mjs", "*.js", "scripts/**"], languageOptions: { globals: globals.node } },
  { files: ["public/**"], languageOptions: { globals: globals.browser } },
  { files: ["src/shared/**"], rules: mayNotImport(["features", "routes"]) },
  { files: ["src/features/**"], rules: mayNotImport(["routes"]) },
);
