import { useId } from "react";
import type { Part, PartId, State } from "@/features/overview/parts";
import { StateMark } from "@/features/overview/state-mark";
import { Copyable } from "@/shared/ui/copyable";
import { texts } from "@/texts/overview";

/** Each part, and the line that leads to it, by the name that the drawing's style has for it. */
const PLACES: Record<PartId, string> = {
  cloudfront: "cloudfront",
  balancer: "load-balancer",
  frontEnd: "front-end",
  backEnd: "back-end",
  database: "database",
  bucket: "bucket",
  mail: "mail",
  cacheReset: "cache-reset",
};

/** The stack as a drawing: a request's way from left to right, on a phone from top to bottom. */
export function Architecture({ parts }: { parts: readonly Part[] }) {
  return (
    <div className="architecture">
      <div className="viewer" aria-hidden="true">
        {texts.browser}
      </div>
      {parts.map(({ id, state }) => (
        <Wire key={id} end={PLACES[id]} state={state} />
      ))}
      {parts.map((part) => (
        <PartCard key={part.id} part={part} />
      ))}
    </div>
  );
}

/** A line looks as the part at its end is. */
function Wire({ end, state }: { end: string; state: State }) {
  return <div className={`wire wire-${end} wire-${state}`} aria-hidden="true" />;
}

function PartCard({ part: { id, name, state, fact, what, detail } }: { part: Part }) {
  const nameId = useId();

  return (
    <article aria-labelledby={nameId} className={`part part-${PLACES[id]} part-${state}`}>
      <div className="part-head">
        <h2 id={nameId}>{name}</h2>
        <StateMark state={state} />
      </div>
      <p className="part-fact" title={fact}>
        {what ? <Copyable value={fact} what={what} /> : fact}
      </p>
      <p className="part-detail" title={detail}>
        {detail}
      </p>
    </article>
  );
}
