// Runs before the first paint and before the app's own scripts, which it must outlive: nothing here is imported.

// A chosen theme never flashes; src/shared/theme.ts keeps the choice.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the theme follows the system.
}

// The app's script could not be loaded: say so, and try again, ever less often. main.tsx ends the count.
window.addEventListener(
  "error",
  ({ target }) => {
    if (!(target instanceof HTMLScriptElement) || target.type !== "module") return;
    let tries = 0;
    try {
      tries = Number(sessionStorage.getItem("boot-tries"));
      sessionStorage.setItem("boot-tries", String(tries + 1));
    } catch {
      // Storage is forbidden: every try waits as long as the first.
    }
    const again = () => {
      window.location.reload();
    };
    if (navigator.onLine) setTimeout(again, Math.min(2000 * 2 ** tries, 60_000));
    else window.addEventListener("online", again);
    const show = () => {
      const root = document.getElementById("root");
      if (!root) return;
      const text = document.createElement("p");
      text.setAttribute("role", "alert");
      text.textContent = navigator.onLine
        ? "The page couldn’t be loaded. Trying again in a moment."
        : "You’re offline. The page will load once you’re back online.";
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Try again";
      button.addEventListener("click", again);
      (root.firstElementChild ?? root).append(text, button);
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
    else show();
  },
  true, // errors of elements do not bubble
);
