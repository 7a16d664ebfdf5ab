/** Failures of what went on in the background: told from anywhere, shown by the toaster whatever page is open. */
import { useSyncExternalStore } from "react";

export interface Notice {
  /** What did not work, for example "“Apple” was not deleted". */
  title: string;
  error: Error;
}

let waiting: readonly Notice[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Notice[]) {
  waiting = next;
  for (const listener of listeners) listener();
}

export function notifyFailure(title: string, error: Error): void {
  change([...waiting, { title, error }]);
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
