import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { forgetSite } from "@/shared/site";
import { navigate } from "@/shared/navigation";
import { fakeApi, json, later, problem, type Handler } from "@/test/fake-api";
import { renderApp, shownAddress } from "@/test/render-app";

const EMPTY = { items: [], total: 0 };
let signedIn: boolean;

beforeEach(() => {
  signedIn = false;
  forgetSite();
});

/** A server with one password. */
function api(more: Record<string, Handler> = {}) {
  return fakeApi({
    "GET /api/session": () => json({ access: "password", signed_in: signedIn }),
    "POST /api/session": ({ body }) => {
      if ((body as { password: string }).password !== "right%20 one") return problem(401, "Wrong password");
      signedIn = true;
      return new Response(null, { status: 204 });
    },
    "DELETE /api/session": () => {
      signedIn = false;
      return new Response(null, { status: 204 });
    },
    "GET /api/items": () => (signedIn ? json(EMPTY) : problem(401, "Sign in first")),
    ...more,
  });
}

function asked(calls: ReturnType<typeof api>) {
  return calls.map(({ method, url }) => `${method} ${url.pathname}`);
}

async function signIn(user: ReturnType<typeof renderApp>["user"], password: string) {
  await user.type(await screen.findByLabelText("Password"), password);
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("without a session", () => {
  it("nothing of the app is asked for, and the sign-in leads back to where one was", async () => {
    const calls = api();
    const { user } = renderApp("/items?q=pear&sort=title");
    expect(await screen.findByLabelText("Password")).toHaveAttribute("autocomplete", "current-password");
    expect(asked(calls)).toEqual(["GET /api/session"]);
    expect(screen.queryByRole("link", { name: "Items" })).not.toBeInTheDocument();

    await signIn(user, "right%20 one");
    expect(await screen.findByRole("heading", { name: "Items" })).toBeInTheDocument();
    expect(shownAddress()).toBe("/items?q=pear&sort=title");
    expect(screen.getByRole("button", { name: "Sign out" })).toBeInTheDocument();
  });

  it("a wrong password is said at its field, which has the focus", async () => {
    api();
    const { user } = renderApp("/sign-in");
    await signIn(user, "wrong");
    const field = await screen.findByLabelText("Password");
    await waitFor(() => {
      expect(field).toBeInvalid();
    });
    expect(field).toHaveAccessibleDescription(/That’s not the right password/);
    expect(field).toHaveValue("wrong");
  });

  it("too many attempts come with how long to wait", async () => {
    api({
      "POST /api/session": () =>
        new Response(JSON.stringify({ title: "Too many requests" }), { status: 429, headers: { "Retry-After": "42" } }),
    });
    const { user } = renderApp("/sign-in");
    await signIn(user, "wrong");
    expect(await screen.findByRole("alert")).toHaveTextContent("Too many attempts. Try again in 42 seconds.");
  });

  it("a server that does not tell who may come in is said, and asked again when wanted", async () => {
    let broken = true;
    api({
      "GET /api/session": () => (broken ? problem(503, "Not available") : json({ access: "open", signed_in: true })),
    });
    const { user } = renderApp("/sign-in?from=/items");
    expect(await screen.findByRole("alert")).toHaveTextContent("Not available");
    broken = false;
    signedIn = true;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => {
      expect(shownAddress()).toBe("/items");
    });
  });
});

describe("a link with the password", () => {
  it("signs in at once, and leaves neither address nor history with it", async () => {
    api();
    const { length } = window.history;
    renderApp("/sign-in?from=/items#password=right%2520%20one");
    expect(await screen.findByRole("heading", { name: "No items yet" })).toBeInTheDocument();
    expect(shownAddress()).toBe("/items");
    expect(window.history.length).toBe(length);
  });

  it("counts, however late the answer arrives that nobody was signed in before", async () => {
    const { answer, resolve } = later();
    api({ "GET /api/session": () => answer });
    renderApp("/sign-in?from=/items#password=right%2520%20one");
    expect(await screen.findByRole("heading", { name: "No items yet" })).toBeInTheDocument();
    resolve(json({ access: "password", signed_in: false }));
    await expect(screen.findByLabelText("Password", {}, { timeout: 200 })).rejects.toThrow();
  });

  it("that is wrong leaves the form, without the password in the address", async () => {
    api();
    renderApp("/sign-in#password=wrong");
    await waitFor(() => {
      expect(screen.getByLabelText("Password")).toBeInvalid();
    });
    expect(shownAddress()).toBe("/sign-in");
  });

  it("opened while the sign-in is open counts too", async () => {
    api();
    renderApp("/sign-in?from=/items");
    await screen.findByLabelText("Password");
    navigate("/sign-in?from=/items#password=right%2520%20one");
    expect(await screen.findByRole("heading", { name: "No items yet" })).toBeInTheDocument();
  });
});

describe("an end of the session", () => {
  it("shows as soon as the API answers 401, and leads there and back", async () => {
    signedIn = true;
    const calls = api();
    const { user } = renderApp("/items?sort=title");
    await screen.findByRole("heading", { name: "No items yet" });
    signedIn = false;
    await user.click(screen.getByRole("button", { name: "New item" }));
    await user.type(screen.getByLabelText("Title"), "Apple");
    fakeApi({});
    api({ "POST /api/items": () => problem(401, "Sign in first") });
    await user.click(screen.getByRole("button", { name: "Create" }));
    await signIn(user, "right%20 one");
    expect(await screen.findByRole("heading", { name: "No items yet" })).toBeInTheDocument();
    expect(shownAddress()).toBe("/items");
    expect(calls.length).toBeGreaterThan(0);
  });

  it("by signing out shows nothing of before", async () => {
    signedIn = true;
    const calls = api();
    const { user, queryClient } = renderApp("/items");
    await screen.findByRole("heading", { name: "No items yet" });
    await user.click(screen.getByRole("button", { name: "Sign out" }));
    expect(await screen.findByLabelText("Password")).toBeInTheDocument();
    expect(screen.getByText(/signed in on this browser for a week/)).toBeInTheDocument();
    expect(screen.queryByText("No items yet")).not.toBeInTheDocument();
    expect(queryClient.getQueriesData({ queryKey: ["items"] }).filter(([, data]) => data)).toEqual([]);
    expect(asked(calls).at(-1)).toBe("DELETE /api/session");
  });

  it("that did not work is said", async () => {
    signedIn = true;
    api({ "DELETE /api/session": () => problem(503, "Not available") });
    const { user } = renderApp("/items");
    await user.click(await screen.findByRole("button", { name: "Sign out" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("You are still signed in");
    expect(screen.getByRole("heading", { name: "Items" })).toBeInTheDocument();
  });
});

it("with open access there is no way in or out, and the header says so", async () => {
  signedIn = true;
  api({ "GET /api/session": () => json({ access: "open", signed_in: true }) });
  renderApp("/sign-in");
  expect(await screen.findByText("Open to everyone")).toBeInTheDocument();
  await waitFor(() => {
    expect(shownAddress()).toBe("/");
  });
  expect(screen.queryByRole("button", { name: /^Sign/ })).not.toBeInTheDocument();
});

it("names project and stack, and the command that tells the password", async () => {
  const names = { project: "shop", stack: "prod" };
  api({ "GET /api/session": () => json({ access: "password", signed_in: false, ...names }) });
  renderApp("/sign-in");
  expect(await screen.findByText("to shop (prod)")).toBeInTheDocument();
  expect(document.title).toBe("Sign in · shop · prod");
  expect(screen.getByText(/^aws secretsmanager get-secret-value .*--stack prod/)).toBeInTheDocument();
  expect(screen.getByLabelText("Password")).toHaveFocus();
});

it("shows the password when asked to", async () => {
  api();
  const { user } = renderApp("/sign-in");
  const field = await screen.findByLabelText("Password");
  expect(field).toHaveAttribute("type", "password");
  await user.click(screen.getByRole("button", { name: "Show password" }));
  expect(field).toHaveAttribute("type", "text");
});

it("shows a stranger nothing of the app while nobody knows who may come in, and asks again", async () => {
  let broken = true;
  api({
    "GET /api/session": () => (broken ? problem(503, "Not available") : json({ access: "password", signed_in: false })),
  });
  const { user } = renderApp("/items");
  expect(await screen.findByRole("heading", { name: "The site isn’t available right now" })).toBeInTheDocument();
  expect(screen.queryByRole("navigation")).not.toBeInTheDocument();
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByLabelText("Password")).toBeInTheDocument();
});
