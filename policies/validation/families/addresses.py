"""IP addresses in conditions on aws:SourceIp.

Rules: access-analyzer-reference-policy-checks (private IP address); RFC 1918, RFC 6598, RFC 4193.
"""

from collections.abc import Iterator
from ipaddress import ip_network

from policies.evaluation.conditions.addresses import network
from policies.language.document import Value
from policies.language.problems import Path
from policies.validation.checks import Check, Finding, Fix, Severity
from policies.validation.subject import Subject, Test

__all__ = ["CHECKS", "RULES"]

_WHY = (
    "aws:SourceIp is the public address from which a request reaches AWS. Private addresses never show there; for "
    "requests through a VPC endpoint test aws:VpcSourceIp with aws:SourceVpc instead."
)
PRIVATE_IP_ADDRESS = Check(
    "PRIVATE_IP_ADDRESS",
    "Private IP address",
    Severity.ERROR,
    "aws:SourceIp is compared with private addresses only, so the condition never holds.",
    _WHY,
)
PRIVATE_NOT_IP_ADDRESS = Check(
    "PRIVATE_NOT_IP_ADDRESS",
    "Private NotIpAddress",
    Severity.ERROR,
    "aws:SourceIp is never one of these private addresses, so the condition always holds.",
    _WHY,
)
PRIVATE_IP_ADDRESS_SUBSET = Check(
    "PRIVATE_IP_ADDRESS_SUBSET",
    "Private IP address subset",
    Severity.SUGGESTION,
    "{value} is private; aws:SourceIp is never in it.",
    _WHY,
)
PRIVATE_NOT_IP_ADDRESS_SUBSET = Check(
    "PRIVATE_NOT_IP_ADDRESS_SUBSET",
    "Private NotIpAddress subset",
    Severity.SUGGESTION,
    "{value} is private; leaving it out of aws:SourceIp leaves out nothing.",
    _WHY,
)
IMPROVE_IP_RANGE = Check(
    "IMPROVE_IP_RANGE",
    "Improve IP range",
    Severity.SUGGESTION,
    "{value} has digits behind its prefix that do not count; write {better}.",
    "A range is the bits before its length. What stands behind them is passed over, and leads readers astray.",
)
CHECKS = (
    PRIVATE_IP_ADDRESS,
    PRIVATE_NOT_IP_ADDRESS,
    PRIVATE_IP_ADDRESS_SUBSET,
    PRIVATE_NOT_IP_ADDRESS_SUBSET,
    IMPROVE_IP_RANGE,
)
_PRIVATE = tuple(
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
)


def private(subject: Subject) -> Iterator[Finding]:
    """aws:SourceIp is compared with public addresses."""
    for test in subject.tests:
        if test.key != "aws:sourceip" or test.base not in ("IpAddress", "NotIpAddress") or not test.condition.values:
            continue
        inside = [(value, path) for value, path in test.placed() if _is_private(value.text)]
        if len(inside) == len(test.condition.values):
            check = PRIVATE_NOT_IP_ADDRESS if test.negated else PRIVATE_IP_ADDRESS
            yield check.at(test.condition.span, test.path)
        else:
            yield from _some(test, inside)


def _some(test: Test, inside: list[tuple[Value, Path]]) -> Iterator[Finding]:
    check = PRIVATE_NOT_IP_ADDRESS_SUBSET if test.negated else PRIVATE_IP_ADDRESS_SUBSET
    for value, path in inside:
        yield check.at(value.span, path, value=value.text)


def _is_private(text: str) -> bool:
    read = network(text)
    if read is None:
        return False
    version, bits, rest = read
    for each in _PRIVATE:
        length = each.max_prefixlen - each.prefixlen
        start = int(each.network_address) >> length
        if each.version == version and rest <= length and bits >> (length - rest) == start:
            return True
    return False


def ranges(subject: Subject) -> Iterator[Finding]:
    """A range is written as its first address."""
    for test in subject.tests:
        if test.base not in ("IpAddress", "NotIpAddress"):
            continue
        for value, path in test.placed():
            if "/" not in value.text or network(value.text) is None:
                continue
            better = str(ip_network(value.text, strict=False))
            if ip_network(better)[0] != ip_network(f"{value.text.partition('/')[0]}")[0]:
                fix = Fix(value.span, f'"{better}"', f"Use {better}")
                yield IMPROVE_IP_RANGE.at(value.span, path, value=value.text, better=better).repaired(fix)


RULES = (private, ranges)
