"""Rosters: who is in a class. Pure: text in, students and complaints out."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Complaint", "Roster", "Student", "read_roster"]

MOST = 200
"""As many students as one laptop serves."""
_HEADINGS = {
    "name": "name", "student": "name", "student name": "name", "full name": "name",
    "email": "email", "e-mail": "email", "mail": "email", "email address": "email",
    "student id": "student_id", "student_id": "student_id", "id": "student_id", "number": "student_id",
}  # fmt: skip
_COLUMNS = ("name", "email", "student_id")
_LONGEST = {"name": 50, "email": 254, "student_id": 64}


@dataclass(frozen=True, slots=True)
class Student:
    """One row: who, and on which line of the file."""

    name: str
    email: str
    student_id: str
    line: int

    @property
    def slug(self) -> str:
        """The student's id, or else the name, in letters that an account alias may have."""
        return _slug(self.student_id) or _slug(self.name) or f"student-{self.line}"


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a line cannot be used."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file says: the students in its order, and what is wrong with it."""

    students: tuple[Student, ...]
    complaints: tuple[Complaint, ...]


def read_roster(content: str | bytes) -> Roster:
    """Read name, e-mail address and student id from CSV with commas, semicolons or tabs, with or without headings.

    Without headings the columns are name, email, student id. A missing student id is the e-mail address, or the name.
    Lines that cannot be used are complained of; the others count.
    """
    text = _decoded(content)
    students: dict[str, Student] = {}
    complaints: list[Complaint] = []
    for line, cells in _lines(text):
        student = Student(
            cells.get("name", ""),
            cells.get("email", ""),
            cells.get("student_id") or cells.get("email") or cells.get("name", ""),
            line,
        )
        wrong = _wrong_with(student)
        earlier = students.get(student.student_id.lower())
        if wrong:
            complaints.append(Complaint(line, wrong))
        elif earlier:
            complaints.append(
                Complaint(line, f"The student id {student.student_id} stands on line {earlier.line} already.")
            )
        elif len(students) == MOST:
            complaints.append(Complaint(line, f"A roster has at most {MOST} students; this one is beyond."))
        else:
            students[student.student_id.lower()] = student
    if not students and not complaints:
        complaints.append(Complaint(1, "The roster is empty."))
    return Roster(tuple(students.values()), tuple(complaints))


def _decoded(content: str | bytes) -> str:
    """Read UTF-8 as spreadsheets write it, and what older ones write where it is none."""
    if isinstance(content, str):
        return content.lstrip("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns: Sequence[str] = ()
    try:
        for row in reader:
            cells = [_clean(cell) for cell in row]
            if not any(cells):
                continue
            if not columns:
                columns = [_HEADINGS.get(cell.lower(), "") for cell in cells]
                if "name" in columns:
                    continue
                columns = _COLUMNS
            yield reader.line_num, dict(zip(columns, cells, strict=False))
    except csv.Error as error:
        yield reader.line_num, {"name": "", "email": f"{error}"}


def _clean(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _wrong_with(student: Student) -> str:
    if not student.name:
        return "There is no name."
    for column, longest in _LONGEST.items():
        if len(getattr(student, column)) > longest:
            return f"The {column.replace('_', ' ')} is longer than {longest} characters."
    if not student.name.isprintable() or not student.student_id.isprintable():
        return "There are characters that cannot be printed."
    local, at, domain = student.email.rpartition("@")
    if student.email and not (local and at and domain and " " not in student.email):
        return f"{student.email} is no e-mail address."
    return ""


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.partition("@")[0]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
