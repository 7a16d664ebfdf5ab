"""Domains, certificates and parameters."""

from tests.provider.cases import Ask, Case, Ref

RECORDS = "ResourceRecordSets[?Name=='{fqdn}.' && Type=='{type}'] | [0]"

CASES = {
    "zone": Case(
        token="aws:route53/zone:Zone",
        inputs={"name": "shop.example", "tags": {"a": "b"}},
        ask=Ask("route53", "get_hosted_zone", {"Id": "{id}"}),
        shows={"HostedZone.Name": "shop.example.", "HostedZone.Config.Comment": "Managed by Pulumi"},
        change={"comment": "Ours", "forceDestroy": True},
        shows_changed={"HostedZone.Config.Comment": "Ours"},
        replace=[{"name": "other.example"}],
        outputs={"arn": "arn:aws:route53:::hostedzone/Z.+", "zoneId": "Z.+", "primaryNameServer": "ns-.+"},
        behind=("route53", "update_hosted_zone_comment", {"Id": "{id}", "Comment": "Behind"}),
    ),
    "record": Case(
        token="aws:route53/record:Record",
        inputs={"zoneId": Ref("zone"), "name": "www", "type": "A", "ttl": 60, "records": ["10.0.0.1", "10.0.0.2"]},
        ask=Ask("route53", "list_resource_record_sets", {"HostedZoneId": "{zoneId}"}, RECORDS),
        shows={"TTL": 60, "ResourceRecords[].Value": ["10.0.0.1", "10.0.0.2"]},
        change={"ttl": 300, "records": ["10.0.0.3"]},
        shows_changed={"TTL": 300, "ResourceRecords[].Value": ["10.0.0.3"]},
        replace=[{"name": "other"}, {"type": "AAAA", "records": ["::1"]}],
        outputs={"fqdn": "www.shop.example"},
    ),
    "alias-record": Case(
        token="aws:route53/record:Record",
        inputs={"zoneId": Ref("zone"), "name": "shop.example", "type": "A", "aliases": [
            {"name": Ref("balancer", "dnsName"), "zoneId": Ref("balancer", "zoneId"), "evaluateTargetHealth": True}]},
        ask=Ask("route53", "list_resource_record_sets", {"HostedZoneId": "{zoneId}"}, RECORDS),
        shows={"AliasTarget.EvaluateTargetHealth": True},
        outputs={"fqdn": "shop.example"},
    ),
    "text-record": Case(
        token="aws:route53/record:Record",
        inputs={"zoneId": Ref("zone"), "name": "_dmarc.shop.example", "type": "TXT", "ttl": 60,
                "records": ["v=DMARC1; p=none"]},
        ask=Ask("route53", "list_resource_record_sets", {"HostedZoneId": "{zoneId}"}, RECORDS),
        shows={"ResourceRecords[].Value": ['"v=DMARC1; p=none"']},
    ),
    "certificate": Case(
        token="aws:acm/certificate:Certificate",
        inputs={"domainName": "site.example", "subjectAlternativeNames": ["*.site.example"],
                "validationMethod": "DNS", "tags": {"a": "b"}},
        ask=Ask("acm", "describe_certificate", {"CertificateArn": "{id}"}, "Certificate"),
        shows={"DomainName": "site.example", "SubjectAlternativeNames[1]": "*.site.example"},
        replace=[{"domainName": "other.example"}, {"subjectAlternativeNames": ["www.site.example"]}],
        outputs={"arn": r"arn:aws:acm:us-east-1:\d{12}:certificate/.+", "validationMethod": "DNS"},
    ),
    "other-certificate": Case(
        token="aws:acm/certificate:Certificate",
        inputs={"domainName": "elsewhere.example", "validationMethod": "DNS"},
        ask=Ask("acm", "describe_certificate", {"CertificateArn": "{id}"}, "Certificate"),
        outputs={"domainValidationOptions": ".*resourceRecordName.*elsewhere.example.*"},
    ),
    "certificate-issued": Case(
        token="aws:acm/certificateValidation:CertificateValidation",
        inputs={"certificateArn": Ref("certificate")},
        ask=Ask("acm", "describe_certificate", {"CertificateArn": "{certificateArn}"}, "Certificate"),
        shows={"Status": "ISSUED"},
        replace=[{"certificateArn": Ref("other-certificate")}],
        import_id="",
        stays=True,
    ),
    "parameter": Case(
        token="aws:ssm/parameter:Parameter",
        inputs={"name": "/provider/parameter", "type": "String", "value": "one", "description": "A setting",
                "tags": {"a": "b"}},
        ask=Ask("ssm", "get_parameter", {"Name": "{id}"}, "Parameter"),
        shows={"Value": "one", "Type": "String"},
        change={"value": "two", "description": "Another"},
        shows_changed={"Value": "two"},
        replace=[{"name": "/provider/other"}],
        outputs={"arn": r"arn:aws:ssm:us-east-1:\d{12}:parameter/provider/parameter", "version": r"\d+"},
        behind=("ssm", "put_parameter", {"Name": "{id}", "Value": "behind", "Overwrite": True}),
    ),
    "secret-parameter": Case(
        token="aws:ssm/parameter:Parameter",
        inputs={"name": "plain", "type": "SecureString", "value": "hidden"},
        ask=Ask("ssm", "get_parameter", {"Name": "{id}", "WithDecryption": True}, "Parameter"),
        shows={"Value": "hidden", "Type": "SecureString"},
    ),
    "address": Case(
        token="aws:ec2/eip:Eip",
        inputs={"tags": {"a": "b"}},
        ask=Ask("ec2", "describe_addresses", {"AllocationIds": ["{id}"]}, "Addresses[0]"),
        shows={"Domain": "vpc"},
        outputs={"allocationId": "eipalloc-.+", "publicIp": r"[\d.]+", "arn": "arn:aws:ec2:.*:elastic-ip/eipalloc-.+"},
    ),
    "nat-gateway": Case(
        token="aws:ec2/natGateway:NatGateway",
        inputs={"subnetId": Ref("subnet"), "allocationId": Ref("address"), "tags": {"a": "b"}},
        ask=Ask("ec2", "describe_nat_gateways", {"NatGatewayIds": ["{id}"]}, "NatGateways[?State!='deleted'] | [0]"),
        shows={"State": "available", "ConnectivityType": "public"},
        replace=[{"subnetId": Ref("other-subnet")}, {"connectivityType": "private", "allocationId": None}],
        outputs={"publicIp": r"[\d.]+"},
    ),
}  # fmt: skip
