"""A scan: what an analyzer finds now, written beside what it found before.

A finding that is met again keeps its id and its status, one that was resolved becomes active again, and one that is not
met any more is resolved. Rules: access-analyzer-findings (how findings work).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from time import monotonic

from django.db import transaction

from iamconsole.call import Call
from policies.external_access import external_findings
from policies.models import Analyzer, AnalyzerType, Finding, FindingStatus
from policies.unused_access import unused_findings

__all__ = ["refresh", "scan"]

QUICK, SHARE = 200, 20
"""A scan of fewer milliseconds than QUICK is made whenever a list is opened; a longer one not before SHARE times what
it took is over.

So a list of a small account is always fresh, and scanning a large one takes a twentieth of the time at most.
"""

_FINDERS: Mapping[str, Callable[[Call, Analyzer], Iterator[Finding]]] = {
    AnalyzerType.ACCOUNT: external_findings,
    AnalyzerType.ORGANIZATION: external_findings,
    AnalyzerType.ACCOUNT_UNUSED_ACCESS: unused_findings,
}


def refresh(call: Call, analyzer: Analyzer) -> None:
    """Scan unless the last scan is fresh."""
    last, took = analyzer.last_resource_analyzed_at, analyzer.scan_milliseconds
    rest = timedelta(milliseconds=SHARE * took if took >= QUICK else 0)
    if last is None or call.time - last >= rest:
        scan(call, analyzer)


def scan(call: Call, analyzer: Analyzer) -> None:
    """Find what is there now, and settle every finding; a scan that is under way already is left alone."""
    began = monotonic()
    with transaction.atomic():
        mine = Analyzer.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=analyzer.pk).first()
        if mine is None:
            return
        found = {finding.key: finding for finding in _FINDERS[mine.type](call, mine)}
        known = {finding.key: finding for finding in Finding.objects.filter(analyzer=mine)}
        _settle(call, found, known)
        mine.last_resource_analyzed_at = call.time
        mine.scan_milliseconds = int((monotonic() - began) * 1000)
        mine.save(update_fields=["last_resource_analyzed_at", "scan_milliseconds"])
    analyzer.last_resource_analyzed_at = mine.last_resource_analyzed_at
    analyzer.scan_milliseconds = mine.scan_milliseconds


def _settle(call: Call, found: Mapping[str, Finding], known: Mapping[str, Finding]) -> None:
    fresh = [finding for key, finding in found.items() if key not in known]
    for finding in fresh:
        finding.created_at = finding.analyzed_at = finding.updated_at = call.time
    changed = [old for key, old in known.items() if _changes(old, found.get(key))]
    for old in changed:
        old.analyzed_at = old.updated_at = call.time
    if fresh:
        Finding.objects.bulk_create(fresh)
    if changed:
        Finding.objects.bulk_update(
            changed, ["status", "details", "resource", "analyzed_at", "updated_at"], batch_size=1000
        )  # fmt: skip


def _changes(old: Finding, now: Finding | None) -> bool:
    """Bring a finding up to date; whether that changes anything."""
    if now is None:
        if old.status == FindingStatus.RESOLVED:
            return False
        old.status = FindingStatus.RESOLVED
        return True
    if old.status != FindingStatus.RESOLVED and (old.details, old.resource) == (now.details, now.resource):
        return False
    if old.status == FindingStatus.RESOLVED:
        old.status = FindingStatus.ACTIVE
    old.details, old.resource = now.details, now.resource
    return True
