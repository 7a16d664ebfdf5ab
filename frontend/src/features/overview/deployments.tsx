import type { Overview } from "@/features/overview/queries";
import { formatDateTime, formatRelative } from "@/shared/format";
import { texts } from "@/texts/overview";
import "@/features/overview/deployments.css";

const DAYS = 14;
const DAY_MS = 86_400_000;

type Told = NonNullable<Overview["stack"]>["services"][number];
type Deployment = Told["deployments"][number];
/** A back end of the version before tells no deployments. */
type Service = Pick<Told, "name"> & Partial<Pick<Told, "deployments">>;

/** What was deployed in the last days: a line for each service. `now`: by the server's clock. */
export function Deployments({ services, now }: { services: readonly Service[]; now: number }) {
  if (!services.some(({ deployments }) => deployments?.length)) return null;
  return (
    <section className="runs stack" aria-labelledby="deployments">
      <h2 id="deployments">{texts.deployments}</h2>
      <div className="list-head deployed" aria-hidden="true">
        <span>{texts.columns.service}</span>
        <span className="deployed-axis">
          <span>{texts.daysAgo(DAYS)}</span>
          <span>{texts.now}</span>
        </span>
      </div>
      <ul className="list">
        {services.map(({ name, deployments = [] }) => (
          <li key={name} className="deployed">
            <strong className="run-name">{name}</strong>
            <Line deployments={deployments} now={now} />
            <span className="run-detail">{texts.deploymentCount(deployments.length)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ deployments, now }: { deployments: readonly Deployment[]; now: number }) {
  const [newest] = deployments;
  const told = newest
    ? texts.newest(formatRelative(newest.started_at, now), texts.outcomes[newest.outcome])
    : texts.none(DAYS);
  return (
    <svg className="deployed-line" role="img" aria-label={told}>
      <line x2="100%" y1="50%" y2="50%" />
      {deployments.map(({ started_at, outcome }) => (
        <circle key={started_at} className={`deployed-${outcome}`} cx={`${place(started_at, now)}%`} cy="50%" r="4">
          <title>{`${formatDateTime(started_at)}: ${texts.outcomes[outcome]}`}</title>
        </circle>
      ))}
    </svg>
  );
}

/** Per cent of the line. */
function place(moment: string, now: number): number {
  const past = (now - Date.parse(moment)) / (DAYS * DAY_MS);
  return 100 * (1 - Math.min(1, Math.max(0, past)));
}
