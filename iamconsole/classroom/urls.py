"""The addresses of a class."""

from django.urls import path

from iamconsole.classroom.views import rosters, students

urlpatterns = [
    path("", students.index, name="class"),
    path("roster", rosters.roster, name="class-roster"),
    path("roster/<uuid:draft_id>", rosters.seating, name="class-seating"),
    path("cards", students.cards, name="class-cards"),
    path("accounts/<str:account_id>", students.account, name="class-account"),
    path("accounts/<str:account_id>/reset", students.reset, name="class-reset"),
]
