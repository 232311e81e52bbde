"""How records are laid out in a database, by number, so that versions of Delith know each other.

1. Rows of ASE, as `delith.store.rows` makes them. Databases without a number are these.
2. An index by which a few records are found among a million by their keys.
3. Indices by which they are deleted: ASE has what belongs to a row in four tables more.
"""

from __future__ import annotations

from typing import Any

from delith.errors import DelithError

#: What this version of Delith writes.
VERSION = 3
#: Its name in the metadata of the database.
_NAME = "delith_schema"
#: Each by its name.
_INDICES = {
    "delith_text_index": "text_key_values(key, value)",
    "delith_species_index": "species(id)",
    "delith_keys_index": "keys(id)",
    "delith_text_key_values_index": "text_key_values(id)",
    "delith_number_key_values_index": "number_key_values(id)",
}


def check(database: Any, place: str) -> int:
    """Tell the number of an open database.

    Parameters
    ----------
    database : ase.db.core.Database
    place : str
        What it is called in messages.

    Raises
    ------
    DelithError
        If a newer Delith wrote it.
    """
    found = int(database.metadata.get(_NAME, 1))
    if found > VERSION:
        raise DelithError(
            f"{place} was written by a newer Delith (schema {found}; this one knows up to "
            f"{VERSION}): pip install --upgrade delith. Nothing was changed."
        )
    return found


def migrate(database: Any, place: str) -> None:
    """Bring an open database up to `VERSION`; nothing is lost, and older versions still read it.

    Raises
    ------
    DelithError
        If a newer Delith wrote it.
    """
    if check(database, place) == VERSION:
        return
    with database.managed_connection() as connection:
        for name, columns in _INDICES.items():
            connection.cursor().execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
    # last: a database that says its number has all that belongs to it
    database.metadata = database.metadata | {_NAME: VERSION}
