import "@/features/session/session.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiProblem } from "@/shared/api/problem";
import { sessionQuery, useSignIn } from "@/shared/api/session";
import { isLaptop, makeCommand, siteName, useSite, type Site } from "@/shared/site";
import { BusyButton } from "@/shared/ui/busy-button";
import { Copyable } from "@/shared/ui/copyable";
import { Field } from "@/shared/ui/field";
import { PageHeader } from "@/shared/ui/page-header";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { texts } from "@/texts/session";

interface SignInPageProps {
  /** From a link that carries it; signs in at once. */
  password: string | undefined;
  onSignedIn: () => void;
}

export function SignInPage({ password: given, onSignedIn }: SignInPageProps) {
  const { data: session, error: unknownSession, refetch } = useQuery(sessionQuery);
  const site = useSite();
  const { mutate: signIn, error, isPending } = useSignIn();
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

  // On the way back.
  if (signedIn) return null;

  const name = [siteName(site), site.stack && `(${site.stack})`].filter(Boolean).join(" ");
  return (
    <div className="sign-in stack">
      <PageHeader title={texts.title} lede={texts.lede(name)} />
      {unknownSession && <ProblemAlert title={texts.unknown} error={unknownSession} onRetry={() => void refetch()} />}
      <PasswordForm error={error} busy={isPending} site={site} onSubmit={signIn} />
      <p className="muted">{texts.lasts}</p>
    </div>
  );
}

interface PasswordFormProps {
  error: Error | null;
  busy: boolean;
  site: Site;
  onSubmit: (password: string) => void;
}

function PasswordForm({ error, busy, site, onSubmit }: PasswordFormProps) {
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [missing, setMissing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const wrong = error instanceof ApiProblem && error.status === 401;
  const command = passwordCommand(site);

  useEffect(() => {
    input.current?.focus();
  }, []);

  useEffect(() => {
    if (error) input.current?.select();
  }, [error]);

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(password === "");
        if (password === "") input.current?.focus();
        else if (!busy) onSubmit(password);
      }}
    >
      <Field
        label={texts.password}
        error={missing && password === "" ? texts.missing : wrong ? texts.wrong : undefined}
      >
        {(control) => (
          <div className="password">
            <input
              {...control}
              ref={input}
              type={shown ? "text" : "password"}
              name="password"
              autoComplete="current-password"
              autoCapitalize="none"
              spellCheck={false}
              value={password}
              onChange={(event) => {
                setPassword(event.target.value);
              }}
            />
            <button
              type="button"
              className="button button-quiet"
              aria-pressed={shown}
              aria-label={texts.show}
              onClick={() => {
                setShown(!shown);
              }}
            >
              {shown ? texts.hideShort : texts.showShort}
            </button>
            <PasteButton
              onPaste={(text) => {
                setPassword(text);
                input.current?.focus();
              }}
            />
          </div>
        )}
      </Field>
      {error && !wrong && <ProblemAlert title={refusalTitle(error)} error={error} />}
      <BusyButton type="submit" busy={busy}>
        {busy ? texts.submitting : texts.submit}
      </BusyButton>
      <div className="command">
        <p className="muted">{texts.where}</p>
        <Copyable value={command} what={texts.theCommand} className="mono" />
      </div>
    </form>
  );
}

/** Where the browser lets a page read the clipboard; it asks the person first. */
function PasteButton({ onPaste }: { onPaste: (text: string) => void }) {
  if (!("clipboard" in navigator && "readText" in navigator.clipboard)) return null;
  return (
    <button
      type="button"
      className="button button-quiet"
      onClick={() => {
        navigator.clipboard
          .readText()
          .then((text) => {
            onPaste(text.trim());
          })
          // Not allowed: the keyboard can still paste.
          .catch(() => undefined);
      }}
    >
      {texts.paste}
    </button>
  );
}

/** What prints the password for who has the project: on the laptop the Makefile, elsewhere the secret itself. */
function passwordCommand(site: Site): string {
  if (isLaptop(site)) return makeCommand("make password", site);
  const secret = `"$(pulumi stack output access_secret --stack ${site.stack})"`;
  return `aws secretsmanager get-secret-value --secret-id ${secret} --query SecretString --output text`;
}

function refusalTitle(error: Error): string {
  const wait = error instanceof ApiProblem ? error.retryAfterSeconds : undefined;
  return wait === undefined ? texts.notSignedIn : texts.wait(wait);
}
