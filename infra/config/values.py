"""Kinds of text and numbers that the configuration knows: each with its rule, and with an example of what to write."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from infra.pure.capacity import instance_types
from infra.pure.cron import cron_problem
from infra.pure.routing import LONGEST

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
# Those of the partition `aws`. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
REGION_COUNTS = {
    "af-south": 1,
    "ap-east": 2,
    "ap-northeast": 3,
    "ap-south": 2,
    "ap-southeast": 7,
    "ca-central": 1,
    "ca-west": 1,
    "eu-central": 2,
    "eu-north": 1,
    "eu-south": 2,
    "eu-west": 3,
    "il-central": 1,
    "me-central": 1,
    "me-south": 1,
    "me-west": 1,
    "mx-central": 1,
    "sa-east": 1,
    "sa-west": 1,
    "us-east": 2,
    "us-west": 2,
}
REGIONS = frozenset(f"{area}-{number + 1}" for area, count in REGION_COUNTS.items() for number in range(count))
OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
# Node types of ElastiCache that run Valkey 8 and encrypt.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
GRAVITON_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
INTEL_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge")
CACHE_NODE_SIZES = {
    **dict.fromkeys(("t4g", "t3"), ("micro", "small", "medium")),
    **dict.fromkeys(("m7g", "r7g", "c7gn", "m6g", "r6g"), GRAVITON_SIZES),
    **dict.fromkeys(("m5", "r5"), INTEL_SIZES),
}
CACHE_NODE_TYPES = [f"cache.{family}.{size}" for family, sizes in CACHE_NODE_SIZES.items() for size in sizes]
# A range outside these belongs to hosts on the internet, to a host itself, or is refused by AWS.
PRIVATE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
DOCKER_RANGE = IPv4Network("172.17.0.0/16")  # the bridge of each instance's Docker: a VPC there is out of its reach
# The back end has the same rule (`EMAIL` in its settings.py): what passes here must not stop it there.
MAIL_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A broken rule between several keys: the key to change, the rule with the value got, and what to write."""

    key: str
    rule: str
    remedy: str


def several(problems: Iterator[Problem]) -> PydanticCustomError | None:
    """All broken rules of a section as the one error that pydantic takes."""
    found = list(problems)
    return PydanticCustomError("rules", "", {"problems": found}) if found else None


def broken(rule: str, remedy: str) -> PydanticCustomError:
    """A broken rule and what to write instead; the value is added when the problem is reported."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "remedy": remedy})


def known_times(schedule: str) -> str:
    """A validator of what the fields of a cron expression say."""
    if schedule.startswith("cron") and (rule := cron_problem(schedule)):
        raise broken(rule, f"write for example {SCHEDULES}")
    return schedule


def matching(pattern: str, rule: str, example: str) -> AfterValidator:
    """A validator that a text matches `pattern` as a whole."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise broken(rule, f"write for example {example}")
        return value

    return AfterValidator(check)


EXAMPLE = "write for example 10.0.0.0/16"


def vpc_range(value: str) -> str:
    try:
        network = IPv4Network(value)
    except ValueError:
        raise broken("must be an IPv4 range without host bits", EXAMPLE) from None
    if not 16 <= network.prefixlen <= 24:
        raise broken("must be a range of /16 to /24: AWS takes no larger one, the subnets need that much", EXAMPLE)
    if not any(network.subnet_of(private) for private in PRIVATE_RANGES):
        raise broken(f"must be a private range, in {', '.join(map(str, PRIVATE_RANGES))}", EXAMPLE)
    if network.overlaps(DOCKER_RANGE):
        raise broken(f"must not overlap {DOCKER_RANGE}, which Docker uses on every instance", EXAMPLE)
    return value


def aws_region(value: str) -> str:
    if value.startswith(OTHER_PARTITIONS):
        raise broken(
            "must be a region of the partition `aws`: this stack needs CloudFront and its list of addresses, which"
            " GovCloud, China and the isolated regions lack",
            "write for example us-east-1",
        )
    if value not in REGIONS:
        raise broken("must be the name of an AWS region", "write for example us-east-1")
    return value


def instance_type(value: str) -> str:
    if value not in instance_types():
        near = difflib.get_close_matches(value, instance_types(), n=1)
        raise broken(
            "must be an EC2 instance type that infra/pure/instance_types.json knows",
            f"did you mean {near[0]}?" if near else "write for example t3a.small",
        )
    return value


def cache_node(value: str) -> str:
    if value not in CACHE_NODE_TYPES:
        near = difflib.get_close_matches(value, CACHE_NODE_TYPES, n=1)
        raise broken(
            "must be an ElastiCache node type that infra/config/values.py knows",
            f"did you mean {near[0]}?" if near else "write for example cache.t4g.micro",
        )
    return value


def retention(value: int) -> int:
    if value not in RETENTION_DAYS:
        raise broken("must be a number of days that CloudWatch Logs knows", f"write one of {RETENTION_DAYS}")
    return value


def text_of(value: object) -> object:
    """A variable's value as the process gets it: numbers and truth values of YAML become text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def source(value: str) -> str:
    """As the header has it: `data:`, `'unsafe-inline'`."""
    if value in ("data", "blob"):
        return f"{value}:"
    if value in ("unsafe-inline", "unsafe-eval", "wasm-unsafe-eval"):
        return f"'{value}'"
    if not re.fullmatch(r"(https?|wss?)://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:(\d+|\*))?", value):
        raise broken(
            "must be an origin without a path, or data, blob, unsafe-inline, unsafe-eval or wasm-unsafe-eval",
            "write for example https://js.stripe.com",
        )
    return value


CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


def clock_text(value: object) -> object:
    """YAML 1.1 has 20:00 without quotes for the number of its minutes."""
    return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) and not isinstance(value, bool) else value


def time_zone(value: str) -> str:
    import zoneinfo  # here: few stacks have a job, and the list of zones is read from many files

    known = zoneinfo.available_timezones()
    if known and value not in known:
        raise broken("must be the IANA name of a time zone", "write for example Europe/Berlin")
    return value


def folder_of_the_project(value: str) -> str:
    if not re.fullmatch(r"(?=.{1,100}$)[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*/?", value):
        raise broken("must be a folder below the project's, in letters, digits, - . _", "write for example backend")
    return value.rstrip("/")


def route(value: str) -> str:
    if not re.fullmatch(r"/|(/[A-Za-z0-9_.~-]+)+", value) or len(value) > LONGEST:
        raise broken(
            f"must be a path of at most {LONGEST} letters, digits, - . _ ~ and slashes", "write for example /api"
        )
    return value


# Those that AWS's schedules know. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
SCHEDULES = "cron(0 6 * * ? *) or rate(1 day)"
SCHEDULE = r"rate\((1 (minute|hour|day)|(?!1 )[1-9]\d* (minutes|hours|days))\)|cron\(\S+( \S+){5}\)"

Region = Annotated[str, AfterValidator(aws_region)]
AccountId = Annotated[str, matching(r"\d{12}", "must have 12 digits", '"123456789012"')]
Zone = Annotated[str, matching(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "must be the name of a zone", "us-east-1a")]
AmiId = Annotated[
    str, matching(r"ami-([0-9a-f]{8}|[0-9a-f]{17})", "must be the id of an image", "ami-0123456789abcdef0")
]
InstanceType = Annotated[str, AfterValidator(instance_type)]
InstanceClass = Annotated[str, matching(r"db\.[a-z0-9]+\.[a-z0-9]+", "must be an RDS instance class", "db.t4g.micro")]
CacheNodeType = Annotated[str, AfterValidator(cache_node)]
PublicKey = Annotated[
    str,
    matching(
        r"(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]{60,}={0,2}( .*)?",
        "must be an OpenSSH public key",
        "ssh-ed25519 AAAA… name",
    ),
]
Email = Annotated[str, matching(MAIL_ADDRESS, "must be one mail address", "me@example.com")]
# Of a service: with what the stack and AWS add, 32 characters must hold it.
Name = Annotated[
    str,
    matching(
        r"(?=.{1,18}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
        "must be a name of 1 to 18 small letters, digits and hyphens",
        "worker",
    ),
]
Host = Annotated[
    str,
    matching(
        r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
        "must be what stands before the domain: at most 63 small letters, digits and hyphens, without a dot",
        "admin",
    ),
]
# As a certificate of ACM may have it, without `*`; what stands before it must have room for `www.` and `api.`.
DOMAIN = r"(?=.{1,250}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
Domain = Annotated[str, matching(DOMAIN, "must be a domain in small letters, without a scheme", "shop.example.com")]
Source = Annotated[str, AfterValidator(source)]
HeaderText = Annotated[
    str,
    matching(
        r"[ -~]{1,1000}",
        "must be one line of 1 to 1,000 plain characters",
        "camera=(self), microphone=()",
    ),
]
EnvironmentName = Annotated[
    str, matching(r"[A-Za-z_][A-Za-z0-9_]*", "must be the name of an environment variable", "STRIPE_MODE")
]
# Pulumi's `config set` makes a number of one that has digits alone.
Version = Annotated[
    str,
    matching(r"[0-9a-f]{16}", "must be a version as `make rollback` lists them", "1a2b3c4d5e6f7081"),
    BeforeValidator(text_of),
]
PostgresVersion = Annotated[
    str,
    matching(r"1[3-9]|[2-9][0-9]", "must be a major version of PostgreSQL, 13 or later", "18"),
    BeforeValidator(text_of),
]
Folder = Annotated[str, AfterValidator(folder_of_the_project)]
FileInFolder = Annotated[
    str,
    matching(
        r"(?=.{1,100}$)[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*",
        "must be a path in the service's folder, in letters, digits, - . _",
        "backend/Dockerfile",
    ),
]
Route = Annotated[str, AfterValidator(route)]
UrlPath = Annotated[str, matching(r"/[A-Za-z0-9_.~/?=&%-]*", "must be a path that begins with a slash", "/healthz")]
ImageFolder = Annotated[
    str, matching(r"(/[A-Za-z0-9_.-]+)+", "must be a folder of the image, from the root on", "/var/cache/nginx")
]
Schedule = Annotated[
    str,
    matching(SCHEDULE, "must be a rate or a cron expression with six fields", SCHEDULES),
    AfterValidator(known_times),
]
ClockTime = Annotated[str, BeforeValidator(clock_text), matching(CLOCK, "must be a time of day", '"20:00"')]
Timezone = Annotated[str, AfterValidator(time_zone)]
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BucketName = Annotated[
    str, matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "must be the name of a bucket", "storage-bucket-1a2b3c4")
]
# Automatic snapshots begin with `rds:`.
SnapshotName = Annotated[
    str,
    matching(
        r"(rds:)?(?=.{1,255}$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*",
        "must be the name of a snapshot",
        "database-subnets-1a2b3c4-final",
    ),
]
MailboxPath = Annotated[
    str,
    matching(
        r"(/[A-Za-z0-9._-]+)+", "must be a path that begins with a slash and does not end with one", "/_local/mailbox"
    ),
]
Origin = Annotated[
    str, matching(r"https?://[a-z0-9.*-]+(:(\d+|\*))?", "must be an origin without a path", "http://127.0.0.1:*")
]
