"""The addresses of the policies wing, below `/iam/`."""

from django.urls import URLPattern, path

from policies.views import (
    access_troubleshooter,
    boundaries,
    create_policy,
    edit_policy,
    editor_help,
    import_policy,
    permissions,
    policies,
    policy_attachments,
    policy_checks,
    policy_deletion,
    policy_versions,
    simulator,
)

urlpatterns: list[URLPattern] = [
    path("simulator", simulator.simulator, name="simulator"),
    path("access", access_troubleshooter.index, name="access"),
    path("access/<uuid:event_id>", access_troubleshooter.detail, name="access-detail"),
    path("policies", policies.index, name="policy-list"),
    path("policies/details/<path:policy_arn>", policies.detail, name="policy-detail"),
    path("policies/create", create_policy.create, name="policy-create"),
    path("policies/edit/<path:policy_arn>", edit_policy.edit, name="policy-edit"),
    path("policies/import", import_policy.import_policy, name="policy-import"),
    path("policies/validate", editor_help.validate, name="policy-validate"),
    path("policies/complete", editor_help.complete, name="policy-complete"),
    path("policies/checks/<str:code>", policy_checks.explained, name="policy-check"),
    path("policies/attach", policy_attachments.attach, name="policy-attach"),
    path("policies/attach/<path:policy_arn>", policy_attachments.attach, name="policy-attach"),
    path("policies/detach", policy_attachments.detach, name="policy-detach"),
    path("policies/detach/<path:policy_arn>", policy_attachments.detach, name="policy-detach"),
    path("policies/version/<path:policy_arn>", policy_versions.version, name="policy-version"),
    path("policies/compare/<path:policy_arn>", policy_versions.compare, name="policy-compare"),
    path(
        "policies/set-default-version/<path:policy_arn>", policy_versions.set_default, name="policy-set-default-version"
    ),
    path("policies/delete-version/<path:policy_arn>", policy_versions.delete_version, name="policy-delete-version"),
    path("policies/delete", policy_deletion.delete, name="policy-delete"),
    path("policies/delete/<path:policy_arn>", policy_deletion.delete, name="policy-delete"),
    *permissions.routes("user"),
    *permissions.routes("group"),
    *permissions.routes("role"),
    *boundaries.routes(),
]
