import "@/features/session/session.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiProblem } from "@/shared/api/problem";
import { sessionQuery, useSignIn } from "@/shared/api/session";
import { Field } from "@/shared/ui/field";
import { PageHeader } from "@/shared/ui/page-header";
import { ProblemAlert } from "@/shared/ui/problem-alert";

const PASSWORD_CHARACTERS = 200;

interface SignInPageProps {
  /** From a link that carries it; signs in at once. */
  password: string | undefined;
  onSignedIn: () => void;
}

export function SignInPage({ password: given, onSignedIn }: SignInPageProps) {
  const { data: session, error: unknownSession, refetch } = useQuery(sessionQuery);
  const [password, setPassword] = useState("");
  const { mutate: signIn, error, isPending } = useSignIn();
  const input = useRef<HTMLInputElement>(null);
  const used = useRef<string>(undefined);
  const signedIn = session?.signed_in === true;

  useEffect(() => {
    if (signedIn) onSignedIn();
  }, [signedIn, onSignedIn]);

  useEffect(() => {
    if (given === undefined || given === used.current) return;
    used.current = given;
    signIn(given);
  }, [given, signIn]);

  useEffect(() => {
    if (error) input.current?.select();
  }, [error]);

  // On the way back.
  if (signedIn) return null;

  const wrong = error instanceof ApiProblem && error.status === 401;

  return (
    <div className="sign-in stack">
      <PageHeader title="Sign in" lede="With the stack’s password." />
      {unknownSession && (
        <ProblemAlert title="It is not known who may come in" error={unknownSession} onRetry={() => void refetch()} />
      )}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          signIn(password);
        }}
      >
        <Field
          label="Password"
          hint="It was made when the stack was deployed."
          error={wrong ? "This is not the password. Check it and try again." : undefined}
        >
          {(control) => (
            <input
              {...control}
              ref={input}
              type="password"
              name="password"
              autoComplete="current-password"
              autoFocus
              required
              maxLength={PASSWORD_CHARACTERS}
              value={password}
              onChange={(event) => {
                setPassword(event.target.value);
              }}
            />
          )}
        </Field>
        {error && !wrong && <ProblemAlert title={refusalTitle(error)} error={error} />}
        <div className="row">
          <button type="submit" className="button button-primary" disabled={isPending}>
            {isPending ? "Signing in…" : "Sign in"}
          </button>
        </div>
      </form>
      <p className="muted">
        Signing out forgets the session in this browser only. A session lasts a week; a new password ends all of them.
      </p>
    </div>
  );
}

function refusalTitle(error: Error): string {
  const wait = error instanceof ApiProblem ? error.retryAfterSeconds : undefined;
  if (wait === undefined) return "You are not signed in";
  return `Too many attempts. Try again in ${wait} ${wait === 1 ? "second" : "seconds"}.`;
}
