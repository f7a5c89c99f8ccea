"""Names are accepted and refused as IAM does, in its words."""

from collections.abc import Callable

import pytest

from iamconsole.aws import names
from iamconsole.aws.errors import InvalidInput, ValidationError

PATTERN = r"Member must satisfy regular expression pattern: [\w+=,.@-]+"
NAME_CHECKS = (
    names.check_user_name,
    names.check_group_name,
    names.check_role_name,
    names.check_policy_name,
    names.check_instance_profile_name,
)


def refusal_of(check: Callable[..., None], *arguments: object) -> ValidationError:
    with pytest.raises(ValidationError) as refusal:
        check(*arguments)
    return refusal.value


@pytest.mark.parametrize("check", NAME_CHECKS)
@pytest.mark.parametrize("value", ["alice", "a", "A.b_c-d", "user+tag=1,2@example.com", "_", "007"])
def test_letters_digits_and_seven_signs_make_a_name(check: Callable[[str], None], value: str) -> None:
    check(value)


@pytest.mark.parametrize("check", NAME_CHECKS)
@pytest.mark.parametrize("value", ["a b", "a/b", "a:b", "a*", "é", "名", "a\n", "a\x00", "a\x7f", "<b>", "a'b", "１"])
def test_a_name_with_any_other_character_is_refused(check: Callable[[str], None], value: str) -> None:
    assert PATTERN in str(refusal_of(check, value))


def test_ac23_a_user_name_with_a_space_is_refused_with_the_pattern() -> None:
    refusal = refusal_of(names.check_user_name, "dave smith")
    assert str(refusal) == (
        "1 validation error detected: Value at 'userName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]+"
    )
    assert refusal.field == "userName"


def test_several_failures_are_told_in_one_sentence() -> None:
    assert str(refusal_of(names.check_user_name, "a b" * 30)) == (
        "2 validation errors detected: Value at 'userName' failed to satisfy constraint: "
        "Member must have length less than or equal to 64; "
        f"Value at 'userName' failed to satisfy constraint: {PATTERN}"
    )


def test_an_empty_name_is_too_short_and_breaks_the_pattern() -> None:
    message = str(refusal_of(names.check_group_name, "", "newGroupName"))
    assert message.startswith("2 validation errors detected: Value at 'newGroupName' failed")
    assert "Member must have length greater than or equal to 1" in message


@pytest.mark.parametrize(
    ("check", "longest"),
    [
        (names.check_user_name, 64),
        (names.check_role_name, 64),
        (names.check_group_name, 128),
        (names.check_policy_name, 128),
        (names.check_instance_profile_name, 128),
    ],
)
def test_a_name_has_a_longest_length(check: Callable[[str], None], longest: int) -> None:
    check("x" * longest)
    assert f"less than or equal to {longest}" in str(refusal_of(check, "x" * (longest + 1)))


def test_the_value_itself_is_left_out_of_the_refusal() -> None:
    assert "dave smith" not in str(refusal_of(names.check_user_name, "dave smith"))


@pytest.mark.parametrize("path", ["/", "/a/", "/division_abc/subdivision/", "/!~/", "/" + "x" * 510 + "/"])
def test_a_path_begins_and_ends_with_a_slash(path: str) -> None:
    names.check_path(path)


@pytest.mark.parametrize("path", ["", "a", "/a", "a/", "/a b/", "/é/", "/a\n/", "/\x7f/", "/" + "x" * 511 + "/"])
def test_any_other_path_is_refused(path: str) -> None:
    assert refusal_of(names.check_path, path).field == "path"


@pytest.mark.parametrize(("path", "good"), [("/", True), ("/a/b.c/", True), ("//", False), ("/a!/", False)])
def test_the_path_of_a_policy_is_stricter(path: str, good: bool) -> None:
    if good:
        names.check_policy_path(path)
    else:
        refusal_of(names.check_policy_path, path)


@pytest.mark.parametrize("alias", ["abc", "class-lab", "1a2", "a" * 63])
def test_an_account_alias_is_lower_case_with_single_hyphens(alias: str) -> None:
    names.check_account_alias(alias)


@pytest.mark.parametrize("alias", ["ab", "Class", "-abc", "abc-", "a--b", "a_b", "a.b", "a" * 64, "abc\n"])
def test_any_other_account_alias_is_refused(alias: str) -> None:
    refusal_of(names.check_account_alias, alias)


def test_twelve_digits_are_no_account_alias() -> None:
    with pytest.raises(InvalidInput):
        names.check_account_alias("123456789012")
    names.check_account_alias("12345678901")


def test_a_description_may_be_empty_or_written_in_any_script() -> None:
    names.check_description("")
    names.check_description("読み取り専用\nfor the class – 1")
    names.check_description("x" * 1000)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "\ud800", "x" * 1001])
def test_a_description_with_a_control_character_or_too_long_is_refused(text: str) -> None:
    assert refusal_of(names.check_description, text).field == "description"


def test_a_role_description_is_latin_1() -> None:
    names.check_role_description("Für die Klasse\tone\r\ntwo")
    refusal_of(names.check_role_description, "読")
    refusal_of(names.check_role_description, "a\x00")


@pytest.mark.parametrize(("seconds", "good"), [(3599, False), (3600, True), (43200, True), (43201, False)])
def test_a_session_lasts_one_to_twelve_hours(seconds: int, good: bool) -> None:
    if good:
        names.check_session_duration(seconds)
    else:
        message = str(refusal_of(names.check_session_duration, seconds))
        assert message.startswith("1 validation error detected: Value at 'maxSessionDuration' failed")


def test_tags_may_be_empty_valued_and_written_in_any_script() -> None:
    names.check_tags([])
    names.check_tags(
        [
            ("Project", ""),
            ("チーム", "Zoë 2"),
            ("全角\u3000空白", "Ⅷ"),
            ("a_.:/=+-@", "_.:/=+-@"),
            ("x" * 128, "y" * 256),
        ]
    )


@pytest.mark.parametrize(
    ("tag", "place"),
    [
        (("", "x"), "tags.1.member.key"),
        (("a!", "x"), "tags.1.member.key"),
        (("a\x00", "x"), "tags.1.member.key"),
        (("x" * 129, "x"), "tags.1.member.key"),
        (("a", "x!"), "tags.1.member.value"),
        (("a", "😀"), "tags.1.member.value"),
        (("a", "y" * 257), "tags.1.member.value"),
    ],
)
def test_a_tag_that_breaks_a_rule_is_refused_with_its_place(tag: tuple[str, str], place: str) -> None:
    refusal = refusal_of(names.check_tags, [tag])
    assert f"Value at '{place}' failed to satisfy constraint" in str(refusal)
    assert refusal.field == "tags"


def test_fifty_tags_are_allowed_and_fifty_one_refused() -> None:
    tags = [(f"key-{number}", "x") for number in range(51)]
    names.check_tags(tags[:50])
    assert "'tags' failed to satisfy constraint: Member must have length less than or equal to 50" in str(
        refusal_of(names.check_tags, tags)
    )


@pytest.mark.parametrize("keys", [("Department", "department"), ("department", "Department"), ("a", "a")])
def test_tag_keys_that_differ_only_in_case_are_refused(keys: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        names.check_tags([(key, "x") for key in keys])
    assert str(refusal.value) == "Duplicate tag keys found. Please note that Tag keys are case insensitive."


@pytest.mark.parametrize("tag", [("aws:owner", "x"), ("AWS:owner", "x"), ("owner", "aws:x")])
def test_a_tag_that_begins_with_aws_is_reserved(tag: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput, match="reserved for AWS"):
        names.check_tags([tag])


def test_aws_elsewhere_in_a_tag_is_not_reserved() -> None:
    names.check_tags([("awsome", "my aws: account")])


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        (names.USER_NAME, r"[\w+=,.@\-]+"),
        (names.POLICY_PATH, r"((/[A-Za-z0-9\.,\+@=_\-]+)*)/"),
        (names.TAG_KEY, r"[\p{L}\p{Z}\p{N}_.:\/=+\-@]+"),
        (names.EXTERNAL_ID, r"[\w+=,.@:\/\-]*"),
        (names.ACCOUNT_ALIAS, r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"),
    ],
)
def test_a_form_pattern_is_escaped_for_the_strict_mode_of_browsers(name: names.Name, pattern: str) -> None:
    assert name.html_pattern == pattern
