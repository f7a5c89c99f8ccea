"""History tabs: who changed what a user, group, role or policy may do, when, and through what."""

from policies.history.reading import read_change, read_history
from policies.history.records import Change, Recorded, Thing, Via
from policies.history.wording import causes, owner, sentence

__all__ = ["Change", "Recorded", "Thing", "Via", "causes", "owner", "read_change", "read_history", "sentence"]
