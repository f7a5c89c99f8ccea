"""The shell's own addresses: sign-in, sign-out, preferences."""

from django.urls import path
from django.views.generic import RedirectView

from iamconsole.console.views import (
    confirm_identity,
    dashboard,
    practice,
    preferences,
    search,
    sessions,
    signin,
    switch_role,
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="dashboard")),
    path("signin", signin.sign_in, name="signin"),
    path("signin/root", signin.sign_in_root, name="signin-root"),
    path("signin/mfa/code", signin.enter_code, name="signin-mfa"),
    path("signin/mfa/passkey", signin.use_passkey, name="signin-passkey"),
    path("practice-authenticator", practice.authenticator, name="practice-authenticator"),
    path("signin/password", signin.set_password, name="signin-password"),
    path("signin/<str:account>", signin.sign_in_for_account, name="signin-account"),
    path("signout", signin.sign_out, name="signout"),
    path("sessions/add", sessions.add, name="session-add"),
    path("iam", RedirectView.as_view(pattern_name="dashboard")),
    path("iam/", dashboard.dashboard, name="dashboard"),
    path("iam/root-tasks", dashboard.root_tasks, name="root-tasks"),
    path("iam/search", search.search, name="search"),
    path("iam/security-credentials/end-sessions", sessions.end, name="credentials-end-sessions"),
    path("iam/switch-role", switch_role.switch, name="role-switch"),
    path("iam/switch-back", switch_role.switch_back, name="role-switch-back"),
    path("iam/confirm-identity/<uuid:draft_id>", confirm_identity.enter_password, name="confirm-identity"),
    path("iam/confirm-identity/<uuid:draft_id>/code", confirm_identity.enter_code, name="confirm-identity-code"),
    path("iam/confirm-identity/<uuid:draft_id>/passkey", confirm_identity.use_passkey, name="confirm-identity-passkey"),
    path("preferences", preferences.change, name="preferences"),
]
