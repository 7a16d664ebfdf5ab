"""Lambda: makes CloudFront forget the site's pages, called by a deployment when a new front end runs."""

import os
from typing import Any

import boto3

# Everything: one path, whatever it matches, counts as one of the 1,000 that are free each month.
PATHS = ["/*"]


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: {"version": the front end's tag}. Answers the invalidation's id.

    The reference holds the request's id, because CloudFront ignores a reference that it has seen: going back to an
    earlier version must reset the cache again. A retry by the SDK within one request invalidates once.
    """
    reference = f"{event['version']}-{context.aws_request_id}"
    answer = boto3.client("cloudfront").create_invalidation(
        DistributionId=os.environ["DISTRIBUTION_ID"],
        InvalidationBatch={"CallerReference": reference, "Paths": {"Quantity": len(PATHS), "Items": PATHS}},
    )
    invalidation = answer["Invalidation"]["Id"]
    print(f"invalidation {invalidation} of {PATHS} for version {event['version']}")
    return {"invalidation": invalidation, "version": event["version"]}
