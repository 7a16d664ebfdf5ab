"""The local mailbox: a page that shows what SES would have sent, for a person to read."""

import os
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from ministack.services import cloudfront, ses

from localcloud.emulator import authentication, mail_events
from localcloud.emulator.pages import Page
from localcloud.place import MAILBOX_PATH

# A mail may hold anything: its HTML runs no script and loads nothing.
POLICY = ("default-src 'none'", "style-src 'unsafe-inline'", "form-action 'self'", "frame-ancestors 'none'")
SAFE = {"content-security-policy": "; ".join(POLICY)}
# The colours, sizes and distances of the page in frontend/src/shared/styles; its typeface would be another request.
TEMPLATE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox</title>
<style>
  :root {{ color-scheme: light dark; --paper: light-dark(#f8f8f6, #0d1014); --sheet: light-dark(#ffffff, #14181e);
    --hover: light-dark(#f2f2ee, #1c222a); --rule: light-dark(#e3e3de, #262d37); --strong: light-dark(#8a8d92, #6f7988);
    --ink: light-dark(#15171a, #e9ecf0); --muted: light-dark(#5a5f67, #9da6b3);
    --accent: light-dark(#1d4ed0, #93b4ff) }}
  * {{ box-sizing: border-box; margin: 0 }}
  body {{ font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink);
    background: var(--paper) }}
  header, main {{ padding-inline: max(1rem, (100vw - 48rem) / 2) }}
  header {{ display: flex; align-items: center; gap: 0.5rem; min-height: 3.5rem; background: var(--sheet);
    border-bottom: 1px solid var(--rule) }}
  header svg {{ width: 1.375rem; fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round }}
  h1 {{ flex: 1; font-size: 0.9375rem; font-weight: 600 }}
  main {{ display: grid; gap: 1rem; padding-block: 1.5rem 3rem }}
  article, .empty {{ background: var(--sheet); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem;
    box-shadow: 0 1px 2px light-dark(rgb(20 22 26 / 6%), rgb(0 0 0 / 30%)); display: grid; gap: 0.75rem }}
  .empty {{ padding-block: 3rem; justify-items: center; text-align: center }}
  .subject {{ display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem }}
  h2 {{ font-size: 1.0625rem; font-weight: 600; overflow-wrap: anywhere }}
  dl, time, summary, .muted {{ font-size: 0.8125rem }}
  dl {{ display: grid; grid-template-columns: 4rem 1fr; gap: 0 1rem }}
  dt, time, summary, .muted {{ color: var(--muted) }}
  dd {{ overflow-wrap: anywhere }}
  summary {{ cursor: pointer }}
  pre {{ font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; padding-block: 0.75rem;
    border-block: 1px solid var(--rule) }}
  iframe {{ width: 100%; height: 20rem; border: 1px solid var(--rule); border-radius: 6px; background: white }}
  form {{ display: flex; flex-wrap: wrap; gap: 0.5rem }}
  input, .button {{ font: inherit; min-height: 2.25rem; padding: 0 0.75rem; color: inherit; background: var(--sheet);
    border: 1px solid var(--strong); border-radius: 6px }}
  .button {{ display: inline-flex; align-items: center; font-size: 0.875rem; font-weight: 500; text-decoration: none;
    cursor: pointer }}
  .button:hover {{ background: var(--hover) }}
  :focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px }}
  input[type=search] {{ flex: 1; min-width: 0 }}
</style>
<header>
<svg viewBox="0 0 24 24" aria-hidden="true">
<path d="m12 3 9 4.5-9 4.5-9-4.5zM3 12l9 4.5 9-4.5M3 16.5 12 21l9-4.5"/>
</svg>
<h1>Mailbox</h1>{way_back}</header>
<main>
<form role="search">
<input type="search" name="q" value="{query}" aria-label="Search emails"
  placeholder="Search emails">
<button class="button">Search</button></form>
{mails}
</main>
"""
EMPTY = """<div class="empty"><h2>{title}</h2><p class="muted">{detail}</p>{button}</div>"""
SHOW_ALL = f'<a class="button" href="{MAILBOX_PATH}">Show all</a>'

# What SES would be told by the recipient's server, or by the recipient.
FORM = """<form method="post">
<input type="hidden" name="message_id" value="{message_id}">
<button class="button" name="kind" value="Bounce">Simulate a bounce</button>
<button class="button" name="kind" value="Complaint">Simulate a spam complaint</button>
</form>"""

# The managed policy AllViewer of https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html:
# a distribution that passes the Host header on is one service's, which has a name of its own.
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"


def mails() -> list[dict[str, Any]]:
    """What was sent in every account and region, newest first."""
    stored = ses._sent_emails.to_dict().items()
    found = [mail for key, entries in stored if key[-1] == "entries" for mail in entries]
    return sorted(found, key=lambda mail: mail["Timestamp"], reverse=True)


def rendered(mail: dict[str, Any]) -> str:
    sent = datetime.fromtimestamp(mail["Timestamp"]).astimezone()
    rows = {
        "From": mail["Source"],
        "To": ", ".join(people(mail)),
        "Status": "; ".join(mail.get("Events", [])) or "Unknown",
    }
    subject = mail.get("RenderedSubject") or mail.get("Subject") or "(no subject)"
    text = mail.get("RenderedBodyText") or mail.get("BodyText")
    markup = mail.get("RenderedBodyHtml") or mail.get("BodyHtml")
    return "\n".join(
        [
            "<article>",
            f'<div class="subject"><h2>{escape(subject)}</h2>',
            f'<time datetime="{sent.isoformat()}" title="{format_datetime(sent)}">{sent:%b %-d, %Y, %H:%M}</time>',
            "</div>",
            listed(rows),
            f"<pre>{escape(text)}</pre>" if text else "",
            f'<iframe sandbox title="The email in HTML" srcdoc="{escape(markup)}"></iframe>' if markup else "",
            judged(authentication.shown(mail)),
            FORM.format(message_id=escape(mail["MessageId"])) if "Scope" in mail else "",
            "</article>",
        ]
    )


def people(mail: dict[str, Any]) -> list[str]:
    return [*mail.get("To", []), *mail.get("CC", []), *mail.get("BCC", [])]


def listed(rows: dict[str, str]) -> str:
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{escape(value)}</dd>' for name, value in rows.items())}</dl>"


def judged(checks: dict[str, str]) -> str:
    """What a receiver would find, folded away: for who looks for why a mail is taken for spam."""
    return f"<details><summary>{', '.join(checks)}</summary>{listed(checks)}</details>" if checks else ""


def page(asked: dict[str, str]) -> Page:
    """`q`: what a mail must hold, in whichever case."""
    query, everything = asked.get("q", "").strip(), mails()
    found = [mail for mail in everything if query.casefold() in searched(mail).casefold()]
    body = TEMPLATE.format(
        query=escape(query),
        way_back=way_back(),
        mails="\n".join([summary(query, len(found), len(everything)), *map(rendered, found)]),
    )
    return Page(content_type="text/html; charset=utf-8", body=body, headers=SAFE)


def summary(query: str, found: int, total: int) -> str:
    if total == 0:
        return EMPTY.format(title="No emails yet", detail="What the stack sends shows up here.", button="")
    if found == 0:
        return EMPTY.format(
            title=f"No emails match “{escape(query)}”", detail="Try fewer or different words.", button=SHOW_ALL
        )
    emails = "1 email" if total == 1 else f"{total} emails"
    if query:
        return f'<p class="muted">{found} of {emails}. <a href="{MAILBOX_PATH}">Show all</a></p>'
    return f'<p class="muted">{emails}, newest first</p>'


def searched(mail: dict[str, Any]) -> str:
    """Addresses, subject and texts, a line each."""
    keys = ("RenderedSubject", "Subject", "RenderedBodyText", "BodyText", "RenderedBodyHtml", "BodyHtml")
    return "\n".join([mail["Source"], *people(mail), *(str(mail[key]) for key in keys if mail.get(key))])


def way_back() -> str:
    """To the site of this local cloud, or to the first where there are more."""
    every = cloudfront._distributions.to_dict().values()
    sites = [one for one in every if ALL_VIEWER not in one["config_xml"]]
    labels = sorted(str(one["DomainName"]).partition(".")[0] for one in sites)
    if not labels:
        return ""
    url = f"http://{labels[0]}.cloudfront.localhost:{os.environ['GATEWAY_PORT']}"
    return f'<a class="button" href="{escape(url)}">Back to the site</a>'


def happened(form: dict[str, str]) -> Page:
    """The answer to one of the buttons."""
    if not mail_events.happened(form.get("message_id", ""), form.get("kind", "")):
        return Page(content_type="text/plain; charset=utf-8", body="There is no such email.\n", status=404)
    return Page(content_type="text/plain", body="", headers={"location": MAILBOX_PATH}, status=303)
