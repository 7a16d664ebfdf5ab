import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeApi, json, problem } from "@/test/fake-api";
import { renderApp } from "@/test/render-app";

const ADDRESSES = { sender: "app@example.com", recipient: "owner@example.com", mailbox_url: null };

async function compose(user: ReturnType<typeof renderApp>["user"]) {
  await user.type(await screen.findByLabelText("Subject"), "Hello");
  await user.type(screen.getByLabelText("Message"), "It works.");
  await user.click(screen.getByRole("button", { name: "Send" }));
}

it("goes to the configured address, which the page names", async () => {
  const calls = fakeApi({
    "GET /api/mail": () => json(ADDRESSES),
    "GET /api/mail/messages": () => json({ mails: [] }),
    "POST /api/mail": () => json({ message_id: "m" }, 202),
  });
  const { user } = renderApp("/mail");
  expect(await screen.findByText("Sends to owner@example.com only")).toBeInTheDocument();
  await compose(user);
  expect(await screen.findByRole("status")).toHaveTextContent("Sent to owner@example.com");
  expect(screen.queryByRole("link", { name: "Open mailbox" })).not.toBeInTheDocument();
  expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ subject: "Hello", text: "It works." });
  expect(screen.getByLabelText("Subject")).toHaveValue("");
});

it("that is refused stays in the form, with the reason", async () => {
  fakeApi({
    "GET /api/mail": () => json(ADDRESSES),
    "GET /api/mail/messages": () => json({ mails: [] }),
    "POST /api/mail": () => problem(429, "Too many requests", { detail: "Try again in a minute." }),
  });
  const { user } = renderApp("/mail");
  await compose(user);
  expect(await screen.findByRole("alert")).toHaveTextContent("Too many requests: Try again in a minute.");
  expect(screen.getByLabelText("Message")).toHaveValue("It works.");
});

it("can be read in the mailbox, where there is one", async () => {
  fakeApi({
    "GET /api/mail": () => json({ ...ADDRESSES, mailbox_url: "http://localhost:4566/mailbox" }),
    "GET /api/mail/messages": () => json({ mails: [] }),
  });
  renderApp("/mail");
  expect(await screen.findByRole("link", { name: "Open mailbox" })).toHaveAttribute(
    "href",
    "http://localhost:4566/mailbox",
  );
});

it("is shown with what became of it, and asked for again after another was sent", async () => {
  const mail = { message_id: "m", recipient: "owner@example.com", subject: "Hello", sent_at: "2026-01-02T03:04:05Z" };
  const told = [
    { ...mail, state: "sent", reason: null },
    { ...mail, message_id: "n", subject: "Before", state: "bounced", reason: "smtp; 550 5.1.1 user unknown" },
  ];
  let sent = false;
  const calls = fakeApi({
    "GET /api/mail": () => json(ADDRESSES),
    "GET /api/mail/messages": () => json({ mails: sent ? told : [] }),
    "POST /api/mail": () => json({ message_id: "m" }, 202),
  });
  const { user } = renderApp("/mail");
  expect(screen.queryByRole("heading", { name: "Recently sent" })).not.toBeInTheDocument();
  sent = true;
  await compose(user);
  expect(await screen.findByRole("heading", { name: "Recently sent" })).toBeInTheDocument();
  expect(screen.getByText("On its way")).toBeInTheDocument();
  expect(screen.getByText("Bounced")).toBeInTheDocument();
  expect(screen.getByText("smtp; 550 5.1.1 user unknown")).toBeInTheDocument();
  expect(calls.filter(({ url }) => url.pathname === "/api/mail/messages").length).toBeGreaterThanOrEqual(2);
});

it("says so where what became of earlier ones is not known", async () => {
  fakeApi({
    "GET /api/mail": () => json(ADDRESSES),
    "GET /api/mail/messages": () => problem(503, "Not available at the moment"),
  });
  renderApp("/mail");
  expect(await screen.findByRole("alert")).toHaveTextContent("Recent emails couldn’t be loaded");
  expect(screen.getByRole("button", { name: "Send" })).toBeEnabled();
});

it("says at each field what is missing or too long, and sends nothing", async () => {
  const calls = fakeApi({ "GET /api/mail": () => json(ADDRESSES) });
  const { user } = renderApp("/mail");
  const subject = await screen.findByLabelText("Subject");
  await user.click(screen.getByRole("button", { name: "Send" }));
  expect(subject).toHaveFocus();
  expect(subject).toHaveAccessibleDescription("Enter a subject.");
  await user.click(subject);
  await user.paste("x".repeat(203));
  expect(subject).toHaveAccessibleDescription("3 characters too long; the limit is 200.");
  await user.click(screen.getByRole("button", { name: "Send" }));
  expect(calls.filter(({ method }) => method === "POST")).toEqual([]);
});
