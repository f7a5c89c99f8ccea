"""The addresses of the accounts wing, below `/iam/`."""

from django.urls import URLPattern, path

from accounts.views import account, create_role, group_deletion, groups, roles, tags

urlpatterns: list[URLPattern] = [
    path("account/alias", account.alias, name="account-alias"),
    path("account/delete-alias", account.delete_alias, name="account-delete-alias"),
    path("groups", groups.index, name="group-list"),
    path("groups/create", groups.create, name="group-create"),
    path("groups/details/<path:name>", groups.detail, name="group-detail"),
    path("groups/edit/<path:name>", groups.edit, name="group-edit"),
    path("groups/add-users/<path:name>", groups.add_users, name="group-add-users"),
    path("groups/remove-users/<path:name>", groups.remove_users, name="group-remove-users"),
    path("groups/delete", group_deletion.delete, name="group-delete"),
    path("groups/delete/<path:name>", group_deletion.delete, name="group-delete"),
    path("roles", roles.index, name="role-list"),
    path("roles/create", create_role.create, name="role-create"),
    path("roles/details/<path:name>", roles.detail, name="role-detail"),
    path("roles/edit/<path:name>", roles.edit, name="role-edit"),
    path("roles/edit-trust-policy/<path:name>", roles.edit_trust_policy, name="role-edit-trust-policy"),
    path("roles/delete", roles.delete_several, name="role-delete"),
    path("roles/delete/<path:name>", roles.delete, name="role-delete"),
    *tags.routes(),
]
