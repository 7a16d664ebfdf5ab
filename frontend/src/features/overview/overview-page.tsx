import { useQuery } from "@tanstack/react-query";
import { Architecture } from "@/features/overview/architecture";
import { partsOf, verdict } from "@/features/overview/parts";
import { frontEndQuery, overviewQuery, pageQuery, type Overview } from "@/features/overview/queries";
import { Stack } from "@/features/overview/stack";
import { formatDuration, formatTime } from "@/shared/format";
import { useConnection } from "@/shared/online";
import { PageHeader } from "@/shared/ui/page-header";
import "@/features/overview/overview.css";
import "@/features/overview/drawing-narrow.css";
import "@/features/overview/drawing-wide.css";
import "@/features/overview/stack.css";

/** The stack at a glance, looked at anew every few seconds. */
export function OverviewPage() {
  const online = useConnection() !== "offline";
  const page = useQuery(pageQuery);
  const frontEnd = useQuery(frontEndQuery);
  const overview = useQuery(overviewQuery);
  const parts = partsOf({ online, page, frontEnd, overview });
  const lastLook = Math.max(overview.dataUpdatedAt, overview.errorUpdatedAt);

  return (
    <>
      <PageHeader title="Overview" lede={verdict(parts)} />
      <Architecture parts={parts}>
        <dl className="title-block">
          <div>
            <dt>Last look</dt>
            <dd>{lastLook > 0 ? formatTime(lastLook) : "—"}</dd>
          </div>
          <div>
            <dt>Looks again</dt>
            <dd>every 5 s</dd>
          </div>
          <div>
            <dt>Back end up for</dt>
            <dd>{overview.data ? uptime(overview.data.data) : "—"}</dd>
          </div>
        </dl>
      </Architecture>
      {overview.data?.data.stack && <Stack stack={overview.data.data.stack} old={!online || overview.isError} />}
    </>
  );
}

/** By the server's clock alone: the browser's may be wrong. */
function uptime({ started_at, checked_at }: Overview): string {
  return formatDuration(Date.parse(checked_at) - Date.parse(started_at));
}
