"""What an alarm is, and the dashboard that shows the same metrics."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Comparison = Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"]
SIGNS: Mapping[Comparison, str] = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
}
# CloudFront tells its metrics here alone, and an alarm reads those of its own region and tells a topic there.
EDGE_REGION = "us-east-1"
MIB = 2**20
WIDTH, HEIGHT, IN_A_ROW = 8, 6, 3  # of a dashboard's 24 columns


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm on one metric. `dimensions`: what it is measured of, by the names that the stack's parts have.

    It is on where `breaching` of the last `periods` were beyond the threshold. `without_data`: what CloudWatch takes a
    period for that has no data. `harm`: a deployment of the service of this name is taken back while it is on.
    """

    name: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    comparison: Comparison = "GreaterThanOrEqualToThreshold"
    threshold: float
    seconds: int = 60
    periods: int
    breaching: int
    without_data: Literal["notBreaching", "breaching"] = "notBreaching"
    why: str
    harm: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)  # dimensions whose values are no part's

    @property
    def at_the_edge(self) -> bool:
        """Of CloudFront, or of its certificate."""
        return self.namespace in ("AWS/CloudFront", "AWS/CertificateManager")

    @property
    def is_percentile(self) -> bool:
        return self.statistic.startswith("p")

    @property
    def rule(self) -> str:
        """In words: `Sum of HTTPCode_Target_5XX_Count ≥ 5 in 3 of 5 × 1 min`."""
        when = f"{self.breaching} of {self.periods}" if self.breaching < self.periods else f"{self.periods}"
        threshold = f"{self.threshold / MIB:,.0f} MiB" if self.threshold >= MIB else f"{self.threshold:g}"
        sign = SIGNS[self.comparison]
        return f"{self.statistic} of {self.metric} {sign} {threshold} in {when} × {self.seconds // 60} min"


def widget(alarm: Alarm, dimensions: Mapping[str, str], region: str, place: int) -> dict[str, object]:
    pairs = [part for pair in sorted(dimensions.items()) for part in pair]
    return {
        "type": "metric",
        "x": place % IN_A_ROW * WIDTH,
        "y": place // IN_A_ROW * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": alarm.name,
            "metrics": [[alarm.namespace, alarm.metric, *pairs]],
            "stat": alarm.statistic,
            "period": alarm.seconds,
            "region": region,
            "view": "timeSeries",
            "annotations": {"horizontal": [{"label": f"alarm {alarm.rule}", "value": alarm.threshold}]},
        },
    }


def dashboard(rows: Sequence[tuple[Alarm, Mapping[str, str]]], region: str) -> str:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html"""
    widgets = [
        widget(alarm, dimensions, EDGE_REGION if alarm.at_the_edge else region, place)
        for place, (alarm, dimensions) in enumerate(rows)
    ]
    return json.dumps({"widgets": widgets})
