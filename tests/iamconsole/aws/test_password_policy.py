"""Passwords are refused by every rule of the account's policy, and only by those."""

import pytest

from iamconsole.aws import names
from iamconsole.aws.password_policy import DEFAULT, SYMBOLS, PasswordPolicy, generate

STRICT = PasswordPolicy(
    minimum_length=14,
    require_uppercase=True,
    require_lowercase=True,
    require_numbers=True,
    require_symbols=True,
)


@pytest.mark.parametrize("password", ["Abcdefg1", "abcdef1!", "ABCDEF1!", "Abcdefg!"])
def test_the_default_policy_accepts_eight_characters_of_three_classes(password: str) -> None:
    assert DEFAULT.violations(password) == ()


@pytest.mark.parametrize("password", ["abcdefgh", "abcdefg1", "ABCDEFG!", "Abcdefgh", "Abcdefgé", "Abcdefg~"])
def test_the_default_policy_refuses_fewer_than_three_classes(password: str) -> None:
    (sentence,) = DEFAULT.violations(password)
    assert "at least 3" in sentence


def test_the_default_policy_refuses_seven_characters() -> None:
    assert DEFAULT.violations("Abcde1!") == ("The password must have at least 8 characters.",)


@pytest.mark.parametrize(
    ("argument", "noun"),
    [("account_name", "account name"), ("email", "e-mail address"), ("user_name", "user name")],
)
def test_the_default_policy_refuses_the_names_of_the_account_and_its_people(argument: str, noun: str) -> None:
    known = {argument: "Alice+1@example.com"}
    assert DEFAULT.violations("alice+1@EXAMPLE.com", **known) == (f"The password must not be the same as the {noun}.",)
    assert DEFAULT.violations("Alice+2@example.com", **known) == ()


def test_an_unknown_account_name_refuses_nothing() -> None:
    assert len(DEFAULT.violations("", account_name="")) == 2


def test_a_policy_of_ones_own_asks_only_what_it_says() -> None:
    policy = PasswordPolicy(minimum_length=6)
    assert policy.violations("aaaaaa", account_name="aaaaaa") == ()
    assert policy.violations("aaaaa") == ("The password must have at least 6 characters.",)


def test_every_rule_that_failed_is_named() -> None:
    assert len(STRICT.violations("")) == 5
    assert STRICT.violations("abcdefghijkl1!") == ("The password must have an upper-case letter (A-Z).",)
    assert STRICT.violations("ABCDEFGHIJKL1!") == ("The password must have a lower-case letter (a-z).",)
    assert STRICT.violations("Abcdefghijklm!") == ("The password must have a number (0-9).",)
    (sentence,) = STRICT.violations("Abcdefghijklm1")
    assert sentence.startswith("The password must have one of these symbols: ! @ #")


def test_the_symbols_are_those_of_the_user_guide() -> None:
    assert " ".join(SYMBOLS) == "! @ # $ % ^ & * ( ) _ + - = [ ] { } | '"


@pytest.mark.parametrize(
    "policy", [DEFAULT, STRICT, PasswordPolicy(minimum_length=128), PasswordPolicy(minimum_length=6)]
)
def test_a_generated_password_satisfies_the_policy_and_the_pattern(policy: PasswordPolicy) -> None:
    passwords = {generate(policy) for _ in range(50)}
    assert len(passwords) == 50
    for password in passwords:
        assert policy.violations(password) == ()
        names.check(names.PASSWORD, password, "password")


def test_passwords_expire_only_when_an_age_is_set() -> None:
    assert not DEFAULT.expires
    assert PasswordPolicy(max_age_days=90).expires


def test_the_requirements_are_the_sentences_of_the_refusals() -> None:
    assert set(STRICT.violations("")) == set(STRICT.requirements())
    assert DEFAULT.requirements()[0] == "The password must have at least 8 characters."
    assert "account name" in DEFAULT.requirements()[-1]
