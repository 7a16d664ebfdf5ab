import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// A busy machine must not fail a test. Below Vitest's limit, so that the message is the query's.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => {
  cleanup();
});
