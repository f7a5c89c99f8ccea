"""Student accounts: made from a roster, isolated, put back to their start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Account, LoginProfile, OrganizationAccount, Role, User
from accounts.operations.groups import create_group
from accounts.operations.login_profiles import change_password
from accounts.operations.organization_accounts import ACCESS_ROLE, remove_account_from_organization
from accounts.operations.organizations import leave_organization
from accounts.operations.users import create_user, delete_user, list_users
from accounts.secrets import password_matches
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied, EntityAlreadyExists, NoSuchEntity
from iamconsole.call import Call
from iamconsole.classroom.models import AccountState, StudentAccount
from iamconsole.classroom.operations.states import list_account_states, reset_account
from iamconsole.classroom.operations.students import list_cards, list_students
from iamconsole.classroom.roster import read_roster
from iamconsole.classroom.seating import Change, plan, seat
from policies.models import Attachment, InlinePolicy, LabResource, ManagedPolicy
from policies.operations.lab_resources import CREATE
from tests.factories import a_call, a_user, an_account, an_inline_policy, sign_in

ROSTER = "name,email,id\nAnna Berg,anna@example.org,s1\nBo Li,bo@example.org,s2\n"


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


@pytest.fixture
def students(call: Call) -> list[StudentAccount]:
    list(seat(call, read_roster(ROSTER).students))
    return list(StudentAccount.objects.order_by("student_id"))


def allowing(action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})


def as_student(student: StudentAccount) -> Call:
    user = User.objects.get(account=student.member_id, user_name="student")
    return a_call(student.member, user)


def test_each_student_administers_an_account_of_his_own(students: list[StudentAccount]) -> None:
    first, second = map(as_student, students)
    create_user(first, user_name="mine")
    assert [user.name for user in list_users(second).items] == ["student"]
    assert {each.member.alias for each in students} == {each.alias for each in students}
    units = StudentAccount.objects.values_list("member__organization_account__unit__unit_name", flat=True)
    assert set(units) == {"Students"}


def test_the_root_user_of_a_student_account_has_no_password(client: Client, students: list[StudentAccount]) -> None:
    email = students[0].member.root_email
    for password in ("", "!", "anything-At-all-1"):
        answer = client.post("/signin/root", {"email": email, "password": password})
        assert answer.status_code != 302


def test_the_same_roster_changes_nothing_and_a_new_name_only_the_name(
    call: Call, students: list[StudentAccount]
) -> None:
    again = list(seat(call, read_roster(ROSTER).students))
    assert [each.change for each in again] == [Change.SAME, Change.SAME]
    assert Account.objects.filter(student_account__isnull=False).count() == 2
    renamed = read_roster("Anna Stern,anna@example.org,s1\n").students
    assert [each.change for each in plan(call, renamed)] == [Change.CHANGED]
    list(seat(call, renamed))
    assert StudentAccount.objects.get(student_id="s1").student_name == "Anna Stern"


def test_what_a_killed_run_left_half_made_is_finished(call: Call, students: list[StudentAccount]) -> None:
    StudentAccount.objects.filter(student_id="s2").delete()
    member = students[1].member
    member.alias = None
    member.save()
    from iamconsole.classroom.states import clear_rows

    AccountState.objects.filter(member=member).delete()
    clear_rows(member.pk)
    list(seat(call, read_roster(ROSTER).students))
    assert StudentAccount.objects.get(student_id="s2").member_id == member.pk


def test_cards_tell_passwords_until_they_are_changed(call: Call, students: list[StudentAccount]) -> None:
    card, other = list_cards(call)
    (sign_in_,) = card.sign_ins
    profile = LoginProfile.objects.get(user__account=card.student.member_id)
    assert password_matches(sign_in_.password, profile.password)
    assert profile.password_reset_required
    change_password(as_student(students[0]), old_password=sign_in_.password, new_password="Something-Else-9")
    first, second = list_cards(call)
    assert first.sign_ins == ()
    assert second.sign_ins == other.sign_ins
    everything = json.dumps(list(Event.objects.values_list("record", flat=True)))
    assert sign_in_.password not in everything


def test_a_reset_puts_everything_back_and_keeps_what_was(call: Call, students: list[StudentAccount]) -> None:
    anna = students[0]
    (card_before, _) = list_cards(call)
    mine = as_student(anna)
    change_password(mine, old_password=card_before.sign_ins[0].password, new_password="Something-Else-9")
    create_user(mine, user_name="extra")
    an_inline_policy(
        User.objects.get(account=anna.member, user_name="extra"), '{"Version": "2012-10-17", "Statement": []}'
    )
    create_group(mine, group_name="More")
    Account.objects.filter(pk=anna.member_id).update(alias="something-else-entirely")
    events = Event.objects.filter(account_id=anna.member_id).count()
    kept = reset_account(call, account_id=anna.member_id, reason="She asked for it")
    assert [user.name for user in User.objects.filter(account=anna.member)] == ["student"]
    assert not InlinePolicy.objects.filter(account_id=anna.member_id).exists()
    assert Account.objects.get(pk=anna.member_id).alias == anna.alias
    assert list_cards(call)[0].sign_ins == card_before.sign_ins
    assert Account.objects.get(pk=anna.member_id).user_count == 1
    assert Event.objects.filter(account_id=anna.member_id).count() >= events
    (newest, start) = list_account_states(call, account_id=anna.member_id)
    assert (newest.reason, newest.is_start, start.is_start) == ("She asked for it", False, True)
    reset_account(call, account_id=anna.member_id, state_id=kept.pk)
    assert {user.name for user in User.objects.filter(account=anna.member)} == {"student", "extra"}
    assert Account.objects.get(pk=anna.member_id).user_count == 2


def test_a_reset_leaves_everybody_else_alone(call: Call, students: list[StudentAccount], account: Account) -> None:
    create_user(as_student(students[1]), user_name="mine")
    before = User.objects.filter(account=account).count()
    reset_account(call, account_id=students[0].member_id)
    assert User.objects.filter(account=students[1].member, user_name="mine").exists()
    assert User.objects.filter(account=account).count() == before
    assert Role.objects.filter(account=students[0].member, role_name=ACCESS_ROLE).exists()


def test_a_student_cannot_leave_the_class_and_a_reset_takes_in_who_left(
    call: Call, students: list[StudentAccount]
) -> None:
    anna = students[0]
    with pytest.raises(AccessDenied, match="with an explicit deny in a service control policy"):
        leave_organization(as_student(anna))
    remove_account_from_organization(call, account_id=anna.member_id)
    reset_account(call, account_id=anna.member_id)
    place = OrganizationAccount.objects.select_related("unit").get(pk=anna.member_id)
    assert place.unit is not None
    assert place.unit.unit_name == "Students"
    with pytest.raises(AccessDenied, match="service control policy"):
        leave_organization(as_student(anna))


def test_a_state_whose_bucket_has_gone_to_somebody_else_is_refused_whole(
    call: Call, students: list[StudentAccount]
) -> None:
    anna, bo = students
    bucket = f"bucket-of-{anna.member_id}"
    CREATE["bucket"](as_student(anna), name=bucket)
    kept = reset_account(call, account_id=anna.member_id)
    CREATE["bucket"](as_student(bo), name=bucket)
    create_user(as_student(anna), user_name="mine")
    with pytest.raises(EntityAlreadyExists, match="another account has taken"):
        reset_account(call, account_id=anna.member_id, state_id=kept.pk)
    assert User.objects.filter(account=anna.member, user_name="mine").exists()
    assert LabResource.objects.get(name=bucket).account_id == bo.member_id


def test_both_trails_tell_of_a_reset(call: Call, students: list[StudentAccount]) -> None:
    reset_account(call, account_id=students[0].member_id, reason="Start over")
    for account_id in (call.account_id, students[0].member_id):
        event = Event.objects.get(account_id=account_id, event_name="ResetStudentAccount")
        assert event.record["requestParameters"]["reason"] == "Start over"


def test_only_who_may_close_accounts_resets_and_another_class_finds_nothing(
    call: Call, students: list[StudentAccount], account: Account
) -> None:
    carol = a_call(account, a_user(account))
    with pytest.raises(AccessDenied, match="organizations:CloseAccount"):
        reset_account(carol, account_id=students[0].member_id)
    with pytest.raises(AccessDenied):
        list_cards(carol)
    elsewhere = a_call(an_account())
    with pytest.raises(NoSuchEntity):
        reset_account(elsewhere, account_id=students[0].member_id)
    with pytest.raises(NoSuchEntity):
        reset_account(as_student(students[0]), account_id=students[1].member_id)
    assert list_cards(elsewhere) == ()
    assert list_students(elsewhere).items == ()


def test_a_state_of_another_account_is_none(call: Call, students: list[StudentAccount]) -> None:
    theirs = AccountState.objects.get(member=students[1].member, is_start=True)
    with pytest.raises(NoSuchEntity):
        reset_account(call, account_id=students[0].member_id, state_id=theirs.pk)


def test_the_demo_cast_goes_into_each_account_and_comes_back(call: Call) -> None:
    list(seat(call, read_roster("Anna,,s1\n").students, demo=True))
    student = StudentAccount.objects.get()
    (card,) = list_cards(call)
    assert [each.user_name for each in card.sign_ins][:2] == ["student", "alice"]
    tables = (User, Role, ManagedPolicy, Attachment, LabResource)
    counts = [model._default_manager.filter(account_id=student.member_id).count() for model in tables]
    assert min(counts) > 0
    reset_account(call, account_id=student.member_id)
    assert [model._default_manager.filter(account_id=student.member_id).count() for model in tables] == counts


def test_the_commands_make_accounts_and_cards_and_put_one_back(account: Account, tmp_path: Path) -> None:
    roster, cards = tmp_path / "roster.csv", tmp_path / "cards.html"
    roster.write_text(ROSTER, encoding="utf-8")
    call_command("createaccounts", roster=roster, cards=cards, account=account.alias, address="http://10.0.0.5:8000")
    text = cards.read_text(encoding="utf-8")
    student = StudentAccount.objects.get(student_id="s1")
    assert f"http://10.0.0.5:8000/signin/{student.alias}" in text
    assert text.count("<svg") == 2
    assert cards.stat().st_mode & 0o777 == 0o600
    call_command("createaccounts", roster=roster, account=account.alias)
    assert StudentAccount.objects.count() == 2
    delete_everything = as_student(student)
    create_user(delete_everything, user_name="gone")
    delete_user(delete_everything, user_name="gone")
    call_command("resetaccount", student.member_id)
    roster.write_text("name\n,\n", encoding="utf-8")
    for arguments in ({"roster": roster}, {"roster": tmp_path / "none.csv"}, {"roster": roster, "account": "nobody"}):
        with pytest.raises(CommandError):
            call_command("createaccounts", **{"account": account.alias, **arguments})
    with pytest.raises(CommandError):
        call_command("resetaccount", "123456789012")


class TestPages:
    @pytest.fixture
    def alices(self, client: Client, alice: User) -> Client:
        return sign_in(client, alice)

    def test_a_roster_is_previewed_and_nothing_is_written_before_it_is_confirmed(self, alices: Client) -> None:
        answer = alices.post("/class/roster", {"students": ROSTER})
        page = alices.get(answer["Location"]).content.decode()
        assert "Anna Berg" in page
        assert "Make 2 accounts" in page
        assert not StudentAccount.objects.exists()
        while (answer_ := alices.post(answer["Location"])).status_code == 200:
            assert "Accounts made" in answer_.content.decode()
        assert answer_["Location"] == "/class/"
        assert StudentAccount.objects.count() == 2
        assert "Anna Berg" in alices.get("/class/").content.decode()

    def test_what_is_wrong_with_a_roster_stands_beside_it(self, alices: Client) -> None:
        answer = alices.post("/class/roster", {"students": "Anna,nonsense,1"})
        assert answer.status_code == 422
        assert "Line 1: nonsense is no e-mail address." in answer.content.decode()
        assert "Anna,nonsense,1" in answer.content.decode()

    def test_one_click_resets_an_account(self, alices: Client, students: list[StudentAccount]) -> None:
        create_user(as_student(students[0]), user_name="extra")
        answer = alices.post(f"/class/accounts/{students[0].member_id}/reset")
        assert answer.status_code == 302
        page = alices.get(answer["Location"]).content.decode()
        assert "is back at its start" in page
        assert "Before a reset" in page
        state = AccountState.objects.get(member=students[0].member, is_start=False)
        alices.post(f"/class/accounts/{students[0].member_id}/reset", {"state": str(state.pk)})
        assert User.objects.filter(account=students[0].member, user_name="extra").exists()

    def test_a_reset_warns_where_the_alias_went_to_somebody_else(
        self, alices: Client, students: list[StudentAccount]
    ) -> None:
        first, second = students
        Account.objects.filter(pk=first.member_id).update(alias=None)
        Account.objects.filter(pk=second.member_id).update(alias=first.alias)
        answer = alices.post(f"/class/accounts/{first.member_id}/reset")
        page = alices.get(answer["Location"]).content.decode()
        assert "Another account has taken its alias." in page

    def test_a_student_is_told_whose_account_this_is_and_offered_no_class(self, students: list[StudentAccount]) -> None:
        student = sign_in(Client(), User.objects.get(account=students[0].member, user_name="student"))
        page = student.get("/class/").content.decode()
        assert "You are in the account of Anna Berg." in page
        assert "Import roster" not in page

    def test_cards_can_be_printed_for_all_or_one(self, alices: Client, students: list[StudentAccount]) -> None:
        page = alices.get("/class/cards")
        assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        assert page.content.decode().count('class="signcard"') == 2
        one = alices.get(f"/class/cards?account={students[0].member_id}").content.decode()
        assert one.count('class="signcard"') == 1

    def test_a_student_and_carol_get_nothing(
        self, client: Client, account: Account, students: list[StudentAccount]
    ) -> None:
        carol = sign_in(client, a_user(account, "carol-9"))
        for path in ("/class/", "/class/cards", f"/class/accounts/{students[0].member_id}"):
            assert carol.get(path).status_code == 403
        draft = carol.post("/class/roster", {"students": ROSTER + "Cy,,s3\n"})["Location"]
        assert carol.get(draft).status_code == 403
        assert carol.post(draft).status_code == 403
        lister = a_user(account, "lister")
        an_inline_policy(lister, allowing("organizations:ListAccounts"))
        listers = sign_in(Client(), lister)
        draft = listers.post("/class/roster", {"students": ROSTER + "Cy,,s3\n"})["Location"]
        assert listers.get(draft).status_code == 200
        refused = listers.post(draft)
        assert refused.status_code == 403
        assert "organizations:CreateAccount" in refused.content.decode()
        student = sign_in(Client(), User.objects.get(account=students[0].member, user_name="student"))
        assert student.get(f"/class/accounts/{students[1].member_id}").status_code == 404
