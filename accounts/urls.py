"""The addresses of the accounts wing, below `/iam/`."""

from django.urls import URLPattern, path

from accounts.views import group_deletion, groups

urlpatterns: list[URLPattern] = [
    path("groups", groups.index, name="group-list"),
    path("groups/create", groups.create, name="group-create"),
    path("groups/details/<path:name>", groups.detail, name="group-detail"),
    path("groups/edit/<path:name>", groups.edit, name="group-edit"),
    path("groups/add-users/<path:name>", groups.add_users, name="group-add-users"),
    path("groups/remove-users/<path:name>", groups.remove_users, name="group-remove-users"),
    path("groups/delete", group_deletion.delete, name="group-delete"),
    path("groups/delete/<path:name>", group_deletion.delete, name="group-delete"),
]
