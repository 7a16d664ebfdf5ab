/** Fetches the code of all pages once the first one is there, so that none is missing when the network is gone later. */
import type { createAppRouter } from "@/router";

/** What has been fetched until then is what the first page needs; a test of its size reads it. */
const MARK = "idle";
const SAFARI_WAITS_MS = 2_000;

export function fetchAllPagesWhenIdle({ routesById }: ReturnType<typeof createAppRouter>): void {
  function fetchAll() {
    performance.mark(MARK);
    const chunks = [
      ...Object.values(routesById).map(({ options }) => (options.component as { preload?: () => unknown }).preload?.()),
      import("@/shared/ui/toaster"),
    ];
    // What is missing is asked for again when it is needed, and an error is told then.
    void Promise.allSettled(chunks);
  }
  window.addEventListener("load", () => {
    if ("requestIdleCallback" in window) requestIdleCallback(fetchAll, { timeout: 10_000 });
    else setTimeout(fetchAll, SAFARI_WAITS_MS);
  });
}
