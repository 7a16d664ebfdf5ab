"""Pages of Vite's development server under the site's own content security policy.

Vite puts scripts and styles of its own into a page, which a strict policy blocks. They alone are let through: what the
user's page has inline is blocked here as it is when deployed.
"""

import base64
import hashlib
import re
import secrets

CLIENT = b"/@vite/client"
INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
# Vite's own inline script imports from a path that no file of a user's has.
OF_VITE = re.compile(rb"""["']/@""")
HEAD = re.compile(rb"<head[^>]*>", re.IGNORECASE)


def is_of_vite(body: bytes) -> bool:
    return CLIENT in body


def admitted(body: bytes, policy: str) -> tuple[bytes, str]:
    """The page and the policy, made for each other.

    Vite's client marks the styles that it makes by a nonce that it finds in the page.
    https://vite.dev/guide/features.html#content-security-policy-csp
    """
    nonce = secrets.token_urlsafe(16)
    mark = f'<meta property="csp-nonce" nonce="{nonce}">'.encode()
    for script in INLINE_SCRIPT.findall(body):
        if OF_VITE.search(script):
            digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
            policy = allowing(policy, "script-src", f"'sha256-{digest}'")
    return HEAD.sub(lambda found: found[0] + mark, body, count=1), allowing(policy, "style-src", f"'nonce-{nonce}'")


def allowing(policy: str, directive: str, source: str) -> str:
    """The policy with one more source; what has no directive of its own follows `default-src`."""
    rules = {rule.split()[0].lower(): rule.split()[1:] for rule in policy.split(";") if rule.strip()}
    before = rules.get(directive, rules.get("default-src"))
    if before is None:  # it limits nothing of the kind
        return policy
    rules[directive] = [*(one for one in before if one != "'none'"), source]
    return "; ".join(" ".join([name, *sources]) for name, sources in rules.items())
