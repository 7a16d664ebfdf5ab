"""Route 53: public zones, their records, and health checks."""

import ipaddress
import uuid
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, TagStyle, Update, names
from localcloud.provider.definition.rules import Between, Case, ExactlyOne, Exists, Matches, Needed, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

TAGGED = {"ResourceType": "hostedzone", "ResourceId": "{id}"}
TAGGED_CHECK = {"ResourceType": "healthcheck", "ResourceId": "{id}"}
CHECKED = names(
    "childHealthThreshold childHealthchecks disabled enableSni failureThreshold fqdn invertHealthcheck ipAddress port "
    "resourcePath searchString"
)
CHECK_FIXED = names("type requestInterval measureLatency")
NAME = r"(?=.{1,255}$)(\*\.)?([A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?"
KINDS = names("A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT")
QUOTED = ("TXT", "SPF")


class Zone(Handler):
    """A zone's id and name without what the API puts around them, as the official provider has them."""

    operations = ("list_resource_record_sets", "change_resource_record_sets")

    def outgoing(self, values: Props) -> Props:
        return {**values, "reference": str(uuid.uuid4())}

    def identify(self, inputs: Props, answer: Any) -> str:
        return str(answer["HostedZone"]["Id"].removeprefix("/hostedzone/"))

    def incoming(self, item: Props) -> Props:
        zone, servers = item["HostedZone"], (item.get("DelegationSet") or {}).get("NameServers", [])
        return {
            "name": zone["Name"].removesuffix("."),
            "comment": (zone.get("Config") or {}).get("Comment", ""),
            "nameServers": sorted(servers),
            "primaryNameServer": servers[0] if servers else None,
            "tags": item.get("tags"),
        }

    def delete(self, resource_id: str, state: Props) -> None:
        if state.get("forceDestroy") and self.fetch(resource_id, state) is not None:
            rows = self.operate("list_resource_record_sets", {"HostedZoneId": resource_id})["ResourceRecordSets"]
            changes = [
                {"Action": "DELETE", "ResourceRecordSet": row} for row in rows if row["Type"] not in ("NS", "SOA")
            ]
            if changes:
                batch = {"HostedZoneId": resource_id, "ChangeBatch": {"Changes": changes}}
                self.operate("change_resource_record_sets", batch)
        super().delete(resource_id, state)


class HealthCheck(Handler):
    def outgoing(self, values: Props) -> Props:
        return {**values, "reference": f"{values.get('referenceName') or ''}{uuid.uuid4()}"[-64:]}


def reachable(case: Case, kind: str) -> str:
    """What a check asks: an address, or other checks."""
    if kind == "CALCULATED":
        return "" if "childHealthchecks" in case.given else "CALCULATED needs childHealthchecks"
    return "" if {"fqdn", "ipAddress"} & case.given else f"{kind} needs fqdn or ipAddress"


class Record(Handler):
    """A record is created, changed and deleted by batches of changes to its zone."""

    operations = ("change_resource_record_sets", "get_hosted_zone", "list_resource_record_sets")

    def outgoing(self, values: Props) -> Props:
        return values if "zoneId" not in values or "type" not in values else {**values, "set": self.as_set(values)}

    def full_name(self, values: Props) -> str:
        zone = self.operate("get_hosted_zone", {"Id": values["zoneId"]})["HostedZone"]["Name"].removesuffix(".")
        name = str(values["name"]).lower().removesuffix(".")
        return name if name == zone or name.endswith(f".{zone}") else f"{name}.{zone}".removeprefix(".")

    def as_set(self, values: Props) -> Props:
        quote = values["type"] in QUOTED
        texts = [f'"{text}"' if quote and not text.startswith('"') else text for text in values.get("records") or ()]
        alias = (values.get("aliases") or [None])[0]
        parts = {
            "Name": self.full_name(values),
            "Type": values["type"],
            "TTL": values.get("ttl"),
            "ResourceRecords": [{"Value": text} for text in texts] or None,
            "AliasTarget": alias
            and {
                "HostedZoneId": alias["zoneId"],
                "DNSName": alias["name"],
                "EvaluateTargetHealth": alias["evaluateTargetHealth"],
            },
        }
        return {key: value for key, value in parts.items() if value is not None}

    def change(self, action: str, values: Props) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": self.as_set(values)}]}
        self.operate("change_resource_record_sets", {"HostedZoneId": values["zoneId"], "ChangeBatch": batch})

    def create(self, inputs: Props) -> tuple[str, Props]:
        self.change("UPSERT" if inputs.get("allowOverwrite") else "CREATE", inputs)
        resource_id = f"{inputs['zoneId']}_{str(inputs['name']).lower().removesuffix('.')}_{inputs['type']}"
        return resource_id, self.wait_ready(resource_id, inputs)

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        self.change("UPSERT", new)
        return self.wait_ready(resource_id, {**state, **new})

    def delete(self, resource_id: str, state: Props) -> None:
        if (item := self.fetch(resource_id, state)) is not None:
            self.change("DELETE", {**self.from_id(resource_id), **state, **self.incoming(item)})

    def fetch(self, resource_id: str, state: Props) -> Props | None:
        known = {**self.from_id(resource_id), **state}
        try:
            name = self.full_name(known)
            start = {"StartRecordName": name, "StartRecordType": known["type"]}
            answer = self.operate("list_resource_record_sets", {"HostedZoneId": known["zoneId"], **start})
        except ClientError as error:
            if self.is_gone(error):
                return None
            raise
        wanted = (f"{name}.", known["type"])
        rows = [row for row in answer["ResourceRecordSets"] if (unescaped(row["Name"]), row["Type"]) == wanted]
        return rows[0] if rows else None

    def incoming(self, item: Props) -> Props:
        alias, quote = item.get("AliasTarget"), item["Type"] in QUOTED
        texts = [row["Value"] for row in item.get("ResourceRecords", ())]
        return {
            "type": item["Type"],
            "ttl": item.get("TTL"),
            "fqdn": unescaped(item["Name"]).removesuffix("."),
            "records": [text.strip('"') if quote else text for text in texts] or None,
            "aliases": [
                {
                    "zoneId": alias["HostedZoneId"],
                    "name": alias["DNSName"].removesuffix("."),
                    "evaluateTargetHealth": alias["EvaluateTargetHealth"],
                }
            ]
            if alias
            else None,
        }


def unescaped(name: str) -> str:
    """Route 53 writes the asterisk of a wildcard as a code."""
    return name.replace("\\052", "*")


def addresses(case: Case, texts: list[str]) -> str:
    """What a record of the type may hold."""
    version = {"A": 4, "AAAA": 6}.get(case.inputs.get("type", ""))
    for text in texts if version else ():
        try:
            fits = ipaddress.ip_address(text).version == version
        except ValueError:
            fits = False
        if not fits:
            return f"must be IPv{version} addresses where type is {case.inputs['type']}, got {text!r}"
    if case.inputs.get("type") == "CNAME" and len(texts) > 1:
        return f"must be one name where type is CNAME, got {len(texts)}"
    return ""


TYPES = [
    ResourceType(
        token="aws:route53/zone:Zone",
        service="route53",
        handler=Zone,
        create=Call(
            operation="create_hosted_zone",
            args={"Name": "{name}", "CallerReference": "{reference}", "HostedZoneConfig": {"Comment": "{comment}"}},
        ),
        id="{HostedZone.Id}",
        reads=[Read(operation="get_hosted_zone", args={"Id": "{id}"})],
        updates=[
            Update(
                on=["comment"],
                call=Call(operation="update_hosted_zone_comment", args={"Id": "{id}", "Comment": "{comment}"}),
            )
        ],
        delete=Call(operation="delete_hosted_zone", args={"Id": "{id}"}),
        outputs={"arn": "arn:{partition}:route53:::hostedzone/{id}", "zoneId": "{id}"},
        defaults={"comment": "Managed by Pulumi", "forceDestroy": False},
        local=["forceDestroy"],
        replaces=["name"],
        tags=TagStyle(
            add=Call(operation="change_tags_for_resource", args={**TAGGED, "AddTags": "{+tagsAll}"}),
            remove=Call(operation="change_tags_for_resource", args={**TAGGED, "RemoveTagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_for_resource", args=TAGGED, item="{tags: ResourceTagSet.Tags}"),
        ),
        rules=[
            Matches("name", NAME, "a domain such as example.com"),
            Matches("comment", r"[\s\S]{0,256}", "at most 256 characters"),
        ],
    ),
    ResourceType(
        token="aws:route53/record:Record",
        service="route53",
        handler=Record,
        create=Call(operation="change_resource_record_sets"),
        id="{zoneId}_{name}_{type}",
        import_id=r"(?P<zoneId>[^_]+)_(?P<name>.*)_(?P<type>[A-Z]+)",
        reads=[],
        updates=[Update(on=["aliases", "records", "ttl"], call=Call(operation="change_resource_record_sets"))],
        delete=Call(operation="change_resource_record_sets"),
        handled=["zoneId", "name", "type", "ttl", "records", "aliases"],
        local=["zoneId", "name", "allowOverwrite"],
        replaces=["zoneId", "name", "type"],
        rules=[
            Matches("name", NAME, "a domain such as www.example.com, or a part of one such as www"),
            OneOf("type", KINDS),
            ExactlyOne(("records", "aliases")),
            Needed("ttl", lambda inputs: "records" in inputs),
            Between("ttl", 0, 2147483647),
            Says("records", addresses),
            Exists("zoneId", "a zone", "route53", "get_hosted_zone", {"Id": "{value}"}, "HostedZone.Id"),
        ],
    ),
    ResourceType(
        token="aws:route53/healthCheck:HealthCheck",
        service="route53",
        handler=HealthCheck,
        create=Call(
            operation="create_health_check",
            root="HealthCheckConfig",
            sends=[*CHECKED, *CHECK_FIXED],
            args={"CallerReference": "{reference}"},
        ),
        id="{HealthCheck.Id}",
        reads=[
            Read(
                operation="get_health_check",
                args={"HealthCheckId": "{id}"},
                item="HealthCheck.HealthCheckConfig",
            )
        ],
        updates=[
            Update(
                on=CHECKED,
                call=Call(operation="update_health_check", sends=CHECKED, args={"HealthCheckId": "{id}"}),
            )
        ],
        delete=Call(operation="delete_health_check", args={"HealthCheckId": "{id}"}),
        names={
            "fqdn": "FullyQualifiedDomainName",
            "invertHealthcheck": "Inverted",
            "childHealthThreshold": "HealthThreshold",
        },
        outputs={"arn": "arn:{partition}:route53:::healthcheck/{id}"},
        defaults={"failureThreshold": 3, "disabled": False},
        local=["referenceName"],
        replaces=CHECK_FIXED,
        tags=TagStyle(
            add=Call(
                operation="change_tags_for_resource",
                args={**TAGGED_CHECK, "AddTags": "{+tagsAll}"},
            ),
            remove=Call(
                operation="change_tags_for_resource",
                args={**TAGGED_CHECK, "RemoveTagKeys": "{-tagsAll}"},
            ),
            read=Read(
                operation="list_tags_for_resource",
                args=TAGGED_CHECK,
                item="{tags: ResourceTagSet.Tags}",
            ),
        ),
        rules=[
            OneOf("requestInterval", (10, 30)),
            Between("failureThreshold", 1, 10),
            Between("port", 1, 65535),
            Matches("resourcePath", r"/.{0,254}", "a path that begins with /"),
            Says("type", reachable),
        ],
    ),
]
