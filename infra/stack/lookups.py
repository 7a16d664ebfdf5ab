"""What is asked of AWS and the DNS before anything is declared: what is missing ends the program, also in a preview,
while nothing has been changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from infra.components.certificate import REGION
from infra.config.load import end_invalid, end_program
from infra.config.stack import StackConfig
from infra.pure.capacity import instance_types
from infra.pure.domains import zone_of
from infra.pure.naming import secret_prefix
from infra.pure.tags import Tags
from infra.steps.asleep import is_asleep
from infra.steps.certificates import is_issued
from infra.steps.common import aws_client, in_words
from infra.steps.machine_image import misfit
from infra.steps.preflight import Seen, Site, look, site_in
from infra.steps.sending import is_verified
from infra.steps.stored_secrets import Stored, required
from infra.steps.zones import Zone, holding


@dataclass(frozen=True, kw_only=True)
class Lookups:
    """`secrets`: the stored ones that services name.

    `zone`: the one in which the site's domain is; `mail_zone`: that of the domain that mail is from.
    `missing`: names of the site that lead nowhere, of a domain whose DNS is elsewhere; `is_issued`: whether ACM has
    seen its records, `is_mail_verified`: whether SES has seen those of the mail's.
    """

    secrets: Mapping[str, Stored]
    zone: Zone | None
    mail_zone: Zone | None
    missing: tuple[str, ...]
    is_issued: bool
    is_mail_verified: bool


def lookups(config: StackConfig, tags: Tags, before: Mapping[str, Any]) -> Lookups:
    """`before`: the outputs of the last `up`."""
    try:
        stay_asleep(config, before)
        if config.preview is None:
            start_at_all(config, before)
        return ask(config, tags)
    except Exception as error:  # botocore's, which take long to import, or the step's own; any other is a fault of ours
        if words := in_words(error):
            end_program(words)
        raise


def stay_asleep(config: StackConfig, before: Mapping[str, Any]) -> None:
    """A deployment needs what sleeps: migrations the database, tasks their instances."""
    if "sleep" not in before or not is_asleep(aws_client("ecs", config.region), before):
        return
    wake = f"make wake STACK={pulumi.get_stack()}"
    told = f"the stack sleeps {before['sleep']['told']}, and `up` needs it awake; run `{wake}` first"
    if pulumi.runtime.is_dry_run():
        pulumi.log.warn(told)
    else:
        end_program(f"nothing was changed: {told}")


def machine(config: StackConfig) -> dict[str, str]:
    """What instances are started from: an output, so that it is looked at once. Empty on Fargate."""
    if config.cluster.on_fargate:
        return {}
    return {"type": config.cluster.instance_type, "image": config.cluster.ami_id}


def start_at_all(config: StackConfig, before: Mapping[str, Any]) -> None:
    """Instances that cannot start are no error of any resource."""
    wanted = machine(config)
    if wanted and before.get("machine") != wanted:
        architecture = instance_types()[wanted["type"]].architecture
        if told := misfit(config.region, wanted["image"], wanted["type"], architecture):
            end_invalid(told)


def ask(config: StackConfig, tags: Tags) -> Lookups:
    whose = config.preview.base if config.preview else tags.stack
    secrets = required(config.region, secret_prefix(tags.project, whose), config.secrets)
    domain, mail = config.domain, config.mail if "mail" in config.used else None
    zone = holding(config.region, domain.name) if domain and domain.zone == "existing" else None
    of_mail = mail_zone(config)
    seen = [look(site) for site in sites(config, tags, zone, of_mail)]
    tell(seen)
    asked = mail.domain if mail and mail.zone == "none" and mail.identity == "create" else None
    elsewhere = domain is not None and domain.zone == "none"
    return Lookups(
        secrets=secrets,
        zone=zone,
        mail_zone=of_mail,
        missing=tuple(seen[0].missing) if elsewhere else (),
        is_issued=domain is not None and elsewhere and is_issued(REGION, config.names, tags.defaults),
        is_mail_verified=bool(asked and is_verified(config.region, asked)),
    )


def sites(config: StackConfig, tags: Tags, zone: Zone | None, of_mail: Zone | None) -> Iterator[Site]:
    """What is looked at now; a zone that the stack makes, when it is there."""
    domain, region = config.domain, config.region
    if domain and domain.zone != "made":
        yield site_in(zone, "domain", names=config.names, region=region, tags=tags.defaults)
    if of_mail and of_mail != zone:
        yield site_in(of_mail, "mail.domain", names=(), region=region, tags=tags.defaults)


def tell(seen: list[Seen]) -> None:
    """A site that is served goes on to be: a deployment does not wait for what is wrong with its name since."""
    for text in [text for one in seen for text in one.unknown]:
        pulumi.log.warn(f"domain: not looked at before the deployment: {text}")
    for text in [text for one in seen if one.is_served for text in one.problems]:
        pulumi.log.warn(text)
    if problems := [text for one in seen if not one.is_served for text in one.problems]:
        end_program("\n".join(["nothing was changed, because of what the DNS says:", *problems]))


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
