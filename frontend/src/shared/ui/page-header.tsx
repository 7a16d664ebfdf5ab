import type { ReactNode } from "react";
import { usePageTitle } from "@/shared/page-title";

interface PageHeaderProps {
  /** The page's name, also in the tab. */
  title: string;
  /** Below the name: what the page is for, or how things are. */
  lede?: ReactNode;
  /** The page's main action. */
  children?: ReactNode;
}

/** The heading of a page. It takes the focus when the route changes, so that it is read out. */
export function PageHeader({ title, lede, children }: PageHeaderProps) {
  usePageTitle(title);

  return (
    <header className="page-header">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {lede && <p className="page-lede">{lede}</p>}
      </div>
      {children}
    </header>
  );
}

/** For when what had the focus is about to go; after the dialog that is closing has given it back. */
export function focusHeading(): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>("main h1")?.focus();
  });
}
