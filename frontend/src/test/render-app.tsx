import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "@/routes/app";
import { createQueryClient } from "@/shared/api/query-client";
import { navigate } from "@/shared/navigation";

/** The whole app at an address, without the pauses between retries. */
export function renderApp(address: string) {
  const queryClient = createQueryClient();
  queryClient.setDefaultOptions({ queries: { ...queryClient.getDefaultOptions().queries, retryDelay: 0 } });
  navigate(address, { replace: true });
  render(
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>,
  );
  return { queryClient, user: userEvent.setup() };
}

/** What the browser's address line shows, without the site. */
export function shownAddress(): string {
  const { pathname, search, hash } = window.location;
  return pathname + search + hash;
}
