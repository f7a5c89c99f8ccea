"""Sets of actions as bits."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import catalog
from policies.catalog import AccessLevel
from policies.language.wildcards import matches


def test_the_index_holds_every_action_once_and_in_order() -> None:
    index = catalog.action_index()
    assert len(index.names) == len(set(index.lowered)) >= 22_000
    assert index.every_action.bit_count() == len(index.names)
    assert [index.position(name) for name in index.names] == list(range(len(index.names)))


def test_the_levels_part_the_catalog() -> None:
    every_level = [catalog.level_bits(level) for level in AccessLevel]
    assert sum(bits.bit_count() for bits in every_level) == len(catalog.action_index().names)
    assert catalog.level_bits(AccessLevel.WRITE) & catalog.level_bits(AccessLevel.READ) == 0


def test_the_levels_agree_with_the_actions() -> None:
    for name in catalog.action_names(catalog.service_bits("iam") & catalog.level_bits(AccessLevel.TAGGING)):
        assert catalog.access_level(name) is AccessLevel.TAGGING


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("s3:GetObject", ("s3:GetObject",)),
        ("S3:GETOBJECT", ("s3:GetObject",)),
        ("s3:GetObjec?", ("s3:GetObject",)),
        ("iam:*LoginProfile", tuple(f"iam:{verb}LoginProfile" for verb in ("Create", "Delete", "Get", "Update"))),
        ("ia?:PassRole", ("iam:PassRole",)),
        ("nowhere:*", ()),
        ("s3:Nothing*", ()),
        ("s3", ()),
        ("s3*", ()),
        ("", ()),
    ],
)
def test_a_pattern_covers_its_actions(pattern: str, names: tuple[str, ...]) -> None:
    assert catalog.actions_matching(pattern) == names


@pytest.mark.parametrize("pattern", ["*", "**", "*:*", "*:**"])
def test_a_pattern_of_stars_covers_everything(pattern: str) -> None:
    assert catalog.action_bits(pattern) == catalog.action_index().every_action


def test_a_service_is_a_run_of_bits() -> None:
    assert catalog.action_bits("iam:*") == catalog.service_bits("IAM")
    assert len(catalog.actions_matching("iam:*")) == len(catalog.actions("iam"))


def test_prefixes_of_services_do_not_run_into_each_other() -> None:
    assert all(name.startswith("s3:") for name in catalog.actions_matching("s3:*"))
    assert any(name.startswith("s3tables:") for name in catalog.actions_matching("s3*:*"))


@given(st.text(alphabet="*?getlisobjcn", max_size=12))
def test_a_pattern_covers_what_the_matcher_says(name_pattern: str) -> None:
    expected = tuple(name for name in catalog.actions_matching("s3:*") if matches(name_pattern, name[3:].lower()))
    assert catalog.actions_matching(f"s3:{name_pattern}") == expected


def test_a_pattern_of_many_stars_is_quick() -> None:
    start = time.perf_counter()
    catalog.action_bits("*:" + "*e" * 500 + "*")
    assert time.perf_counter() - start < 1
