"""Rosters as people have them."""

from __future__ import annotations

import pytest

from iamconsole.classroom.roster import MOST, read_roster


def test_columns_are_found_by_their_headings_in_any_order() -> None:
    (student,) = read_roster("Student ID;E-mail;Name\n4711;anna@example.org;Anna  Berg\n").students
    assert (student.name, student.email, student.student_id, student.line) == (
        "Anna Berg",
        "anna@example.org",
        "4711",
        2,
    )


def test_without_headings_the_order_is_name_email_id() -> None:
    students = read_roster('"Berg, Anna",anna@example.org,1\nBo,bo@example.org,2\n\n').students
    assert [(each.name, each.student_id) for each in students] == [("Berg, Anna", "1"), ("Bo", "2")]


def test_a_missing_id_is_the_address_and_then_the_name() -> None:
    students = read_roster("Anna,anna@example.org\nBo\n").students
    assert [each.student_id for each in students] == ["anna@example.org", "Bo"]


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbfname,email,id\nJos\xc3\xa9,jose@example.org,1\n", b"name;email;id\nJos\xe9;jose@example.org;1\n"],
)
def test_files_of_spreadsheets_are_read_whatever_wrote_them(content: bytes) -> None:
    assert [each.name for each in read_roster(content).students] == ["José"]


def test_each_line_that_cannot_be_used_is_complained_of() -> None:
    roster = read_roster("name,email,id\n,x@example.org,1\nBo,nonsense,2\nCy,,3\nDi,,3\n" + "E" * 51 + ",,5\n")
    assert [each.student_id for each in roster.students] == ["3"]
    assert [complaint.line for complaint in roster.complaints] == [2, 3, 5, 6]
    assert "stands on line 4 already" in roster.complaints[2].sentence


@pytest.mark.parametrize("content", ["", "\n\n", "name,email,id\n"])
def test_an_empty_roster_says_so(content: str) -> None:
    assert [each.sentence for each in read_roster(content).complaints] == ["The roster is empty."]


def test_a_roster_has_an_end() -> None:
    roster = read_roster("\n".join(f"Student {number},,{number}" for number in range(MOST + 1)))
    assert len(roster.students) == MOST
    assert len(roster.complaints) == 1


def test_names_become_letters_that_an_alias_may_have() -> None:
    students = read_roster("Zoë Müller,,\nБорис,,\nAnna,anna.b@example.org,\n").students
    assert [each.slug for each in students] == ["zoe-muller", "student-2", "anna-b"]
