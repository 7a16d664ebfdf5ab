/** What a route shows when there is no page: an unknown address, or a page that failed. */
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { PageHeader } from "@/shared/ui/page-header";
import { ProblemAlert } from "@/shared/ui/problem-alert";

export function NotFound() {
  return (
    <>
      <PageHeader title="There is no such page" />
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
      <PageHeader title="This page failed" />
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
