import type { ReactNode } from "react";
import type { State } from "@/features/overview/parts";
import type { Overview } from "@/features/overview/queries";
import { StateMark } from "@/features/overview/state-mark";
import { formatDateTime, formatDuration } from "@/shared/format";

type Told = NonNullable<Overview["stack"]>;
type Service = Told["services"][number];
type Job = Told["jobs"][number];

const STATES: Record<Service["state"], State> = { ok: "works", attention: "attention", down: "down" };

/** What app.yaml describes, as it runs. `old`: the back end does not answer now, so nothing of it is known. */
export function Stack({ stack, old }: { stack: Told; old: boolean }) {
  if (stack.services.length === 0) return <p className="part-problem">{stack.problem}</p>;
  return (
    <>
      <Section title="Services">
        {stack.services.map((service) => (
          <Row key={service.name} {...service} old={old} fact={tasksOf(service)} detail={versionsOf(service)} />
        ))}
      </Section>
      {stack.jobs.length > 0 && (
        <Section title="Jobs">
          {stack.jobs.map((job) => (
            <Row key={job.name} {...job} old={old} fact={lastRunOf(job)} detail={`${job.schedule}, ${job.timezone}`} />
          ))}
        </Section>
      )}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = `runs-${title.toLowerCase()}`;
  return (
    <section className="runs" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul className="list">{children}</ul>
    </section>
  );
}

interface RowProps {
  name: string;
  state: Service["state"];
  problem: string | null;
  fact: string;
  detail: string;
  old: boolean;
}

function Row({ name, state, problem, fact, detail, old }: RowProps) {
  return (
    <li>
      <div className="run">
        <strong className="run-name">{name}</strong>
        <StateMark state={old ? "unknown" : STATES[state]} />
        <span className="run-fact">{fact}</span>
        <span className="run-detail">{detail}</span>
        {problem && !old && <p className="run-problem">{problem}</p>}
      </div>
    </li>
  );
}

function tasksOf({ tasks, wanted, deploying }: Service): string {
  const started = tasks.filter(({ started_at }) => started_at !== null).length;
  return `${started} of ${wanted} ${wanted === 1 ? "task" : "tasks"}${deploying ? ", a new version is starting" : ""}`;
}

function versionsOf({ tasks }: Service): string {
  return [...new Set(tasks.map(({ version }) => version))].join(", ");
}

function lastRunOf({ last, running }: Job): string {
  const now = running > 0 ? `${running} running now` : "";
  if (!last) return now || "Has not run yet";
  const length = formatDuration(Date.parse(last.ended_at) - Date.parse(last.started_at ?? last.ended_at));
  const result =
    last.exit_code === null
      ? "did not start"
      : last.exit_code === 0
        ? `ok in ${length}`
        : `exit code ${last.exit_code}`;
  return [`${formatDateTime(last.started_at ?? last.ended_at)}: ${result}`, now].filter(Boolean).join(", ");
}
