/** Where the API is: at /api of the page's own address, or at a name of its own, there without /api. */

const PREFIX = "/api";

/** Of what the server wrote into the page; the page's other addresses have the API at /api. */
function originOf(written: string | undefined, page: Location): string | undefined {
  if (!written || new URL(written).hostname !== `api.${page.hostname}`) return undefined;
  return written;
}

const own = originOf(document.querySelector<HTMLMetaElement>("meta[name=api]")?.content, globalThis.location);

/** The session's cookie belongs to the API's name. Files come from S3, which need not know cookies otherwise. */
export const credentials: RequestCredentials = own ? "include" : "same-origin";

/** The address of a path of the API, which begins with /api. */
export function apiAddress(path: string): string {
  return own ? `${own}${path.slice(PREFIX.length)}` : path;
}

/** A request for a path of the API, sent to where the API is. */
export class ApiRequest extends Request {
  constructor(path: RequestInfo | URL, init?: RequestInit) {
    super(typeof path === "string" ? new URL(apiAddress(path), globalThis.location.origin) : path, {
      credentials,
      ...init,
    });
  }
}
