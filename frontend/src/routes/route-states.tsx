/** What a route shows when there is no page: an unknown address, a page that failed, or a site that does not answer. */
import { useEffect } from "react";
import { Link } from "@/shared/ui/link";
import { PageHeader } from "@/shared/ui/page-header";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { common } from "@/texts/common";

const AGAIN_MS = 5_000;

export function NotFound() {
  return (
    <>
      <PageHeader title={common.notFound} lede={common.notFoundLede} />
      <div className="row">
        <Link to="/" className="button button-primary">
          {common.goToStart}
        </Link>
      </div>
    </>
  );
}

export function RouteError({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <>
      <PageHeader title={common.failed} />
      <ProblemAlert title={common.failedTitle} error={error} onRetry={onRetry} />
    </>
  );
}

/** For who may be a stranger: it says that nothing answers, and asks again by itself. */
export function Unavailable({ error, onRetry }: { error: Error; onRetry: () => void }) {
  useEffect(() => {
    const timer = setInterval(onRetry, AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  });

  return (
    <>
      <PageHeader title={common.unavailable} lede={common.unavailableLede} />
      <ProblemAlert title={common.unavailableTitle} error={error} onRetry={onRetry} />
    </>
  );
}
