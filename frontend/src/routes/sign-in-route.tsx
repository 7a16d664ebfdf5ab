import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { SignInPage } from "@/features/session/sign-in-page";

const route = getRouteApi("/sign-in");

/** The password in a link's fragment, which never leaves the browser. */
function passwordOf(hash: string): string | undefined {
  const encoded = /^#password=(.+)$/s.exec(hash)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    // A stray % in a link typed by hand.
    return encoded;
  }
}

export function SignInRoute() {
  const router = useRouter();
  const navigate = route.useNavigate();
  const { from = "/" } = route.useSearch();
  // The router's own hash is decoded already, and once is right.
  const hash = useSyncExternalStore(router.history.subscribe, () => router.history.location.hash);
  const inLink = passwordOf(hash);
  const [password, setPassword] = useState(inLink);
  if (inLink !== undefined && inLink !== password) setPassword(inLink);

  // At once, before anybody can read it off the address or go back to it.
  useEffect(() => {
    if (hash) void navigate({ search: true, hash: "", replace: true });
  }, [hash, navigate]);

  const goBack = useCallback(() => {
    router.history.replace(from);
  }, [router, from]);

  return <SignInPage password={password} onSignedIn={goBack} />;
}
