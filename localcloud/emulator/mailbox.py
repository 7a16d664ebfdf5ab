"""The local mailbox: a page that shows what SES would have sent, for a person to read."""

from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from ministack.services import ses

from localcloud.emulator import authentication, mail_events
from localcloud.emulator.pages import Page
from localcloud.place import MAILBOX_PATH

# A mail may hold anything: its HTML runs no script and loads nothing.
POLICY = ("default-src 'none'", "style-src 'unsafe-inline'", "form-action 'self'", "frame-ancestors 'none'")
SAFE = {"content-security-policy": "; ".join(POLICY)}
TEMPLATE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox</title>
<style>
  :root {{ color-scheme: light dark }}
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
  article {{ border: 1px solid #8888; border-radius: 0.5rem; padding: 0 1rem; margin: 1rem 0 }}
  h2 {{ font-size: 1.1rem; overflow-wrap: anywhere }}
  dl {{ display: grid; grid-template-columns: auto 1fr; gap: 0 1rem }}
  dd {{ margin: 0; overflow-wrap: anywhere }}
  pre {{ font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }}
  iframe {{ width: 100%; height: 20rem; border: 0; background: white }}
</style>
<h1>Mailbox</h1>
<p>{summary}</p>
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


def page() -> Page:
    found = mails()
    summary = f"{len(found)} sent, newest first." if found else "Nothing was sent yet."
    body = TEMPLATE.format(summary=summary, mails="\n".join(map(rendered, found)))
    return Page(content_type="text/html; charset=utf-8", body=body, headers=SAFE)


def happened(form: dict[str, str]) -> Page:
    """The answer to one of the buttons."""
    if not mail_events.happened(form.get("message_id", ""), form.get("kind", "")):
        return Page(content_type="text/plain; charset=utf-8", body="There is no such mail.\n", status=404)
    return Page(content_type="text/plain", body="", headers={"location": MAILBOX_PATH}, status=303)
