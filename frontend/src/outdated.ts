const KEY = "reloaded-for-a-missing-chunk";
const AGAIN_AFTER_MS = 60_000;

/**
 * Loads the page anew when one of its chunks is gone: a deployment replaced the files under an open page.
 * At most once a minute, so that a chunk missing for another reason ends as an error and not in a loop.
 */
export function reloadWhenOutdated(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last < AGAIN_AFTER_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    event.preventDefault();
    window.location.reload();
  });
}
