"""Forms of a class."""

from django import forms

from iamconsole.console.forms import ConsoleForm

__all__ = ["RosterForm"]

LARGEST = 200_000


class RosterForm(ConsoleForm):
    """A roster, pasted or as a file, and whether the accounts get the demo cast."""

    students = forms.CharField(label="Students", required=False, max_length=LARGEST, widget=forms.Textarea)
    file = forms.FileField(label="Or a CSV file", required=False, max_length=255, allow_empty_file=True)
    demo = forms.BooleanField(label="Put the demo users, groups, roles and policies into each account", required=False)

    def clean_file(self) -> object:
        """Refuse a file that is no roster by its size alone."""
        file = self.cleaned_data.get("file")
        if file and file.size > LARGEST:
            raise forms.ValidationError("This file is larger than 200 KB: a roster of 200 students needs far less.")
        return file

    @property
    def content(self) -> str | bytes:
        """What was given: the file where there is one, else the text."""
        file = self.cleaned_data.get("file")
        return file.read() if file else str(self.cleaned_data.get("students", ""))
