/** ESLint rule: no chain of imports leads back to its own file. Imports of types count, which `import-x/no-cycle` leaves out. */
import { relative } from "node:path";
import ts from "typescript";

/** @typedef {{ program: ts.Program, esTreeNodeToTSNodeMap: Map<unknown, ts.Node> }} TypedServices */

/** @type {WeakMap<ts.SourceFile, ts.SourceFile[]>} */
const known = new WeakMap();

/**
 * The project's own file that an import names; none for a package, a style sheet or generated types.
 * @param {ts.TypeChecker} checker
 * @param {ts.Node} specifier
 */
function importedFile(checker, specifier) {
  const file = checker.getSymbolAtLocation(specifier)?.declarations?.find(ts.isSourceFile);
  return file?.isDeclarationFile ? undefined : file;
}

/**
 * Static imports and re-exports. A dynamic `import()` is left out: it runs when both files are there.
 * @param {ts.TypeChecker} checker
 * @param {ts.SourceFile} file
 */
function importsOf(checker, file) {
  const imports =
    known.get(file) ??
    file.statements.flatMap((statement) => {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
      return (statement.moduleSpecifier && importedFile(checker, statement.moduleSpecifier)) ?? [];
    });
  known.set(file, imports);
  return imports;
}

/**
 * The shortest chain of imports from one file to the other.
 * @param {ts.TypeChecker} checker
 * @param {ts.SourceFile} from
 * @param {ts.SourceFile} to
 */
function chain(checker, from, to) {
  const seen = new Set([from]);
  // Grows while it is read, so that shorter chains come first.
  const chains = [[from]];
  for (const files of chains) {
    const last = /** @type {ts.SourceFile} */ (files.at(-1));
    if (last === to) return files;
    for (const next of importsOf(checker, last)) {
      if (!seen.has(next)) chains.push([...files, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** @type {import("eslint").Rule.RuleModule} */
export const noImportCycle = {
  meta: { type: "problem", schema: [], messages: { cycle: "Imports go in a circle: {{ files }}." } },
  create(context) {
    /** @type {unknown} */
    const services = context.sourceCode.parserServices;
    const { program, esTreeNodeToTSNodeMap } = /** @type {TypedServices} */ (services);
    const checker = program.getTypeChecker();
    return {
      ":matches(ImportDeclaration, ExportAllDeclaration, ExportNamedDeclaration) > Literal.source"(
        /** @type {import("estree").Literal} */ node,
      ) {
        const specifier = /** @type {ts.Node} */ (esTreeNodeToTSNodeMap.get(node));
        const own = specifier.getSourceFile();
        const imported = importedFile(checker, specifier);
        const found = imported && chain(checker, imported, own);
        if (!found) return;
        const files = [own, ...found].map(({ fileName }) => relative(context.cwd, fileName)).join(" -> ");
        context.report({ node, messageId: "cycle", data: { files } });
      },
    };
  },
};
