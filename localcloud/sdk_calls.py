"""Calls of AWS's API as EventBridge Scheduler writes them: `arn:aws:scheduler:::aws-sdk:rds:stopDBInstance`, and JSON.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

import json
from collections.abc import Callable
from typing import Any

PREFIX = "arn:aws:scheduler:::aws-sdk:"
# Where boto3 has another name for a service.
SERVICES = {"applicationautoscaling": "application-autoscaling"}


def call(client_of: Callable[[str], Any], arn: str, given: str) -> Any:
    """Make the call with a client of boto3; what Scheduler and boto3 name alike but for small letters is found."""
    service, _, operation = arn.removeprefix(PREFIX).partition(":")
    client = client_of(SERVICES.get(service, service))
    methods = {name.replace("_", ""): name for name in client.meta.method_to_api_mapping}
    method = methods[operation.lower()]
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    members = {name.lower(): name for name in shape.members}
    return getattr(client, method)(**{members[name.lower()]: value for name, value in json.loads(given).items()})
