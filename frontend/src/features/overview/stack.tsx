import type { ReactNode } from "react";
import type { State } from "@/features/overview/parts";
import type { Overview } from "@/features/overview/queries";
import { StateMark } from "@/features/overview/state-mark";
import { formatDuration } from "@/shared/format";
import { makeCommand, useSite } from "@/shared/site";
import { Copyable } from "@/shared/ui/copyable";
import { Moment } from "@/shared/ui/moment";
import { texts } from "@/texts/overview";

type Told = NonNullable<Overview["stack"]>;
type Service = Told["services"][number];
type Job = Told["jobs"][number];

const STATES: Record<Service["state"], State> = { ok: "works", attention: "attention", down: "down" };

/** What app.yaml describes, as it runs. `old`: the back end does not answer now, so nothing of it is known. */
export function Stack({ stack, old }: { stack: Told; old: boolean }) {
  const { columns } = texts;
  if (stack.services.length === 0) return <p>{stack.problem}</p>;
  return (
    <>
      <Section
        title={texts.services}
        id="services"
        columns={[columns.service, columns.state, columns.tasks, columns.version, columns.deployed, columns.log]}
      >
        {stack.services.map((service) => (
          <Row key={service.name} {...service} old={old}>
            <span className="run-fact list-number">{tasksOf(service)}</span>
            <span className="run-detail">{versionOf(service)}</span>
            <span className="run-detail">{startOf(service)}</span>
            <span className="run-detail">
              <LogCommand service={service.name} />
            </span>
          </Row>
        ))}
      </Section>
      {stack.jobs.length > 0 && (
        <Section title={texts.jobs} id="jobs" columns={[columns.job, columns.state, columns.lastRun, columns.schedule]}>
          {stack.jobs.map((job) => (
            <Row key={job.name} {...job} old={old}>
              <span className="run-fact">{lastRunOf(job)}</span>
              <span className="run-detail run-wide">{`${job.schedule}, ${job.timezone}`}</span>
            </Row>
          ))}
        </Section>
      )}
    </>
  );
}

/** Shown without what tells this stack from others, which is copied too. */
function LogCommand({ service }: { service: string }) {
  const command = `make logs SERVICE=${service}`;
  return (
    <Copyable value={makeCommand(command, useSite())} what={texts.theCommand}>
      {command}
    </Copyable>
  );
}

interface SectionProps {
  title: string;
  id: string;
  columns: readonly string[];
  children: ReactNode;
}

function Section({ title, id, columns, children }: SectionProps) {
  return (
    <section className="runs stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className={`list-head run run-${id}`} aria-hidden="true">
        {columns.map((column) => (
          <span key={column}>{column}</span>
        ))}
      </div>
      <ul className="list">{children}</ul>
    </section>
  );
}

interface RowProps {
  name: string;
  state: Service["state"];
  problem: string | null;
  console_url?: string | null;
  old: boolean;
  children: ReactNode;
}

function Row({ name, state, problem, console_url, old, children }: RowProps) {
  return (
    <li className="run">
      <strong className="run-name">
        {console_url ? (
          <a href={console_url} target="_blank" rel="noreferrer" title={texts.inTheConsole}>
            {name}
          </a>
        ) : (
          name
        )}
      </strong>
      <StateMark state={old ? "unknown" : STATES[state]} />
      {children}
      {problem && !old && <p className="run-problem">{problem}</p>}
    </li>
  );
}

/** While a version is replaced, tasks of both run: more than wanted says nothing. */
function tasksOf({ tasks, wanted, deploying }: Service): ReactNode {
  const started = Math.min(wanted, tasks.filter(({ started_at }) => started_at !== null).length);
  return (
    <>
      {texts.tasks(started, wanted)}
      <span className="narrow-only"> {texts.tasksUnit}</span>
      {deploying && `, ${texts.deploying}`}
    </>
  );
}

function versionOf({ tasks }: Service): ReactNode {
  const versions = [...new Set(tasks.map(({ version }) => version))];
  return versions.map((version) => <Copyable key={version} value={version} what={texts.theVersion} />);
}

/** When the newest of its tasks started, which is when its version came. */
function startOf({ tasks }: Service): ReactNode {
  const newest = tasks
    .map(({ started_at }) => started_at ?? "")
    .sort()
    .at(-1);
  return newest ? <Moment at={newest} /> : null;
}

function lastRunOf({ last, running }: Job): ReactNode {
  const now = running > 0 ? texts.running(running) : "";
  if (!last) return now || texts.notRun;
  const length = formatDuration(Date.parse(last.ended_at) - Date.parse(last.started_at ?? last.ended_at));
  const result =
    last.exit_code === null
      ? texts.didNotStart
      : last.exit_code === 0
        ? texts.ok(length)
        : texts.exitCode(last.exit_code);
  return (
    <>
      <Moment at={last.started_at ?? last.ended_at} />
      {`: ${[result, now].filter(Boolean).join(", ")}`}
    </>
  );
}
