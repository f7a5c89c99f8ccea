"""The breadcrumbs of the pages about lab resources."""

from django.urls import reverse

from iamconsole.console.places import Crumbs, page_address

__all__ = ["resource_crumbs"]


def resource_crumbs(*places: str, resource_arn: str = "") -> Crumbs:
    """The way to a page about resources; with an ARN the first place is that resource, and leads to its page."""
    way: Crumbs = [("IAM", reverse("dashboard")), ("Lab resources", reverse("resource-list"))]
    first = page_address("resource", resource_arn) if resource_arn else None
    way += [(place, first if number == 0 else None) for number, place in enumerate(places)]
    return [*way[:-1], (way[-1][0], None)]
