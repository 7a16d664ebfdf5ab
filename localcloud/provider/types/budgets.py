"""Budgets: monthly limits of cost, and whom to tell."""

from typing import Any

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, TagStyle, Update
from localcloud.provider.definition.rules import Case, Matches, Needed, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

ARN = "arn:{partition}:budgets::{account}:budget/{name}"
NAMED = {"AccountId": "{account}", "BudgetName": "{name}"}


class Budget(Handler):
    """A budget's limit is one structure in the API, and its notifications have operations of their own."""

    operations = (
        "create_notification",
        "delete_notification",
        "describe_notifications_for_budget",
        "describe_subscribers_for_notification",
    )

    def outgoing(self, values: Props) -> Props:
        spend = {"Amount": values.get("limitAmount"), "Unit": values.get("limitUnit")}
        return {**values, "budget": {
            "BudgetName": values.get("name"), "BudgetType": values.get("budgetType"), "BudgetLimit": spend,
            "TimeUnit": values.get("timeUnit"),
            "CostFilters": {row["name"]: row["values"] for row in values.get("costFilters") or ()},
        }}  # fmt: skip

    def fetch(self, resource_id: str, state: Props) -> Props | None:
        item = super().fetch(resource_id, state)
        named = self.scope(state, resource_id=resource_id).fill(NAMED)
        return None if item is None else {**item, "notifications": self.notifications(named)}

    def notifications(self, named: Props) -> list[Props]:
        rows = self.operate("describe_notifications_for_budget", named).get("Notifications", [])
        return [{**row, "Subscribers": self.subscribers({**named, "Notification": key(row)})} for row in rows]

    def subscribers(self, asked: Props) -> list[Props]:
        return list(self.operate("describe_subscribers_for_notification", asked).get("Subscribers", []))

    def incoming(self, item: Props) -> Props:
        limit = item.get("BudgetLimit") or {}
        return {
            **item,
            "limitAmount": limit.get("Amount"),
            "limitUnit": limit.get("Unit"),
            "costFilters": [{"name": name, "values": each} for name, each in (item.get("CostFilters") or {}).items()],
            "notifications": [shown(row) for row in item["notifications"]],
        }

    def settle(self, resource_id: str, inputs: Props) -> None:
        super().settle(resource_id, inputs)
        named = self.scope(inputs, resource_id=resource_id).fill(NAMED)
        for notification in inputs.get("notifications") or ():
            self.operate("create_notification", {**named, **told(notification)})

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        named = self.scope(new, resource_id=resource_id).fill(NAMED)
        if self.changed(old, new, ["notifications"]):
            for row in self.notifications(named):
                self.operate("delete_notification", {**named, "Notification": key(row)})
            self.settle(resource_id, new)
        return super().update(resource_id, old, state, new)


def key(row: Props) -> Props:
    """What names a notification: its answer without its state and its subscribers."""
    return {name: row[name] for name in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")}


def told(notification: Props) -> Props:
    kinds = {"EMAIL": "subscriberEmailAddresses", "SNS": "subscriberSnsTopicArns"}
    return {
        "Notification": {
            "NotificationType": notification["notificationType"],
            "ComparisonOperator": notification["comparisonOperator"],
            "Threshold": float(notification["threshold"]),
            "ThresholdType": notification["thresholdType"],
        },
        "Subscribers": [
            {"SubscriptionType": kind, "Address": address}
            for kind, name in kinds.items()
            for address in notification.get(name) or ()
        ],
    }


def shown(row: Props) -> Props:
    by_kind: dict[str, list[str]] = {"EMAIL": [], "SNS": []}
    for subscriber in row["Subscribers"]:
        by_kind[subscriber["SubscriptionType"]].append(subscriber["Address"])
    addresses = {"subscriberEmailAddresses": by_kind["EMAIL"], "subscriberSnsTopicArns": by_kind["SNS"]}
    return {**row, **{name: found for name, found in addresses.items() if found}}


def heard(_case: Case, rows: list[dict[str, Any]]) -> str:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_NotificationWithSubscribers.html"""
    for row in rows:
        mails, topics = len(row.get("subscriberEmailAddresses") or ()), len(row.get("subscriberSnsTopicArns") or ())
        if not 1 <= mails + topics <= 11 or mails > 10 or topics > 1:
            return f"each has 1 to 10 mail addresses, and a topic at most, got {mails} and {topics}"
    return "" if len(rows) <= 10 else f"at most 10, got {len(rows)}"


TYPES = [
    ResourceType(
        token="aws:budgets/budget:Budget",
        service="budgets",
        handler=Budget,
        create=Call(operation="create_budget", args={"AccountId": "{account}", "Budget": "{budget}"}),
        id="{account}:{name}",
        import_id=r"(?P<accountId>\d{12}):(?P<name>.+)",
        reads=[Read(operation="describe_budget", args=NAMED, item="Budget")],
        updates=[
            Update(
                on=["budgetType", "costFilters", "limitAmount", "limitUnit", "timeUnit"],
                call=Call(operation="update_budget", args={"AccountId": "{account}", "NewBudget": "{budget}"}),
            )
        ],
        delete=Call(operation="delete_budget", args=NAMED),
        names={"name": "BudgetName"},
        outputs={"arn": ARN, "accountId": "{account}"},
        auto_name=AutoName(limit=100),
        handled=["name", "budgetType", "limitAmount", "limitUnit", "timeUnit", "costFilters", "notifications"],
        replaces=["name"],
        tags=TagStyle(
            create="ResourceTags",
            add=Call(operation="tag_resource", args={"ResourceARN": ARN, "ResourceTags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"ResourceARN": ARN, "ResourceTagKeys": "{-tagsAll}"}),
            read=Read(
                operation="list_tags_for_resource", args={"ResourceARN": ARN}, item="{tags: ResourceTags}"
            ),
        ),
        rules=[
            Matches("name", r"(?!.*/action/)[^:\\]{1,100}", "1 to 100 characters without : and \\"),
            Needed("limitAmount"),
            Needed("limitUnit"),
            Matches("limitAmount", r"\d+(\.\d+)?", "an amount such as 50 or 50.5"),
            OneOf("budgetType", ("COST", "USAGE", "RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION",
                                 "SAVINGS_PLANS_COVERAGE")),
            OneOf("timeUnit", ("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY")),
            OneOf("notifications.comparisonOperator", ("GREATER_THAN", "LESS_THAN", "EQUAL_TO")),
            OneOf("notifications.notificationType", ("ACTUAL", "FORECASTED")),
            OneOf("notifications.thresholdType", ("PERCENTAGE", "ABSOLUTE_VALUE")),
            Says("notifications", heard),
        ],
    ),
]  # fmt: skip
