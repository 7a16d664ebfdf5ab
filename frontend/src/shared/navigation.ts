/**
 * The app's way through its pages: the browser's own history, and where one is as React sees it.
 * `routes/` decides what is shown at an address; `ui/link.tsx` is how people go to one.
 */
import { createContext, startTransition, use, useLayoutEffect, useState } from "react";

export interface Address {
  pathname: string;
  search: string;
  hash: string;
  /** Where the page is to stand, from its top; undefined: where it stands. */
  scroll: number | undefined;
}

/** The history's entries are counted, to know each again. Entries that the browser makes, for a fragment, have no number. */
interface Entry {
  at: number;
}

const listeners = new Set<() => void>();
/** Where each entry's page stood when it was left. */
const scrolls: number[] = [];
let at = entry()?.at ?? 0;
let address = read(undefined);

function entry(): Entry | null {
  return window.history.state as Entry | null;
}

function read(scroll: number | undefined): Address {
  const { pathname, search, hash } = window.location;
  return { pathname, search, hash, scroll };
}

function arrive(scroll: number | undefined): void {
  address = read(scroll);
  for (const listener of listeners) listener();
}

if (!entry()) window.history.replaceState({ at } satisfies Entry, "");

window.addEventListener("popstate", () => {
  scrolls[at] = window.scrollY;
  const next = entry();
  at = next?.at ?? at;
  arrive(next ? (scrolls[at] ?? 0) : undefined);
});

// The browser would scroll before the page is drawn, so that is done here; but not for a page that is loaded anew.
window.addEventListener("pagehide", () => {
  window.history.scrollRestoration = "auto";
});

interface How {
  /** Going back does not lead to where one is now. */
  replace?: boolean;
  /** The page stands where it stands, instead of at its top. */
  keepScroll?: boolean;
}

export function navigate(to: string, { replace = false, keepScroll = false }: How = {}): void {
  window.history.scrollRestoration = "manual";
  scrolls[at] = window.scrollY;
  if (!replace) at += 1;
  const next: Entry = { at };
  if (replace) window.history.replaceState(next, "", to);
  else window.history.pushState(next, "", to);
  arrive(keepScroll ? undefined : 0);
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentAddress(): Address {
  return address;
}

/** For the frame around all pages. The page before stays until the code of the next one is there. */
export function useCurrentAddress(): Address {
  const [shown, setShown] = useState(address);

  useLayoutEffect(
    () =>
      subscribe(() => {
        startTransition(() => {
          setShown(address);
        });
      }),
    [],
  );
  return shown;
}

interface Navigation {
  address: Address;
  /** Fetches what the page at an address will need: somebody may go there. */
  prepare: (to: string) => void;
}

export const NavigationContext = createContext<Navigation | undefined>(undefined);

export function useNavigation(): Navigation {
  const navigation = use(NavigationContext);
  if (!navigation) throw new Error("useNavigation: only within the app, which knows its pages");
  return navigation;
}

export function useAddress(): Address {
  return useNavigation().address;
}
