"""Resources that pulumi_aws lacks: an image that is built, a migration that ran, a deployment that succeeded.

They reach AWS by boto3 with the caller's credentials; `AWS_ENDPOINT_URL` holds. Pulumi keeps each one's provider in the
state as a pickle. That pickle holds a step's name and not its code or its module, see `step`: editing or moving a
class, or running from another folder, changes nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.steps.common import StepProvider

# The names are in the state of every stack, so they stay; the modules may move.
MODULES = {
    "AccessPassword": "infra.steps.access_password",
    "AssetUpload": "infra.steps.asset_upload",
    "DeploymentWait": "infra.steps.deployment",
    "DomainCheck": "infra.steps.preflight",
    "ImageBuild": "infra.steps.image_build",
    "MigrationRun": "infra.steps.migration_run",
    "OriginSecret": "infra.steps.origin_secret",
    "OwnDatabase": "infra.steps.own_database",
    "RuleNumbers": "infra.steps.rule_numbers",
    "SendingAccount": "infra.steps.sending",
    "SigningKeys": "infra.steps.sending",
    "SmtpPassword": "infra.steps.smtp_password",
    "StoredSecrets": "infra.steps.stored_secrets",
}


def step(name: str) -> "StepProvider":
    """The step of that name. States hold calls of this function, so neither its name nor its module may change."""
    made: StepProvider = getattr(import_module(MODULES[name]), name)()
    return made
