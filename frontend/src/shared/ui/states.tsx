/** The states of a list besides "here it is": loading and empty. */
import { useEffect, useState, type ReactNode } from "react";
import { common } from "@/texts/common";

/** From then on a wait is explained. */
const SLOW_MS = 2_000;

/** Placeholders as high as list rows, so that the page does not jump when the rows arrive. */
export function Loading({ label, rows = 10 }: { label: string; rows?: number }) {
  const [slow, setSlow] = useState(false);

  useEffect(() => {
    const timer = setTimeout(() => {
      setSlow(true);
    }, SLOW_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);

  return (
    <div role="status">
      <span className="visually-hidden">{label}</span>
      <div className="skeletons">
        {Array.from({ length: rows }, (_, row) => (
          <div key={row} className="skeleton" />
        ))}
      </div>
      {slow && <p className="muted slow">{common.asleep}</p>}
    </div>
  );
}

/** Nothing there, and what to do about it: the last of `children` is a button. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
