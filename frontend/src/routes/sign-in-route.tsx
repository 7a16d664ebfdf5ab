import { useCallback, useEffect, useState } from "react";
import { SignInPage } from "@/features/session/sign-in-page";
import { parseSearch, withSearch } from "@/shared/address";
import { navigate, useAddress } from "@/shared/navigation";
import { ownPath, SIGN_IN_PATH } from "@/shared/own-path";

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
  const { search, hash } = useAddress();
  const from = ownPath(parseSearch(search).from);
  const inLink = passwordOf(hash);
  const [password, setPassword] = useState(inLink);
  if (inLink !== undefined && inLink !== password) setPassword(inLink);

  // At once, before anybody can read it off the address or go back to it.
  useEffect(() => {
    if (hash) navigate(withSearch(SIGN_IN_PATH, { from }), { replace: true });
  }, [hash, from]);

  const goBack = useCallback(() => {
    navigate(from ?? "/", { replace: true });
  }, [from]);

  return <SignInPage password={password} onSignedIn={goBack} />;
}
