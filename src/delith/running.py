"""Run a study: plan, relax what is missing, write the results folder."""

from __future__ import annotations

import shutil
from concurrent.futures import Executor
from pathlib import Path

from delith import study
from delith.engines.computing import Observer, compute, held
from delith.errors import DelithError, writable
from delith.results import Results
from delith.store import places
from delith.study.planning import plan
from delith.study.walking import Walk


def run(
    source: str | Path | study.Study,
    folder: str | Path | None = None,
    executor: Executor | None = None,
    observer: Observer = lambda progress: None,
    records: str | None = None,
) -> Results:
    """Run a study, or go on with one that was stopped.

    Parameters
    ----------
    source : path or Study
        A study file or its content.
    folder : path, optional
        Where the results go; by default ``runs/`` and the name of the study file.
    executor : concurrent.futures.Executor, optional
        Where relaxations run; by default a pool of processes on this machine.
    observer : callable, optional
        Told of each `Progress`, for bars and logs.
    records : str, optional
        URL of the PostgreSQL database that takes the records, in place of a file in the folder; see
        `delith.store.places.make`.

    Returns
    -------
    Results
        Also written to the folder: ``study.yaml``, ``records.db`` and the tables and figures of
        `delith.results.OUTPUTS`.

    Raises
    ------
    DelithError
        If the study cannot be done or the folder cannot be used. What was computed is kept.
    """
    content, folder = _given(source, folder)
    walk = Walk(plan(content))
    with held(folder, observer, records) as (store, told):
        write_study(walk.study, folder)
        results = Results.of(folder, walk, compute(walk, store, executor, told))
        with writable(folder):
            results.write()
    return results


def prepare(
    source: str | Path | study.Study,
    folder: str | Path | None = None,
    records: str | None = None,
) -> Path:
    """Check a study and write it into its results folder, to be run there later.

    Parameters
    ----------
    source, folder, records
        As for `run`.

    Returns
    -------
    Path
        The folder, whose ``study.yaml`` is what to run.

    Raises
    ------
    DelithError
        If the study cannot be done or the folder cannot be used.
    """
    content, folder = _given(source, folder)
    planned = plan(content)
    with places.make(folder, records).writing():
        write_study(planned.study, folder)
    return folder


def status(folder: str | Path) -> Results:
    """Read a results folder without computing anything.

    Raises
    ------
    DelithError
        If the folder holds no study or its records cannot be read.
    """
    folder = Path(folder)
    if not places.holds_study(folder):
        raise DelithError(f"{folder} is no results folder: it has no study.yaml.")
    planned = plan(study.load(folder / "study.yaml"))
    store, walk = places.store_of(folder), Walk(planned)
    records, fresh = [], walk.start()
    while fresh:
        known = store.found(task.key for task in fresh)
        ended = [task.answered(known[task.key]) for task in fresh if task.key in known]
        records += ended
        fresh = [task for record in ended for task in walk.follow(record)]
    return Results.of(folder, walk, records)


def default_folder(source: str | Path | study.Study) -> Path:
    """Where the results of a study file go, if nothing else is said.

    Raises
    ------
    DelithError
        If the study is no file.
    """
    if isinstance(source, study.Study):
        raise DelithError("give a folder for the results of a study that is no file.")
    return Path("runs") / Path(source).stem


def _given(source: str | Path | study.Study, folder: str | Path | None) -> tuple[study.Study, Path]:
    """Read a study, and say where its results go."""
    if isinstance(source, study.Study):
        content = study.beside(source, Path.cwd())
    else:
        content = study.load(source)
    folder = Path(folder) if folder else default_folder(source)
    if places.holds_study(folder):
        there = study.load(folder / "study.yaml")
        if there.crystal_content != content.crystal_content:
            raise DelithError(
                f"{folder} holds a study of another crystal ({Path(there.crystal).name}) than "
                f"{content.crystal}: take another folder with -o."
            )
    return content, folder


def write_study(content: study.Study, folder: Path) -> None:
    """Write a study into its results folder, with the crystal if that is a file."""
    file = content.crystal_file
    with writable(folder):
        if file:
            # the folder stands alone: it can be moved, sent and run again
            copy = folder / file.name
            if not copy.is_file() or copy.read_bytes() != file.read_bytes():
                fresh = copy.with_name(f"{copy.name}.new")
                shutil.copyfile(file, fresh)
                fresh.replace(copy)
            content = content.model_copy(update={"crystal": file.name})
        study.write(content, folder / "study.yaml")
