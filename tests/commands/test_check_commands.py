"""What the commands that compare say, and with which exit code."""

from dataclasses import replace

import pytest

from delith.store import Store


@pytest.mark.slow
def test_a_record_is_reproduced_or_not(delith, finished):
    store = Store(finished / "records.db")
    record = next(r for r in store.records() if r.host.count)
    code, out, err = delith("reproduce", finished, record.key)
    assert (code, err) == (0, "")
    assert "It agrees." in out
    assert "0.0001 eV/atom" in out
    other = replace(record, key="t1", energy=record.energy + 1)
    other = replace(other, provenance=record.provenance | {"machine": "elsewhere"})
    store.add(other)
    before = [r.key for r in store.records()]
    code, out, _ = delith("reproduce", finished, "t1")
    assert code == 1
    assert "It does NOT agree." in out
    assert "machine: then elsewhere, now " in out
    assert [r.key for r in store.records()] == before
    code, _, err = delith("reproduce", finished, "t2")
    assert code == 2
    assert "there is no record t2" in err
