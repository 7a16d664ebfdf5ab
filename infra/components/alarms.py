"""Alarms, whom they tell, and the dashboard with the same metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.pure import policies
from infra.pure.alarm import EDGE_REGION, Alarm, dashboard
from infra.pure.naming import unique_name
from infra.pure.tags import Tags, component_tag

NAME_LIMIT = 255  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html

Rows = Sequence[tuple[Alarm, Mapping[str, pulumi.Input[str]]]]


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs:
    addresses: Sequence[str]
    region: str
    account_id: Output[str]


class AlarmTopic(pulumi.ComponentResource):
    """An encrypted topic that mails to each address, after its owner has followed the link in SNS's mail.

    Outside us-east-1 there is a second one there, for what CloudFront tells. A month: 1.00 USD for the key of each.
    """

    arn: Output[str]
    edge_arn: Output[str]

    def __init__(self, name: str, args: AlarmTopicArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:AlarmTopic", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)
        self.arn = self._topic(name, args, None)
        self.edge_arn = self.arn if args.region == EDGE_REGION else self._topic(f"{name}-edge", args, EDGE_REGION)
        self.register_outputs({"arn": self.arn})

    def _topic(self, name: str, args: AlarmTopicArgs, region: str | None) -> Output[str]:
        key = aws.kms.Key(
            f"{name}-key",
            description="Alarms' messages",
            enable_key_rotation=True,
            deletion_window_in_days=7,
            policy=Output.json_dumps(args.account_id.apply(policies.alarm_key)),
            region=region,
            tags=self._tags,
            opts=self._child,
        )
        # With a key of its own: CloudWatch may not use AWS's key for topics.
        topic = aws.sns.Topic(
            f"{name}-topic", kms_master_key_id=key.arn, region=region, tags=self._tags, opts=self._child
        )
        aws.sns.TopicPolicy(
            f"{name}-may-tell",
            arn=topic.arn,
            policy=Output.json_dumps(
                Output.all(topic.arn, args.account_id).apply(lambda known: policies.tell_topic(*known))
            ),
            region=region,
            opts=self._child,
        )
        for number, address in enumerate(args.addresses, 1):
            aws.sns.TopicSubscription(
                f"{name}-mail-{number}",
                topic=topic.arn,
                protocol="email",
                endpoint=address,
                region=region,
                opts=self._child,
            )
        return topic.arn


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """`rows`: each alarm with the values of its dimensions."""

    rows: Rows
    topic: AlarmTopic
    region: str
    tags: Tags


class Alarms(pulumi.ComponentResource):
    """Alarms that tell a topic when they go on, and when they go off.

    A month: 0.10 USD each; the first ten of an account are free.
    """

    names: Sequence[Output[str]]

    def __init__(self, name: str, args: AlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Alarms", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self.names = [self._alarm(name, args, alarm, dimensions).name for alarm, dimensions in args.rows]
        self.register_outputs({})

    def _alarm(
        self, name: str, args: AlarmsArgs, alarm: Alarm, dimensions: Mapping[str, pulumi.Input[str]]
    ) -> aws.cloudwatch.MetricAlarm:
        tell = [args.topic.edge_arn if alarm.at_the_edge else args.topic.arn]
        return aws.cloudwatch.MetricAlarm(
            f"{name}-{alarm.name}",
            name=unique_name(args.tags.project, args.tags.stack, alarm.name, limit=NAME_LIMIT),
            alarm_description=f"{alarm.rule}: {alarm.why}. docs/alarms.md lists all.",
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            dimensions=dimensions,
            statistic=None if alarm.is_percentile else alarm.statistic,
            extended_statistic=alarm.statistic if alarm.is_percentile else None,
            comparison_operator=alarm.comparison,
            threshold=alarm.threshold,
            period=alarm.seconds,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.breaching,
            treat_missing_data=alarm.without_data,
            alarm_actions=tell,
            ok_actions=tell,
            region=EDGE_REGION if alarm.at_the_edge and args.region != EDGE_REGION else None,
            tags=component_tag(name),
            opts=self._child,
        )


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    rows: Rows
    region: str
    tags: Tags


class Dashboard(pulumi.ComponentResource):
    """The metrics of all alarms on one page of CloudWatch. A month: free, one of an account's first three."""

    def __init__(self, name: str, args: DashboardArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Dashboard", name, None, opts)
        shown = [alarm for alarm, _ in args.rows]
        body = Output.from_input([dict(dimensions) for _, dimensions in args.rows]).apply(
            lambda known: dashboard(list(zip(shown, cast("list[dict[str, str]]", known), strict=True)), args.region)
        )
        aws.cloudwatch.Dashboard(
            f"{name}-page",
            dashboard_name=unique_name(args.tags.project, args.tags.stack, limit=NAME_LIMIT),
            dashboard_body=body,
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})
