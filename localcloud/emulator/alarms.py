"""CloudWatch's alarms, judged every second as AWS judges them, and the mails of SNS's topics in the mailbox.

MiniStack looks at an alarm only when somebody puts a metric, takes all metrics of one name for the same whatever their
dimensions are, and knows neither `DatapointsToAlarm` nor `TreatMissingData`; its topics send no mail.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation
"""

import json
import logging
import operator
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, ses, sns

LOOK_SECONDS = 1
SENDER = "no-reply@sns.amazonaws.com"
BREACHES: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}

Row = dict[str, Any]

logger = logging.getLogger(__name__)


def judge() -> None:
    """Before the application starts."""
    cloudwatch._evaluate_alarm = evaluate
    send_mails()
    threading.Thread(target=watch, name="alarms", daemon=True).start()


def watch() -> NoReturn:
    while True:
        for (account, region, _), alarm in list(cloudwatch._alarms._data.items()):
            with request_scope(account, region):
                try:
                    evaluate(alarm)
                except Exception:  # the others are judged all the same
                    logger.exception("%s: it is not judged", alarm.get("AlarmName"))
        time.sleep(LOOK_SECONDS)


def evaluate(alarm: Row) -> None:
    """Move the alarm where it belongs now; whoever it names is told of a change."""
    if alarm.get("ComparisonOperator") not in BREACHES or not alarm.get("MetricName"):
        return
    values = values_of(alarm, time.time())
    state = state_of(alarm, values)
    if state == alarm["StateValue"]:
        return
    old, told = alarm["StateValue"], [value for value in values if value is not None]
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    reason = f"{statistic} of {alarm['MetricName']}: {told or 'no data'}, threshold {alarm['Threshold']:g}"
    alarm |= {"StateValue": state, "StateReason": reason, "StateUpdatedTimestamp": int(time.time())}
    cloudwatch._record_history(alarm["AlarmName"], old, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def values_of(alarm: Row, now: float) -> list[float | None]:
    """Of each of the last periods, the latest first; None for one without data. A period ends now, and not at a minute:
    so nobody waits for the next."""
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or []))
    points = cloudwatch._metrics.get((alarm["Namespace"], alarm["MetricName"], dimensions)) or []
    seconds, statistic = alarm["Period"], alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    found: list[float | None] = []
    for number in range(alarm["EvaluationPeriods"]):
        end = now - number * seconds
        held = [one for one in list(points) if end - seconds < one["Timestamp"] <= end]
        found.append(cloudwatch._stat_value(cloudwatch._calc_stats(held), statistic, held) if held else None)
    return found


def state_of(alarm: Row, values: list[float | None]) -> str:
    missing = alarm.get("TreatMissingData") or "missing"
    if missing == "ignore" and None in values:
        return str(alarm["StateValue"])
    if missing == "missing" and not any(value is not None for value in values):
        return "INSUFFICIENT_DATA"
    is_beyond = BREACHES[alarm["ComparisonOperator"]]
    beyond = [
        missing == "breaching" if value is None else is_beyond(float(value), float(alarm["Threshold"]))
        for value in values
    ]
    return "ALARM" if sum(beyond) >= (alarm.get("DatapointsToAlarm") or len(values)) else "OK"


def send_mails() -> None:
    """Topics send mails to their subscriptions, which land in the mailbox."""
    fan_out = sns._fanout

    def sent(topic_arn: str, message_id: str, message: str, subject: str, *more: Any, **named: Any) -> None:
        fan_out(topic_arn, message_id, message, subject, *more, **named)
        topic = sns._topic_by_arn_any_scope(topic_arn) or {}
        for one in topic.get("subscriptions", ()):
            if one["protocol"] == "email" and one.get("confirmed") and sns._matches_filter_policy(one, {}, message):
                title = subject or "AWS Notification Message"
                ses._record_send(SENDER, [one["endpoint"]], subject=title, body_text=in_words(message), type_name="SNS")

    sns._fanout = sent


def in_words(message: str) -> str:
    """An alarm's message as a mail says it; any other as it is."""
    try:
        told = json.loads(message)
        return (
            f"The alarm {told['AlarmName']} went from {told['OldStateValue']} to {told['NewStateValue']}.\n\n"
            f"{told['AlarmDescription']}\n\n{told['NewStateReason']}, at {told['StateChangeTime']}."
        )
    except (ValueError, KeyError, TypeError):
        return message
