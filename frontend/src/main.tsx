import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { fetchAllPagesWhenIdle } from "@/idle";
import { endBoot, reloadWhenOutdated } from "@/outdated";
import { App } from "@/routes/app";
import { createQueryClient } from "@/shared/api/query-client";
import "@/shared/styles/font.css";
import "@/shared/styles/tokens.css";
import "@/shared/styles/base.css";
import "@/shared/styles/components.css";
import "@/shared/styles/frame.css";

endBoot();
reloadWhenOutdated();

const queryClient = createQueryClient();
fetchAllPagesWhenIdle();
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
