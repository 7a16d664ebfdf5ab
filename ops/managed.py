"""How the parts that AWS runs are: database, site, mail, alarms."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.pure.alarm import EDGE_REGION
from ops.lookup import database_instance
from ops.part import Part, shown
from ops.target import Target

# What RDS calls an instance that answers: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
ANSWERING = ("available", "backing-up", "modifying", "storage-optimization", "configuring-enhanced-monitoring")

ASLEEP = ("stopping", "stopped", "starting")


def database(target: Target) -> Iterator[Part]:
    host = target.outputs.get("database")
    if host is None:
        return
    instance = database_instance(target, host)
    if instance is None:
        why = f"RDS has no instance at this address; `make restore{target.option}` lists what brings its data back"
        yield Part(name="database", state=f"missing: {host}", problems=[why])
        return
    answers = instance["DBInstanceStatus"]
    state = f"PostgreSQL {instance['EngineVersion']} on {instance['DBInstanceClass']}, {answers}"
    state += f", {instance['AllocatedStorage']} GiB, backups of {instance['BackupRetentionPeriod']} days"
    sleeps = "sleep" in target.outputs and answers in ASLEEP
    wrong = f"RDS calls it {answers}; RDS's events tell why: `aws rds describe-events --duration 1440`"
    yield Part(name="database", state=state, problems=[] if sleeps or answers in ANSWERING else [wrong])


def site(target: Target) -> Iterator[Part]:
    yield distribution(target, "site", target.outputs)
    for host, facts in target.outputs.get("hosts", {}).items():
        yield distribution(target, f"host {host}", facts)


def distribution(target: Target, name: str, facts: Mapping[str, Any]) -> Part:
    told = target.client("cloudfront").get_distribution(Id=facts["distribution"])["Distribution"]
    arrived = "at all edges" if told["Status"] == "Deployed" else "a change is on its way to all edges"
    disabled = f"its distribution is disabled; `pulumi refresh` and then `{target.up}` enable it"
    problems = [] if told["DistributionConfig"]["Enabled"] else [disabled]
    return Part(name=name, state=f"{facts['url']}, {arrived}", problems=problems)


def mail(target: Target) -> Iterator[Part]:
    address = target.outputs.get("mail_address")
    if address is None:
        return
    ses = target.client("sesv2")
    account = ses.get_account()
    identity = target.outputs.get("mail_identity", address)
    verified = ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"]
    quota = account["SendQuota"]
    state = f"{address}, {'verified' if verified else 'not verified'}"
    state += f", {quota['SentLast24Hours']:.0f} of {quota['Max24HourSend']:.0f} mails in the last 24 hours"
    problems = []
    if not verified:
        wait = "SES has not seen its records in DNS yet, which takes minutes to hours"
        what = "open the link that AWS sent to it" if identity == address else wait
        problems.append(f"{identity} is not verified, so nothing can be sent; {what}")
    if not account["SendingEnabled"]:
        problems.append("SES has stopped this account's sending; the reason is in the SES console")
    if not account["ProductionAccessEnabled"]:
        state += ", sandbox (to verified addresses only)"
    yield Part(name="mail", state=state, problems=problems)


def alarms(target: Target) -> Iterator[Part]:
    """Nothing where the stack has none. Those of the edge are in a region of their own."""
    begins = f"{target.project}-{target.name}-"
    found = [
        alarm
        for region in dict.fromkeys([target.config["region"], EDGE_REGION])
        for page in target.client("cloudwatch", region)
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=begins)
        for alarm in page["MetricAlarms"]
    ]
    if not found:
        return
    on = [alarm for alarm in found if alarm["StateValue"] == "ALARM"]
    told = [
        f"{alarm['AlarmName']} since {shown(alarm['StateUpdatedTimestamp'])}: {alarm['AlarmDescription']}"
        for alarm in on
    ]
    yield Part(name="alarms", state=f"{len(on)} of {len(found)} on", problems=told)
