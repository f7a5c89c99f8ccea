"""Instance profiles: how an EC2 instance is handed a role."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from accounts import arns, queries, shapes
from accounts.arns import Parameters, Target
from accounts.conflicts import must, refusing_duplicates
from accounts.models import InstanceProfile, InstanceProfileTag
from accounts.service_linked import refuse_service_linked
from accounts.tagging import write_tags
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate

SORTS = {
    "instance_profile_name": Sort("instance_profile_name", ignore_case=True),
}


@operation(
    "iam:CreateInstanceProfile",
    resource=arns.new_instance_profile,
    also={"tags": "iam:TagInstanceProfile"},
    answer=shapes.instance_profile,
)
def create_instance_profile(
    call: Call, *, instance_profile_name: str, path: str = "/", tags: Sequence[tuple[str, str]] = ()
) -> InstanceProfile:
    """Create an instance profile without a role in it.

    Rules: API_CreateInstanceProfile.
    """
    names.check_instance_profile_name(instance_profile_name)
    names.check_path(path)
    names.check_tags(list(tags))
    quotas.INSTANCE_PROFILES_PER_ACCOUNT.check(queries.lock_account(call).instance_profile_count)
    taken = f"Instance Profile {instance_profile_name} already exists."
    with refusing_duplicates(taken, field="instanceProfileName"):
        profile = InstanceProfile.objects.create(
            account=call.account, instance_profile_name=instance_profile_name, path=path
        )
    write_tags(InstanceProfileTag, profile, tags)
    return profile


@operation("iam:GetInstanceProfile", resource=arns.named_instance_profile, read_only=True)
def get_instance_profile(call: Call, *, instance_profile_name: str) -> InstanceProfile:
    """Read an instance profile with its role and its tags (`tag_list`).

    Rules: API_GetInstanceProfile.
    """
    return queries.find_instance_profile(call, instance_profile_name)


@operation("iam:ListInstanceProfiles", resource=arns.any_resource, read_only=True)
def list_instance_profiles(
    call: Call, *, path_prefix: str = "/", page: PageRequest = PageRequest()
) -> Page[InstanceProfile]:
    """List the account's instance profiles whose path begins with the prefix, each with its role.

    Rules: API_ListInstanceProfiles.
    """
    names.check(names.PATH_PREFIX, path_prefix, "pathPrefix")
    rows = queries.instance_profiles(call)
    if path_prefix != "/":
        rows = rows.filter(path__startswith=path_prefix)
    return paginate(
        rows,
        page,
        sorts=SORTS,
        default="instance_profile_name",
        search=("instance_profile_name",),
        total=call.account.instance_profile_count,
    )


@operation("iam:ListInstanceProfilesForRole", resource=arns.named_role, read_only=True)
def list_instance_profiles_for_role(call: Call, *, role_name: str) -> tuple[InstanceProfile, ...]:
    """List the instance profiles that hold a role, by name.

    Rules: API_ListInstanceProfilesForRole.
    """
    role = queries.find_role(call, role_name)
    return tuple(queries.instance_profiles(call).filter(role=role).order_by("instance_profile_name"))


def _passed_role(call: Call, parameters: Parameters) -> Iterable[tuple[str, Target]]:
    """The role that is handed to the instances of a profile: iam:PassRole is asked for on it."""
    role = arns.role_target(call, parameters["role_name"])
    yield "iam:PassRole", replace(role, keys={**role.keys, "iam:PassedToService": ("ec2.amazonaws.com",)})


@operation("iam:AddRoleToInstanceProfile", resource=arns.named_instance_profile, further=_passed_role)
def add_role_to_instance_profile(call: Call, *, instance_profile_name: str, role_name: str) -> None:
    """Put a role into an instance profile, which holds one at most. It takes iam:PassRole on the role as well.

    Rules: API_AddRoleToInstanceProfile; id_roles_use_passrole.
    """
    profile = queries.lock_instance_profile(call, instance_profile_name)
    role = queries.lock_role(call, role_name)
    refuse_service_linked(role)
    quotas.ROLES_PER_INSTANCE_PROFILE.check(int(profile.role_id is not None))
    profile.role = role
    profile.save(update_fields=["role"])


@operation("iam:RemoveRoleFromInstanceProfile", resource=arns.named_instance_profile)
def remove_role_from_instance_profile(call: Call, *, instance_profile_name: str, role_name: str) -> None:
    """Take a role out of an instance profile.

    Rules: API_RemoveRoleFromInstanceProfile.
    """
    profile = queries.lock_instance_profile(call, instance_profile_name)
    role = queries.find_role(call, role_name)
    if profile.role_id != role.role_id:
        raise NoSuchEntity(f"Role {role_name} is not in instance profile {instance_profile_name}.", field="roleName")
    profile.role = None
    profile.save(update_fields=["role"])


@operation("iam:DeleteInstanceProfile", resource=arns.named_instance_profile)
def delete_instance_profile(call: Call, *, instance_profile_name: str) -> None:
    """Delete an instance profile that holds no role; its tags go with it.

    Rules: API_DeleteInstanceProfile.
    """
    profile = queries.lock_instance_profile(call, instance_profile_name)
    must("remove roles from instance profile", remaining=profile.role_id is not None)
    profile.delete()
