"""`make instance-types`: brings infra/pure/instance_types.json up to date, for the types that it names.

Sizes come from moto, which packages DescribeInstanceTypes; prices and interfaces for trunking from karpenter, which
generates them from AWS's API. A new type: add its name with an empty list, then run this. Needs Go, which fetches
karpenter's source.
"""

import gzip
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolchain.steps import ROOT, SetupError

FACTS = ROOT / "infra/pure/instance_types.json"
KARPENTER = "github.com/aws/karpenter-provider-aws"
PRICES = "pkg/providers/pricing/zz_generated.pricing_aws.go"
LIMITS = "pkg/providers/instancetype/zz_generated.vpclimits.go"
# Other regions stand in other blocks of the file.
ONE_REGION = re.compile(r'"us-east-1": \{(.*?)\n\t\},', re.DOTALL)
PRICE = re.compile(r'"([a-z0-9.-]+)": ([0-9.]+)')
LIMIT = re.compile(
    r'"([a-z0-9.-]+)": \{\s+Interface: +\d+,\s+IPv4PerInterface: +\d+,.*?BranchInterface: +(\d+),', re.DOTALL
)


def sizes() -> tuple[str, dict[str, Any]]:
    """The version of moto, and what it knows of each type."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "moto"]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("moto-*.whl")
        with zipfile.ZipFile(wheel) as files:
            found = json.loads(gzip.decompress(files.read("moto/ec2/resources/instance_types.json.gz")))
        return wheel.name.split("-")[1], found


def karpenter() -> tuple[str, str, str]:
    """Its version, and its files of prices and of limits."""
    try:
        command = ["go", "mod", "download", "-json", f"{KARPENTER}@latest"]
        with tempfile.TemporaryDirectory() as folder:  # outside of any module
            answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        module = json.loads(answer.stdout)
        version = module["Version"]
        with zipfile.ZipFile(module["Zip"]) as files:
            prices, limits = (files.read(f"{KARPENTER}@{version}/{name}").decode() for name in (PRICES, LIMITS))
    except FileNotFoundError:
        raise SetupError("go: not found on PATH; `make instance-types` needs it") from None
    except (json.JSONDecodeError, KeyError):
        raise SetupError(f"go mod download {KARPENTER}: {answer.stderr or answer.stdout}") from None
    return version, prices, limits


def row(name: str, old: list[Any], size: Mapping[str, Any], price: float, branches: int | None) -> list[Any]:
    """`old` keeps a `null` for trunking: ECS's list of supported types is shorter than the one of the limits."""
    interfaces = size["NetworkInfo"]["MaximumNetworkInterfaces"]
    in_list = branches and (not old or old[4] is not None)
    return [
        size["VCpuInfo"]["DefaultVCpus"],
        size["MemoryInfo"]["SizeInMiB"],
        "arm64" if "arm64" in size["ProcessorInfo"]["SupportedArchitectures"] else "x86_64",
        interfaces,
        branches + interfaces - 2 if branches and in_list else None,
        price,
    ]


def main() -> int:
    facts = json.loads(FACTS.read_text())
    (moto, known), (version, prices, limits) = sizes(), karpenter()
    block = ONE_REGION.search(prices)
    generated = re.search(r"generated at (\d{4}-\d\d-\d\d)", prices)
    if not block or not generated:
        raise SetupError(f"{KARPENTER}@{version}: {PRICES} has another form than this reads")
    by_name = {name: float(price) for name, price in PRICE.findall(block[1])}
    branches = {name: int(count) for name, count in LIMIT.findall(limits)}
    if missing := [name for name in facts["types"] if name not in known or name not in by_name]:
        raise SetupError(f"infra/pure/instance_types.json: no facts are to be had for {', '.join(missing)}")
    rows = {
        name: row(name, old, known[name], by_name[name], branches.get(name)) for name, old in facts["types"].items()
    }
    facts["sources"][0] = f"vCPUs, memory in MiB, architecture, interfaces: DescribeInstanceTypes, in moto {moto}"
    facts["sources"][2] = (
        f"on-demand price of Linux in us-east-1, USD an hour: karpenter-provider-aws {version}, of {generated[1]}"
    )
    FACTS.write_text(shown(facts, rows))
    return 0


def shown(facts: Mapping[str, Any], rows: Mapping[str, list[Any]]) -> str:
    """One type a line, so that a difference can be read."""
    sources = ",\n ".join(json.dumps(source) for source in facts["sources"])
    types = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in rows.items())
    return (
        f'{{\n"sources": [\n {sources}\n],\n"columns": {json.dumps(facts["columns"])},\n"types": {{\n{types}\n}}\n}}\n'
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(str(error))
