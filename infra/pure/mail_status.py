"""Whom SES lets an account write to, in words."""

ASK = (
    "aws sesv2 put-account-details --region {region} --production-access-enabled --mail-type TRANSACTIONAL"
    " --website-url https://… --use-case-description '…'"
)


def told(region: str, *, sandbox: bool, daily_quota: int, review: str | None) -> str:
    """`review`: SES's word for how far it is with a request to leave the sandbox."""
    quota = f"{daily_quota:,} mails in 24 hours"
    if not sandbox:
        return f"production: {quota}"
    limits = f"sandbox: SES writes to confirmed addresses and domains alone, {quota}"
    if review == "PENDING":
        return f"{limits}. AWS is looking at your request to leave it"
    denied = "AWS has denied your request; answer it in its support case, or ask again" if review == "DENIED" else None
    return (
        f"{limits}. {denied or 'To write to everybody, ask AWS'}, with what you send, to whom, and how they may end it:"
        f" {ASK.format(region=region)}"
    )
