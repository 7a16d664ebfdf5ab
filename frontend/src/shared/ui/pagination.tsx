import { useState } from "react";
import { parseSearch, withSearch } from "@/shared/address";
import { useAddress } from "@/shared/navigation";
import { pageCount, pageRange, pageSearch } from "@/shared/pages";
import { Link } from "@/shared/ui/link";
import { common } from "@/texts/common";

interface PaginationProps {
  /** The list's address. */
  to: "/items" | "/files";
  page: number;
  total: number;
  /** What is counted, in the plural. */
  noun: string;
  onPage: (page: number) => void;
}

/** Where in a list of several pages one is, with links to the pages beside and a field for any other. */
export function Pagination({ to, page, total, noun, onPage }: PaginationProps) {
  const { first, last } = pageRange(page, total);
  const pages = pageCount(total);
  if (pages === 1) return null;

  return (
    <nav className="row row-between" aria-label={common.pagesOf(noun)}>
      <p className="muted list-number">{common.range(first, last, total)}</p>
      <div className="row">
        <PageLink to={to} page={page - 1} enabled={page > 1} label={common.previous} />
        <PageField key={page} page={page} pages={pages} onPage={onPage} />
        <PageLink to={to} page={page + 1} enabled={page < pages} label={common.next} />
      </div>
    </nav>
  );
}

function PageField({ page, pages, onPage }: { page: number; pages: number; onPage: (page: number) => void }) {
  const [typed, setTyped] = useState(String(page));

  function go() {
    const wanted = Math.min(pages, Math.max(1, Math.trunc(Number(typed)) || page));
    setTyped(String(wanted));
    if (wanted !== page) onPage(wanted);
  }

  return (
    <form
      className="page-field"
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <label>
        <span className="visually-hidden">{common.page}</span>
        <input
          inputMode="numeric"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value.replace(/\D/g, ""));
          }}
          onFocus={(event) => {
            event.target.select();
          }}
          onBlur={go}
        />
      </label>
      <span className="muted list-number">{common.ofPages(pages)}</span>
    </form>
  );
}

interface PageLinkProps {
  to: PaginationProps["to"];
  page: number;
  enabled: boolean;
  label: string;
}

function PageLink({ to, page, enabled, label }: PageLinkProps) {
  const { search } = useAddress();
  if (!enabled) {
    return (
      <button type="button" className="button" disabled>
        {label}
      </button>
    );
  }
  return (
    <Link to={withSearch(to, { ...parseSearch(search), ...pageSearch({ page }) })} className="button">
      {label}
    </Link>
  );
}
