import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// A machine that is busy with other work must not fail a test; below Vitest's 5 s, so that the message is the query's own.
configure({ asyncUtilTimeout: 4000 });

afterEach(() => {
  cleanup();
});
