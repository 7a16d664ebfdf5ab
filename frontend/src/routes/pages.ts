/** The app's pages by their addresses. Each is a chunk of its own; its data is asked for while the chunk loads. */
import type { QueryClient } from "@tanstack/react-query";
import { lazy, type ComponentType } from "react";
import { filesQuery, uploadLimitsQuery } from "@/features/files/queries";
import { fileSearch } from "@/features/files/search";
import { itemsQuery } from "@/features/items/queries";
import { itemSearch } from "@/features/items/search";
import { mailAddressesQuery } from "@/features/mail/queries";
import { parseSearch } from "@/shared/address";
import { SIGN_IN_PATH } from "@/shared/own-path";

type Search = Record<string, string>;
/** Starts the queries whose answers the page will show, errors included. */
type Ask = (client: QueryClient, search: Search) => Promise<unknown>[];

export class Page {
  readonly load: () => Promise<ComponentType>;
  readonly ask: Ask;
  #code: Promise<ComponentType> | undefined;
  #component: ComponentType | undefined;

  constructor(load: () => Promise<ComponentType>, ask: Ask = () => []) {
    this.load = load;
    this.ask = ask;
  }

  /** Suspends until the code is there, and throws when it could not be fetched: again and again, until `forget`. */
  get component(): ComponentType {
    return (this.#component ??= lazy(async () => ({ default: await this.#fetched() })));
  }

  /** What cannot be fetched now is asked for again when it is needed, and an error is told then. */
  async fetch(): Promise<void> {
    await this.#fetched().catch(() => {
      this.forget();
    });
  }

  forget(): void {
    this.#code = undefined;
    this.#component = undefined;
  }

  #fetched(): Promise<ComponentType> {
    return (this.#code ??= this.load());
  }
}

export const PAGES: Readonly<Record<string, Page>> = {
  "/": new Page(async () => (await import("@/routes/overview-route")).OverviewRoute),
  [SIGN_IN_PATH]: new Page(async () => (await import("@/routes/sign-in-route")).SignInRoute),
  "/items": new Page(
    async () => (await import("@/routes/items-route")).ItemsRoute,
    (client, search) => [client.query(itemsQuery(itemSearch(search)))],
  ),
  "/files": new Page(
    async () => (await import("@/routes/files-route")).FilesRoute,
    (client, search) => {
      const { page, deleted } = fileSearch(search);
      return [client.query(filesQuery(page, deleted === "yes")), client.query(uploadLimitsQuery)];
    },
  ),
  "/mail": new Page(
    async () => (await import("@/features/mail/mail-page")).MailPage,
    (client) => [client.query(mailAddressesQuery)],
  ),
};

/** The page at a path, with or without a slash at its end; undefined where there is none. */
export function pageAt(pathname: string): Page | undefined {
  const path = pathname.replace(/(?<=.)\/+$/, "");
  return Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
}

/** Fetches code and data of the page at an address. */
export function prepare(client: QueryClient, to: string): void {
  const { pathname, search } = new URL(to, window.location.origin);
  const page = pageAt(pathname);
  void page?.fetch();
  void Promise.allSettled(page?.ask(client, parseSearch(search)) ?? []);
}
