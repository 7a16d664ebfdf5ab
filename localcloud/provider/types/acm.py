"""Certificate Manager: certificates that DNS records or mails validate, and the wait for that."""

from collections.abc import Iterator
from typing import Any

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, TagStyle, names
from localcloud.provider.definition.rules import Exists, Matches, Needed, OneOf
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
DOMAIN = r"(?=.{1,253}$)(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


class Certificate(Handler):
    """Its names and the records that validate it, in the official provider's form."""

    def state_of(self, resource_id: str, item: Props, state: Props) -> Props:
        """AWS has the domain among the alternative names, whether the program says so or not."""
        found = super().state_of(resource_id, item, state)
        if found["domainName"] not in (state.get("subjectAlternativeNames") or ()):
            others = [name for name in found["subjectAlternativeNames"] if name != found["domainName"]]
            found["subjectAlternativeNames"] = others
        return found

    def incoming(self, item: Props) -> Props:
        options = item.get("DomainValidationOptions", ())
        records = [
            {
                "domainName": option["DomainName"],
                "resourceRecordName": option["ResourceRecord"]["Name"],
                "resourceRecordType": option["ResourceRecord"]["Type"],
                "resourceRecordValue": option["ResourceRecord"]["Value"],
            }
            for option in options
            if option.get("ResourceRecord")
        ]
        method = next((option["ValidationMethod"] for option in options if option.get("ValidationMethod")), None)
        return {**item, "domainValidationOptions": records, "validationMethod": method}


class Validation(Handler):
    """Waits until the certificate is issued.

    The emulator issues each at once; AWS looks for the records first. So they must be there wherever the domain has a
    zone here; elsewhere nobody can tell.
    """

    operations = ("describe_certificate", "list_hosted_zones", "list_resource_record_sets")

    def create(self, inputs: Props) -> tuple[str, Props]:
        certificate = self.operate("describe_certificate", {"CertificateArn": inputs["certificateArn"]})["Certificate"]
        options = certificate.get("DomainValidationOptions", [])
        records = [option["ResourceRecord"] for option in options if option.get("ResourceRecord")]
        self.require_named(records, inputs.get("validationRecordFqdns"))
        for record in records:
            self.require_there(record)
        resource_id = certificate["IssuedAt"].isoformat()
        return resource_id, self.wait_ready(resource_id, inputs)

    def require_named(self, records: list[Props], fqdns: list[str] | None) -> None:
        given = {name.removesuffix(".").lower() for name in fqdns or ()}
        missing = [row["Name"] for row in records if row["Name"].removesuffix(".").lower() not in given]
        if fqdns is not None and missing:
            self.fail(f"validationRecordFqdns: must have the record of each domain, got none for {', '.join(missing)}")

    def require_there(self, record: Props) -> None:
        name = record["Name"].removesuffix(".") + "."
        zones = [zone for zone in self.zones() if name.endswith(f".{zone['Name']}")]
        wanted = record["Value"].removesuffix(".")
        for zone in zones:
            for row in self.rows(zone):
                values = [value["Value"].removesuffix(".") for value in row.get("ResourceRecords", ())]
                if (row["Name"], row["Type"]) == (name, record["Type"]) and wanted in values:
                    return
        if zones:
            self.fail(
                f"certificateArn: AWS would wait for the record {name} {record['Type']} {record['Value']}, which no"
                " zone has; make a `route53.Record` of it, and let the validation depend on that"
            )

    def zones(self) -> Iterator[Any]:
        yield from self.context.client("route53").list_hosted_zones()["HostedZones"]

    def rows(self, zone: Props) -> Iterator[Any]:
        yield from self.context.client("route53").list_resource_record_sets(HostedZoneId=zone["Id"])[
            "ResourceRecordSets"
        ]


CERTIFICATE = Exists(
    "certificateArn",
    "a certificate",
    "acm",
    "describe_certificate",
    {"CertificateArn": "{value}"},
    "Certificate.CertificateArn",
)

TYPES = [
    ResourceType(
        token="aws:acm/certificate:Certificate",
        service="acm",
        handler=Certificate,
        create=Call(
            operation="request_certificate",
            sends=names("domainName subjectAlternativeNames validationMethod keyAlgorithm"),
        ),
        id="{CertificateArn}",
        reads=[Read(operation="describe_certificate", args={"CertificateArn": "{id}"}, item="Certificate")],
        delete=Call(operation="delete_certificate", args={"CertificateArn": "{id}"}),
        names={"arn": "CertificateArn"},
        handled=names("domainName subjectAlternativeNames validationMethod keyAlgorithm"),
        replaces=names("domainName subjectAlternativeNames validationMethod keyAlgorithm"),
        tags=TagStyle(
            create="Tags",
            add=Call(operation="add_tags_to_certificate", args={"CertificateArn": "{id}", "Tags": "{+tagsAll}"}),
            remove=Call(
                operation="remove_tags_from_certificate", args={"CertificateArn": "{id}", "Tags": "{-tagsAll}"}
            ),
            read=Read(operation="list_tags_for_certificate", args={"CertificateArn": "{id}"}),
        ),
        rules=[
            Needed("domainName"),
            Needed("validationMethod"),
            Matches("domainName", DOMAIN, "a domain such as example.com or *.example.com"),
            Matches("subjectAlternativeNames", DOMAIN, "a domain such as example.com or *.example.com"),
            OneOf("validationMethod", ("DNS", "EMAIL")),
        ],
    ),
    ResourceType(
        token="aws:acm/certificateValidation:CertificateValidation",
        service="acm",
        handler=Validation,
        create=Call(operation="describe_certificate", args={"CertificateArn": "{certificateArn}"}),
        id="{Certificate.IssuedAt}",
        reads=[
            Read(
                operation="describe_certificate",
                args={"CertificateArn": "{certificateArn}"},
                item="Certificate.Status=='ISSUED' && Certificate || `null`",
            )
        ],
        delete=None,
        local=["validationRecordFqdns"],
        replaces=["certificateArn", "validationRecordFqdns"],
        ready="Status=='ISSUED'",
        rules=[CERTIFICATE],
    ),
]
