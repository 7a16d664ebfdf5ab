import { Link } from "@tanstack/react-router";
import { formatCount } from "@/shared/format";
import { pageCount, pageRange } from "@/shared/pages";

interface PaginationProps {
  /** The list's address. */
  to: "/items" | "/files";
  page: number;
  total: number;
  /** What is counted, in the plural. */
  noun: string;
}

/** Where in the list one is, with links to the pages beside. */
export function Pagination({ to, page, total, noun }: PaginationProps) {
  const { first, last } = pageRange(page, total);
  const range =
    total === 0 ? `No ${noun}` : `${formatCount(first)}–${formatCount(last)} of ${formatCount(total)} ${noun}`;

  return (
    <nav className="row row-between" aria-label={`Pages of ${noun}`}>
      <p className="muted">{range}</p>
      {pageCount(total) > 1 && (
        <div className="row">
          <PageLink to={to} page={page - 1} enabled={page > 1} label="Previous" />
          <PageLink to={to} page={page + 1} enabled={page < pageCount(total)} label="Next" />
        </div>
      )}
    </nav>
  );
}

interface PageLinkProps {
  to: PaginationProps["to"];
  page: number;
  enabled: boolean;
  label: string;
}

function PageLink({ to, page, enabled, label }: PageLinkProps) {
  if (!enabled) {
    return (
      <button type="button" className="button" disabled>
        {label}
      </button>
    );
  }
  return (
    <Link to={to} search={(current) => ({ ...current, page: page > 1 ? page : undefined })} className="button">
      {label}
    </Link>
  );
}
