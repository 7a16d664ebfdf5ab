/**
 * Every text that a person reads is in this folder, by the feature that shows it, and nowhere else (ESLint watches it).
 * Another language is another folder with the same files, to which the alias `@/texts` of vite.config.ts leads.
 */
import { formatCount } from "@/shared/format";

export const common = {
  // The site's name where the back end does not tell one.
  name: "Stack",
  skip: "Skip to the content",
  start: "Overview",
  mainNavigation: "Main",
  pages: { overview: "Overview", items: "Items", files: "Files", mail: "Mail" },
  openToEveryone: "Open to everyone",
  signOut: "Sign out",
  signedOut: "You are signed out",
  stillSignedIn: "You are still signed in",
  theme: "Theme",
  themes: { system: "Match system", light: "Light", dark: "Dark" },

  cancel: "Cancel",
  close: "Close",
  delete: "Delete",
  dismiss: "Dismiss",
  dismissNotice: "Dismiss the notice",
  tryAgain: "Try again",
  undo: "Undo",
  copy: (what: string) => `Copy ${what}`,
  copied: "Copied",
  request: (id: string) => `Request ${id}`,
  field: (name: string, message: string) => `${name}: ${message}`,

  offline: "You’re offline. You can look around, but nothing can be saved.",
  unreachable: "The server can’t be reached. What you see may be out of date.",
  notFound: "Page not found",
  notFoundLede: "The address may be old or mistyped.",
  goToStart: "Go to the overview",
  failed: "This page failed to load",
  failedTitle: "Something went wrong on this page",
  unavailable: "The site isn’t available right now",
  unavailableTitle: "The back end couldn’t be reached",
  unavailableLede: "The page is here, but its back end isn’t answering. We’ll keep trying.",
  asleep: "Taking longer than usual. Still trying…",

  loading: (noun: string) => `Loading ${noun}`,
  notLoaded: (noun: string) => `The ${noun} couldn’t be loaded`,
  pagesOf: (noun: string) => `Pages of ${noun}`,
  range: (first: number, last: number, total: number) =>
    `${formatCount(first)}–${formatCount(last)} of ${formatCount(total)}`,
  previous: "Previous",
  next: "Next",
  page: "Page",
  ofPages: (count: number) => `of ${formatCount(count)}`,

  select: (name: string) => `Select ${name}`,
  selectAll: "Select all on this page",
  selected: (count: number) => `${formatCount(count)} selected`,
  clearSelection: "Clear selection",

  required: (label: string) => `Enter a ${label.toLowerCase()}.`,
  oneLine: "Use a single line of text.",
  tooLong: (over: number, limit: number) =>
    `${formatCount(over)} ${over === 1 ? "character" : "characters"} too long; the limit is ${formatCount(limit)}.`,
  count: (length: number, limit: number) => `${formatCount(length)} / ${formatCount(limit)}`,
} as const;
