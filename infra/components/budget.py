"""Mail when a month costs too much."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.pure.tags import component_tag

# Of the budget: what was spent, and what AWS expects of the whole month.
SPENT_PERCENT, EXPECTED_PERCENT = 80, 100


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    usd: int
    addresses: Sequence[str]


class Budget(pulumi.ComponentResource):
    """A monthly budget of the account, of which AWS mails what was spent and what it expects. A month: free."""

    def __init__(self, name: str, args: BudgetArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Budget", name, None, opts)
        aws.budgets.Budget(
            f"{name}-month",
            budget_type="COST",
            limit_amount=str(args.usd),
            limit_unit="USD",
            time_unit="MONTHLY",
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    notification_type=kind,
                    subscriber_email_addresses=args.addresses,
                )
                for kind, percent in (("ACTUAL", SPENT_PERCENT), ("FORECASTED", EXPECTED_PERCENT))
            ],
            tags=component_tag(name),
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})
