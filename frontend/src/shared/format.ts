/** Values as a person reads them, in the browser's language. */

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const number = new Intl.NumberFormat();
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

const BYTE_UNITS = ["KiB", "MiB", "GiB"];

export function formatDateTime(iso: string): string {
  return dateTime.format(new Date(iso));
}

export function formatCount(count: number): string {
  return number.format(count);
}

/** In powers of 1,024, as limits are set: 25 MiB and not 26.2 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${number.format(bytes)} ${bytes === 1 ? "byte" : "bytes"}`;
  let value = bytes;
  let unit = "";
  for (const next of BYTE_UNITS) {
    if (value < 1023.95) break;
    value /= 1024;
    unit = next;
  }
  return `${oneDigit.format(value)} ${unit}`;
}
