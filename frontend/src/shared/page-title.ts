import { useEffect } from "react";

/** Names the page in the tab and in the history. (A <title> element of React's would come second after index.html's.) */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Stack`;
  }, [title]);
}
