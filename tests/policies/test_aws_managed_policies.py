"""The rows of account `aws`, as `migrate` leaves them."""

import pytest
from django.apps import apps
from pytest_django import DjangoAssertNumQueries

from accounts.models import AWS, Account
from policies import aws_managed_policies
from policies.models import DataFile, ManagedPolicy, PolicyVersion

pytestmark = pytest.mark.django_db

ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def another_data_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the stamp differ, so that `load` compares every row again."""
    monkeypatch.setattr(aws_managed_policies, "data_hash", lambda: "0" * 64)


def the_policy(name: str) -> ManagedPolicy:
    return ManagedPolicy.objects.get(account_id=AWS, policy_name=name)


def history_rows(model: str) -> int:
    """Count the row history that concerns account `aws`."""
    return int(apps.get_model("policies", model)._default_manager.filter(account_id=AWS).count())


def rows() -> list[tuple[int, str]]:
    versions = PolicyVersion.objects.filter(account_id=AWS).order_by("id")
    return list(versions.values_list("id", "document_hash"))


def test_migrate_loads_the_aws_managed_policies_with_their_history() -> None:
    assert ManagedPolicy.objects.filter(account_id=AWS).count() >= 1_590
    assert PolicyVersion.objects.filter(account_id=AWS).count() >= 6_200
    assert PolicyVersion.objects.filter(account_id=AWS, is_default=True).count() == (
        ManagedPolicy.objects.filter(account_id=AWS).count()
    )


def test_administrator_access_has_its_arn_its_real_id_and_its_day() -> None:
    policy = the_policy("AdministratorAccess")
    assert policy.arn == ADMINISTRATOR_ACCESS
    assert policy.policy_id == "ANPAIWMBCKSKIEE64ZLYK"
    assert policy.create_date.isoformat() == "2015-02-06T18:39:46+00:00"
    assert policy.description == "Provides full access to AWS services and resources."


def test_read_only_access_has_many_versions_and_the_newest_is_its_default() -> None:
    versions = list(the_policy("ReadOnlyAccess").versions.order_by("number"))
    assert len(versions) >= 150
    assert [version.number for version in versions if version.is_default] == [versions[-1].number]


def test_loading_leaves_no_row_history() -> None:
    assert history_rows("ManagedPolicyEvent") == 0
    assert history_rows("PolicyVersionEvent") == 0


def test_loading_again_asks_only_for_the_stamp(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(5):
        assert aws_managed_policies.load() is False


def test_loading_another_data_file_of_the_same_content_changes_nothing(another_data_file: None) -> None:
    before = rows()
    assert aws_managed_policies.load() is True
    assert rows() == before
    assert DataFile.objects.get().sha256 == "0" * 64


def test_loading_mends_what_differs_and_leaves_customers_alone(another_data_file: None) -> None:
    customer = Account.objects.create(account_id="123456789012", name="class")
    own = ManagedPolicy.objects.create(account=customer, policy_name="ReadOnlyAccess", description="ours")
    policy = the_policy("ReadOnlyAccess")
    newest = policy.versions.get(is_default=True)
    newest.is_default = False
    newest.save()
    PolicyVersion.objects.filter(policy=policy, number=1).update(is_default=True)
    ManagedPolicy.objects.filter(pk=policy.pk).update(description="stale")
    the_policy("PowerUserAccess").versions.filter(number=1).delete()
    the_policy("AdministratorAccess").delete()

    aws_managed_policies.load()

    policy.refresh_from_db()
    assert policy.description == "Provides read-only access to AWS services and resources."
    assert policy.versions.get(is_default=True).number == newest.number
    assert the_policy("PowerUserAccess").versions.filter(number=1).exists()
    assert the_policy("AdministratorAccess").versions.get().is_default
    own.refresh_from_db()
    assert own.description == "ours"
    assert not own.versions.exists()
