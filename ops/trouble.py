"""What AWS's refusals mean for the person at the keyboard."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from ops.target import Target

EXPIRED = (
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
)
REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
LOG_IN = "log in, for example with `aws sso login` or by AWS_PROFILE"


def code_of(error: Exception) -> str:
    return str(error.response["Error"].get("Code", "")) if isinstance(error, ClientError) else ""


def in_words(error: BotoCoreError | ClientError, target: Target | None) -> str:
    """`target`: whose account is asked for, since what is not there may be in another one."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound):
        return f"AWS: {error}; {LOG_IN}"
    if isinstance(error, SSOError | TokenRetrievalError) or code_of(error) in EXPIRED:
        return f"AWS: the session has ended or its keys are not known ({code_of(error) or error}); {LOG_IN}"
    if target and target.place is None and (stranger := of_other_account(target)):
        return stranger
    if isinstance(error, ClientError) and code_of(error) in REFUSED:
        missing = error.response["Error"].get("Message", "")
        return f"AWS does not allow {error.operation_name} to you: {missing}"
    from infra.steps import common  # here: it brings Pulumi, which takes longer than all the rest

    return common.in_words(error) or str(error)


def of_other_account(target: Target) -> str | None:
    """That the credentials are of another account than the stack's, where its file names one."""
    wanted = target.config.get("accountId")
    try:
        found = target.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError):
        return None
    if wanted is None or str(wanted) == found:
        return None
    return (
        f"AWS: the credentials are of the account {found}, and Pulumi.{target.name}.yaml is for {wanted}; set"
        " AWS_PROFILE to a profile of that account"
    )
