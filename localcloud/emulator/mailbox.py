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
  :root {{ color-scheme: light dark; --rule: light-dark(#e3e3de, #262d37); --sheet: light-dark(#ffffff, #14181e);
    --muted: light-dark(#5a5f67, #9da6b3); --accent: light-dark(#1d4ed0, #93b4ff);
    --strong: light-dark(#8a8d92, #6f7988) }}
  body {{ font: 0.9375rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem;
    color: light-dark(#15171a, #e9ecf0); background: light-dark(#f8f8f6, #0d1014) }}
  header {{ display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem }}
  h1 {{ font-size: 1.625rem; margin: 0; flex: 1 }}
  a {{ color: var(--accent) }}
  article {{ background: var(--sheet); border: 1px solid var(--rule); border-radius: 10px; padding: 0 1rem;
    margin: 1rem 0 }}
  h2 {{ font-size: 1.0625rem; overflow-wrap: anywhere }}
  dl {{ display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; font-size: 0.8125rem }}
  dt, .muted {{ color: var(--muted) }}
  dd {{ margin: 0; overflow-wrap: anywhere }}
  pre {{ font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }}
  iframe {{ width: 100%; height: 20rem; border: 0; border-radius: 6px; background: white }}
  form {{ display: flex; gap: 0.5rem; margin: 0 0 1rem }}
  input, button {{ font: inherit; height: 2.25rem; padding: 0 0.75rem; color: inherit; background: var(--sheet);
    border: 1px solid var(--strong); border-radius: 6px }}
  input[type=search] {{ flex: 1; min-width: 0 }}
</style>
<header><h1>Mailbox</h1>{way_back}</header>
<p class="muted">{summary}</p>
<form role="search">
<input type="search" name="q" value="{query}" aria-label="Search mails" placeholder="Address, subject or text">
<button>Search</button></form>
{mails}
"""

# What SES would be told by the recipient's server, or by the recipient.
FORM = """<form method="post">
<input type="hidden" name="message_id" value="{message_id}">
<button name="kind" value="Bounce">Answer: it bounced</button>
<button name="kind" value="Complaint">Answer: it is spam</button>
</form>"""


def mails() -> list[dict[str, Any]]:
    """What was sent in every account and region, newest first."""
    stored = ses._sent_emails.to_dict().items()
    found = [mail for key, entries in stored if key[-1] == "entries" for mail in entries]
    return sorted(found, key=lambda mail: mail["Timestamp"], reverse=True)


def rendered(mail: dict[str, Any]) -> str:
    rows = {
        "From": mail["Source"],
        "To": ", ".join([*mail.get("To", []), *mail.get("CC", []), *mail.get("BCC", [])]),
        **authentication.shown(mail),
        "Became of it": "; ".join(mail.get("Events", [])) or "nothing is told",
        "Sent": format_datetime(datetime.fromtimestamp(mail["Timestamp"]).astimezone()),
    }
    text = mail.get("RenderedBodyText") or mail.get("BodyText")
    markup = mail.get("RenderedBodyHtml") or mail.get("BodyHtml")
    return "\n".join(
        [
            "<article>",
            f"<h2>{escape(mail.get('RenderedSubject') or mail.get('Subject') or '(no subject)')}</h2>",
            "<dl>",
            *(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows.items()),
            "</dl>",
            f"<pre>{escape(text)}</pre>" if text else "",
            FORM.format(message_id=escape(mail["MessageId"])) if "Scope" in mail else "",
            f'<iframe sandbox title="The mail in HTML" srcdoc="{escape(markup)}"></iframe>' if markup else "",
            "</article>",
        ]
    )


def page(asked: dict[str, str]) -> Page:
    """`q`: what a mail must hold, in whichever case."""
    query, all_of_them = asked.get("q", "").strip(), mails()
    found = [mail for mail in all_of_them if query.casefold() in searched(mail).casefold()]
    if query:
        summary = f"{len(found)} of {len(all_of_them)} sent hold it. <a href='{MAILBOX_PATH}'>Show all</a>"
    else:
        summary = f"{len(found)} sent, newest first." if found else "Nothing was sent yet."
    body = TEMPLATE.format(
        summary=summary, query=escape(query), way_back=way_back(), mails="\n".join(map(rendered, found))
    )
    return Page(content_type="text/html; charset=utf-8", body=body, headers=SAFE)


def searched(mail: dict[str, Any]) -> str:
    """Addresses, subject and texts, a line each."""
    people = [mail["Source"], *mail.get("To", []), *mail.get("CC", []), *mail.get("BCC", [])]
    keys = ("RenderedSubject", "Subject", "RenderedBodyText", "BodyText", "RenderedBodyHtml", "BodyHtml")
    return "\n".join([*people, *(str(mail[key]) for key in keys if mail.get(key))])


def way_back() -> str:
    """To each site of this local cloud."""
    labels = sorted({str(one["DomainName"]).partition(".")[0] for one in cloudfront._distributions.to_dict().values()})
    urls = [f"http://{label}.cloudfront.localhost:{os.environ['GATEWAY_PORT']}" for label in labels]
    return " ".join(f'<a href="{escape(url)}">Back to the site</a>' for url in urls)


def happened(form: dict[str, str]) -> Page:
    """The answer to one of the buttons."""
    if not mail_events.happened(form.get("message_id", ""), form.get("kind", "")):
        return Page(content_type="text/plain; charset=utf-8", body="There is no such mail.\n", status=404)
    return Page(content_type="text/plain", body="", headers={"location": MAILBOX_PATH}, status=303)
