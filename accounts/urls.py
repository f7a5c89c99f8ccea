"""The addresses of the accounts wing, below `/iam/`."""

from django.urls import URLPattern, path

from accounts.views import (
    access_keys,
    account,
    console_access,
    copy_permissions,
    create_role,
    create_user,
    credential_report,
    credentials,
    group_deletion,
    groups,
    mfa_devices,
    passkeys,
    retrieve,
    role_sessions,
    roles,
    settings,
    tags,
    user_bulk,
    user_deletion,
    users,
)

urlpatterns: list[URLPattern] = [
    path("settings", settings.index, name="account-settings"),
    path("settings/password-policy", settings.edit_password_policy, name="account-password-policy"),
    path("credential-report", credential_report.show, name="credential-report"),
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
    path("users", users.index, name="user-list"),
    path("users/create", create_user.create, name="user-create"),
    path("users/details/<path:name>", users.detail, name="user-detail"),
    path("users/edit/<path:name>", users.edit, name="user-edit"),
    path("users/delete", user_deletion.delete, name="user-delete"),
    path("users/delete/<path:name>", user_deletion.delete, name="user-delete"),
    path("users/add-to-groups", user_bulk.add_to_groups, name="user-add-to-groups"),
    path("users/remove-from-groups/<path:name>", user_bulk.remove_from_groups, name="user-remove-from-groups"),
    path("users/deactivate-keys", user_bulk.deactivate_access_keys, name="user-deactivate-keys"),
    path("users/disable-console-access", user_bulk.disable_console_access, name="user-disable-console-access"),
    path("users/copy-permissions/<path:name>", copy_permissions.copy, name="user-copy-permissions"),
    path("users/console-access/<path:name>", console_access.manage, name="user-console-access"),
    path("users/create-access-key/<path:name>", access_keys.create, name="user-create-access-key"),
    *(
        path(f"users/{verb}-access-key/<str:key_id>/<path:name>", view, name=f"user-{verb}-access-key")
        for verb, view in access_keys.VERBS.items()
    ),
    path("users/assign-mfa/<path:name>", mfa_devices.assign, name="user-assign-mfa"),
    path("users/register-mfa/<path:name>", passkeys.register, name="user-register-mfa"),
    path("users/activate-mfa/<uuid:draft_id>/<path:name>", mfa_devices.activate, name="user-activate-mfa"),
    *(
        path(f"users/{verb}-mfa/<str:device>/<path:name>", view, name=f"user-{verb}-mfa")
        for verb, view in mfa_devices.VERBS.items()
    ),
    path("users/retrieve/<uuid:draft_id>", retrieve.show, name="user-retrieve"),
    path("security-credentials", credentials.mine, name="credentials"),
    path("security-credentials/change-root-password", credentials.change_root, name="credentials-root-password"),
    path("security-credentials/create-access-key", access_keys.create, name="credentials-create-access-key"),
    *(
        path(f"security-credentials/{verb}-access-key/<str:key_id>", view, name=f"credentials-{verb}-access-key")
        for verb, view in access_keys.VERBS.items()
    ),
    path("security-credentials/assign-mfa", mfa_devices.assign, name="credentials-assign-mfa"),
    path("security-credentials/register-mfa", passkeys.register, name="credentials-register-mfa"),
    path("security-credentials/activate-mfa/<uuid:draft_id>", mfa_devices.activate, name="credentials-activate-mfa"),
    *(
        path(f"security-credentials/{verb}-mfa/<str:device>", view, name=f"credentials-{verb}-mfa")
        for verb, view in mfa_devices.VERBS.items()
    ),
    path("security-credentials/retrieve/<uuid:draft_id>", retrieve.show, name="credentials-retrieve"),
    path("security-credentials/file", retrieve.download, name="credentials-file"),
    path("roles", roles.index, name="role-list"),
    path("roles/create", create_role.create, name="role-create"),
    path("roles/details/<path:name>", roles.detail, name="role-detail"),
    path("roles/edit/<path:name>", roles.edit, name="role-edit"),
    path("roles/edit-trust-policy/<path:name>", roles.edit_trust_policy, name="role-edit-trust-policy"),
    path("roles/delete", roles.delete_several, name="role-delete"),
    path("roles/delete/<path:name>", roles.delete, name="role-delete"),
    *tags.routes(),
]
