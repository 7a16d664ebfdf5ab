/** Whether the server can be reached: what the browser says of its network, and how the last request fared. */
import { useSyncExternalStore } from "react";

export type Connection = "online" | "offline" | "unreachable";

let reached = true;
const listeners = new Set<() => void>();

/** Each request says here whether any answer arrived, be it an error. */
export function noteReached(value: boolean): void {
  if (value === reached) return;
  reached = value;
  for (const listener of listeners) listener();
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}

function current(): Connection {
  if (!navigator.onLine) return "offline";
  return reached ? "online" : "unreachable";
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, current);
}
