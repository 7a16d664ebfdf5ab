"""On-demand list prices of us-east-1 in USD, as of November 2026; other regions differ by some per cent.

Sources: https://aws.amazon.com/ec2/pricing/on-demand/, /ebs/pricing/, /vpc/pricing/, /privatelink/pricing/,
/elasticloadbalancing/pricing/, /rds/postgresql/pricing/, /elasticache/pricing/, /secrets-manager/pricing/,
/fargate/pricing/, /cloudwatch/pricing/, /kms/pricing/, /route53/pricing/ there. Those of EC2 types are in
`instance_types.json`.
"""

HOURS_A_MONTH = 730

PUBLIC_ADDRESS_HOUR = 0.005
GP3_GIB_MONTH = 0.08
# And 0.045 USD for each GB that passes.
NAT_GATEWAY_HOUR = 0.045
# In each zone, and 0.01 USD for each GB.
ENDPOINT_HOUR = 0.01
LOAD_BALANCER_HOUR = 0.0225
SECRET_MONTH = 0.40
# Of Fargate with Linux: x86, and ARM.
FARGATE_VCPU_HOUR = 0.04048
FARGATE_GIB_HOUR = 0.004445
FARGATE_ARM_VCPU_HOUR = 0.03238
FARGATE_ARM_GIB_HOUR = 0.00356
ALARM_MONTH = 0.10
KEY_MONTH = 1.00
METRIC_MONTH = 0.30
ZONE_MONTH = 0.50
# Of an account, whatever stack has them.
FREE_ALARMS = 10
RDS_GP3_GIB_MONTH = 0.115
# By class, one zone; a standby in a second zone costs as much again, for its storage too.
RDS_CLASS_HOUR = {
    "db.t4g.micro": 0.016,
    "db.t4g.small": 0.032,
    "db.t4g.medium": 0.065,
    "db.t4g.large": 0.129,
    "db.t3.micro": 0.018,
    "db.t3.small": 0.036,
    "db.t3.medium": 0.072,
}
# Valkey, a fifth below Redis.
CACHE_NODE_HOUR = {"cache.t4g.micro": 0.0128, "cache.t4g.small": 0.0256, "cache.t4g.medium": 0.052}


def instance_month(usd_an_hour: float, volume_gib: int) -> float:
    """One instance with its disk and its public address."""
    return HOURS_A_MONTH * (usd_an_hour + PUBLIC_ADDRESS_HOUR) + volume_gib * GP3_GIB_MONTH


def nat_month() -> float:
    """A NAT gateway with its public address."""
    return HOURS_A_MONTH * (NAT_GATEWAY_HOUR + PUBLIC_ADDRESS_HOUR)


def endpoints_month(count: int, zones: int) -> float:
    """So many endpoints, each in every zone."""
    return HOURS_A_MONTH * ENDPOINT_HOUR * count * zones
