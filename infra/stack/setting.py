"""What every part of the stack is made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, Output, ResourceOptions

from infra.config.load import ConfigError, end_program
from infra.config.stack import StackConfig
from infra.planning import cost
from infra.planning.budget import warning
from infra.planning.difference import PARTS, difference
from infra.pure.recipe import RECIPES, Recipe
from infra.pure.tags import Tags
from infra.stack import deployed
from infra.stack.lookups import Lookups, lookups
from infra.stack.way_in import check_way_in


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every part is made with. `found`: what was looked up before."""

    found: Lookups
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
    before = deployed.outputs()
    tell_difference(config, before)
    recipe = RECIPES[config.recipe]
    found = lookups(config, tags, before)
    provider = aws.Provider(
        "aws",
        region=config.region,
        allowed_account_ids=[config.account_id] if config.account_id else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags.defaults),
        opts=ResourceOptions(protect=recipe.locked),
    )
    check_way_in(config, tags, InvokeOptions(provider=provider))
    return Setting(
        found=found,
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


def tell_difference(config: StackConfig, before: Mapping[str, Any]) -> None:
    """In a preview, too; nothing of a stack that is new, or was deployed by a version that did not tell its parts."""
    if PARTS in before and (told := difference(before[PARTS], cost.parts(config))):
        pulumi.log.info(f"cost: {told}")
