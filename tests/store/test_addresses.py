"""URLs of databases: what they name, and what must not stand in them."""

import sys

import pytest

from delith.errors import DelithError
from delith.store.addresses import Address


@pytest.mark.parametrize(
    ("text", "study", "expected"),
    [
        ("postgresql://me@server/db#lco", "ignored", "postgresql://me@server/db#lco"),
        ("postgres://server/db", "LCO (104), again", "postgres://server/db#lco_104_again"),
        ("postgresql://${ME}:$PW@server:5433/db?sslmode=require", "x", None),
    ],
)
def test_an_address_is_a_database_and_a_study(text, study, expected):
    address = Address.of(text, study)
    assert str(address) == (expected or f"{text}#x")
    assert Address.of(str(address)) == address
    assert address.schema == f"delith_{address.study}"


def test_the_environment_is_read_when_connecting_alone(monkeypatch):
    monkeypatch.setenv("PW", "p@ss w'rd/#")
    address = Address.of("postgresql://me:${PW}@server/db?options=-cstatement_timeout%3D5#lco")
    assert "p@ss" not in str(address)
    words = address.dsn("a test")
    assert r"password='p@ss w\'rd/#'" in words
    assert "-cstatement_timeout=5 -csearch_path=delith_lco" in words


def test_a_server_whose_machine_is_gone_is_noticed():
    words = Address.of("postgresql://me@server/db?keepalives_idle=99#lco").dsn("a test").split()
    assert "keepalives_idle=99" in words
    assert {"keepalives_interval=10", "keepalives_count=3", "tcp_user_timeout=60000"} <= {*words}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mysql://server/db", "can be in postgresql://"),
        ("records.db", "can be in postgresql://"),
        ("postgresql://me@server/db#Bad name", "names no study"),
        ("postgresql://me@server/db?nonsense=1#x", "is no URL such as"),
        ("postgresql://me:hunter2@server/db", "PGPASSWORD"),
        ("postgresql://me@server/db?password=hunter2", "PGPASSWORD"),
        ("mysql://me:hunter2@server/db", "can be in postgresql://"),
        ("postgresql://me:hunter2@server/db?nonsense=1", "is no URL such as"),
        ("postgresql://me@server/db?password=hunter2&nonsense=1", "is no URL such as"),
    ],
)
def test_what_is_no_address_is_one_message_without_secrets(text, message):
    with pytest.raises(DelithError, match=message) as told:
        Address.of(text, study="x")
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("package", ["psycopg2", "ase_db_backends.postgresql"])
def test_packages_that_are_missing_are_named(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(DelithError, match=r"pip install 'delith\[postgres\]'"):
        Address.of("postgresql://me@server/db#lco")
