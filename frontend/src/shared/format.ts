/** Values as a person reads them, with numbers and dates in the browser's language. */
import { units } from "@/texts/units";

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const number = new Intl.NumberFormat();
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export function formatDateTime(iso: string): string {
  return dateTime.format(new Date(iso));
}

/** "2 hours ago" for the last week, the date for what is older. What the server's clock has ahead of ours is just now. */
export function formatRelative(iso: string, now = Date.now()): string {
  const past = Math.max(0, now - Date.parse(iso));
  if (past < MINUTE_MS) return units.justNow;
  if (past < HOUR_MS) return relative.format(-Math.floor(past / MINUTE_MS), "minute");
  if (past < DAY_MS) return relative.format(-Math.floor(past / HOUR_MS), "hour");
  return past < 7 * DAY_MS ? relative.format(-Math.floor(past / DAY_MS), "day") : day.format(new Date(iso));
}

export function formatTime(moment: number): string {
  return time.format(moment);
}

export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return units.seconds(oneDigit.format(milliseconds / 1000));
  return units.milliseconds(
    milliseconds < 10 ? oneDigit.format(milliseconds) : number.format(Math.round(milliseconds)),
  );
}

/** In the largest unit of which there are two, or minutes: 90 min, 47 h, 2 days. */
export function formatDuration(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / MINUTE_MS));
  if (minutes < 1) return units.underAMinute;
  if (minutes < 120) return units.minutes(number.format(minutes));
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? units.hours(number.format(hours)) : units.days(number.format(Math.floor(hours / 24)));
}

export function formatCount(count: number): string {
  return number.format(count);
}

/** In powers of 1,024, as limits are set: 25 MiB and not 26.2 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return units.bytes(number.format(bytes), bytes === 1);
  let value = bytes;
  let unit = "";
  for (const next of units.binary) {
    if (value < 1023.95) break;
    value /= 1024;
    unit = next;
  }
  return `${oneDigit.format(value)} ${unit}`;
}
