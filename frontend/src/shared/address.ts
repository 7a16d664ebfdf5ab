/** The part of an address after the question mark, as plain names and values: what a person can read and write. */

export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** What is undefined or empty is left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if ((typeof value === "string" && value !== "") || typeof value === "number") parameters.set(name, String(value));
  }
  return parameters.size > 0 ? `?${parameters}` : "";
}
