import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import { Unavailable } from "@/routes/route-states";
import { SiteHeader } from "@/routes/site-header";
import { withSearch } from "@/shared/address";
import { sessionQuery } from "@/shared/api/session";
import { navigate, useAddress } from "@/shared/navigation";
import { useWaitingNotices } from "@/shared/notices";
import { useConnection } from "@/shared/online";
import { SIGN_IN_PATH } from "@/shared/own-path";
import { useSite } from "@/shared/site";
import { common } from "@/texts/common";

const Toaster = lazy(async () => ({ default: (await import("@/shared/ui/toaster")).Toaster }));

/** What surrounds every page. */
export function RootLayout({ children }: { children: ReactNode }) {
  useFocusOnNewPage();

  return (
    <div className="page-frame">
      <SiteHeader />
      <main id="main" tabIndex={-1} className="stack">
        <Gate>{children}</Gate>
      </main>
      <ConnectionStrip />
      <Notices />
    </div>
  );
}

/**
 * Without a session it leads to the sign-in, which leads back. While nobody knows whether there is one, the pages are
 * for a browser that had one: a stranger sees nothing of them.
 */
function Gate({ children }: { children: ReactNode }) {
  const { data: session, error, refetch } = useQuery(sessionQuery);
  const { pathname, search } = useAddress();
  const wasSignedIn = useSite().signed_in;

  if (pathname === SIGN_IN_PATH || session?.signed_in) return children;
  if (session) {
    const here = pathname + search;
    return <Redirect to={withSearch(SIGN_IN_PATH, { from: here === "/" ? undefined : here })} />;
  }
  if (wasSignedIn) return children;
  return error ? <Unavailable error={error} onRetry={() => void refetch()} /> : null;
}

function Redirect({ to }: { to: string }) {
  useEffect(() => {
    navigate(to, { replace: true });
  }, [to]);
  return null;
}

/** A new page is read out from its heading, and the keyboard goes on from there; the sign-in goes to its field itself. */
function useFocusOnNewPage() {
  const { pathname } = useAddress();
  const before = useRef(pathname);

  useEffect(() => {
    if (pathname === before.current) return;
    before.current = pathname;
    if (pathname === SIGN_IN_PATH) return;
    const main = document.getElementById("main");
    (main?.querySelector("h1") ?? main)?.focus({ preventScroll: true });
  }, [pathname]);
}

function ConnectionStrip() {
  const connection = useConnection();
  const client = useQueryClient();
  if (connection === "online") return null;
  return (
    <div className="connection" role="status">
      <p>{connection === "offline" ? common.offline : common.unreachable}</p>
      <button type="button" className="button" onClick={() => void client.refetchQueries()}>
        {common.tryAgain}
      </button>
    </div>
  );
}

/** The toaster's code comes with the first notice, or when the browser is idle. */
function Notices() {
  const waiting = useWaitingNotices();
  const [wanted, setWanted] = useState(false);
  if (waiting.length > 0 && !wanted) setWanted(true);
  return wanted ? (
    <Suspense>
      <Toaster />
    </Suspense>
  ) : null;
}
