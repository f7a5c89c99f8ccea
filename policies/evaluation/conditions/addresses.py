"""IpAddress and NotIpAddress: membership by number, never by spelling.

Rules: reference_policies_elements_condition_operators (IP address condition operators).
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from policies.evaluation.conditions.comparison import Operator, typed

__all__ = ["OPERATORS", "address", "network"]

Address = tuple[int, int]
"""IP version and number."""

Network = tuple[int, int, int]
"""IP version, the number's leading bits, and how many bits follow them."""

_PREFIX_LENGTH = re.compile(r"[0-9]{1,3}")


@lru_cache(4096)
def address(text: str) -> Address | None:
    """Read an address, or answer None."""
    found = _parsed(text)
    return (found.version, int(found)) if found else None


@lru_cache(4096)
def network(text: str) -> Network | None:
    """Read a CIDR range, or answer None; a bare address is a range of one, host bits are left out."""
    host, slash, length = text.partition("/")
    found = _parsed(host)
    if found is None or (slash and not _PREFIX_LENGTH.fullmatch(length)):
        return None
    bits = found.max_prefixlen
    rest = bits - (int(length) if slash else bits)
    return (found.version, int(found) >> rest, rest) if rest >= 0 else None


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


def _in(asked: Address, wanted: Network) -> bool:
    return asked[0] == wanted[0] and asked[1] >> wanted[2] == wanted[1]


OPERATORS = {
    "IpAddress": Operator(typed(address, network, _in)),
    "NotIpAddress": Operator(typed(address, network, _in), negated=True),
}
