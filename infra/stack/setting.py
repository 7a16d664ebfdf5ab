"""What every part of the stack is made with."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, Output, ResourceOptions

from infra.config.load import ConfigError, end_program
from infra.config.stack import StackConfig
from infra.planning.budget import warning
from infra.pure.domains import zone_of
from infra.pure.naming import secret_prefix
from infra.pure.recipe import RECIPES, Recipe
from infra.pure.tags import Tags
from infra.stack.way_in import check_way_in
from infra.steps.common import in_words
from infra.steps.stored_secrets import Stored, required
from infra.steps.zones import Zone, holding


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every part is made with. `secrets`: the stored ones that services name.

    `zone`: the one in which the site's domain is; `mail_zone`: that of the domain that mail is from.
    """

    secrets: Mapping[str, Stored]
    zone: Zone | None
    mail_zone: Zone | None
    config: StackConfig
    recipe: Recipe
    tags: Tags
    account_id: Output[str]
    opts: ResourceOptions

    @property
    def timeout_seconds(self) -> int:
        return self.config.deploy_timeout_minutes * 60


def setting(config: StackConfig) -> Setting:
    tags = Tags(project=pulumi.get_project(), stack=pulumi.get_stack())
    keep_budget(config)
    recipe = RECIPES[config.recipe]
    secrets, zone, mail_zone = looked_up(config, tags)
    provider = aws.Provider(
        "aws",
        region=config.region,
        allowed_account_ids=[config.account_id] if config.account_id else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags.defaults),
        opts=ResourceOptions(protect=recipe.locked),
    )
    check_way_in(config, tags, InvokeOptions(provider=provider))
    return Setting(
        secrets=secrets,
        zone=zone,
        mail_zone=mail_zone,
        config=config,
        recipe=recipe,
        tags=tags,
        account_id=aws.get_caller_identity_output(opts=InvokeOptions(provider=provider)).account_id,
        # Components hand `protect` on to all that is in them.
        opts=ResourceOptions(provider=provider, protect=recipe.locked),
    )


def keep_budget(config: StackConfig) -> None:
    try:
        if told := warning(config):
            pulumi.log.warn(told)
    except ConfigError as error:
        end_program(str(error))


def looked_up(config: StackConfig, tags: Tags) -> tuple[dict[str, Stored], Zone | None, Zone | None]:
    """Before anything else: what is missing ends the program while nothing has been changed."""
    try:
        secrets = required(config.region, secret_prefix(tags.project, tags.stack), config.secrets)
        is_there = config.domain is not None and config.domain.zone == "existing"
        zone = holding(config.region, config.domain.name) if config.domain and is_there else None
        return secrets, zone, mail_zone(config)
    except Exception as error:  # botocore's, which take long to import, or the step's own; any other is a fault of ours
        if words := in_words(error):
            end_program(words)
        raise


def mail_zone(config: StackConfig) -> Zone | None:
    """The zone that is there; None where there are no records to make, or the stack makes the zone itself."""
    mail, site = config.mail, config.domain
    if "mail" not in config.used or not (mail and mail.domain and mail.makes_records):
        return None
    if site and site.zone == "made" and zone_of(mail.domain, [site.name]):
        return None
    return holding(
        config.region, mail.domain, key="mail.domain", otherwise="write `mail.zone: none`, and set them there"
    )
