import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { forgetSite, rememberSite } from "@/shared/site";
import { fakeApi, json, problem } from "@/test/fake-api";
import { renderApp } from "@/test/render-app";

const FINE = { state: "ok", problem: null, milliseconds: 2 };
const QUOTA = { daily_quota: 50_000, sent_today: 3, advice: null };
const OVERVIEW = {
  checked_at: "2026-01-02T03:05:05Z",
  started_at: "2026-01-02T03:04:05Z",
  version: "b7e21f09",
  task: "laptop",
  zone: null,
  database: { ...FINE, version: "18.4", migration: "0002", expected_migration: "0002" },
  bucket: { ...FINE, name: "app-files" },
  mail: { ...FINE, address: "owner@example.com", verified: true, sandbox: false, ...QUOTA },
  cache: { ...FINE, last_reset_at: null, status: null },
  stack: null,
};

const SITE = {
  "HEAD /": () => new Response(null, { headers: { "X-Cache": "Hit from cloudfront" } }),
  "GET /version.json": () => json({ version: "a41c9e77" }),
};

afterEach(forgetSite);

function part(name: string) {
  return within(screen.getByRole("article", { name }));
}

it("is where the app begins: every part with its state in words", async () => {
  fakeApi({ ...SITE, "GET /api/overview": () => json(OVERVIEW) });
  renderApp("/");
  expect(await screen.findByText("All systems working")).toBeInTheDocument();
  const names = screen.getAllByRole("article").map((article) => article.querySelector("h2")?.textContent);
  expect(names).toEqual([
    "CloudFront",
    "Load balancer",
    "Front end",
    "Back end",
    "Database",
    "Bucket",
    "Mail",
    "Cache reset",
  ]);
  expect(part("Front end").getByText("a41c9e77")).toBeInTheDocument();
  expect(part("CloudFront").getByText("Works")).toBeInTheDocument();
  expect(document.title).toBe("Overview · Stack");
});

it("lists the services and jobs of the stack, with what to do about what is down", async () => {
  const task = { id: "1a2b", version: "v2", zone: "us-east-1a", started_at: "2026-01-02T03:00:00Z" };
  const service = { wanted: 1, deploying: false, state: "ok", problem: null };
  const job = { name: "nightly", schedule: "cron(0 3 * * ? *)", timezone: "UTC", running: 0, state: "attention" };
  const last = { started_at: "2026-01-02T03:00:00Z", ended_at: "2026-01-02T03:01:00Z", exit_code: 3 };
  const stack = {
    ...FINE,
    services: [
      { ...service, name: "shop", tasks: [task, { ...task, id: "3c4d" }], console_url: "https://console.example/shop" },
      { ...service, name: "worker", tasks: [], state: "down", problem: "No task is running." },
    ],
    jobs: [{ ...job, last, problem: "The last run failed." }],
  };
  fakeApi({ ...SITE, "GET /api/overview": () => json({ ...OVERVIEW, stack }) });
  renderApp("/");
  const services = within(await screen.findByRole("region", { name: "Services" }));
  const [shop, worker] = services.getAllByRole("listitem").map((row) => row.textContent);
  expect(shop).toMatch(/^shopWorks1 of 1 tasksv2.*make logs SERVICE=shop$/);
  expect(services.getByTitle("make logs SERVICE=shop PORT=3000")).toBeInTheDocument();
  expect(services.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
    "https://console.example/shop",
  ]);
  expect(worker).toMatch(/^workerDown0 of 1.*No task is running\.$/);
  const nightly = within(screen.getByRole("region", { name: "Jobs" })).getByRole("listitem").textContent;
  expect(nightly).toMatch(/^nightlyNeeds attention.*: exit code 3cron\(0 3 \* \* \? \*\), UTCThe last run failed\.$/);
});

it("shows what was deployed in the last days on a line, also beside a back end that tells none", async () => {
  const service = { wanted: 1, deploying: false, state: "ok", problem: null, tasks: [] };
  const deployments = [
    { started_at: "2026-01-02T02:00:00Z", outcome: "failed" },
    { started_at: "2025-12-26T03:00:00Z", outcome: "worked" },
    { started_at: "2025-01-01T00:00:00Z", outcome: "worked" },
  ];
  const stack = {
    ...FINE,
    services: [
      { ...service, name: "shop", deployments },
      { ...service, name: "old" },
    ],
    jobs: [],
  };
  const checked_at = "2026-01-02T03:00:00Z";
  fakeApi({ ...SITE, "GET /api/overview": () => json({ ...OVERVIEW, checked_at, stack }) });
  renderApp("/");
  const shown = within(await screen.findByRole("region", { name: "Deployments" }));
  const [shop, old] = shown.getAllByRole("listitem");
  expect(shop).toHaveTextContent("shop");
  expect(shop).toHaveTextContent("3 deployments");
  const line = shown.getByRole("img", { name: "Latest: 1 hour ago, failed" });
  const places = [...line.querySelectorAll("circle")].map((dot) => Number.parseFloat(dot.getAttribute("cx") ?? ""));
  expect(places.map(Math.round)).toEqual([100, 50, 0]);
  expect(line.querySelector(".deployed-failed")).toHaveTextContent(/: failed$/);
  expect(old).toHaveTextContent("0 deployments");
});

it("looks again every five seconds, and stays when the API is gone", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let gone = false;
  fakeApi({
    ...SITE,
    "GET /api/overview": () => (gone ? new Response("<html>", { status: 502 }) : json(OVERVIEW)),
  });
  renderApp("/");
  await screen.findByText("All systems working");
  gone = true;
  await vi.advanceTimersByTimeAsync(5_000);
  await waitFor(() => {
    expect(part("Back end").getByText("Down")).toBeInTheDocument();
  });
  expect(part("Database").getByText("Unknown")).toBeInTheDocument();
  gone = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await screen.findByText("All systems working")).toBeInTheDocument();
  vi.useRealTimers();
});

it("shows itself although not even the session is known, where somebody was signed in", async () => {
  rememberSite({ project: "shop", stack: "prod", signed_in: true });
  fakeApi({ ...SITE, "GET /api/session": () => problem(503, "Not available") });
  renderApp("/");
  await waitFor(() => {
    expect(part("Back end").getByText("Down")).toBeInTheDocument();
  });
  expect(part("Front end").getByText("Works")).toBeInTheDocument();
});
