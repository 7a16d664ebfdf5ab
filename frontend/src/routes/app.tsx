/** The app at the browser's address: the frame, and in it the address's page. */
import { useQueryClient } from "@tanstack/react-query";
import { Component, createElement, Suspense, useEffect, useLayoutEffect, useMemo, type ReactNode } from "react";
import { pageAt, prepare, type Page } from "@/routes/pages";
import { RootLayout } from "@/routes/root-layout";
import { NotFound, RouteError } from "@/routes/route-states";
import { currentAddress, NavigationContext, subscribe, useCurrentAddress } from "@/shared/navigation";

export function App() {
  const client = useQueryClient();
  const address = useCurrentAddress();
  const page = pageAt(address.pathname);
  const navigation = useMemo(
    () => ({
      address,
      prepare: (to: string) => {
        prepare(client, to);
      },
    }),
    [address, client],
  );

  // Asked for while React draws.
  useLayoutEffect(() => {
    const ask = () => {
      const { pathname, search } = currentAddress();
      prepare(client, pathname + search);
    };
    ask();
    return subscribe(ask);
  }, [client]);

  useEffect(() => {
    if (address.scroll !== undefined) window.scrollTo(0, address.scroll);
  }, [address]);

  return (
    <NavigationContext value={navigation}>
      <RootLayout>
        {/* Around all pages: one of its own for each would show nothing while the next page's code is fetched. */}
        <Suspense>
          {page ? (
            <Boundary key={address.pathname} page={page}>
              <PageContent page={page} />
            </Boundary>
          ) : (
            <NotFound />
          )}
        </Suspense>
      </RootLayout>
    </NavigationContext>
  );
}

function PageContent({ page }: { page: Page }) {
  // Not a component of this render's own, as <Content /> would say: the page's is the same in every one.
  return createElement(page.component);
}

interface BoundaryProps {
  page: Page;
  children: ReactNode;
}

/** A page that failed, or whose code could not be fetched, says so and is tried again; the frame stays. */
class Boundary extends Component<BoundaryProps, { error?: Error | undefined }> {
  override state: { error?: Error | undefined } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(): void {
    this.props.page.forget();
  }

  readonly retry = (): void => {
    this.setState({ error: undefined });
  };

  override render(): ReactNode {
    const { error } = this.state;
    return error ? <RouteError error={error} onRetry={this.retry} /> : this.props.children;
  }
}
