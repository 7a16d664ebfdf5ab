/**
 * What this browser knows of the site from its last answer about the session: its name, so that the header shows it
 * before the next answer, and whether somebody was signed in here, who sees the overview even while the back end is down.
 */
import { useSyncExternalStore } from "react";
import type { components } from "@/shared/api/schema";
import { common } from "@/texts/common";

type Session = components["schemas"]["SessionState"];
export type Site = Pick<Session, "project" | "stack" | "signed_in">;

const KEY = "site";
const UNKNOWN: Site = { project: "", stack: "", signed_in: false };

let known = read();
const listeners = new Set<() => void>();

function read(): Site {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Record<keyof Site, unknown>>;
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    return { project: text(kept.project), stack: text(kept.stack), signed_in: kept.signed_in === true };
  } catch {
    return UNKNOWN;
  }
}

export function rememberSite({ project, stack, signed_in }: Site): void {
  known = { project, stack, signed_in };
  try {
    localStorage.setItem(KEY, JSON.stringify(known));
  } catch {
    // Storage is forbidden: known until the page is left.
  }
  for (const listener of listeners) listener();
}

export function forgetSite(): void {
  localStorage.removeItem(KEY);
  known = UNKNOWN;
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

export function useSite(): Site {
  return useSyncExternalStore(subscribe, () => known);
}

/** For the tab and the header: the project's name. */
export function siteName({ project }: Site): string {
  return project || common.name;
}

const LAPTOP = "local";
const LAPTOPS_PORT = "4566";

/** Whether the site runs in the local cloud, where the Makefile knows its password. */
export function isLaptop({ stack }: Site): boolean {
  return stack === LAPTOP || !stack;
}

/** A command of the Makefile, with what it needs to be about this stack. */
export function makeCommand(words: string, site: Site): string {
  if (!isLaptop(site)) return `${words} STACK=${site.stack}`;
  const { port } = window.location;
  return port === "" || port === LAPTOPS_PORT ? words : `${words} PORT=${port}`;
}
