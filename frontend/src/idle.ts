/** Fetches the code of all pages once the first one is there, so that none is missing when the network is gone later. */
import { PAGES } from "@/routes/pages";

/** What has been fetched until then is what the first page needs; a test of its size reads it. */
const MARK = "idle";
const SAFARI_WAITS_MS = 2_000;

export function fetchAllPagesWhenIdle(): void {
  function fetchAll() {
    performance.mark(MARK);
    const chunks = [...Object.values(PAGES).map((page) => page.fetch()), import("@/shared/ui/toaster")];
    void Promise.allSettled(chunks);
  }
  window.addEventListener("load", () => {
    if ("requestIdleCallback" in window) requestIdleCallback(fetchAll, { timeout: 10_000 });
    else setTimeout(fetchAll, SAFARI_WAITS_MS);
  });
}
