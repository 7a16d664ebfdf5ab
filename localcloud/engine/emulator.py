"""What the engine asks the emulator: to store an image's manifest, and whether a database is still wanted."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import aiohttp

from localcloud.engine.errors import EngineError
from localcloud.engine.images import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, Image, sha256, split
from localcloud.signing import Credentials, signed

ECR_HOST = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
ASK_SECONDS = 1.5


class Emulator:
    """`url` is the emulator's gateway on loopback; nothing is ever written to another place."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self.url = url.rstrip("/")
        self.credentials = credentials

    async def push(self, image: Image, name: str, login: Mapping[str, str]) -> str:
        """Store a small real image under the name; its digest, by which AWS lists it."""
        host, _, rest = name.partition("/")
        repository, tag = split(rest)
        if not ECR_HOST.fullmatch(host):
            raise EngineError(400, f"push {name}: goes to ECR repositories only, got the registry {host}")
        async with aiohttp.ClientSession(headers={"Host": host, **login}) as session:
            layer = image.layer[1]
            for blob, kind in ((image.blob, CONFIG_TYPE), (layer, LAYER_TYPE)):
                await self._put(session, "POST", f"{repository}/blobs/uploads/?digest={sha256(blob)}", blob, kind)
            await self._put(session, "PUT", f"{repository}/manifests/{tag}", image.manifest, MANIFEST_TYPE)
        return image.digest

    async def _put(self, session: aiohttp.ClientSession, method: str, path: str, data: bytes, kind: str) -> None:
        try:
            async with session.request(
                method, f"{self.url}/v2/{path}", data=data, headers={"Content-Type": kind}
            ) as answer:
                if answer.status >= 300:
                    raise EngineError(500, f"push: the registry answered {answer.status}: {await answer.text()}")
        except aiohttp.ClientError as error:
            raise EngineError(500, f"push: no registry at {self.url}: {error}") from error

    async def has_database(self, name: str, account: str, region: str) -> bool | None:
        """Whether RDS knows a DB instance; None if it does not answer."""
        status, text = await self._ask_rds("DescribeDBInstances", name, account, region)
        if status == 200:
            return True
        return False if "DBInstanceNotFound" in text else None

    async def snapshots_of(self, name: str, account: str, region: str) -> list[str]:
        """The snapshots that RDS lists of a DB instance."""
        _, text = await self._ask_rds("DescribeDBSnapshots", name, account, region)
        return re.findall(r"<DBSnapshotIdentifier>([A-Za-z0-9-]+)<", text)

    async def _ask_rds(self, action: str, name: str, account: str, region: str) -> tuple[int, str]:
        """Status and text of the answer; 0 without one."""
        body = urlencode({"Action": action, "Version": "2014-10-31", "DBInstanceIdentifier": name}).encode()
        # An access key of twelve digits is an account's own, to MiniStack.
        credentials = replace(self.credentials, access_key=account)
        headers = signed(
            credentials,
            host=urlsplit(self.url).netloc,
            body=body,
            service="rds",
            region=region,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        try:
            async with (
                asyncio.timeout(ASK_SECONDS),
                aiohttp.ClientSession(headers=headers) as session,
                session.post(f"{self.url}/", data=body) as answer,
            ):
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""
