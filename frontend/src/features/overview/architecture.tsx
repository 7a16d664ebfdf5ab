import { useId } from "react";
import type { Part, State } from "@/features/overview/parts";
import { StateMark } from "@/features/overview/state-mark";

/** The lines between the parts, each named by where it leads; a line looks as the part at its end is. */
const WIRES = [
  "cloudfront",
  "load-balancer",
  "front-end",
  "back-end",
  "database",
  "bucket",
  "mail",
  "cache-reset",
] as const;

/** The stack as a drawing: a request's way from left to right, on a phone from top to bottom. */
export function Architecture({ parts, children }: { parts: readonly Part[]; children?: React.ReactNode }) {
  const states = new Map(parts.map(({ name, state }) => [slug(name), state]));

  return (
    <div className="architecture">
      <div className="viewer" aria-hidden="true">
        Your browser
      </div>
      {WIRES.map((end) => (
        <Wire key={end} end={end} state={states.get(end) ?? "unknown"} />
      ))}
      {parts.map((part) => (
        <PartCard key={part.name} part={part} />
      ))}
      {children}
    </div>
  );
}

function Wire({ end, state }: { end: string; state: State }) {
  return <div className={`wire wire-${end} wire-${state}`} aria-hidden="true" />;
}

function PartCard({ part: { name, state, fact, detail, problem } }: { part: Part }) {
  const nameId = useId();

  return (
    <article aria-labelledby={nameId} className={`part part-${slug(name)} part-${state}`}>
      <div className="part-head">
        <h2 id={nameId}>{name}</h2>
        <StateMark state={state} />
      </div>
      <p className="part-fact" title={fact}>
        {fact}
      </p>
      <p className="part-detail">{detail}</p>
      {problem && <p className="part-problem">{problem}</p>}
    </article>
  );
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}
