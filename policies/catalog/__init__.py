"""What AWS publishes about its services: actions, resource types, condition keys and managed policies.

Everything is read when first asked for and kept. A name that the catalog does not know gives None or nothing.
"""

from policies.catalog.access_levels import AccessLevel
from policies.catalog.index import (
    ActionIndex,
    action_bits,
    action_index,
    action_names,
    actions_matching,
    level_bits,
    positions_of,
    service_bits,
)
from policies.catalog.known_actions import Action, ActionResource, access_level, action, actions
from policies.catalog.known_condition_keys import (
    ConditionKey,
    ConditionKeyType,
    condition_key,
    condition_keys,
    global_condition_keys,
    is_multivalued,
)
from policies.catalog.known_resource_types import ResourceType, resource_type, resource_types
from policies.catalog.known_services import Service, is_service, service, services
from policies.catalog.source import data_date, data_version

__all__ = [
    "AccessLevel",
    "Action",
    "ActionIndex",
    "ActionResource",
    "ConditionKey",
    "ConditionKeyType",
    "ResourceType",
    "Service",
    "access_level",
    "action",
    "action_bits",
    "action_index",
    "action_names",
    "actions",
    "actions_matching",
    "condition_key",
    "condition_keys",
    "data_date",
    "data_version",
    "global_condition_keys",
    "is_multivalued",
    "is_service",
    "level_bits",
    "positions_of",
    "resource_type",
    "resource_types",
    "service",
    "service_bits",
    "services",
]
