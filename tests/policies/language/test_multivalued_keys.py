"""The list of multivalued keys beside the catalog, which the language does not know."""

from policies import catalog
from policies.language.multivalued_keys import is_multivalued


def test_the_list_agrees_with_the_catalog() -> None:
    keys = [key for service in catalog.services() for key in catalog.condition_keys(service.prefix).values()]
    keys += catalog.global_condition_keys()
    for key in keys:
        name = key.name.lower().replace("${", "").replace("}", "")
        assert is_multivalued(name) is key.multivalued, key.name
