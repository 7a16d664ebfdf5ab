"""The `pulumi` that the tests put on PATH. It notes each call, and keeps the state file as the real one does.

Beside it, `calls.jsonl` lists the calls, `fail-<command>` makes that command fail, `resources` holds
how many resources an `up` makes.
"""

import json
import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

folder = Path(__file__).parent
backend = Path(unquote(urlsplit(os.environ["PULUMI_BACKEND_URL"]).path))
project = Path("Pulumi.yaml").read_text().removeprefix("name: ").split()[0]
command = sys.argv[1]
if "--stack" in sys.argv:
    name = sys.argv[sys.argv.index("--stack") + 1]
else:
    name = sys.argv[3] if command == "stack" else "local"  # stack init <name>
state = backend / f".pulumi/stacks/{project}/{name}.json"


def save(resources: list[dict[str, object]]) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))


with (folder / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps({"arguments": sys.argv[1:], "cwd": str(Path.cwd()), "environment": dict(os.environ)}) + "\n")
if (folder / f"fail-{command}").exists():
    if made_before := (folder / f"fail-{command}").read_text():
        save([{"urn": made_before, "type": "aws:s3/bucket:Bucket", "custom": True, "id": made_before}])
    sys.exit(3)
if command == "stack":
    save([])
elif command == "up":
    services = {"backend": {"version": "b1"}}
    outputs = {
        "url": "http://d1.cloudfront.localhost:1",
        "access_secret": "arn:secret",
        "services": services,
        "mail_address": "me@example.com",
    }
    stack: dict[str, object] = {"type": "pulumi:pulumi:Stack", "outputs": outputs}
    provider: dict[str, object] = {"type": "pulumi:providers:aws", "custom": True}
    made: list[dict[str, object]] = [
        {"urn": f"urn:bucket-{number}", "type": "aws:s3/bucket:Bucket", "custom": True, "id": f"bucket-{number}"}
        for number in range(int((folder / "resources").read_text()))
    ]
    save([stack, provider, dict[str, object](type="app:infra:Storage"), *made])
elif command == "destroy" and "--remove" in sys.argv:
    state.unlink()
elif command == "destroy":
    save([])
