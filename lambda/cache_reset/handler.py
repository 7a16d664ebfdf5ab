"""Lambda: makes CloudFront forget the site's pages, called by a deployment when a new front end runs."""

import os
from typing import Any

import boto3

# Everything: one path, whatever it matches, counts as one of the 1,000 that are free each month.
PATHS = ["/*"]
DISTRIBUTION = os.environ.get("DISTRIBUTION_ID", "")
if not DISTRIBUTION:
    # Said when the function starts, and not by the API in words about an empty parameter.
    raise RuntimeError("DISTRIBUTION_ID: must name the distribution to invalidate, got nothing; set it in the function")


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: {"version": the front end's tag}. Answers the invalidation's id.

    The reference holds the request's id, because CloudFront ignores a reference that it has seen: going back to an
    earlier version must reset the cache again. A retry by the SDK within one request invalidates once.
    """
    reference = f"{event['version']}-{context.aws_request_id}"
    answer = boto3.client("cloudfront").create_invalidation(
        DistributionId=DISTRIBUTION,
        InvalidationBatch={"CallerReference": reference, "Paths": {"Quantity": len(PATHS), "Items": PATHS}},
    )
    invalidation = answer["Invalidation"]["Id"]
    print(f"invalidation {invalidation} of {PATHS} for version {event['version']}")
    return {"invalidation": invalidation, "version": event["version"]}
