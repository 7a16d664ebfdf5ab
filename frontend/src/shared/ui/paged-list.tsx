import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { pageCount } from "@/shared/pages";
import { Pagination } from "@/shared/ui/pagination";
import { ProblemAlert } from "@/shared/ui/problem-alert";
import { Loading } from "@/shared/ui/states";
import { common } from "@/texts/common";

interface PagedListProps<Entry> {
  query: UseQueryResult<{ items: Entry[]; total: number }>;
  /** What is listed, in the plural. */
  noun: string;
  to: "/items" | "/files";
  page: number;
  onPage: (page: number) => void;
  /** Instead of a list without entries. */
  empty: ReactNode;
  children: (entries: Entry[]) => ReactNode;
}

/** One page of a list in each of its states: loading, failed, empty, there. */
export function PagedList<Entry>({ query, noun, to, page, onPage, empty, children }: PagedListProps<Entry>) {
  const { data, error, isPlaceholderData } = query;
  const lastPage = data && !isPlaceholderData ? pageCount(data.total) : undefined;

  // The last entry of the last page was deleted, or the address is old.
  useEffect(() => {
    if (lastPage !== undefined && page > lastPage) onPage(lastPage);
  }, [page, lastPage, onPage]);

  const problem = error && (
    <ProblemAlert title={common.notLoaded(noun)} error={error} onRetry={() => void query.refetch()} />
  );
  if (!data) return problem ?? <Loading label={common.loading(noun)} />;

  return (
    <>
      {problem}
      {data.total === 0 ? (
        empty
      ) : (
        <div className="stack" aria-busy={isPlaceholderData}>
          {children(data.items)}
          <Pagination to={to} page={page} total={data.total} noun={noun} onPage={onPage} />
        </div>
      )}
    </>
  );
}
