/** What was done, or failed, in the background: told from anywhere, shown and read out by the toaster on any page. */
import { useSyncExternalStore } from "react";
import { problemText } from "@/shared/api/problem";

export interface Notice {
  kind: "done" | "failed";
  /** What was done, or did not work: "Deleted “Apple”". */
  title: string;
  detail?: string;
  /** Takes it back. */
  undo?: () => void;
}

let waiting: readonly Notice[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Notice[]) {
  waiting = next;
  for (const listener of listeners) listener();
}

export function notifyDone(title: string, undo?: () => void): void {
  change([...waiting, { kind: "done", title, ...(undo && { undo }) }]);
}

export function notifyFailure(title: string, error: Error): void {
  change([...waiting, { kind: "failed", title, detail: problemText(error) }]);
}

/** The toaster shows them from now on. */
export function takeNotices(taken: readonly Notice[]): void {
  change(waiting.filter((notice) => !taken.includes(notice)));
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/** Those that no toaster has taken over yet. */
export function useWaitingNotices(): readonly Notice[] {
  return useSyncExternalStore(subscribe, () => waiting);
}
