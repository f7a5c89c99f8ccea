"""The one query of a History tab: a page out of the row histories of all tables that bear on an entity.

Each table gives no more rows than a page holds, in the order of an index; the page is cut out of them, and only then
names, earlier rows and documents are looked up. What happened to a group or to a managed policy counts for the entity
while it applied: `spans` says when a user was in which group, `uses` when a policy applied, and how.
"""
# ruff: noqa: S608 - the parts are constants of this module; whatever a request says is bound

from dataclasses import dataclass
from functools import cache

__all__ = ["KINDS", "TIES", "History", "query"]

TIES = 32
"""Rows of all tables stand in one order: by time, then by number within their table times this, plus the table's."""


@dataclass(frozen=True, slots=True)
class History:
    """The history of one table, and the things that its rows name."""

    table: str
    names: tuple[str, ...] = ()


KINDS = {
    "user": History("accounts_userevent"),
    "group": History("accounts_groupevent"),
    "role": History("accounts_roleevent"),
    "membership": History("accounts_membershipevent", ("user", "group")),
    "attachment": History("policies_attachmentevent", ("policy", "user", "group", "role")),
    "boundary": History("policies_boundaryevent", ("policy", "user", "role")),
    "inline": History("policies_inlinepolicyevent", ("user", "group", "role")),
    "version": History("policies_policyversionevent", ("policy",)),
    "user tag": History("accounts_usertagevent", ("user",)),
    "role tag": History("accounts_roletagevent", ("role",)),
    "policy tag": History("policies_policytagevent", ("policy",)),
    "login": History("accounts_loginprofileevent", ("user",)),
    "key": History("accounts_accesskeyevent", ("user",)),
    "device": History("accounts_mfadeviceevent"),
}
"""The histories by kind of change; the place of a kind is part of the order, so a new one comes last."""

_ABOUT = {
    "user": ("user", "membership", "attachment", "boundary", "inline", "user tag", "login", "key", "device"),
    "group": ("group", "membership", "attachment", "inline"),
    "role": ("role", "attachment", "boundary", "inline", "role tag"),
    "policy": ("version", "attachment", "boundary", "policy tag"),
}
_THROUGH_GROUPS = ("attachment", "inline")

_SELF = "e.pgh_obj_id = %(entity)s"
_WAS_OF = """COALESCE((SELECT p.user_id FROM accounts_mfadeviceevent p
    WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_id < e.pgh_id ORDER BY p.pgh_id DESC LIMIT 1), '')"""
_DEVICE = f"""e.pgh_obj_id IN (SELECT d.pgh_obj_id FROM accounts_mfadeviceevent d
        WHERE d.account_id = %(account)s AND d.user_id = %(entity)s)
    AND ({_WAS_OF} = %(entity)s)
        <> (CASE e.pgh_label WHEN 'delete' THEN '' ELSE COALESCE(e.user_id, '') END = %(entity)s)
"""  # a device counts as it comes to the user and as it goes
_VERSION = """e.policy_id = %(entity)s AND CASE e.pgh_label
    WHEN 'insert' THEN TRUE WHEN 'update' THEN e.is_default ELSE NOT e.is_default END
"""  # of a new default two rows change: the one that takes over tells it
_BOUNDARY_GONE = """e.pgh_label = 'update' AND e.policy_id <> %(entity)s
    AND e.pgh_obj_id IN (SELECT b.pgh_obj_id FROM policies_boundaryevent b
        WHERE b.account_id = %(account)s AND b.policy_id = %(entity)s)
    AND (SELECT p.policy_id FROM policies_boundaryevent p
        WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_id < e.pgh_id ORDER BY p.pgh_id DESC LIMIT 1) = %(entity)s
"""  # a policy was the boundary of somebody until another one took its place
_CONDITIONS = {"user": _SELF, "group": _SELF, "role": _SELF, "device": _DEVICE, "version": _VERSION}

_SPANS = """
spans AS MATERIALIZED (
    SELECT m.group_id, m.pgh_created_at AS since, COALESCE((
        SELECT min(d.pgh_created_at) FROM accounts_membershipevent d
        WHERE d.pgh_obj_id = m.pgh_obj_id AND d.pgh_label = 'delete'), 'infinity') AS until
    FROM accounts_membershipevent m
    WHERE m.account_id = %(account)s AND m.user_id = %(entity)s AND m.pgh_label = 'insert'
)"""
_ATTACHED_UNTIL = """COALESCE((SELECT min(d.pgh_created_at) FROM policies_attachmentevent d
    WHERE d.pgh_obj_id = a.pgh_obj_id AND d.pgh_label = 'delete'), 'infinity')"""
_USED_BY_GROUPS = f"""
    SELECT a.policy_id, 'attachment', a.group_id, greatest(a.pgh_created_at, s.since), least({_ATTACHED_UNTIL}, s.until)
    FROM spans s JOIN policies_attachmentevent a
        ON a.account_id = %(account)s AND a.group_id = s.group_id AND a.pgh_created_at < s.until
    WHERE a.pgh_label = 'insert'
"""


def _used_directly(noun: str) -> str:
    return f"""
    SELECT a.policy_id, 'attachment' AS through, NULL::text AS group_id, a.pgh_created_at AS since,
        {_ATTACHED_UNTIL} AS until
    FROM policies_attachmentevent a
    WHERE a.account_id = %(account)s AND a.{noun}_id = %(entity)s AND a.pgh_label = 'insert'
    """


def _used_as_boundary(noun: str) -> str:
    return f"""
    SELECT b.policy_id, 'boundary', NULL::text, b.pgh_created_at, COALESCE((
        SELECT min(n.pgh_created_at) FROM policies_boundaryevent n
        WHERE n.pgh_obj_id = b.pgh_obj_id AND n.pgh_id > b.pgh_id), 'infinity')
    FROM policies_boundaryevent b
    WHERE b.account_id = %(account)s AND b.{noun}_id = %(entity)s AND b.pgh_label <> 'delete'
    """


def _uses(noun: str) -> str:
    parts = [_used_directly(noun)]
    parts += [_USED_BY_GROUPS] if noun == "user" else []
    parts += [_used_as_boundary(noun)] if noun in ("user", "role") else []
    return f"uses AS MATERIALIZED ({' UNION ALL '.join(parts)})"


def _leg(kind: str, condition: str, order: str, *, source: str = "", indirect: bool = False) -> str:
    """The rows of one history: as many as the page may hold, in its order."""
    history = KINDS[kind]
    rank = list(KINDS).index(kind)
    tie = f"e.pgh_id::bigint * {TIES} + {rank}"
    named = ", ".join(
        f"{f'e.{noun}_id' if noun in history.names else 'NULL::text'} AS {noun}_id"
        for noun in ("user", "group", "role", "policy")
    )
    step = {"DESC": "<", "ASC": ">", "ONE": "="}[order]
    direction = "DESC" if order == "ONE" else order
    page = f"{_beyond(tie, step)} ORDER BY e.pgh_created_at {direction}, e.pgh_id {direction} LIMIT %(limit)s"
    rows = (source or "{table} e").format(table=history.table, page=page)
    return f"""(
        SELECT e.pgh_created_at AS at, {tie} AS tie, '{kind}' AS kind, e.pgh_label AS label, e.pgh_id,
            e.pgh_obj_id::text AS obj, {indirect} AS indirect, {named}
        FROM {rows}
        WHERE e.account_id = %(account)s AND {condition} AND {page}
    )"""


def _beyond(tie: str, step: str) -> str:
    equal = "=" if step == "=" else f"{step}="
    return f"""(%(at)s::timestamptz IS NULL OR (e.pgh_created_at {equal} %(at)s
        AND (e.pgh_created_at, {tie}) {step} (%(at)s::timestamptz, %(tie)s::bigint)))"""


def _through(periods: str, key: str, more: str = "TRUE") -> str:
    """A leg's source: rows of what applied to the entity, while it did; of each group or policy a page at most."""
    return f"""(SELECT {key}, min(since) AS since, max(until) AS until FROM {periods} GROUP BY {key}) o
        CROSS JOIN LATERAL (
            SELECT e.* FROM {{table}} e
            WHERE e.account_id = %(account)s AND e.{key} = o.{key} AND {more}
                AND e.pgh_created_at > o.since AND e.pgh_created_at < o.until
                AND EXISTS (SELECT FROM {periods} s
                    WHERE s.{key} = e.{key} AND s.since < e.pgh_created_at AND e.pgh_created_at < s.until)
                AND {{page}}
        ) e"""


def _legs(noun: str, order: str) -> str:
    legs = [_leg(kind, _CONDITIONS.get(kind, f"e.{noun}_id = %(entity)s"), order) for kind in _ABOUT[noun]]
    if noun == "user":
        legs += [
            _leg(kind, "TRUE", order, source=_through("spans", "group_id"), indirect=True) for kind in _THROUGH_GROUPS
        ]
    if noun == "policy":
        legs.append(_leg("boundary", _BOUNDARY_GONE, order))
    else:
        in_force = "e.is_default AND e.pgh_label <> 'delete'"
        legs.append(_leg("version", "TRUE", order, source=_through("uses", "policy_id", in_force), indirect=True))
    return " UNION ALL ".join(legs)


def _image(noun: str) -> str:
    """The row of each change, and the one before it."""
    kinds = tuple(dict.fromkeys((*_ABOUT[noun], "version")))
    cases = " ".join(
        f"WHEN '{kind}' THEN (SELECT to_jsonb(x) FROM {KINDS[kind].table} x WHERE x.pgh_id = f.pgh_id)"
        for kind in kinds
    )
    return f"CASE f.kind {cases} END AS image, {_before(kinds)} AS was"


_LATEST = "ORDER BY x.pgh_created_at DESC, x.pgh_id DESC LIMIT 1"
_EARLIER = "(x.pgh_created_at, x.pgh_id) < (f.at, f.pgh_id)"


def _before(kinds: tuple[str, ...]) -> str:
    """The row before; of a new default version, the default before it."""
    cases = " ".join(
        f"WHEN '{kind}' THEN (SELECT to_jsonb(x) FROM {KINDS[kind].table} x"
        f" WHERE x.pgh_obj_id = f.obj::{_key_type(kind)} AND {_EARLIER} {_LATEST})"
        for kind in kinds
        if kind != "version"
    )
    return f"""CASE f.kind WHEN 'version' THEN (
        SELECT to_jsonb(x) FROM policies_policyversionevent x
        WHERE x.account_id = %(account)s AND x.policy_id = f.policy_id AND x.is_default
            AND x.pgh_label <> 'delete' AND {_EARLIER}
        {_LATEST}) {cases} END"""


def _key_type(kind: str) -> str:
    return "text" if kind in ("user", "group", "role", "login", "key") else "bigint"


def _thing(noun: str) -> str:
    return f"""CASE WHEN f.{noun}_id IS NOT NULL THEN jsonb_build_object(
        'then', (SELECT x.{noun}_name FROM accounts_{noun}event x
            WHERE x.pgh_obj_id = f.{noun}_id AND x.pgh_created_at <= f.at {_LATEST}),
        'now', (SELECT x.{noun}_name FROM accounts_{noun} x
            WHERE x.account_id = %(account)s AND x.{noun}_id = f.{noun}_id)) END AS {noun}_names"""


def _policy(key: str) -> str:
    """A managed policy, whose name, path and account never change; those of AWS have no history."""
    columns = "'account', x.account_id, 'path', x.path, 'name', x.policy_name"
    return f"""COALESCE(
        (SELECT jsonb_build_object({columns}, 'kept', TRUE) FROM policies_managedpolicy x WHERE x.policy_id = {key}),
        (SELECT jsonb_build_object({columns}, 'kept', FALSE) FROM policies_managedpolicyevent x
            WHERE x.pgh_obj_id = {key} LIMIT 1))"""


def _in_force(key: str, at: str) -> str:
    """The document of a managed policy that was in force at a time."""
    return f"""COALESCE(
        (SELECT x.document FROM policies_policyversionevent x
            WHERE x.account_id = %(account)s AND x.policy_id = {key} AND x.is_default
                AND x.pgh_label <> 'delete' AND x.pgh_created_at <= {at}
            {_LATEST}),
        (SELECT x.document FROM policies_policyversion x WHERE x.policy_id = {key} AND x.is_default))"""


_VIAS = f"""CASE WHEN f.kind = 'version' AND f.indirect THEN (
    SELECT jsonb_agg(DISTINCT jsonb_build_object('through', u.through, 'group', u.group_id,
        'then', (SELECT x.group_name FROM accounts_groupevent x
            WHERE x.pgh_obj_id = u.group_id AND x.pgh_created_at <= f.at {_LATEST}),
        'now', (SELECT x.group_name FROM accounts_group x
            WHERE x.account_id = %(account)s AND x.group_id = u.group_id)))
    FROM uses u WHERE u.policy_id = f.policy_id AND u.since < f.at AND f.at < u.until) END"""


def _asking(noun: str) -> str:
    """The policies in force at the time that speak of a changed tag as one of the principal."""
    held = f"i.{noun}_id = %(entity)s"
    if noun == "user":
        held += " OR i.group_id IN (SELECT s.group_id FROM spans s WHERE s.since < f.at AND f.at < s.until)"
    asks = "position('principaltag/' || lower(f.image ->> 'key') IN lower({document})) > 0"
    in_force = _in_force("u.policy_id", "f.at")
    return f"""CASE WHEN f.kind = '{noun} tag' THEN (
        SELECT jsonb_agg(DISTINCT found.name ORDER BY found.name) FROM (
            SELECT {_policy("u.policy_id")} ->> 'name' AS name FROM uses u
            WHERE u.since < f.at AND f.at < u.until AND {asks.format(document=in_force)}
            UNION ALL
            SELECT i.policy_name FROM policies_inlinepolicyevent i
            WHERE i.account_id = %(account)s AND ({held}) AND i.pgh_label <> 'delete' AND i.pgh_created_at < f.at
                AND {asks.format(document="i.document")}
                AND NOT EXISTS (SELECT FROM policies_inlinepolicyevent n
                    WHERE n.pgh_obj_id = i.pgh_obj_id AND n.pgh_id > i.pgh_id AND n.pgh_created_at < f.at)
        ) found) END"""


_CARRIED = f"""CASE WHEN f.kind = 'membership' THEN (
    SELECT jsonb_agg(DISTINCT found.name ORDER BY found.name) FROM (
        SELECT {_policy("a.policy_id")} ->> 'name' AS name FROM policies_attachmentevent a
        WHERE a.account_id = %(account)s AND a.group_id = f.group_id
            AND a.pgh_label = 'insert' AND a.pgh_created_at < f.at
            AND NOT EXISTS (SELECT FROM policies_attachmentevent d
                WHERE d.pgh_obj_id = a.pgh_obj_id AND d.pgh_label = 'delete' AND d.pgh_created_at < f.at)
        UNION ALL
        SELECT i.policy_name FROM policies_inlinepolicyevent i
        WHERE i.account_id = %(account)s AND i.group_id = f.group_id
            AND i.pgh_label <> 'delete' AND i.pgh_created_at < f.at
            AND NOT EXISTS (SELECT FROM policies_inlinepolicyevent n
                WHERE n.pgh_obj_id = i.pgh_obj_id AND n.pgh_id > i.pgh_id AND n.pgh_created_at < f.at)
    ) found) END"""
"""The policies that a group had when somebody came or went."""


@cache
def query(noun: str, order: str) -> str:
    """The query of a page of an entity's history.

    `order` is DESC for what is older than the cursor, ASC for what is newer, ONE for the change at the cursor itself.
    """
    periods = [*([_SPANS] if noun == "user" else []), *([_uses(noun)] if noun != "policy" else [])]
    direction = "ASC" if order == "ASC" else "DESC"
    things = ", ".join(_thing(each) for each in ("user", "group", "role"))
    vias = "NULL" if noun == "policy" else _VIAS
    asking = _asking(noun) if noun in ("user", "role") else "NULL"
    carried = _CARRIED if noun == "user" else "NULL"
    held, held_before = _in_force("f.policy_id", "f.at"), _in_force("f.was ->> 'policy_id'", "f.at")
    return f"""
    WITH {"".join(f"{period}, " for period in periods)}
    found AS MATERIALIZED (
        SELECT * FROM ({_legs(noun, order)}) legs ORDER BY at {direction}, tie {direction} LIMIT %(limit)s
    ),
    f AS MATERIALIZED (SELECT f.*, {_image(noun)} FROM found f)
    SELECT f.at, f.tie, f.kind, f.label, f.indirect, f.image, f.was, f.user_id, f.group_id, f.role_id, f.policy_id,
        {things}, {_policy("f.policy_id")} AS policy, {_policy("f.was ->> 'policy_id'")} AS policy_was,
        {vias} AS vias, {asking} AS asking, {carried} AS carried,
        CASE WHEN %(documents)s AND f.kind IN ('attachment', 'boundary') THEN {held} END AS held,
        CASE WHEN %(documents)s AND f.kind = 'boundary' AND f.label = 'update' THEN {held_before} END AS held_before
    FROM f ORDER BY f.at {direction}, f.tie {direction}
    """
