"""IAM's names for what is called. Most are the service's prefix and the operation; the rest is listed here.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

PREFIXES = {
    "application-autoscaling": "application-autoscaling",
    "elbv2": "elasticloadbalancing",
    "s3control": "s3",
    "service-quotas": "servicequotas",
    "sesv2": "ses",
}
NAMES: dict[str, list[str]] = {
    "budgets:CreateBudget": ["budgets:ModifyBudget"],
    "budgets:DeleteBudget": ["budgets:ModifyBudget"],
    "budgets:UpdateBudget": ["budgets:ModifyBudget"],
    "budgets:DescribeBudget": ["budgets:ViewBudget"],
    "budgets:DescribeNotificationsForBudget": ["budgets:ViewBudget"],
    "budgets:DescribeSubscribersForNotification": ["budgets:ViewBudget"],
    "budgets:CreateNotification": ["budgets:ModifyBudget"],
    "budgets:DeleteNotification": ["budgets:ModifyBudget"],
    "budgets:CreateSubscriber": ["budgets:ModifyBudget"],
    "budgets:DeleteSubscriber": ["budgets:ModifyBudget"],
    "cloudfront:CreateDistributionWithTags": ["cloudfront:CreateDistribution", "cloudfront:TagResource"],
    "lambda:Invoke": ["lambda:InvokeFunction"],
    "s3:CopyObject": ["s3:GetObject", "s3:PutObject"],
    "s3:DeleteBucketCors": ["s3:PutBucketCORS"],
    "s3:DeleteBucketEncryption": ["s3:PutEncryptionConfiguration"],
    "s3:DeleteBucketLifecycle": ["s3:PutLifecycleConfiguration"],
    "s3:DeleteBucketOwnershipControls": ["s3:PutBucketOwnershipControls"],
    "s3:DeleteBucketTagging": ["s3:PutBucketTagging"],
    "s3:DeleteObjects": ["s3:DeleteObject"],
    "s3:DeletePublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
    "s3:GetBucketAccelerateConfiguration": ["s3:GetAccelerateConfiguration"],
    "s3:GetBucketCors": ["s3:GetBucketCORS"],
    "s3:GetBucketEncryption": ["s3:GetEncryptionConfiguration"],
    "s3:GetBucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
    "s3:GetBucketReplication": ["s3:GetReplicationConfiguration"],
    "s3:GetObjectLockConfiguration": ["s3:GetBucketObjectLockConfiguration"],
    "s3:GetPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
    "s3:HeadBucket": ["s3:ListBucket"],
    "s3:HeadObject": ["s3:GetObject"],
    "s3:ListBuckets": ["s3:ListAllMyBuckets"],
    "s3:ListObjects": ["s3:ListBucket"],
    "s3:ListObjectsV2": ["s3:ListBucket"],
    "s3:ListObjectVersions": ["s3:ListBucketVersions"],
    "s3:PutBucketCors": ["s3:PutBucketCORS"],
    "s3:PutBucketEncryption": ["s3:PutEncryptionConfiguration"],
    "s3:PutBucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
    "s3:PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
}
# What no call of a program shows, and AWS asks for.
BESIDE = {
    "a new image is pushed to ECR, and its layers are looked for": [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ],
    "an Auto Scaling group with a launch template is made by who may start its instances": [
        "ec2:RunInstances", "ec2:CreateTags",
    ],
    "RDS makes the password's secret in the caller's name": [
        "kms:DescribeKey", "secretsmanager:CreateSecret", "secretsmanager:TagResource",
    ],
    "CloudFront writes its log into a bucket by an access control list": ["s3:GetBucketAcl", "s3:PutBucketAcl"],
    "an endpoint of a VPC has a private name": ["route53:AssociateVPCWithHostedZone"],
    "files of the page are uploaded and taken away": [
        "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject",
    ],
    "a bucket that may be emptied is emptied before it is deleted": [
        "s3:DeleteObjectVersion", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:AbortMultipartUpload",
    ],
    "the first of a kind in an account makes the service's own role": ["iam:CreateServiceLinkedRole"],
    "a service runs with a role of the stack": ["iam:PassRole"],
}  # fmt: skip
READING = ("BatchCheck", "BatchGetImage", "Describe", "Get", "List", "View")
# They read what the stack's people keep, or let one in: a look at the stack needs none of them.
SECRET = (
    "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "logs:GetLogEvents", "s3:GetObject",
    "s3:GetObjectVersion", "secretsmanager:GetSecretValue",
)  # fmt: skip
# Only on what has the stack's tags: of others they would give away code, variables and secrets.
OWN_ONLY = (
    "lambda:GetFunction", "lambda:InvokeFunction", "secretsmanager:DeleteSecret", "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret",
)  # fmt: skip
# What somebody deleted by hand has no tags any more, and a deployment must see that it is gone: Pulumi's names tell.
BY_NAME = {
    "lambda:GetFunction": ("function:cache-reset-function-*",),
    "secretsmanager:GetSecretValue": ("secret:access-secret-*", "secret:smtp-secret-*"),
}
# On what is AWS's own: the list of its machine images.
PUBLIC = {"ssm:GetParameter": "arn:aws:ssm:*::parameter/aws/service/*"}


def iam(service: str, operation: str) -> list[str]:
    plain = f"{PREFIXES.get(service, service)}:{operation}"
    return NAMES.get(plain, [plain])


def is_reading(action: str) -> bool:
    return action.partition(":")[2].startswith(READING) and action not in SECRET
