import { useQuery } from "@tanstack/react-query";
import { Architecture } from "@/features/overview/architecture";
import { Deployments } from "@/features/overview/deployments";
import { partsOf, verdict, type Part } from "@/features/overview/parts";
import { frontEndQuery, overviewQuery, pageQuery, type Overview } from "@/features/overview/queries";
import { Stack } from "@/features/overview/stack";
import { StateMark } from "@/features/overview/state-mark";
import { formatDuration, formatTime } from "@/shared/format";
import { useConnection } from "@/shared/online";
import { PageHeader } from "@/shared/ui/page-header";
import { texts } from "@/texts/overview";
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
  const { state, text } = verdict(parts);
  const lastLook = Math.max(overview.dataUpdatedAt, overview.errorUpdatedAt);
  const told = overview.data?.data;
  const known = overview.isError ? undefined : told;

  return (
    <>
      <PageHeader title={texts.title} lede={<StateMark state={state}>{text}</StateMark>}>
        <p className="look muted">
          {lastLook > 0 && <span title={texts.every}>{texts.updated(formatTime(lastLook))}</span>}
          {known && <span>{texts.up(uptime(known))}</span>}
        </p>
      </PageHeader>
      <Architecture parts={parts} />
      <Problems parts={parts} />
      {told?.stack && (
        <>
          <Stack stack={told.stack} old={!online || overview.isError} />
          <Deployments services={told.stack.services} now={Date.parse(told.checked_at)} />
        </>
      )}
    </>
  );
}

/** Below the drawing, which stays as it is when a part fails. */
function Problems({ parts }: { parts: readonly Part[] }) {
  const troubled = parts.filter(({ problem }) => problem !== undefined);
  if (troubled.length === 0) return null;
  return (
    <section className="problems" aria-label={texts.whatToDo}>
      {troubled.map(({ id, name, state, problem }) => (
        <div key={id} className={`problem problem-${state}`}>
          <StateMark state={state}>{name}</StateMark>
          <p>{problem}</p>
        </div>
      ))}
    </section>
  );
}

/** By the server's clock alone: the browser's may be wrong. */
function uptime({ started_at, checked_at }: Overview): string {
  return formatDuration(Date.parse(checked_at) - Date.parse(started_at));
}
