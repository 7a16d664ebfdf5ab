"""The network interface that a task has of its own, in place of a port of its instance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class Interface:
    """Where it stands and who may connect, in the words of each API that starts tasks.

    `public`: whether it has a public address, which is the way out on Fargate: without a NAT gateway, and closed.
    """

    subnet_ids: Sequence[pulumi.Output[str]]
    security_group_id: pulumi.Output[str]
    public: bool

    @property
    def of_service(self) -> aws.ecs.ServiceNetworkConfigurationArgs:
        return aws.ecs.ServiceNetworkConfigurationArgs(
            subnets=self.subnet_ids, security_groups=[self.security_group_id], assign_public_ip=self.public
        )

    @property
    def of_schedule(self) -> aws.scheduler.ScheduleTargetEcsParametersNetworkConfigurationArgs:
        return aws.scheduler.ScheduleTargetEcsParametersNetworkConfigurationArgs(
            subnets=self.subnet_ids, security_groups=[self.security_group_id], assign_public_ip=self.public
        )

    @property
    def of_run(self) -> dict[str, Any]:
        """RunTask's `awsvpcConfiguration`."""
        groups, public = [self.security_group_id], "ENABLED" if self.public else "DISABLED"
        return {"subnets": list(self.subnet_ids), "securityGroups": groups, "assignPublicIp": public}
