const KEY = "reloaded-for-a-missing-chunk";
const AGAIN_AFTER_MS = 60_000;

/**
 * Loads the page anew when one of its chunks is gone: the tab is older than the time for which files are kept.
 * At most once a minute, so that a chunk missing for another reason ends as a message and not in a loop; and never
 * while the browser is offline, where the page that is open would be lost too.
 */
export function reloadWhenOutdated(): void {
  window.addEventListener("vite:preloadError", (event) => {
    if (!navigator.onLine) return;
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last < AGAIN_AFTER_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    event.preventDefault();
    window.location.reload();
  });
}

/** The app's scripts are there: the next failure of boot.js is a first one again. */
export function endBoot(): void {
  try {
    sessionStorage.removeItem("boot-tries");
  } catch {
    // Storage is forbidden: boot.js does not count.
  }
}
