/** The states of a list besides "here it is": loading and empty. */
import type { ReactNode } from "react";

/** Placeholders as high as list rows, so that the page does not jump when the rows arrive. */
export function Loading({ label, rows = 10 }: { label: string; rows?: number }) {
  return (
    <div className="skeletons" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton" />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
