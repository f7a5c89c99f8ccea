"""Trying requests in a real browser: with script and without, and an instance that acts with its role."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from policies.models import LabResource
from tests.browser.conftest import Arrive, Lab


def test_ac39_an_instance_reads_s3_and_is_refused_once_its_role_loses_the_policy(lab: Lab, admin: Page) -> None:
    instance = LabResource.objects.get(account=lab.account, kind="instance")
    bucket = LabResource.objects.filter(account=lab.account, kind="bucket").earliest("pk")
    admin.goto(lab.address("dashboard"))
    admin.get_by_text("Services", exact=True).click()
    admin.get_by_role("link", name="EC2: instances").click()
    admin.get_by_role("link", name="web-1").click()
    admin.get_by_label("Action").fill("s3:GetObject")
    admin.get_by_label("Resource ARN").fill(bucket.arn)
    admin.get_by_role("button", name="Try", exact=True).click()
    expect(admin.locator("#id_part-error")).to_contain_text("enter the object key")
    admin.get_by_label("Object key").fill("a.txt")
    admin.get_by_role("button", name="Try", exact=True).click()
    answer = admin.get_by_role("region", name="Allowed")
    expect(answer).to_contain_text(f":assumed-role/EC2-S3-Reader/{instance.name}")
    expect(admin.locator("#tried-title")).to_be_focused()
    again = admin.context.new_page()
    again.goto(lab.address("role-detail", "EC2-S3-Reader"))
    again.get_by_role("checkbox", name="Select AmazonS3ReadOnlyAccess").check()
    again.get_by_role("button", name="Remove", exact=True).click()
    again.locator("#dialog[open]").get_by_role("button", name="Remove").click()
    expect(again.locator("#flash")).to_contain_text("AmazonS3ReadOnlyAccess")
    admin.get_by_role("button", name="Try", exact=True).click()
    refused = admin.get_by_role("region", name="Denied")
    expect(refused).to_contain_text("because no identity-based policy allows the s3:GetObject action")
    refused.get_by_role("link", name="Show event").click()
    expect(admin.locator("main")).to_contain_text("GetObject")
    expect(admin.locator("main")).to_contain_text(instance.name)


def test_a_request_is_tried_without_script(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("bob"), java_script_enabled=False).page
    page.goto(lab.address("resource-list"))
    page.get_by_role("link", name="my-bucket").first.click()
    page.get_by_label("Action").fill("s3:ListBucket")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("region", name="Allowed")).to_contain_text("s3:ListBucket")
    page.get_by_label("Action").fill("s3:PutBucketAcl")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("region", name="Allowed")).to_contain_text("s3:PutBucketAcl")
