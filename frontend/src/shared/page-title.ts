import { useEffect } from "react";
import { siteName, useSite } from "@/shared/site";

/** Names the page in the tab and in the history. (A <title> element of React's would come second after index.html's.) */
export function usePageTitle(title: string): void {
  const site = useSite();
  const name = [title, siteName(site), site.stack].filter(Boolean).join(" · ");
  useEffect(() => {
    document.title = name;
  }, [name]);
}
