import type { ReactNode } from "react";
import type { State } from "@/features/overview/parts";
import { texts } from "@/texts/overview";

/** Each state has a shape of its own, so that none depends on its colour. */
const SHAPES: Record<State, ReactNode> = {
  works: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" />
    </>
  ),
  attention: (
    <>
      <path className="mark-shape" d="M8 1.2 15.2 14H.8z" />
      <path d="M8 6v3.6M8 11.6v.2" />
    </>
  ),
  down: (
    <>
      <path className="mark-shape" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" />
      <path d="m5.4 5.4 5.2 5.2M10.6 5.4l-5.2 5.2" />
    </>
  ),
  unknown: <circle className="mark-open" cx="8" cy="8" r="6.4" />,
};

interface StateMarkProps {
  state: State;
  /** Instead of the state's own word. */
  children?: string;
}

/** What works stays quiet, so that what does not stands out. */
export function StateMark({ state, children = texts.states[state] }: StateMarkProps) {
  return (
    <span className={`state state-${state}`}>
      <svg className="state-mark" viewBox="0 0 16 16" aria-hidden="true">
        {SHAPES[state]}
      </svg>
      <span>{children}</span>
    </span>
  );
}
