"""What runs: services, their jobs and queues, and the rules between them. They are described in app.yaml."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

from infra.config.images import image_problems
from infra.config.section import Section
from infra.config.values import (
    EnvironmentName,
    FileInFolder,
    Folder,
    Host,
    ImageFolder,
    Name,
    Problem,
    Route,
    Schedule,
    Timezone,
    UrlPath,
    Version,
    retention,
    text_of,
)
from infra.pure.build_context import DOCKERFILE
from infra.pure.capacity import Room
from infra.pure.parts import PARTS, PREFIX, QUEUE, QUEUES, SECRETS, SERVICES, SMTP, PartNames, part_of
from infra.pure.paths import image_folder
from infra.pure.placement import Demand
from infra.pure.references import is_one_reference, references
from infra.pure.routing import collisions, same_ports

# Set by the stack itself: a variable of the same name would be lost, or would lie.
OWN_VARIABLES = ("APP_VERSION", "AWS_DEFAULT_REGION", "AWS_REGION", "LOG_LEVEL", "PORT")


# A rule of the load balancer takes five values: these, the API's name, and two of a secret header.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
HOSTS = 2


class ImageKey(NamedTuple):
    """What tells one image from another: folder and Dockerfile."""

    source: str
    dockerfile: str


class ScalingConfig(Section):
    max_count: int = Field(
        ge=2,
        le=50,
        description="Most tasks; `desiredCount` are the fewest. The instances must have room for them all,"
        " and the database connections.",
        examples=["4"],
    )
    cpu_percent: int | None = Field(
        None,
        ge=10,
        le=400,
        description="Average use of the tasks' `cpuUnits` that the number of tasks is kept at; a"
        " task may use more than its share while others idle, so 100 and more are possible. Default: it does not"
        " count.",
        examples=["60"],
    )
    memory_percent: int | None = Field(
        None, ge=10, le=95, description="The same of `memoryMib`. Default: it does not count.", examples=["75"]
    )
    requests_per_minute: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="The same of requests that each task gets in a minute; needs `routes`, `hosts`"
        " or `private`. Default: it does not count.",
        examples=["1200"],
    )

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (self._aim(),)

    def _aim(self) -> Iterator[Problem]:
        if self.cpu_percent is self.memory_percent is self.requests_per_minute is None:
            yield Problem(
                key="cpuPercent",
                rule="is required where there is neither memoryPercent nor requestsPerMinute",
                remedy="write for example cpuPercent: 60",
            )


class ServiceConfig(Section):
    source: Folder = Field(
        description="Folder of the project with a Dockerfile, or a page's with a package.json that has a script `build`"
        " and a lock file: then it is built and served at port 3000. Services with one source share one image.",
        examples=["backend"],
    )
    dockerfile: FileInFolder = Field(
        DOCKERFILE,
        description="Path of the Dockerfile in the source, for a folder that several images are built from. Its build"
        " sees the whole folder, but for what `.dockerignore` keeps out, or the Dockerfile's own, such as"
        " `backend/Dockerfile.dockerignore`. Services with one source and one Dockerfile share one image.",
        examples=["backend/Dockerfile"],
    )
    build_args: dict[EnvironmentName, Annotated[str, BeforeValidator(text_of)]] = Field(
        {},
        description="Values for `ARG` lines of the Dockerfile, such as `VITE_API_URL` of a page. Whoever gets the image"
        " can read them. Services with one image have the same.",
    )
    version: Version | None = Field(
        None,
        description="Version that runs in place of the folder's content: an image that was deployed before. `make"
        " rollback` writes it into the stack's file and takes it out. Services with one image have the same.",
    )
    command: tuple[str, ...] = Field((), description="Command in place of the image's own, word by word.")
    port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port that the process listens on; it is told in `PORT`. Default: none, as for a worker.",
        examples=["8000"],
    )
    routes: tuple[Route, ...] = Field(
        (),
        description="Paths whose requests it gets: `/api` is the path itself and all below it, `/` all that no other"
        " service has. The longest wins. Needs `port` and `health`. Default: none.",
    )
    hosts: tuple[Host, ...] = Field(
        (),
        max_length=HOSTS,
        description="Names that it has for itself, with all their paths: `admin` is `admin.<domain.name>`. Each gets a"
        " distribution of its own, which keeps nothing and passes the name on. Needs `domain`, `port` and `health`."
        " Default: none; without routes and hosts, nothing outside reaches it.",
        examples=["[admin]"],
    )
    health: UrlPath | None = Field(
        None,
        description="Path that answers 200 when a task may get requests. It should not ask the database: a fail-over"
        " would replace all tasks.",
        examples=["/healthz"],
    )
    private: bool = Field(
        False,
        description="Whether other services reach it, and nobody else, at what `${services.<name>.url}` stands for in"
        " their variables. Needs `port` and `health`, has neither routes nor hosts, and needs"
        " `loadBalancer.scheme: internal`. Its requests pass the load balancer, so that health checks and updates are"
        " those of a service with routes.",
    )
    page: bool = Field(
        False,
        description="Whether it is a single-page app at `/`: CloudFront keeps its `assets` and what else it marks as"
        " cacheable, answers deep links with `/index.html`, and forgets it all when a new version serves. What is"
        " not a page is never cached.",
    )
    assets: dict[Route, str] | None = Field(
        None,
        description="Of a page: the paths below which files are named by their content, and the folder of the image"
        " that holds them, absolute or from its WORKDIR. CloudFront has them from a bucket, where they stay for 30 days"
        " after their version was replaced, so that no page lacks a file during a deployment. Default: the path by the"
        " build tool in the `package.json` (`/assets`, `/static`, `/_next/static`, …), in the usual folders of Node.js"
        " apps and web servers. `{}`: none.",
        examples=["{/assets: /usr/share/nginx/html/assets}"],
    )
    migrate: tuple[str, ...] = Field(
        (),
        description="Command that must succeed once in each new version before it gets requests, such as a migration"
        " of the database. Default: none.",
    )
    dev: tuple[str, ...] = Field(
        (),
        description="Command by which `make dev` runs it from its folder, in place of what that finds by itself: `dev`"
        " of a package.json, else the command of the task, started again after each change. It should reload by"
        " itself; `$PORT` and `$HOST` in it stand for where it must listen. No stack runs it.",
    )
    writable: tuple[ImageFolder, ...] = Field(
        (),
        description="Folders of the image, beside `/tmp`, that the process may write to: empty when it starts, 64 MiB"
        " of memory each, gone with it. All else is read-only.",
        examples=["[/var/cache/nginx, /run]"],
    )
    uses: tuple[str, ...] = Field(
        (),
        description="Parts of the stack that it may use: " + ", ".join(f"`{name}`" for name in sorted(PARTS)) + " or"
        " `queues.<name>`. It gets their variables and rights. A part that no service uses is not made.",
    )
    environment: dict[EnvironmentName, Annotated[str, BeforeValidator(text_of)]] = Field(
        {},
        description="Variables of its own. `${database.host}` stands for a value of a part that it uses, and"
        " `${secrets.NAME}`, alone, for a secret that `make secret NAME=…` has stored.",
    )
    desired_count: int = Field(1, ge=1, le=20, description="Tasks that run when nothing is being deployed.")
    scaling: ScalingConfig | None = Field(
        None, description="How the number of tasks follows their work. Default: there are always `desiredCount`."
    )
    database_connections: int = Field(
        10,
        ge=1,
        le=1000,
        description="Connections to the database that one task opens at most: that of its pool. The"
        " plan counts them against what the database's class takes; nothing is told to the app.",
    )
    cpu_units: int = Field(
        256, ge=128, le=4096, description="CPU share of a task, 1024 a vCPU; it may use more while others idle."
    )
    memory_mib: int = Field(384, ge=128, le=16384, description="Memory limit of a task in MiB; above it, it is killed.")
    log_retention_days: Annotated[int, AfterValidator(retention)] = Field(
        30, description="Days after which CloudWatch Logs deletes a log line."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe line that is logged, told in `LOG_LEVEL`."
    )

    @property
    def references(self) -> set[str]:
        """All that its variables name as `${part.name}`."""
        return {name for text in self.environment.values() for name in references(text)}

    @property
    def knows_prefix(self) -> bool:
        """Whether its paths begin with the prefix that it is told, which may be none."""
        return PREFIX in self.references

    @property
    def most(self) -> int:
        """Tasks that there may be, without those that a deployment adds."""
        return self.scaling.max_count if self.scaling else self.desired_count

    @property
    def image(self) -> ImageKey:
        return ImageKey(self.source, self.dockerfile)

    @property
    def dockerfile_path(self) -> str:
        """From the project's folder on."""
        return f"{self.source}/{self.dockerfile}"

    @property
    def room(self) -> Room:
        return Room(cpu_units=self.cpu_units, memory_mib=self.memory_mib)

    @property
    def reached(self) -> str:
        """Why requests come to it; empty where none do."""
        found = {"there are routes": self.routes, "there are hosts": self.hosts, "private is true": self.private}
        return next((why for why, is_so in found.items() if is_so), "")

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (
            self._one_way(),
            self._needed("port", "8000"),
            self._needed("health", "/healthz"),
            self._health(),
            self._most(),
            self._requests(),
            self._assets(),
            self._asset_paths(),
            self._page(),
            self._variables(),
            self._arguments(),
        )

    def _one_way(self) -> Iterator[Problem]:
        if self.private and (self.routes or self.hosts):
            others = "routes" if self.routes else "hosts"
            yield Problem(
                key="private", rule=f"must be false where there are {others}: everybody reaches these",
                remedy="remove one",
            )  # fmt: skip

    def _needed(self, key: str, example: str) -> Iterator[Problem]:
        if getattr(self, key) is None and self.reached:
            yield Problem(key=key, rule=f"is required where {self.reached}", remedy=f"write for example {example}")

    def _most(self) -> Iterator[Problem]:
        if self.scaling and self.scaling.max_count < self.desired_count:
            yield Problem(
                key="scaling.maxCount",
                rule=f"must be at least desiredCount ({self.desired_count}), got {self.scaling.max_count}",
                remedy="raise it, or lower desiredCount",
            )

    def _requests(self) -> Iterator[Problem]:
        if self.scaling and self.scaling.requests_per_minute and not self.reached:
            yield Problem(
                key="scaling.requestsPerMinute",
                rule="has no effect without routes or hosts: nobody counts requests",
                remedy="write cpuPercent in its place",
            )

    def _health(self) -> Iterator[Problem]:
        if self.health and not self.reached:
            yield Problem(
                key="health",
                rule="has no effect without routes or hosts",
                remedy="remove it, or write for example routes: [/], or private: true",
            )

    def _assets(self) -> Iterator[Problem]:
        if self.assets and not self.page:
            yield Problem(
                key="assets", rule="has no effect where page is false", remedy="remove it, or write page: true"
            )

    def _asset_paths(self) -> Iterator[Problem]:
        if "/" in (self.assets or {}):
            yield Problem(
                key="assets", rule="must name paths below /: the page itself stays with its service",
                remedy="write for example {/assets: dist/assets}",
            )  # fmt: skip

    def _page(self) -> Iterator[Problem]:
        if self.page and self.routes != ("/",):
            yield Problem(key="routes", rule="must be [/] where page is true", remedy="write [/]")
        if self.page and self.hosts:
            yield Problem(
                key="hosts", rule="must be empty where page is true: that is for the page of the site itself",
                remedy="remove it, or write page: false; its own server then answers deep links",
            )  # fmt: skip

    def _variables(self) -> Iterator[Problem]:
        for name, text in self.environment.items():
            yield from self._variable_problems(name, text)

    def _arguments(self) -> Iterator[Problem]:
        for name, text in self.build_args.items():
            if references(text):
                yield Problem(
                    key=f"buildArgs.{name}",
                    rule=f"must be known before anything runs, and is no place for a secret, got {text!r}",
                    remedy="write a plain text, or let the app read it from its environment when it starts",
                )

    def _variable_problems(self, name: str, text: str) -> Iterator[Problem]:
        if name in OWN_VARIABLES:
            yield Problem(
                key=f"environment.{name}", rule="is set by the stack itself", remedy="remove it, or take another name"
            )
        for reference in references(text):
            if is_secret(reference) and not is_one_reference(text):
                yield Problem(
                    key=f"environment.{name}",
                    rule=f"must be ${{{reference}}} and nothing else: ECS hands a secret over as a whole, got {text!r}",
                    remedy="put the text around it together in the app",
                )


class JobConfig(Section):
    service: str = Field(description="Service whose image, variables, rights and room a run has.", examples=["backend"])
    command: tuple[str, ...] = Field(
        min_length=1, description="Command of a run, word by word.", examples=["[python, -m, app.digest]"]
    )
    schedule: Schedule = Field(
        description="`rate(1 day)`, or `cron(minutes hours day-of-month month day-of-week year)`. Scheduler does"
        " not look whether the run before has ended: docs/own-app.md tells how to let one run at a time.",
        examples=["cron(0 6 * * ? *)"],
    )
    timezone: Timezone = Field("UTC", description="IANA name of the zone that a cron schedule is meant in.")
    start_within_minutes: int | None = Field(
        None,
        ge=1,
        le=1440,
        description="Minutes for which a run that cannot start is tried again; then it is missed, and `make jobs` tells"
        " so. A run that fails is not tried again. Default: 60, and with a `rate` no longer than it, so that a time"
        " without ECS does not end with many runs at once.",
    )

    @property
    def trial_minutes(self) -> int:
        """For how long a run that cannot start is tried again."""
        rate = re.fullmatch(r"rate\((\d+) minutes?\)", self.schedule)
        return self.start_within_minutes or min(60, int(rate[1]) if rate else 60)


class QueueConfig(Section):
    visibility_seconds: int = Field(
        60,
        ge=1,
        le=43200,
        description="Seconds for which a received message is hidden from other receivers; it comes back if it is not"
        " deleted in that time.",
    )
    max_receives: int = Field(
        5,
        ge=1,
        le=1000,
        description="Times that a message is received before it is put aside, in the dead-letter queue.",
    )


def is_secret(reference: str) -> bool:
    part, _, name = reference.rpartition(".")
    return part == SECRETS or (part in PARTS and name in PARTS[part].secrets)


class AppConfig(Section):
    """What runs. In app.yaml for all stacks; a stack's file may change any key of it."""

    services: dict[Name, ServiceConfig] = Field(
        min_length=1, description="What runs all the time.", examples=["{backend: {source: backend}}"]
    )
    jobs: dict[Name, JobConfig] = Field({}, description="What runs on a schedule.")
    queues: dict[Name, QueueConfig] = Field({}, description="Queues of SQS that services may use.")

    @property
    def used(self) -> frozenset[str]:
        """The parts that a service uses: these are made."""
        return frozenset(part for service in self.services.values() for part in service.uses)

    @property
    def references(self) -> set[str]:
        """All that services name as `${part.name}`."""
        return {name for service in self.services.values() for name in service.references}

    @property
    def secrets(self) -> list[str]:
        """The names that `${secrets.NAME}` asks for."""
        return sorted(name.rpartition(".")[2] for name in self.references if part_of(name) == SECRETS)

    @property
    def smtp(self) -> bool:
        """Whether a service sends mail by SMTP."""
        return not self.references.isdisjoint(SMTP)

    @property
    def demands(self) -> list[Demand]:
        """The tasks of services, and those of jobs, which have the room of their service."""
        services = [Demand(name=name, room=one.room, count=one.most) for name, one in self.services.items()]
        known = [(name, self.services.get(job.service)) for name, job in self.jobs.items()]
        return services + [Demand(name=name, room=service.room, count=0) for name, service in known if service]

    @property
    def private(self) -> list[str]:
        """The services that only others reach."""
        return [name for name, service in self.services.items() if service.private]

    def parts(self) -> Mapping[str, PartNames]:
        """All that a service may use."""
        return {**PARTS, **{f"{QUEUES}.{name}": QUEUE for name in self.queues}}

    def app_problems(self) -> Iterator[Problem]:
        for name, service in self.services.items():
            yield from self._service_problems(f"services.{name}", service)
        for name, job in self.jobs.items():
            if job.service not in self.services:
                yield Problem(
                    key=f"jobs.{name}.service",
                    rule=f"must be a service, got {job.service!r}",
                    remedy=f"write one of {', '.join(self.services) or 'those that you describe'}",
                )
        yield from image_problems(self.services)
        yield from self._route_problems()

    def _service_problems(self, key: str, service: ServiceConfig) -> Iterator[Problem]:
        if not image_folder(service.source).is_dir():
            yield Problem(
                key=f"{key}.source",
                rule=f"must be a folder of the project, got {service.source!r}",
                remedy="make it, with a Dockerfile, or write another",
            )
        known = self.parts()
        for part in service.uses:
            if part not in known:
                yield Problem(
                    key=f"{key}.uses", rule=f"must name parts of the stack, got {part!r}",
                    remedy=f"known are {', '.join(sorted(known))}; a queue is described under queues",
                )  # fmt: skip
        for name, text in service.environment.items():
            for reference in references(text):
                if advice := self._unknown_reference(service, reference):
                    yield Problem(
                        key=f"{key}.environment.{name}", rule=f"names ${{{reference}}}, which it does not have",
                        remedy=advice,
                    )  # fmt: skip

    def _unknown_reference(self, service: ServiceConfig, reference: str) -> str | None:
        """What to do about a reference that means nothing here; None where it is right."""
        part, _, name = reference.rpartition(".")
        if part == SECRETS:
            return None
        if part.startswith(f"{SERVICES}."):
            private = [f"${{{SERVICES}.{one}.url}}" for one in self.private]
            advice = f"write {' or '.join(private)}" if private else "give the service that you mean private: true"
            return None if f"${{{reference}}}" in private else advice
        known = self.parts().get(part)
        if known is None:
            return f"write for example ${{database.host}}; parts are {', '.join(sorted(self.parts()))}"
        if name not in known.values + known.secrets:
            return f"{part} tells {', '.join(known.values + known.secrets) or 'nothing'}"
        return None if part in service.uses else f"add {part} to its uses"

    def _route_problems(self) -> Iterator[Problem]:
        owners: dict[str, str] = {}
        for name, service in self.services.items():
            for route, count in Counter(service.routes).items():
                if count > 1:
                    yield Problem(
                        key=f"services.{name}.routes", rule=f"must each be there once, got {route} twice",
                        remedy="remove one",
                    )  # fmt: skip
                owner = owners.setdefault(route, name)
                if owner != name:
                    yield Problem(
                        key=f"services.{name}.routes", rule=f"must differ from those of other services, got {route},"
                        f" which {owner} has", remedy="take another path",
                    )  # fmt: skip
        if not owners:
            yield Problem(
                key="services", rule="must have a service with routes", remedy="write for example routes: [/] for one"
            )
        for one, other in same_ports(self.private):
            yield Problem(
                key=f"services.{other}",
                rule=f"must have another name: the load balancer's port for it would be that of {one}",
                remedy="take another name for one of the two",
            )
        for one, other in collisions(owners):
            yield Problem(
                key=f"services.{owners[other]}.routes",
                rule=f"must not be {other}: the load balancer could not tell its priority from that of {one}",
                remedy="take a path of another length",
            )
