"""Moving every unit to a new master key."""

from typing import Any
from uuid import uuid4

from psycopg import Connection

from sauro.core.vault.cipher import new_unit
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.parts import read_parts, seal_part, write_personal
from sauro.core.vault.rotation import remaining, rewrap


def test_all_units_move_and_stay_readable(db: Connection[Any], ring: Keyring) -> None:
    units = [uuid4() for _ in range(7)]
    new = [new_unit(ring, unit) for unit in units]
    write_personal(db, new=new, parts=[seal_part(unit.key, "p", 1, {"n": "Hoa"}) for unit in new])
    assert rewrap(db, ring) == 0
    ring.rotate()
    assert remaining(db, 1) == 7
    assert [rewrap(db, ring, limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert remaining(db, 1) == 0
    ring.retire(1)
    found = read_parts(db, ring, {unit: ["p"] for unit in units})
    assert found == {(unit, "p"): {"n": "Hoa"} for unit in units}


def test_a_key_that_an_act_holds_is_taken_later(db: Connection[Any], address: str, ring: Keyring) -> None:
    new = new_unit(ring, uuid4())
    write_personal(db, new=[new])
    db.commit()
    ring.rotate()
    db.execute("SELECT 1 FROM core_unit_key WHERE unit = %s FOR UPDATE", [new.key.unit])
    with Connection.connect(address) as other:
        assert rewrap(other, ring) == 0
        db.commit()
        assert rewrap(other, ring) == 1
