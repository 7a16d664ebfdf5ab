import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { fetchAllPagesWhenIdle } from "@/idle";
import { endBoot, reloadWhenOutdated } from "@/outdated";
import { createAppRouter } from "@/router";
import { createQueryClient } from "@/shared/api/query-client";
import "@/shared/styles/font.css";
import "@/shared/styles/tokens.css";
import "@/shared/styles/base.css";
import "@/shared/styles/components.css";
import "@/shared/styles/frame.css";

endBoot();
reloadWhenOutdated();

const queryClient = createQueryClient();
const router = createAppRouter(queryClient);
fetchAllPagesWhenIdle(router);
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
