"""Names that workflows, people and `make bootstrap` have in common; all follow from project, stack, account, region."""

from dataclasses import dataclass

from infra.pure.naming import unique_name

BUCKET_LIMIT, ROLE_LIMIT = 63, 64
ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
PREVIEWS = "pr-*"  # what follows the base's name, in IAM's words


@dataclass(frozen=True, kw_only=True)
class Names:
    """`account`: its id. A bucket's name is everybody's on AWS: the id in it keeps it from being another's already."""

    project: str
    stack: str
    account: str
    region: str

    @property
    def stacks(self) -> list[str]:
        """IAM's patterns: the stack, and the preview environments on it, which the same role makes and removes."""
        return [self.stack, f"{self.stack}-{PREVIEWS}"]

    @property
    def bucket(self) -> str:
        """One of the project in an account and region, for all stacks there."""
        return unique_name(self.project.lower(), "state", self.account, self.region, limit=BUCKET_LIMIT).lower()

    @property
    def key(self) -> str:
        """The alias of the key that encrypts what is secret in the states."""
        return f"alias/{unique_name(self.project, 'state', limit=200)}"

    @property
    def deploy_role(self) -> str:
        return unique_name(self.project, self.stack, "deploy", limit=ROLE_LIMIT)

    @property
    def preview_role(self) -> str:
        return unique_name(self.project, self.stack, "preview", limit=ROLE_LIMIT)

    def role_arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{role}"

    @property
    def issuer_arn(self) -> str:
        return f"arn:aws:iam::{self.account}:oidc-provider/{ISSUER}"

    @property
    def backend(self) -> str:
        """What `pulumi login` takes."""
        return f"s3://{self.bucket}?region={self.region}"

    @property
    def secrets_provider(self) -> str:
        return f"awskms://{self.key}?region={self.region}"
