"""IAM: roles, users, their policies, instance profiles."""

import json
from urllib.parse import unquote

from botocore.exceptions import ClientError

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, TagStyle, Update
from localcloud.provider.definition.rules import Between, Document, Exists, Matches, Needed
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

NAME = Matches("name", r"[\w+=,.@-]{1,128}", "1 to 128 of letters, digits and _+=,.@-")
PATH = Matches("path", r"/|/[!-~]+/", "a path that begins and ends with /")
ROLE_ARN = Matches("policyArn", r"arn:[\w-]+:iam::(aws|\d{12}):policy/[\w+=,.@/-]+", "the ARN of a managed policy")


def tags(kind: str, member: str) -> TagStyle:
    return TagStyle(
        create="Tags",
        add=Call(operation=f"tag_{kind}", args={member: "{id}", "Tags": "{+tagsAll}"}),
        remove=Call(operation=f"untag_{kind}", args={member: "{id}", "TagKeys": "{-tagsAll}"}),
    )


def role_exists(path: str) -> Exists:
    return Exists(path, "a role", "iam", "get_role", {"RoleName": "{name}"}, "Role.RoleName")


def text(document: object) -> str:
    """A policy as the API gives it: an object, or a text with URL escapes."""
    return unquote(document) if isinstance(document, str) else json.dumps(document)


class Role(Handler):
    """`forceDetachPolicies` takes away what others put on it before it is deleted."""

    operations = ("list_attached_role_policies", "detach_role_policy", "list_role_policies", "delete_role_policy")

    def incoming(self, item: Props) -> Props:
        return {**item, "AssumeRolePolicyDocument": text(item.get("AssumeRolePolicyDocument"))}

    def delete(self, resource_id: str, state: Props) -> None:
        if state.get("forceDetachPolicies"):
            try:
                self.empty(resource_id)
            except ClientError as error:
                if not self.is_gone(error):
                    raise
        super().delete(resource_id, state)

    def empty(self, name: str) -> None:
        for policy in self.operate("list_attached_role_policies", {"RoleName": name})["AttachedPolicies"]:
            self.operate("detach_role_policy", {"RoleName": name, "PolicyArn": policy["PolicyArn"]})
        for policy in self.operate("list_role_policies", {"RoleName": name})["PolicyNames"]:
            self.operate("delete_role_policy", {"RoleName": name, "PolicyName": policy})


class User(Handler):
    """`forceDestroy` deletes the access keys that others made for it, before it is deleted."""

    operations = ("list_access_keys", "delete_access_key")

    def delete(self, resource_id: str, state: Props) -> None:
        if state.get("forceDestroy"):
            try:
                self.empty(resource_id)
            except ClientError as error:
                if not self.is_gone(error):
                    raise
        super().delete(resource_id, state)

    def empty(self, name: str) -> None:
        for key in self.operate("list_access_keys", {"UserName": name})["AccessKeyMetadata"]:
            self.operate("delete_access_key", {"UserName": name, "AccessKeyId": key["AccessKeyId"]})


class Policy(Handler):
    """Of a role or a user."""

    def incoming(self, item: Props) -> Props:
        return {**item, "PolicyDocument": text(item["PolicyDocument"])}


class ManagedPolicy(Handler):
    """Each change is a new version; AWS keeps five at the most, so those that are not in use go first."""

    operations = ("list_policy_versions", "delete_policy_version")

    def incoming(self, item: Props) -> Props:
        return {**item, "PolicyDocument": text(item["PolicyDocument"])}

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        self.drop_old_versions(resource_id)
        return super().update(resource_id, old, state, new)

    def delete(self, resource_id: str, state: Props) -> None:
        if self.fetch(resource_id, state) is not None:
            self.drop_old_versions(resource_id)
        super().delete(resource_id, state)

    def drop_old_versions(self, arn: str) -> None:
        for version in self.operate("list_policy_versions", {"PolicyArn": arn})["Versions"]:
            if not version["IsDefaultVersion"]:
                self.operate("delete_policy_version", {"PolicyArn": arn, "VersionId": version["VersionId"]})


class InstanceProfile(Handler):
    """Holds one role, which has to be taken out before either of them is deleted."""

    operations = ("add_role_to_instance_profile", "remove_role_from_instance_profile")

    def incoming(self, item: Props) -> Props:
        role = next((row["RoleName"] for row in item.get("Roles", ())), None)
        return {**item, "role": role, "uniqueId": item.get("InstanceProfileId")}

    def settle(self, resource_id: str, inputs: Props) -> None:
        self.put(resource_id, inputs.get("role"))

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        if self.changed(old, new, ["role"]):
            self.take(resource_id)
            self.put(resource_id, new.get("role"))
        return super().update(resource_id, old, state, new)

    def delete(self, resource_id: str, state: Props) -> None:
        self.take(resource_id)
        super().delete(resource_id, state)

    def put(self, name: str, role: str | None) -> None:
        if role:
            params = {"InstanceProfileName": name, "RoleName": role.rsplit("/", 1)[-1]}
            self.operate("add_role_to_instance_profile", params)

    def take(self, name: str) -> None:
        item = self.fetch(name, {}) or {}
        for role in item.get("Roles", ()):
            params = {"InstanceProfileName": name, "RoleName": role["RoleName"]}
            self.operate("remove_role_from_instance_profile", params)


TYPES = [
    ResourceType(
        token="aws:iam/role:Role",
        service="iam",
        handler=Role,
        create=Call(operation="create_role", sends=Send.ALL),
        id="{name}",
        reads=[Read(operation="get_role", args={"RoleName": "{id}"}, item="Role")],
        updates=[
            Update(
                on=["assumeRolePolicy"],
                call=Call(
                    operation="update_assume_role_policy",
                    args={"RoleName": "{id}", "PolicyDocument": "{assumeRolePolicy}"},
                ),
            ),
            Update(
                on=["description", "maxSessionDuration"],
                call=Call(
                    operation="update_role", sends=["description", "maxSessionDuration"], args={"RoleName": "{id}"}
                ),
            ),
        ],
        delete=Call(operation="delete_role", args={"RoleName": "{id}"}),
        names={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument", "uniqueId": "RoleId"},
        auto_name=AutoName(limit=64),
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        documents=["assumeRolePolicy"],
        local=["forceDetachPolicies"],
        replaces=["name", "path"],
        tags=tags("role", "RoleName"),
        rules=[
            Matches("name", r"[\w+=,.@-]{1,64}", "1 to 64 of letters, digits and _+=,.@-"),
            PATH,
            Document("assumeRolePolicy", limit=2048),
            Between("maxSessionDuration", 3600, 43200),
        ],
    ),
    ResourceType(
        token="aws:iam/rolePolicy:RolePolicy",
        service="iam",
        handler=Policy,
        create=Call(operation="put_role_policy", sends=Send.ALL),
        id="{role}:{name}",
        import_id="(?P<role>[^:]+):(?P<name>.+)",
        reads=[Read(operation="get_role_policy", args={"RoleName": "{role}", "PolicyName": "{name}"})],
        updates=[Update(on=["policy"], call=Call(operation="put_role_policy", sends=Send.ALL))],
        delete=Call(operation="delete_role_policy", args={"RoleName": "{role}", "PolicyName": "{name}"}),
        names={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
        auto_name=AutoName(limit=128),
        documents=["policy"],
        replaces=["name", "role"],
        rules=[NAME, Document("policy", limit=10240), role_exists("role")],
    ),
    ResourceType(
        token="aws:iam/policy:Policy",
        service="iam",
        handler=ManagedPolicy,
        create=Call(operation="create_policy", sends=Send.ALL),
        id="{Policy.Arn}",
        reads=[
            Read(operation="get_policy", args={"PolicyArn": "{id}"}, item="Policy"),
            Read(
                operation="get_policy_version",
                args={"PolicyArn": "{id}", "VersionId": "{DefaultVersionId}"},
                item="PolicyVersion.{PolicyDocument: Document}",
            ),
        ],
        updates=[
            Update(
                on=["policy"],
                call=Call(
                    operation="create_policy_version",
                    args={"PolicyArn": "{id}", "PolicyDocument": "{policy}", "SetAsDefault": True},
                ),
            )
        ],
        delete=Call(operation="delete_policy", args={"PolicyArn": "{id}"}),
        names={"name": "PolicyName", "policy": "PolicyDocument"},
        auto_name=AutoName(limit=128),
        defaults={"path": "/"},
        documents=["policy"],
        replaces=["name", "path", "description"],
        tags=tags("policy", "PolicyArn"),
        rules=[NAME, PATH, Document("policy", limit=6144)],
    ),
    ResourceType(
        token="aws:iam/user:User",
        service="iam",
        handler=User,
        create=Call(operation="create_user", sends=Send.ALL),
        id="{name}",
        reads=[Read(operation="get_user", args={"UserName": "{id}"}, item="User")],
        delete=Call(operation="delete_user", args={"UserName": "{id}"}),
        names={"name": "UserName", "uniqueId": "UserId"},
        auto_name=AutoName(limit=64),
        defaults={"forceDestroy": False, "path": "/"},
        local=["forceDestroy"],
        replaces=["name", "path"],
        tags=tags("user", "UserName"),
        rules=[Matches("name", r"[\w+=,.@-]{1,64}", "1 to 64 of letters, digits and _+=,.@-"), PATH],
    ),
    ResourceType(
        token="aws:iam/userPolicy:UserPolicy",
        service="iam",
        handler=Policy,
        create=Call(operation="put_user_policy", sends=Send.ALL),
        id="{user}:{name}",
        import_id="(?P<user>[^:]+):(?P<name>.+)",
        reads=[Read(operation="get_user_policy", args={"UserName": "{user}", "PolicyName": "{name}"})],
        updates=[Update(on=["policy"], call=Call(operation="put_user_policy", sends=Send.ALL))],
        delete=Call(operation="delete_user_policy", args={"UserName": "{user}", "PolicyName": "{name}"}),
        names={"name": "PolicyName", "user": "UserName", "policy": "PolicyDocument"},
        auto_name=AutoName(limit=128),
        documents=["policy"],
        replaces=["name", "user"],
        rules=[
            NAME,
            Document("policy", limit=2048),
            Exists("user", "a user", "iam", "get_user", {"UserName": "{value}"}, "User.UserName"),
        ],
    ),
    ResourceType(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        service="iam",
        create=Call(operation="attach_role_policy", args={"RoleName": "{role}", "PolicyArn": "{policyArn}"}),
        id="{role}/{policyArn}",
        import_id="(?P<role>[^/]+)/(?P<policyArn>arn:.+)",
        reads=[
            Read(
                operation="list_attached_role_policies",
                args={"RoleName": "{role}"},
                item="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]",
            )
        ],
        delete=Call(operation="detach_role_policy", args={"RoleName": "{role}", "PolicyArn": "{policyArn}"}),
        names={"role": "RoleName"},
        local=["role"],
        replaces=["role", "policyArn"],
        rules=[
            ROLE_ARN,
            role_exists("role"),
            Exists("policyArn", "a managed policy", "iam", "get_policy", {"PolicyArn": "{value}"}, "Policy.Arn"),
        ],
    ),
    ResourceType(
        token="aws:iam/instanceProfile:InstanceProfile",
        service="iam",
        handler=InstanceProfile,
        create=Call(operation="create_instance_profile", sends=Send.ALL),
        id="{name}",
        reads=[Read(operation="get_instance_profile", args={"InstanceProfileName": "{id}"}, item="InstanceProfile")],
        delete=Call(operation="delete_instance_profile", args={"InstanceProfileName": "{id}"}),
        names={"name": "InstanceProfileName"},
        auto_name=AutoName(limit=128),
        defaults={"path": "/"},
        handled=["role"],
        replaces=["name", "path"],
        tags=tags("instance_profile", "InstanceProfileName"),
        rules=[NAME, PATH, role_exists("role"), Needed("role")],
    ),
]
