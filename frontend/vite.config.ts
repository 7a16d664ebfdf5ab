/** Build, development server and tests of the front end. */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const apiUrl = process.env.API_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) },
  },
  server: {
    proxy: { "/api": { target: apiUrl, changeOrigin: true } },
  },
  build: {
    target: "es2023",
    // A data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    // For scripts/budget.mjs; the last step of `npm run build` deletes it.
    manifest: true,
    // The bundled polyfill of module preloading is for browsers older than the target.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page needs of packages as one chunk: it stays cached while only the app changes.
            { name: "vendor", test: /node_modules\/(?!@base-ui|@floating-ui)|rolldown\/runtime/ },
            // What most pages share of the app: a request for each small file costs more than the file.
            { name: "shared", test: /src\/shared\/.*\.tsx?$/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}", "*.test.ts", "scripts/*.test.ts"],
    // Bounds for what hangs: a machine that is busy with other work must not fail a test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
