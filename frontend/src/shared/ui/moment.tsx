import { formatDateTime, formatRelative } from "@/shared/format";

/** A moment as people speak of it, and exactly for who points at it. */
export function Moment({ at, className }: { at: string; className?: string }) {
  return (
    <time dateTime={at} title={formatDateTime(at)} className={className}>
      {formatRelative(at)}
    </time>
  );
}
