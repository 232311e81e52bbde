"""Where the records of a results folder are: in it, or in a database that it names."""

from __future__ import annotations

from pathlib import Path

from delith.errors import DelithError, readable, writable
from delith.records import Record
from delith.store import Store
from delith.store.addresses import Address
from delith.store.postgres import SharedStore

#: Names of the SQLite file, and of the file that says which database has the records instead.
FILE = "records.db"
ELSEWHERE = "records.url"


def holds_study(folder: Path) -> bool:
    """Whether a folder is one of results of a study.

    Raises
    ------
    DelithError
        If it cannot be looked into.
    """
    with readable(folder):
        return (folder / "study.yaml").is_file()


def store_of(folder: Path) -> Store:
    """Return the store of a folder, whether or not it holds anything.

    Raises
    ------
    DelithError
        If what the folder says of it cannot be read.
    """
    written = folder / ELSEWHERE
    with readable(folder):
        if not written.is_file():
            return Store(folder / FILE)
    try:
        return SharedStore(written, Address.of(written.read_text()))
    except DelithError as error:
        raise DelithError(f"{written}: {error}") from error
    except (OSError, ValueError) as error:
        raise DelithError(f"cannot read {written}: {error}.") from error


def existing(folder: Path) -> Store:
    """Return the store of a folder in which something was computed.

    Raises
    ------
    DelithError
        If nothing was.
    """
    store = store_of(folder)
    if not store.exists():
        raise DelithError(f"{folder} is no results folder: it has no {FILE}.")
    return store


def make(folder: Path, records: str | None = None) -> Store:
    """Return the store of a folder, which is made.

    Parameters
    ----------
    folder : Path
    records : str, optional
        URL of a database in which the records of the folder are to be; the folder remembers it. A
        study that is there already must be named in it, see `delith.store.addresses.Address`; else
        it is called as the folder.

    Raises
    ------
    DelithError
        If the folder has its records elsewhere, or the database cannot be used.
    """
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if records is None:
        return store_of(folder)
    address = Address.of(records, study=folder.resolve().name)
    written = folder / ELSEWHERE
    here = store_of(folder)
    if isinstance(here, SharedStore):
        if here.address != address:
            raise DelithError(f"{folder} has its records in {here.place}, not in {address}.")
        return here
    if here.exists():
        raise DelithError(
            f"{folder} has its records in {here.place}: take another folder with -o, or have "
            f"delith merge {folder} -o OTHER --records '{address}' carry them over."
        )
    store = SharedStore(written, address)
    store.claim(new="#" not in records)
    fresh = written.with_name(f"{ELSEWHERE}.new")
    with writable(folder):
        fresh.write_text(f"{address}\n")
        fresh.replace(written)
    return store


def forget_failed(folder: str | Path) -> list[Record]:
    """Delete what failed from a results folder, so that the next run does it again.

    Returns
    -------
    list of Record
        Those deleted.

    Raises
    ------
    DelithError
        If the folder holds no records, or a run goes on there.
    """
    store = existing(Path(folder))
    with store.writing():
        failed = store.failed()
        store.forget({record.key for record in failed})
    return failed
