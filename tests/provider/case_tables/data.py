"""Database and storage."""

import json

from tests.provider.cases import Ask, Case, Ref

BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
CORS = {"allowedHeaders": ["*"], "allowedMethods": ["POST"], "allowedOrigins": ["http://x.localhost:1"],
        "exposeHeaders": ["ETag"], "maxAgeSeconds": 300}  # fmt: skip
RULE = {"id": "clean-up", "status": "Enabled", "filter": {"prefix": ""},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
        "noncurrentVersionExpiration": {"noncurrentDays": 30},
        "expiration": {"expiredObjectDeleteMarker": True}}  # fmt: skip


def policy(effect: str) -> str:
    statement = {"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::x/*",
                 "Condition": {"Bool": {"aws:SecureTransport": "false"}}}  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def encrypted(algorithm: str) -> list[object]:
    return [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}}]


CASES = {
    "bucket": Case(
        token="aws:s3/bucket:Bucket",
        inputs={"forceDestroy": True, "tags": {"a": "b"}},
        ask=Ask("s3", "head_bucket", {"Bucket": "{id}"}),
        change={"forceDestroy": False},
        replace=[{"bucket": "renamed-bucket"}],
        outputs={"bucket": "bucket-[0-9a-f]{7}", "arn": "arn:aws:s3:::bucket-.+",
                 "bucketRegionalDomainName": r"bucket-.{7}\.s3\.us-east-1\.amazonaws\.com"},
    ),
    "bucket-access": Case(
        token="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        inputs={"bucket": Ref("bucket", "bucket"), **dict.fromkeys(BLOCKS, True)},
        ask=Ask("s3", "get_public_access_block", {"Bucket": "{id}"}, "PublicAccessBlockConfiguration"),
        shows={"BlockPublicAcls": True, "RestrictPublicBuckets": True},
        change={"blockPublicAcls": False},
        shows_changed={"BlockPublicAcls": False},
        replace=[{"bucket": Ref("other-bucket", "bucket")}],
    ),
    "other-bucket": Case(
        token="aws:s3/bucket:Bucket",
        inputs={"forceDestroy": True},
        ask=Ask("s3", "head_bucket", {"Bucket": "{id}"}),
    ),
    "bucket-owner": Case(
        token="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        inputs={"bucket": Ref("bucket", "bucket"), "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        ask=Ask("s3", "get_bucket_ownership_controls", {"Bucket": "{id}"}, "OwnershipControls.Rules[0]"),
        shows={"ObjectOwnership": "BucketOwnerEnforced"},
        change={"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        shows_changed={"ObjectOwnership": "BucketOwnerPreferred"},
        replace=[{"bucket": Ref("other-bucket", "bucket")}],
        stays=True,
    ),
    "bucket-encryption": Case(
        token="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        inputs={"bucket": Ref("bucket", "bucket"), "rules": encrypted("AES256")},
        ask=Ask("s3", "get_bucket_encryption", {"Bucket": "{id}"}, "ServerSideEncryptionConfiguration.Rules[0]"),
        shows={"ApplyServerSideEncryptionByDefault.SSEAlgorithm": "AES256"},
        change={"rules": encrypted("aws:kms")},
        shows_changed={"ApplyServerSideEncryptionByDefault.SSEAlgorithm": "aws:kms"},
        stays=True,
    ),
    "bucket-versions": Case(
        token="aws:s3/bucketVersioning:BucketVersioning",
        inputs={"bucket": Ref("bucket", "bucket"), "versioningConfiguration": {"status": "Enabled"}},
        ask=Ask("s3", "get_bucket_versioning", {"Bucket": "{id}"}, "Status"),
        shows={"@": "Enabled"},
        change={"versioningConfiguration": {"status": "Suspended"}},
        shows_changed={"@": "Suspended"},
        stays=True,
    ),
    "bucket-policy": Case(
        token="aws:s3/bucketPolicy:BucketPolicy",
        inputs={"bucket": Ref("bucket", "bucket"), "policy": policy("Deny")},
        ask=Ask("s3", "get_bucket_policy", {"Bucket": "{id}"}, "Policy"),
        change={"policy": policy("Allow")},
    ),
    "bucket-cors": Case(
        token="aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
        inputs={"bucket": Ref("bucket", "bucket"), "corsRules": [CORS]},
        ask=Ask("s3", "get_bucket_cors", {"Bucket": "{id}"}, "CORSRules[0]"),
        shows={"AllowedOrigins": ["http://x.localhost:1"], "MaxAgeSeconds": 300},
        change={"corsRules": [{**CORS, "allowedMethods": ["GET", "POST"]}]},
        shows_changed={"AllowedMethods": ["GET", "POST"]},
    ),
    "bucket-lifecycle": Case(
        token="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        inputs={"bucket": Ref("bucket", "bucket"), "rules": [RULE]},
        ask=Ask("s3", "get_bucket_lifecycle_configuration", {"Bucket": "{id}"}, "Rules[0]"),
        shows={"ID": "clean-up", "NoncurrentVersionExpiration.NoncurrentDays": 30,
               "Expiration.ExpiredObjectDeleteMarker": True},
        change={"rules": [{**RULE, "noncurrentVersionExpiration": {"noncurrentDays": 7}}]},
        shows_changed={"NoncurrentVersionExpiration.NoncurrentDays": 7},
    ),
    "database-subnets": Case(
        token="aws:rds/subnetGroup:SubnetGroup",
        inputs={"description": "Private", "subnetIds": [Ref("subnet"), Ref("other-subnet")], "tags": {"a": "b"}},
        ask=Ask("rds", "describe_db_subnet_groups", {"DBSubnetGroupName": "{id}"}, "DBSubnetGroups[0]"),
        shows={"DBSubnetGroupDescription": "Private", "length(Subnets)": 2},
        change={"description": "Other"},
        shows_changed={"DBSubnetGroupDescription": "Other"},
        replace=[{"name": "renamed"}],
        outputs={"vpcId": "vpc-.+"},
    ),
    "database-parameters": Case(
        token="aws:rds/parameterGroup:ParameterGroup",
        inputs={"description": "TLS", "family": "postgres18", "tags": {"a": "b"},
                "parameters": [{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"},
                               {"name": "log_statement", "value": "ddl", "applyMethod": "immediate"}]},
        ask=Ask("rds", "describe_db_parameters", {"DBParameterGroupName": "{id}", "Source": "user"}, "Parameters"),
        shows={"[?ParameterName=='rds.force_ssl'].ParameterValue | [0]": "1"},
        change={"parameters": [{"name": "rds.force_ssl", "value": "0", "applyMethod": "immediate"}]},
        shows_changed={"[?ParameterName=='rds.force_ssl'].ParameterValue | [0]": "0"},
        replace=[{"family": "postgres17"}, {"description": "Other"}],
    ),
    "database": Case(
        token="aws:rds/instance:Instance",
        inputs={
            "engine": "postgres", "engineVersion": "18", "instanceClass": "db.t4g.micro", "allocatedStorage": 20,
            "maxAllocatedStorage": 100, "storageType": "gp3", "storageEncrypted": True, "dbName": "app",
            "username": "app", "manageMasterUserPassword": True, "dbSubnetGroupName": Ref("database-subnets", "name"),
            "vpcSecurityGroupIds": [Ref("group")], "parameterGroupName": Ref("database-parameters", "name"),
            "publiclyAccessible": False, "multiAz": False, "backupRetentionPeriod": 1, "deletionProtection": False,
            "skipFinalSnapshot": True, "deleteAutomatedBackups": True, "copyTagsToSnapshot": True,
            "autoMinorVersionUpgrade": True, "applyImmediately": True, "tags": {"a": "b"},
        },
        ask=Ask("rds", "describe_db_instances", {"DBInstanceIdentifier": "{identifier}"}, "DBInstances[0]"),
        shows={"DBInstanceClass": "db.t4g.micro", "StorageEncrypted": True, "DBName": "app", "AllocatedStorage": 20},
        change={"allocatedStorage": 30, "copyTagsToSnapshot": False, "backupRetentionPeriod": 7},
        shows_changed={"AllocatedStorage": 30, "CopyTagsToSnapshot": False, "BackupRetentionPeriod": 7},
        replace=[{"dbName": "other"}, {"username": "other"}, {"storageEncrypted": False}],
        outputs={"address": ".+", "port": r"\d+", "arn": "arn:aws:rds:.*:db:database-.+", "endpoint": r".+:\d+",
                 "identifier": "database-[0-9a-f]{7}"},
        import_id="{identifier}",
        behind=("rds", "modify_db_instance",
                {"DBInstanceIdentifier": "{identifier}", "BackupRetentionPeriod": 3, "ApplyImmediately": True}),
    ),
    "cache-subnets": Case(
        token="aws:elasticache/subnetGroup:SubnetGroup",
        inputs={"subnetIds": [Ref("subnet")], "tags": {"a": "b"}},
        ask=Ask("elasticache", "describe_cache_subnet_groups", {"CacheSubnetGroupName": "{id}"},
                "CacheSubnetGroups[0]"),
        shows={"CacheSubnetGroupDescription": "Managed by Pulumi", "length(Subnets)": 1},
        change={"description": "Caches", "subnetIds": [Ref("subnet"), Ref("other-subnet")]},
        shows_changed={"CacheSubnetGroupDescription": "Caches", "length(Subnets)": 2},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:elasticache:us-east-1:\d{12}:subnetgroup:cache-subnets-[0-9a-f]{7}"},
        behind=("elasticache", "modify_cache_subnet_group",
                {"CacheSubnetGroupName": "{id}", "CacheSubnetGroupDescription": "Behind"}),
    ),
    "cache": Case(
        token="aws:elasticache/replicationGroup:ReplicationGroup",
        inputs={"description": "Sessions", "engine": "valkey", "nodeType": "cache.t4g.micro", "numCacheClusters": 1,
                "subnetGroupName": Ref("cache-subnets", "name"), "securityGroupIds": [Ref("group")],
                "atRestEncryptionEnabled": True, "snapshotRetentionLimit": 1, "tags": {"a": "b"}},
        ask=Ask("elasticache", "describe_replication_groups", {"ReplicationGroupId": "{id}"}, "ReplicationGroups[0]"),
        shows={"Description": "Sessions", "Engine": "valkey", "CacheNodeType": "cache.t4g.micro"},
        change={"description": "Carts", "nodeType": "cache.t4g.small", "snapshotRetentionLimit": 2},
        shows_changed={"Description": "Carts", "CacheNodeType": "cache.t4g.small", "SnapshotRetentionLimit": 2},
        replace=[{"replicationGroupId": "renamed"}, {"engine": "redis"}],
        outputs={"primaryEndpointAddress": ".+", "arn": r"arn:aws:elasticache:.*:replicationgroup:cache-[0-9a-f]{7}"},
        behind=("elasticache", "modify_replication_group",
                {"ReplicationGroupId": "{id}", "ReplicationGroupDescription": "Behind"}),
    ),
}  # fmt: skip
