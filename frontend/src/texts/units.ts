/** Words of times and sizes, for `@/shared/format`. */
export const units = {
  justNow: "just now",
  underAMinute: "less than a minute",
  milliseconds: (count: string) => `${count} ms`,
  seconds: (count: string) => `${count} s`,
  minutes: (count: string) => `${count} min`,
  hours: (count: string) => `${count} h`,
  days: (count: string) => `${count} days`,
  bytes: (count: string, one: boolean) => `${count} ${one ? "byte" : "bytes"}`,
  binary: ["KiB", "MiB", "GiB"],
} as const;
