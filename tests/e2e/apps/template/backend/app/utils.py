"""Mail by SMTP."""

import smtplib
from email.message import EmailMessage

from app.core.config import settings


def send_email(to: str, subject: str, html: str) -> None:
    message = EmailMessage()
    message["From"] = f"{settings.PROJECT_NAME} <{settings.EMAILS_FROM_EMAIL}>"
    message["To"], message["Subject"] = to, subject
    message.set_content(html, subtype="html")
    with smtplib.SMTP(settings.SMTP_HOST or "", settings.SMTP_PORT, timeout=20) as server:
        if settings.SMTP_TLS:
            server.starttls()
        if settings.SMTP_USER:
            server.login(settings.SMTP_USER, settings.SMTP_PASSWORD or "")
        server.send_message(message)
