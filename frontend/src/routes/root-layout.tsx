import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { SiteHeader } from "@/routes/site-header";
import { sessionQuery } from "@/shared/api/session";
import { useWaitingNotices } from "@/shared/notices";
import { useConnection } from "@/shared/online";
import { SIGN_IN_PATH } from "@/shared/own-path";

const Toaster = lazy(async () => ({ default: (await import("@/shared/ui/toaster")).Toaster }));

/** What surrounds every page. Without a session it leads to the sign-in, which leads back. */
export function RootLayout() {
  const { data: session } = useQuery(sessionQuery);
  const { pathname, href } = useLocation();
  const mustSignIn = session?.signed_in === false && pathname !== SIGN_IN_PATH;
  useFocusOnNewPage();

  return (
    <div className="page-frame">
      <SiteHeader />
      <main id="main" tabIndex={-1} className="stack">
        {mustSignIn ? <Navigate to={SIGN_IN_PATH} search={href === "/" ? {} : { from: href }} replace /> : <Outlet />}
      </main>
      <ConnectionStrip />
      <Notices />
    </div>
  );
}

/** A new page is read out from its heading, and the keyboard goes on from there. */
function useFocusOnNewPage() {
  const router = useRouter();

  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return;
        const main = document.getElementById("main");
        (main?.querySelector("h1") ?? main)?.focus({ preventScroll: true });
      }),
    [router],
  );
}

function ConnectionStrip() {
  const connection = useConnection();
  if (connection === "online") return null;
  return (
    <p className="connection" role="status">
      {connection === "offline" ? "You are offline." : "The server cannot be reached."} What you see may be old, and
      nothing can be saved.
    </p>
  );
}

/** The toaster's code comes with the first notice: most visits see none. */
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
