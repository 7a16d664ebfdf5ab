/** Addresses of the app. Each page is a chunk of its own; its data is asked for while the chunk loads. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createBrowserHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from "@tanstack/react-router";
import { filesQuery, uploadLimitsQuery } from "@/features/files/queries";
import { fileSearch } from "@/features/files/search";
import { itemsQuery } from "@/features/items/queries";
import { itemSearch } from "@/features/items/search";
import { mailAddressesQuery } from "@/features/mail/queries";
import { RootLayout } from "@/routes/root-layout";
import { NotFound, RouteError } from "@/routes/route-states";
import { parseSearch, stringifySearch } from "@/shared/address";
import { ownPath, SIGN_IN_PATH } from "@/shared/own-path";

/** Starts a query that the page will show, error included. */
function ask(answer: Promise<unknown>): void {
  answer.catch(() => undefined);
}

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: RootLayout });

const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  component: lazyRouteComponent(() => import("@/routes/overview-route"), "OverviewRoute"),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: SIGN_IN_PATH,
  validateSearch: ({ from }: Record<string, unknown>): { from?: string | undefined } => ({ from: ownPath(from) }),
  component: lazyRouteComponent(() => import("@/routes/sign-in-route"), "SignInRoute"),
});

const itemsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/items",
  validateSearch: itemSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    ask(context.queryClient.query(itemsQuery(deps)));
  },
  component: lazyRouteComponent(() => import("@/routes/items-route"), "ItemsRoute"),
});

const filesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/files",
  validateSearch: fileSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    ask(context.queryClient.query(filesQuery(deps.page, deps.deleted === "yes")));
    ask(context.queryClient.query(uploadLimitsQuery));
  },
  component: lazyRouteComponent(() => import("@/routes/files-route"), "FilesRoute"),
});

const mailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/mail",
  loader: ({ context }) => {
    ask(context.queryClient.query(mailAddressesQuery));
  },
  component: lazyRouteComponent(() => import("@/features/mail/mail-page"), "MailPage"),
});

export function createAppRouter(queryClient: QueryClient, history: RouterHistory = createBrowserHistory()) {
  return createRouter({
    routeTree: rootRoute.addChildren([overviewRoute, itemsRoute, filesRoute, mailRoute, signInRoute]),
    context: { queryClient },
    history,
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    // React Query decides what is fresh.
    defaultPreloadStaleTime: 0,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: RouteError,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
