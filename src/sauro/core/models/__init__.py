"""Tables of the core. They hold; they do not decide: every verb is an action (see ``sauro.core.doorway``)."""

from sauro.core.models.access import Access
from sauro.core.models.actors import Account, Actor, Delegation, Holding
from sauro.core.models.commitments import Commitment, Timer
from sauro.core.models.contests import Contest, ContestNotice
from sauro.core.models.definitions import Definition
from sauro.core.models.events import Checkpoint, Consumer, Event, Leaf, Refused, Tile
from sauro.core.models.grants import Grant
from sauro.core.models.indicators import Conflict, Observation
from sauro.core.models.instance import Instance, Number
from sauro.core.models.records import Record
from sauro.core.models.reorganisations import Reorganisation
from sauro.core.models.tallies import Tally
from sauro.core.models.upgrades import Upgrade
from sauro.core.models.vault import Erasure, Personal, StoredFile, Token, UnitKey
from sauro.core.models.workers import Heartbeat

__all__ = [
    "Access", "Account", "Actor", "Checkpoint", "Commitment", "Conflict", "Consumer", "Contest", "ContestNotice",
    "Definition", "Delegation", "Erasure", "Event", "Grant", "Heartbeat", "Holding", "Instance", "Leaf", "Number", "Observation", "Personal", "Record", "Refused",
    "Reorganisation", "StoredFile", "Tally", "Tile", "Timer", "Token", "UnitKey", "Upgrade",
]  # fmt: skip
