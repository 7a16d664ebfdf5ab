/** What a route shows when there is no page: an unknown address, or a page that failed. */
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { ProblemAlert } from "@/shared/ui/problem-alert";

export function NotFound() {
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        The address may be old or mistyped. <Link to="/">Go to the start</Link>.
      </p>
    </>
  );
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();

  return (
    <>
      <h1>This page failed</h1>
      <ProblemAlert
        title="The page could not be shown"
        error={error instanceof Error ? error : new Error(String(error))}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </>
  );
}
