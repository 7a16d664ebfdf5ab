"""CloudWatch: alarms on one metric, and dashboards."""

import json

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, TagStyle, Update, names
from localcloud.provider.definition.rules import Between, Case, Document, ExactlyOne, Matches, Needed, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

SETTINGS = names(
    "comparisonOperator evaluationPeriods datapointsToAlarm threshold metricName namespace period statistic "
    "extendedStatistic unit dimensions treatMissingData evaluateLowSampleCountPercentiles actionsEnabled "
    "alarmActions okActions insufficientDataActions alarmDescription"
)
OPERATORS = names("GreaterThanOrEqualToThreshold GreaterThanThreshold LessThanThreshold LessThanOrEqualToThreshold")
DAY_SECONDS = 86400
WEEK_SECONDS = 7 * DAY_SECONDS


class Alarm(Handler):
    """The API has the dimensions as a list of names and values."""

    def outgoing(self, values: Props) -> Props:
        pairs = (values.get("dimensions") or {}).items()
        return {**values, "dimensions": [{"name": name, "value": value} for name, value in pairs] or None}

    def incoming(self, item: Props) -> Props:
        return {**item, "Dimensions": {row["Name"]: row["Value"] for row in item.get("Dimensions", ())}}


def period(case: Case, seconds: int) -> str:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    if seconds not in (10, 20, 30) and seconds % 60:
        return f"must be 10, 20, 30 or a multiple of 60 seconds, got {seconds}"
    span = seconds * int(case.inputs.get("evaluationPeriods", 1))
    limit = WEEK_SECONDS if seconds >= 3600 else DAY_SECONDS
    return "" if span <= limit else f"times evaluationPeriods must be at most {limit} seconds, got {span}"


def datapoints(case: Case, count: int) -> str:
    periods = case.inputs.get("evaluationPeriods")
    if periods is None or count <= periods:
        return ""
    return f"must be at most evaluationPeriods, which is {periods}, got {count}"


def widgets(_case: Case, body: str) -> str:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html"""
    try:
        rows = json.loads(body)["widgets"]
    except (ValueError, TypeError, KeyError):
        return f"must have a list of widgets, got {body[:60]!r}; write {{'widgets': [...]}}"
    if not isinstance(rows, list):
        return f"widgets must be a list, got {rows!r}"
    bad = [row for row in rows if not isinstance(row, dict) or not {"type", "properties"} <= {*row}]
    return f"every widget needs a type and properties, got {bad[0]!r}" if bad else ""


TYPES = [
    ResourceType(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        service="cloudwatch",
        handler=Alarm,
        create=Call(operation="put_metric_alarm", sends=SETTINGS, args={"AlarmName": "{name}"}),
        id="{name}",
        reads=[Read(operation="describe_alarms", args={"AlarmNames": ["{id}"]}, item="MetricAlarms[0]")],
        updates=[
            Update(on=SETTINGS, call=Call(operation="put_metric_alarm", sends=SETTINGS, args={"AlarmName": "{id}"}))
        ],
        delete=Call(operation="delete_alarms", args={"AlarmNames": ["{id}"]}),
        names={
            "name": "AlarmName",
            "arn": "AlarmArn",
            "okActions": "OKActions",
            "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
        },
        auto_name=AutoName(limit=255),
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        handled=["name"],
        replaces=["name"],
        tags=TagStyle(
            create="Tags",
            add=Call(operation="tag_resource", args={"ResourceARN": "{arn}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"ResourceARN": "{arn}", "TagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_for_resource", args={"ResourceARN": "{AlarmArn}"}),
        ),
        rules=[
            Matches("name", r"[^\x00-\x1f]{1,255}", "1 to 255 characters"),
            OneOf("comparisonOperator", OPERATORS),
            *(Needed(name) for name in ("metricName", "namespace", "period", "threshold")),
            ExactlyOne(("statistic", "extendedStatistic")),
            Says("period", period),
            Between("evaluationPeriods", 1, DAY_SECONDS),
            Says("datapointsToAlarm", datapoints),
            OneOf("treatMissingData", ("breaching", "notBreaching", "ignore", "missing")),
        ],
    ),
    ResourceType(
        token="aws:cloudwatch/dashboard:Dashboard",
        service="cloudwatch",
        create=Call(
            operation="put_dashboard", args={"DashboardName": "{dashboardName}", "DashboardBody": "{dashboardBody}"}
        ),
        id="{dashboardName}",
        reads=[Read(operation="get_dashboard", args={"DashboardName": "{id}"})],
        updates=[
            Update(
                on=["dashboardBody"],
                call=Call(
                    operation="put_dashboard", args={"DashboardName": "{id}", "DashboardBody": "{dashboardBody}"}
                ),
            )
        ],
        delete=Call(operation="delete_dashboards", args={"DashboardNames": ["{id}"]}),
        outputs={"dashboardArn": "arn:{partition}:cloudwatch::{account}:dashboard/{id}"},
        documents=["dashboardBody"],
        replaces=["dashboardName"],
        rules=[
            Matches("dashboardName", r"[A-Za-z0-9_-]{1,255}", "1 to 255 of letters, digits, _ and -"),
            Document("dashboardBody", policy=False),
            Says("dashboardBody", widgets),
        ],
    ),
]
