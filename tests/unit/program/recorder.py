"""Runs the program against Pulumi's mocks and returns all that it declared, for plain assertions."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from infra import program
from infra.stack import lookups
from tests.unit.stack_files import PROJECT, stack_config

ACCOUNT = "123456789012"
# Of Pulumi's RegisterResourceRequest; the tests ask for parent, provider and dependencies by themselves.
OPTIONS = (
    "protect",
    "retainOnDelete",
    "deleteBeforeReplace",
    "ignoreChanges",
    "replaceOnChanges",
    "aliases",
    "customTimeouts",
    "additionalSecretOutputs",
    "deletedWith",
    "importId",
)
ZONE_IDS = {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2", "us-east-1c": "use1-az3"}
PREFIX_LIST = "pl-0123456789abcdef0"
# Pulumi asks the thread for its event loop, and an `asyncio.run` of another test leaves it without one.
LOOP = asyncio.new_event_loop()


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource as the engine would have got it."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    provider: str
    inputs: Mapping[str, Any]
    options: Mapping[str, Any]
    depends_on: frozenset[str]

    @property
    def protect(self) -> bool:
        return "protect" in self.options

    @property
    def retained(self) -> bool:
        return "retainOnDelete" in self.options

    @property
    def component(self) -> str:
        """The name of the component that it belongs to."""
        return self.parent.rsplit("::", 1)[1]


class Recorded:
    """Everything that a program declared."""

    def __init__(
        self,
        registrations: list[Registration],
        outputs: Mapping[str, Any],
        calls: list[MockCallArgs],
        of_components: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.all = registrations
        self.outputs = outputs
        self.calls = calls
        self.of_components = of_components  # outputs by URN

    @property
    def resources(self) -> list[Registration]:
        """What exists in a cloud: neither components nor providers."""
        return [r for r in self.all if r.custom and not r.type.startswith("pulumi:providers:")]

    def of(self, type_: str) -> list[Registration]:
        return [r for r in self.all if r.type == type_]

    def one(self, name: str) -> Registration:
        (found,) = [r for r in self.all if r.name == name and r.custom]
        return found

    def depends(self, dependent: str, on: str) -> bool:
        """Whether the resource `dependent` is made after `on`, directly or through others."""
        return self.depends_from(self.one(dependent).urn, on)

    def depends_from(self, dependent: str, on: str) -> bool:
        """The same of a dependent that is given by its URN, which may be a component."""
        by_urn = {r.urn: r for r in self.all}
        seen: set[str] = set()
        waiting = [dependent]
        while waiting:
            urn = waiting.pop()
            if urn not in seen:
                seen.add(urn)
                waiting.extend(by_urn[urn].depends_on if urn in by_urn else ())
        return self.one(on).urn in seen


def options_of(request: Any) -> dict[str, Any]:
    """The options that a resource was declared with, as far as they differ from the default."""
    set_ = {field.name: value for field, value in request.ListFields() if value and field.name in OPTIONS}
    return {name: value if isinstance(value, bool) else str(value) for name, value in set_.items()}


class RecordingMonitor(MockMonitor):
    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.recorded: list[Registration] = []
        self.of_components: dict[str, Mapping[str, Any]] = {}

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 (Pulumi's name)
        self.of_components[request.urn] = rpc.deserialize_properties(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (Pulumi's name)
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            registered = self.resources[response.urn]
            self.recorded.append(
                Registration(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    parent=request.parent,
                    custom=request.custom,
                    provider=request.provider,
                    inputs=dict(registered.state.get("__inputs", {})),
                    options=options_of(request),
                    depends_on=frozenset(request.dependencies),
                )
            )
        return response


def outputs_of(type_: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What AWS would add to a resource: an ARN for all, and the few attributes that the program reads."""
    unique = f"{name}-1a2b3c4"
    known: dict[str, dict[str, Any]] = {
        "aws:s3/bucket:Bucket": {
            "bucket": unique,
            "bucketRegionalDomainName": f"{unique}.s3.us-east-1.amazonaws.com",
            "bucketDomainName": f"{unique}.s3.amazonaws.com",
        },
        "aws:cloudfront/distribution:Distribution": {
            "domainName": "d123.cloudfront.net",
            "hostedZoneId": "Z2FDTNDATAQYW2",
        },
        "aws:route53/zone:Zone": {"zoneId": f"{name}-id", "nameServers": ["ns-1.awsdns.com", "ns-2.awsdns.net"]},
        "aws:acm/certificate:Certificate": {
            "domainValidationOptions": [
                {
                    "domainName": one,
                    "resourceRecordName": f"_a.{one}.",
                    "resourceRecordType": "CNAME",
                    "resourceRecordValue": "_b.acm-validations.aws.",
                }
                for one in (inputs.get("domainName"), *inputs.get("subjectAlternativeNames", ()))
            ]
        },
        "aws:lb/loadBalancer:LoadBalancer": {
            "dnsName": "balancer.us-east-1.elb.amazonaws.com",
            "arnSuffix": "app/balancer/1a2b3c4",
        },
        "aws:lb/targetGroup:TargetGroup": {"arnSuffix": f"targetgroup/{name}/1a2b3c4"},
        "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
        "aws:ecr/repository:Repository": {"repositoryUrl": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/{unique}"},
        "aws:ec2/keyPair:KeyPair": {"keyName": unique},
        "aws:rds/instance:Instance": {
            "address": "database.rds.amazonaws.com",
            "port": 5432,
            "identifier": unique,
            "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:rds!db-1"}],
        },
        "aws:sqs/queue:Queue": {"url": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{name}"},
        "aws:elasticache/replicationGroup:ReplicationGroup": {"primaryEndpointAddress": "cache.amazonaws.com"},
        "pulumi-python:dynamic/infra:OriginSecret": {"current": "header-now", "next": "header-next"},
        "pulumi-python:dynamic/infra:ImageBuild": {"uri": f"{inputs.get('repositoryUrl')}:{inputs.get('tag')}"},
        "pulumi-python:dynamic/infra:SendingAccount": {"status": "production: 50,000 mails in 24 hours"},
        "pulumi-python:dynamic/infra:SigningKeys": {"tokens": ["a", "b", "c"], "zone": "dkim.amazonses.com"},
        "pulumi-python:dynamic/infra:RuleNumbers": {
            "numbers": {str(rule): 1000 + at for at, rule in enumerate(inputs.get("rules", ()))}
        },
        "pulumi-python:dynamic/infra:SmtpPassword": {"version": "version-1"},
    }
    arn = f"arn:aws:mock:us-east-1:{ACCOUNT}:{name}"
    return {"name": unique, "arn": arn, **inputs, **known.get(type_, {}), "__inputs": dict(inputs)}


class Cloud(Mocks):
    """`balancers`: those of the stack that are there already, by ARN, and whether they are internal.

    `deployed`: the outputs of the last `up`.
    """

    def __init__(self, balancers: Mapping[str, bool], deployed: Mapping[str, Any]) -> None:
        self.calls: list[MockCallArgs] = []
        self.balancers, self.deployed = balancers, dict(deployed)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return (f"{args.name}-id" if args.custom else None), outputs_of(args.typ, args.name, args.inputs)

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        self.calls.append(args)
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:ec2/getManagedPrefixList:getManagedPrefixList": {"id": PREFIX_LIST},
            "aws:index/getAvailabilityZone:getAvailabilityZone": {
                "zoneId": ZONE_IDS.get(args.args.get("name", ""), "")
            },
            "pulumi:pulumi:readStackOutputs": {"outputs": self.deployed},
            "aws:lb/getLbs:getLbs": {"arns": list(self.balancers)},
            "aws:lb/getLoadBalancer:getLoadBalancer": {"internal": self.balancers.get(args.args.get("arn", ""))},
            "aws:s3/getBucket:getBucket": {
                "bucket": args.args.get("bucket"),
                "arn": f"arn:aws:s3:::{args.args.get('bucket')}",
                "bucketDomainName": f"{args.args.get('bucket')}.s3.amazonaws.com",
                "bucketRegionalDomainName": f"{args.args.get('bucket')}.s3.us-east-1.amazonaws.com",
            },
            "aws:sesv2/getEmailIdentity:getEmailIdentity": {
                "arn": f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/{args.args.get('emailIdentity')}"
            },
        }
        return {**answers[args.token]}, []


def record(
    declare: Callable[[], Mapping[str, Any]], *, stack: str, project: str = PROJECT,
    balancers: Mapping[str, bool] | None = None, deployed: Mapping[str, Any] | None = None,
) -> Recorded:  # fmt: skip
    """Run `declare` as a program of `stack`; returns when every registration has landed."""
    asyncio.set_event_loop(LOOP)
    cloud = Cloud(balancers or {}, deployed or {})
    monitor = RecordingMonitor(cloud)
    pulumi.runtime.set_mocks(
        cloud, project=project, stack=stack, preview=False, monitor=monitor, organization="organization"
    )
    outputs: dict[str, Any] = {}

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> pulumi.Output[None]:
        return pulumi.Output.from_input(dict(declare())).apply(outputs.update)

    with patch.object(lookups, "misfit", lambda *_: None):  # no AWS to ask for the AMI
        run()
    return Recorded(monitor.recorded, outputs, cloud.calls, monitor.of_components)


def record_stack(stack: str) -> Recorded:
    return record(lambda: program.build(stack_config(stack)), stack=stack)
