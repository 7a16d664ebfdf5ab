"""Values whose reason is not in their name: (resource, input, what it must be in production, why).

The snapshots hold these too. A row here also fails when somebody updates a snapshot without asking why it was so.
"""

from typing import Any

import pytest

from tests.unit.program.recorder import Recorded

WANTED: list[tuple[str, str, Any, str]] = [
    # Data
    ("database-instance", "deleteAutomatedBackups", False, "they are the way back after a database was destroyed"),
    ("access-secret", "recoveryWindowInDays", 7, "a deleted password can be restored; the shortest time that AWS has"),
    ("backend-image-repository", "forceDelete", False, "a locked stack does not lose the images to roll back to"),
    ("storage-lifecycle", "rules.0.status", "Enabled", "old versions would be kept and paid for without end"),
    # Security
    ("database-instance", "parameterGroupName", "database-parameters-1a2b3c4", "rds.force_ssl is in that group"),
    ("mail-configuration", "deliveryOptions.tlsPolicy", "REQUIRE", "OPTIONAL sends mail in the clear"),
    ("load-balancer-alb", "dropInvalidHeaderFields", True, "request smuggling begins with such headers"),
    ("backend-image-repository", "imageTagMutability", "IMMUTABLE", "a tag is its content, and instances cache by tag"),
    ("cdn-headers", "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec", 31536000, "a year, as"
     " browsers' preload lists ask"),
    # Traffic
    ("backend-group", "healthCheck.path", "/api/health/live", "`/ready` asks the database: a fail-over would"
     " replace all tasks"),
    ("frontend-group", "healthCheck.path", "/healthz", "the front end has no other path that is not a page"),
    ("backend-group", "deregistrationDelay", 30, "a rolling update waits that long for each old task"),
    ("cdn-distribution", "customErrorResponses.0.errorCode", 404, "CloudFront keeps it for 10 s: an item just made"
     " would stay missing"),
    ("cdn-distribution", "origins.0.vpcOriginConfig.originReadTimeout", 60, "the load balancer's own idle timeout"),
    ("backend-service", "healthCheckGracePeriodSeconds", 60, "a task that is still starting must not be replaced"),
    ("backend-service", "enableExecuteCommand", True, "a shell in a task is the only way to look into it"),
    # Hosts
    ("cluster-capacity", "autoScalingGroupProvider.managedDraining", "ENABLED", "tasks move before their host goes"),
    ("cluster-instances", "launchTemplate.version", "1", "`$Default` would hide a change of the template from Pulumi"),
    ("network-vpc", "enableDnsHostnames", True, "the database's name resolves to its private address"),
    ("cache-reset-function", "timeout", 30, "an invalidation may take seconds to be accepted"),
    ("backend-execution-role", "forceDetachPolicies", True, "destroy removes also what a killed `up` attached"),
    ("backend-migration-run", "command", ["alembic", "upgrade", "head"], "app.yaml asks for it"),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "path", "wanted", "why"), WANTED, ids=[f"{r}.{p}" for r, p, _, _ in WANTED])
def test_a_value_that_has_a_reason(prod: Recorded, resource: str, path: str, wanted: Any, why: str) -> None:
    found: Any = prod.one(resource).inputs
    for key in path.split("."):
        found = found[int(key)] if isinstance(found, list) else found[key]
    assert found == wanted, why


@pytest.mark.parametrize(
    ("later", "earlier", "why"),
    [
        ("storage-tls-only", "storage-private", "S3 refuses two changes of a bucket's access at the same time"),
        ("storage-lifecycle", "storage-versioning", "a rule about old versions needs versioning"),
    ],
)
def test_an_order_that_has_a_reason(prod: Recorded, later: str, earlier: str, why: str) -> None:
    assert prod.depends(later, earlier), why
