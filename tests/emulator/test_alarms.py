"""CloudWatch's alarms in the emulator: when they ring, and that somebody reads it."""

import time
from typing import Any

import pytest

from tests.emulator.conftest import Client
from tests.engine.support import Emulator, eventually, get

TARGET = [{"Name": "TargetGroup", "Value": "targetgroup/one/1"}]
OTHER = [{"Name": "TargetGroup", "Value": "targetgroup/other/2"}]
ALARM: dict[str, Any] = {
    "AlarmName": "shop-errors", "Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_Target_5XX_Count",
    "Dimensions": TARGET, "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 5, "DatapointsToAlarm": 3,
    "Threshold": 5, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching",
    "AlarmDescription": "The service itself fails",
}  # fmt: skip


@pytest.fixture
def emulator(fresh_emulator: Emulator) -> Emulator:
    return fresh_emulator


def put(aws: Client, dimensions: list[dict[str, str]], *minutes_ago: float, value: float = 9) -> None:
    rows = [
        {
            "MetricName": ALARM["MetricName"],
            "Dimensions": dimensions,
            "Value": value,
            "Timestamp": time.time() - 60 * ago,
        }
        for ago in minutes_ago
    ]
    aws("cloudwatch").put_metric_data(Namespace=ALARM["Namespace"], MetricData=rows)


def mailbox(emulator: Emulator) -> str:
    return get(f"{emulator.url}/_local/mailbox").decode()


def state(aws: Client) -> str:
    (found,) = aws("cloudwatch").describe_alarms(AlarmNames=["shop-errors"])["MetricAlarms"]
    return str(found["StateValue"])


def test_an_alarm_that_goes_on_and_off_is_in_the_mailbox(emulator: Emulator, aws: Client) -> None:
    topic = aws("sns").create_topic(Name="alarms")["TopicArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    aws("cloudwatch").put_metric_alarm(**ALARM, AlarmActions=[topic], OKActions=[topic])
    put(aws, TARGET, 0.1, 1.1, 2.1)
    assert state(aws) == "ALARM"
    eventually(lambda: "to ALARM" in mailbox(emulator))
    text = mailbox(emulator)
    assert "The service itself fails" in text and "ops@example.com" in text
    aws("cloudwatch").put_metric_alarm(**{**ALARM, "Threshold": 100}, AlarmActions=[topic], OKActions=[topic])
    eventually(lambda: "from ALARM to OK" in mailbox(emulator))


@pytest.mark.parametrize(
    ("dimensions", "minutes", "change", "wanted"),
    [
        (TARGET, (0.1, 1.1), {}, "OK"),
        (TARGET, (0.1, 2.1, 4.1), {}, "ALARM"),
        (OTHER, (0.1, 1.1, 2.1), {}, "OK"),
        (TARGET, (7, 8, 9), {}, "OK"),
        (TARGET, (), {"TreatMissingData": "breaching"}, "ALARM"),
        (TARGET, (), {"TreatMissingData": "missing"}, "INSUFFICIENT_DATA"),
        (TARGET, (0.1, 1.1, 2.1), {"ComparisonOperator": "LessThanThreshold"}, "OK"),
    ],
)
def test_an_alarm_counts_the_periods_of_its_own_metric(
    aws: Client, dimensions: list[dict[str, str]], minutes: tuple[float, ...], change: dict[str, Any], wanted: str
) -> None:
    put(aws, dimensions, *minutes)
    aws("cloudwatch").put_metric_alarm(**{**ALARM, **change})
    assert state(aws) == wanted


def test_an_alarm_rings_though_nobody_puts_a_metric(aws: Client) -> None:
    """What was right a second ago is too old: a check by time alone."""
    put(aws, TARGET, 0.97, value=1)
    lost = {"TreatMissingData": "breaching", "EvaluationPeriods": 1, "DatapointsToAlarm": 1}
    aws("cloudwatch").put_metric_alarm(**{**ALARM, **lost})
    eventually(lambda: state(aws) == "ALARM")
