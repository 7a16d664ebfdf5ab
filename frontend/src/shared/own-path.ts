/** Where to return to after the sign-in: only ever an address of this app. */

export const SIGN_IN_PATH = "/sign-in";

/** The path with its search, when it belongs to this app's pages; undefined for everything else. */
export function ownPath(address: unknown): string | undefined {
  if (typeof address !== "string" || !address.startsWith("/")) return undefined;
  // The browser decides what it means: //host, /\host and /<tab>/host all lead away.
  const url = URL.parse(address, globalThis.location.origin);
  if (url?.origin !== globalThis.location.origin) return undefined;
  const path = url.pathname + url.search;
  return url.pathname === SIGN_IN_PATH || path.startsWith("//") ? undefined : path;
}
