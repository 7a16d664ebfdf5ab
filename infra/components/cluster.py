"""The ECS cluster, and the instances that carry its tasks where Fargate does not."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.role import removable_role
from infra.config.cluster import ClusterConfig, SpotConfig
from infra.pure import policies
from infra.pure.capacity import REFRESH_HEALTHY_PERCENT, has_cpu_credits
from infra.pure.naming import identity_path
from infra.pure.tags import Tags, component_tag

# Containers in bridge mode are one network hop further away than the host: with one hop they cannot reach the metadata
# service, so a task never gets the instance's rights. A task gets its own role's credentials from the ECS agent, at
# another address.
METADATA_HOPS = 1
# The account's setting, for the role of these instances alone: only a role itself may set it for itself, and it counts
# for instances that register afterwards. So each instance does it before its agent starts.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSetting.html
TRUNKING = """\
dnf install --assumeyes --quiet awscli-2
aws ecs put-account-setting --region {region} --name awsvpcTrunking --value enabled"""


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """`security_group_id`: of the instances; None on Fargate, where there are none.

    `disk_metrics`: the namespace in which instances tell how full their disks are; None for nowhere.
    """

    settings: ClusterConfig
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str] | None
    disk_metrics: str | None
    region: str
    tags: Tags


@dataclass(frozen=True, kw_only=True)
class Instances:
    """The Auto Scaling group of a cluster, and what ECS knows it as."""

    capacity_provider: pulumi.Output[str]
    group_name: pulumi.Output[str]
    group_arn: pulumi.Output[str]


class Cluster(pulumi.ComponentResource):
    """An ECS cluster on an Auto Scaling group that ECS itself scales with its tasks; on Fargate, the cluster alone.

    Guarantees: instances answer no port from outside, keep their disks encrypted, and give metadata to the host alone;
    `destroy` never needs scaling to 0 by hand. A month with one t3a.small in us-east-1: 0.0188 * 730 h = 13.72 USD,
    30 GiB gp3 * 0.08 = 2.40, public address 0.005 * 730 = 3.65; together 19.77 USD. Fargate is paid for by the task.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    instances: Instances | None = None

    def __init__(self, name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Cluster", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)

        cluster = aws.ecs.Cluster(
            f"{name}-ecs",
            # Insights cost more than the instance's disk a month; the plain service metrics are free.
            settings=[aws.ecs.ClusterSettingArgs(name="containerInsights", value="disabled")],
            tags=self._tags,
            opts=self._child,
        )
        self.name = cluster.name
        self.arn = cluster.arn
        if not args.settings.on_fargate:
            self.instances = self._instances(name, args, cluster)
        self.register_outputs({"name": self.name})

    def _instances(self, name: str, args: ClusterArgs, cluster: aws.ecs.Cluster) -> Instances:
        profile = self._instance_profile(name, args)
        template = self._launch_template(name, args, cluster, profile)
        group = self._group(name, args, template)
        association = self._capacity(name, cluster, group)
        return Instances(
            # Through the association, so that services are made after it and removed before it; ECS refuses otherwise.
            capacity_provider=association.capacity_providers.apply(lambda names: (names or [""])[0]),
            group_name=group.name,
            group_arn=group.arn,
        )

    def _instance_profile(self, name: str, args: ClusterArgs) -> aws.iam.InstanceProfile:
        role = removable_role(
            f"{name}-instance-role",
            description="ECS agent and Session Manager on the instances",
            trust=policies.trust("ec2.amazonaws.com"),
            tags=self._tags,
            opts=self._child,
        )
        rights: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(f"{name}-instance-{part}", role=role.name, policy_arn=arn, opts=self._child)
            for part, arn in (("ecs", policies.ECS_INSTANCE_POLICY), ("ssm", policies.SSM_INSTANCE_POLICY))
        ]
        if args.disk_metrics:
            policy = json.dumps(policies.put_host_metrics(args.disk_metrics))
            rights.append(
                aws.iam.RolePolicy(f"{name}-instance-metrics", role=role.name, policy=policy, opts=self._child)
            )
        if args.settings.network == "trunked":
            policy = json.dumps(policies.trunking())
            rights.append(
                aws.iam.RolePolicy(f"{name}-instance-trunking", role=role.name, policy=policy, opts=self._child)
            )
        return aws.iam.InstanceProfile(
            f"{name}-instance-profile",
            path=identity_path(pulumi.get_project(), pulumi.get_stack()),
            role=role.name,
            tags=self._tags,
            opts=ResourceOptions(
                parent=self, depends_on=rights
            ),  # an instance must not start before it has these rights
        )

    def _key_name(self, name: str, args: ClusterArgs) -> pulumi.Output[str] | None:
        if args.settings.ssh_public_key is None:
            return None
        key = aws.ec2.KeyPair(f"{name}-key", public_key=args.settings.ssh_public_key, tags=self._tags, opts=self._child)
        return key.key_name

    def _launch_template(
        self, name: str, args: ClusterArgs, cluster: aws.ecs.Cluster, profile: aws.iam.InstanceProfile
    ) -> aws.ec2.LaunchTemplate:
        return aws.ec2.LaunchTemplate(
            f"{name}-instance",
            image_id=args.settings.ami_id,
            instance_type=args.settings.instance_type,
            key_name=self._key_name(name, args),
            user_data=cluster.name.apply(lambda known: user_data(known, args)),
            credit_specification=aws.ec2.LaunchTemplateCreditSpecificationArgs(cpu_credits=args.settings.cpu_credits)
            if has_cpu_credits(args.settings.instance_type)
            else None,
            update_default_version=True,
            iam_instance_profile=aws.ec2.LaunchTemplateIamInstanceProfileArgs(arn=profile.arn),
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=METADATA_HOPS
            ),
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                    device_name="/dev/xvda",  # the root device of Amazon Linux 2023
                    ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                        volume_type="gp3",
                        volume_size=args.settings.volume_gib,
                        encrypted="true",
                        delete_on_termination="true",
                    ),
                )
            ],
            network_interfaces=[
                aws.ec2.LaunchTemplateNetworkInterfaceArgs(
                    associate_public_ip_address="true",  # the way out, in place of a NAT gateway
                    delete_on_termination="true",
                    security_groups=[args.security_group_id] if args.security_group_id is not None else None,
                )
            ],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=args.tags.of(name))
                for kind in ("instance", "volume")
            ],
            tags=self._tags,
            opts=self._child,
        )

    def _group(self, name: str, args: ClusterArgs, template: aws.ec2.LaunchTemplate) -> aws.autoscaling.Group:
        # ECS adds the last tag itself when it takes the group over; named here, it is no difference on refresh.
        tags = {**args.tags.of(name), "Name": f"{args.tags.project}-{args.tags.stack}", "AmazonECSManaged": "true"}
        spot, version = args.settings.spot, template.latest_version.apply(str)
        return aws.autoscaling.Group(
            f"{name}-instances",
            launch_template=None if spot else aws.autoscaling.GroupLaunchTemplateArgs(id=template.id, version=version),
            mixed_instances_policy=mixed(args.settings, spot, template.id, version) if spot else None,
            # An instance that AWS is about to take back has a successor before that.
            capacity_rebalance=True if spot else None,
            min_size=args.settings.min_instances,
            max_size=args.settings.max_instances,  # no desired capacity: ECS's managed scaling owns it
            vpc_zone_identifiers=args.subnet_ids,
            # A changed AMI, type or template reaches the running instances: each new one is started beside the old one,
            # which goes when ECS has drained it (`managed_draining` below).
            instance_refresh=aws.autoscaling.GroupInstanceRefreshArgs(
                strategy="Rolling",
                preferences=aws.autoscaling.GroupInstanceRefreshPreferencesArgs(
                    min_healthy_percentage=REFRESH_HEALTHY_PERCENT[0],
                    max_healthy_percentage=REFRESH_HEALTHY_PERCENT[1],
                ),
            ),
            health_check_type="EC2",
            force_delete=True,
            protect_from_scale_in=False,
            tags=[
                aws.autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=True)
                for key, value in sorted(tags.items())
            ],
            opts=self._child,
        )

    def _capacity(
        self, name: str, cluster: aws.ecs.Cluster, group: aws.autoscaling.Group
    ) -> aws.ecs.ClusterCapacityProviders:
        provider = aws.ecs.CapacityProvider(
            f"{name}-capacity",
            auto_scaling_group_provider=aws.ecs.CapacityProviderAutoScalingGroupProviderArgs(
                auto_scaling_group_arn=group.arn,
                managed_termination_protection="DISABLED",  # it would block `destroy`
                managed_draining="ENABLED",  # tasks move before their instance goes
                managed_scaling=aws.ecs.CapacityProviderAutoScalingGroupProviderManagedScalingArgs(
                    status="ENABLED", target_capacity=100, minimum_scaling_step_size=1, maximum_scaling_step_size=1
                ),
            ),
            tags=self._tags,
            opts=self._child,
        )
        return aws.ecs.ClusterCapacityProviders(
            f"{name}-capacity-association",
            cluster_name=cluster.name,
            capacity_providers=[provider.name],
            opts=self._child,
        )


def mixed(
    settings: ClusterConfig, spot: SpotConfig, template_id: pulumi.Input[str], version: pulumi.Input[str]
) -> aws.autoscaling.GroupMixedInstancesPolicyArgs:
    """The first instances on demand, of the first type that is to be had; the others on Spot.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/allocation-strategies.html
    """
    types = settings.spot_types
    return aws.autoscaling.GroupMixedInstancesPolicyArgs(
        launch_template=aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateArgs(
            launch_template_specification=(
                aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecificationArgs(
                    launch_template_id=template_id, version=version
                )
            ),
            overrides=[
                aws.autoscaling.GroupMixedInstancesPolicyLaunchTemplateOverrideArgs(instance_type=one) for one in types
            ],
        ),
        instances_distribution=aws.autoscaling.GroupMixedInstancesPolicyInstancesDistributionArgs(
            on_demand_allocation_strategy="prioritized",
            on_demand_base_capacity=spot.on_demand_base_capacity,
            on_demand_percentage_above_base_capacity=0,
            spot_allocation_strategy="price-capacity-optimized",
        ),
    )


def disk_agent(namespace: str) -> list[str]:
    """Commands that have CloudWatch's agent tell how full the disk is, as one metric for all instances.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
    """
    group = "AutoScalingGroupName"
    settings = {
        "agent": {"metrics_collection_interval": 300},
        "metrics": {
            "namespace": namespace,
            "append_dimensions": {group: f"${{aws:{group}}}"},
            "aggregation_dimensions": [[group]],
            "metrics_collected": {
                "disk": {
                    "measurement": ["used_percent"],
                    "resources": ["/"],
                    # Each metric costs 0.30 USD a month: those of single instances are not sent.
                    "drop_original_metrics": ["used_percent"],
                }
            },
        },
    }
    folder = "/opt/aws/amazon-cloudwatch-agent"
    return [
        "dnf install -y amazon-cloudwatch-agent",
        f"cat > {folder}/etc/disk.json <<'END'",
        json.dumps(settings),
        "END",
        f"{folder}/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:{folder}/etc/disk.json",
    ]


def user_data(cluster_name: str, args: ClusterArgs) -> str:
    """What an instance does at boot, base64: its ECS agent reads its settings. What comes after that may fail."""
    settings = {
        "ECS_CLUSTER": cluster_name,
        # An image that a task here has pulled is not asked for again: tags are immutable. `prefer-cached` would do the
        # same, but it switches off the agent's removal of old images, and the disk fills.
        "ECS_IMAGE_PULL_BEHAVIOR": "once",
        "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM": "ec2_instance",
    }
    if args.settings.spot:
        # Two minutes before AWS takes the instance back, its tasks are moved.
        settings["ECS_ENABLE_SPOT_INSTANCE_DRAINING"] = "true"
    if args.settings.network != "bridge":
        # Tasks with interfaces of their own have no hop to the metadata service that could be too many.
        settings["ECS_AWSVPC_BLOCK_IMDS"] = "true"
    lines = [f"{key}={value}" for key, value in settings.items()]
    trunking = TRUNKING.format(region=args.region) if args.settings.network == "trunked" else ""
    script = "\n".join(
        [
            "#!/bin/sh",
            *filter(None, [trunking]),
            "cat >> /etc/ecs/ecs.config <<'END'",
            *lines,
            "END",
            *(disk_agent(args.disk_metrics) if args.disk_metrics else []),
            "",
        ]
    )
    return base64.b64encode(script.encode()).decode()
