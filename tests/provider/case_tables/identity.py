"""IAM, secrets and mail."""

import json
from typing import Any

from tests.provider.cases import Ask, Case, Ref


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(*actions: str) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": "arn:aws:s3:::some/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


S3_READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"

CASES = {
    "role": Case(
        token="aws:iam/role:Role",
        inputs={"description": "Tasks", "assumeRolePolicy": trust("ecs-tasks.amazonaws.com"), "tags": {"a": "b"}},
        ask=Ask("iam", "get_role", {"RoleName": "{id}"}, "Role"),
        shows={"Description": "Tasks", "MaxSessionDuration": 3600},
        change={"description": "Others", "assumeRolePolicy": trust("ec2.amazonaws.com"), "maxSessionDuration": 7200},
        shows_changed={"Description": "Others", "MaxSessionDuration": 7200,
                       "AssumeRolePolicyDocument.Statement[0].Principal.Service": "ec2.amazonaws.com"},
        replace=[{"name": "renamed"}, {"path": "/other/"}],
        outputs={"arn": r"arn:aws:iam::\d{12}:role/role-[0-9a-f]{7}", "uniqueId": "AROA.+", "createDate": r"\d{4}-.+"},
        behind=("iam", "update_role", {"RoleName": "{id}", "Description": "Changed"}),
    ),
    "role-policy": Case(
        token="aws:iam/rolePolicy:RolePolicy",
        inputs={"role": Ref("role", "name"), "policy": allow("s3:GetObject", "s3:PutObject")},
        ask=Ask("iam", "get_role_policy", {"RoleName": "{role}", "PolicyName": "{name}"}),
        shows={"PolicyDocument.Statement[0].Action": ["s3:GetObject", "s3:PutObject"]},
        change={"policy": allow("s3:ListBucket")},
        shows_changed={"PolicyDocument.Statement[0].Action": ["s3:ListBucket"]},
        replace=[{"name": "renamed"}],
    ),
    "policy": Case(
        token="aws:iam/policy:Policy",
        inputs={"description": "Files", "policy": allow("s3:GetObject"), "tags": {"a": "b"}},
        ask=Ask("iam", "get_policy", {"PolicyArn": "{id}"}, "Policy"),
        shows={"Description": "Files", "Path": "/"},
        change={"policy": allow("s3:ListBucket")},
        replace=[{"name": "renamed"}, {"path": "/other/"}, {"description": "Other"}],
        outputs={"arn": r"arn:aws:iam::\d{12}:policy/policy-[0-9a-f]{7}"},
        behind=("iam", "create_policy_version", {"PolicyArn": "{id}", "PolicyDocument": allow("s3:PutObject"),
                                                 "SetAsDefault": True}),
    ),
    "user": Case(
        token="aws:iam/user:User",
        inputs={"forceDestroy": True, "tags": {"a": "b"}},
        ask=Ask("iam", "get_user", {"UserName": "{id}"}, "User"),
        shows={"Path": "/"},
        replace=[{"name": "renamed"}, {"path": "/other/"}],
        outputs={"arn": r"arn:aws:iam::\d{12}:user/user-[0-9a-f]{7}", "uniqueId": "AIDA.+"},
    ),
    "user-policy": Case(
        token="aws:iam/userPolicy:UserPolicy",
        inputs={"user": Ref("user", "name"), "policy": allow("ses:SendRawEmail")},
        ask=Ask("iam", "get_user_policy", {"UserName": "{user}", "PolicyName": "{name}"}),
        shows={"PolicyDocument.Statement[0].Action": ["ses:SendRawEmail"]},
        change={"policy": allow("ses:SendEmail")},
        shows_changed={"PolicyDocument.Statement[0].Action": ["ses:SendEmail"]},
        replace=[{"name": "renamed"}],
    ),
    "attachment": Case(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        inputs={"role": Ref("role", "name"), "policyArn": S3_READ},
        ask=Ask("iam", "list_attached_role_policies", {"RoleName": "{role}"},
                "AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]"),
        replace=[{"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        import_id="{role}/{policyArn}",
    ),
    "profile": Case(
        token="aws:iam/instanceProfile:InstanceProfile",
        inputs={"role": Ref("role", "name"), "tags": {"a": "b"}},
        ask=Ask("iam", "get_instance_profile", {"InstanceProfileName": "{id}"}, "InstanceProfile"),
        shows={"Roles[0].RoleName": Ref("role", "name")},
        change={"role": Ref("other-role", "name")},
        shows_changed={"Roles[0].RoleName": Ref("other-role", "name"), "length(Roles)": 1},
        replace=[{"path": "/other/"}],
        behind=("iam", "remove_role_from_instance_profile", {"InstanceProfileName": "{id}", "RoleName": "{role}"}),
    ),
    "other-role": Case(
        token="aws:iam/role:Role",
        inputs={"assumeRolePolicy": trust("lambda.amazonaws.com"), "forceDetachPolicies": True},
        ask=Ask("iam", "get_role", {"RoleName": "{id}"}, "Role"),
    ),
    "secret": Case(
        token="aws:secretsmanager/secret:Secret",
        inputs={"description": "Something", "recoveryWindowInDays": 0, "tags": {"a": "b"}},
        ask=Ask("secretsmanager", "describe_secret", {"SecretId": "{id}"}),
        shows={"Description": "Something"},
        change={"description": "Other"},
        shows_changed={"Description": "Other"},
        replace=[{"name": "renamed"}],
        outputs={"arn": r"arn:aws:secretsmanager:.*:secret:secret-[0-9a-f]{7}-.+"},
        behind=("secretsmanager", "update_secret", {"SecretId": "{id}", "Description": "Behind"}),
    ),
    "mail-settings": Case(
        token="aws:sesv2/configurationSet:ConfigurationSet",
        inputs={"configurationSetName": "test", "reputationOptions": {"reputationMetricsEnabled": True},
                "deliveryOptions": {"tlsPolicy": "REQUIRE"}, "tags": {"a": "b"}},
        ask=Ask("sesv2", "get_configuration_set", {"ConfigurationSetName": "{id}"}),
        shows={"DeliveryOptions.TlsPolicy": "REQUIRE", "ReputationOptions.ReputationMetricsEnabled": True},
        change={"deliveryOptions": {"tlsPolicy": "OPTIONAL"}, "reputationOptions": {"reputationMetricsEnabled": False}},
        shows_changed={"DeliveryOptions.TlsPolicy": "OPTIONAL", "ReputationOptions.ReputationMetricsEnabled": False},
        replace=[{"configurationSetName": "other"}],
        behind=("sesv2", "put_configuration_set_delivery_options",
                {"ConfigurationSetName": "{id}", "TlsPolicy": "OPTIONAL"}),
    ),
    "mail-identity": Case(
        token="aws:sesv2/emailIdentity:EmailIdentity",
        inputs={"emailIdentity": "someone@mail.example",
                "configurationSetName": Ref("mail-settings", "configurationSetName"),
                "tags": {"a": "b"}},
        ask=Ask("sesv2", "get_email_identity", {"EmailIdentity": "{id}"}),
        shows={"IdentityType": "EMAIL_ADDRESS"},
        replace=[{"emailIdentity": "other@mail.example"}],
        outputs={"arn": r"arn:aws:ses:us-east-1:\d{12}:identity/someone@mail.example", "identityType": "EMAIL_ADDRESS"},
    ),
    "mail-events": Case(
        token="aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
        inputs={"configurationSetName": Ref("mail-settings", "configurationSetName"), "eventDestinationName": "test",
                "eventDestination": {"enabled": True, "matchingEventTypes": ["BOUNCE", "COMPLAINT"],
                                     "snsDestination": {"topicArn": Ref("topic", "arn")}}},
        ask=Ask("sesv2", "get_configuration_set_event_destinations",
                {"ConfigurationSetName": "{configurationSetName}"},
                "EventDestinations[?Name=='{eventDestinationName}'] | [0]"),
        shows={"MatchingEventTypes": ["BOUNCE", "COMPLAINT"], "SnsDestination.TopicArn": Ref("topic", "arn")},
        change={"eventDestination": {"enabled": False, "matchingEventTypes": ["BOUNCE"],
                                     "snsDestination": {"topicArn": Ref("topic", "arn")}}},
        shows_changed={"MatchingEventTypes": ["BOUNCE"], "Enabled": False},
        replace=[{"eventDestinationName": "renamed"}],
        import_id="{configurationSetName}|{eventDestinationName}",
    ),
    "mail-domain": Case(
        token="aws:sesv2/emailIdentity:EmailIdentity",
        inputs={"emailIdentity": "domain.example", "tags": {"a": "b"}},
        ask=Ask("sesv2", "get_email_identity", {"EmailIdentity": "{id}"}),
        shows={"IdentityType": "DOMAIN", "length(DkimAttributes.Tokens)": 3},
        change={"configurationSetName": Ref("mail-settings", "configurationSetName")},
        shows_changed={"ConfigurationSetName": Ref("mail-settings", "configurationSetName")},
        lives=True,
    ),
    "mail-from": Case(
        token="aws:sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes",
        inputs={"emailIdentity": Ref("mail-identity", "emailIdentity"), "mailFromDomain": "bounce.mail.example"},
        ask=Ask("sesv2", "get_email_identity", {"EmailIdentity": "{id}"},
                "MailFromAttributes.MailFromDomain && MailFromAttributes"),
        shows={"MailFromDomain": "bounce.mail.example", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        change={"behaviorOnMxFailure": "REJECT_MESSAGE"},
        shows_changed={"BehaviorOnMxFailure": "REJECT_MESSAGE"},
        behind=("sesv2", "put_email_identity_mail_from_attributes",
                {"EmailIdentity": "{id}", "MailFromDomain": "other.mail.example"}),
    ),
    "account-setting": Case(
        token="aws:ecs/accountSettingDefault:AccountSettingDefault",
        inputs={"name": "awsvpcTrunking", "value": "enabled"},
        ask=Ask("ecs", "list_account_settings", {"name": "{name}", "effectiveSettings": True}, "settings[0]"),
        shows={"value": "enabled"},
        change={"value": "disabled"},
        shows_changed={"value": "disabled"},
        replace=[{"name": "containerInsights"}],
        outputs={"principalArn": r"arn:aws:iam::\d{12}:root"},
        import_id="{name}",
        behind=("ecs", "put_account_setting_default", {"name": "{name}", "value": "disabled"}),
        stays=True,
    ),
}  # fmt: skip
