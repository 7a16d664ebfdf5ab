"""Resources that pulumi_aws lacks: an image that is built, a migration that ran, a deployment that succeeded.

The classes live in importable modules, so Pulumi's state holds their names and not their code: editing one, or running
from another folder, changes nothing. They reach AWS by boto3 with the caller's credentials; `AWS_ENDPOINT_URL` holds.
"""
