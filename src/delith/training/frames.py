"""Labelled structures: from results folders, from files of other codes; and how they are split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import iread

from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.records import Record
from delith.store import places
from delith.study.reservoirs import REFERENCE

#: eV/Å. A structure that is pulled harder is a wreck.
STRONGEST = 30.0


@dataclass(frozen=True, eq=False)
class Frame:
    """One structure with its energy and forces."""

    atoms: Atoms
    """Without a calculator."""
    energy: float
    """eV."""
    forces: Floats
    """eV/Å, shape (n, 3)."""
    stress: Floats | None
    """eV/Å³, in Voigt order and ASE's sign; None where the code gave none."""
    parent: str
    """What frames of one relaxation, path or phonon calculation share."""
    host: str
    """Label of the boundary or bulk, or the name of the file."""
    level: str
    """Potential, or level of theory, as far as it is said."""

    def labelled(self) -> Atoms:
        """The atoms with what is known of them, as ASE reads and writes it."""
        made = self.atoms.copy()
        made.info.update(parent=self.parent, host=self.host, level=self.level)
        known = {"energy": self.energy, "forces": self.forces, "stress": self.stress}
        made.calc = SinglePointCalculator(made, **known)
        return made


@dataclass(frozen=True, eq=False)
class Split:
    """Frames, each in one of three parts, and no parent in two.

    Attributes
    ----------
    training, validation, test : tuple of Frame
    replay : tuple of Frame
        What training is not to forget, which may be of another level.
    """

    training: tuple[Frame, ...]
    validation: tuple[Frame, ...]
    test: tuple[Frame, ...]
    replay: tuple[Frame, ...] = ()

    @property
    def parts(self) -> dict[str, tuple[Frame, ...]]:
        """Each by its name."""
        parts = {"training": self.training, "validation": self.validation, "test": self.test}
        return parts | ({"replay": self.replay} if self.replay else {})

    def table(self) -> pd.DataFrame:
        """part, host, parent, structures and their summed energy_eV: a row per parent."""
        rows = [
            (part, frame.host, frame.parent, frame.energy)
            for part, frames in self.parts.items()
            for frame in frames
        ]
        every = pd.DataFrame(rows, columns=["part", "host", "parent", "energy_eV"])
        grouped = every.groupby(["part", "host", "parent"])["energy_eV"]
        return grouped.agg(structures="size", energy_eV="sum").reset_index()


def records_in(folder: Path) -> list[Record]:
    """Records of a results folder.

    Raises
    ------
    DelithError
        If it is none.
    """
    return places.existing(folder).records()


def read(path: Path, name: str = "") -> list[Frame]:
    """Read labelled structures.

    Parameters
    ----------
    path : Path
        A results folder, of which every structure with forces is taken, or a file that ASE reads,
        such as extended XYZ. Of a structure in a file ``info`` may say its ``parent``, ``host`` and
        ``level``; else frames in a row of the same atoms in the same order have one parent.
    name : str
        What the host of structures that name none is called; by default as the file.

    Raises
    ------
    DelithError
        If it cannot be read, or a structure is not periodic in three directions, or lacks its
        energy or forces.
    """
    if path.is_dir():
        return of_records(records_in(path))
    try:
        return list(_of_file(path, name or path.name))
    except DelithError:
        raise
    except Exception as error:  # whatever a reader of ASE's makes of a file that is none
        raise DelithError(f"cannot read structures from {path}: {error}") from error


def of_records(records: Iterable[Record]) -> list[Frame]:
    """Take every structure with energy and forces once; no wrecks, no reference phases.

    Wrecks are what exploded, and what is pulled by more than 30 eV/Å at an atom: no relaxation
    comes near, and one such energy outweighs those of hundreds of crystals.

    One structure of a kind teaches nothing, and an element or a gas among oxides spoils the
    energies of single atoms from which training begins.
    """
    return [
        _of_record(record)
        for record in {record.key: record for record in records}.values()
        if record.forces is not None
        and record.intact
        and np.abs(record.forces).max(initial=0) < STRONGEST
        and record.host.kind != REFERENCE
    ]


def _of_record(record: Record) -> Frame:
    assert record.forces is not None
    atoms = Atoms(record.atoms.symbols, record.atoms.positions, cell=record.atoms.cell, pbc=True)
    # what was displaced, what hopped and the images between have the ordering in common
    return Frame(
        atoms, record.energy, record.forces, record.stress, record.family, record.host.label,
        record.potential,
    )  # fmt: skip


def _of_file(path: Path, name: str) -> Iterator[Frame]:
    row, before = 0, np.zeros(0)
    for k, atoms in enumerate(iread(path, index=":")):
        known = atoms.calc.results if atoms.calc else {}
        if not {"energy", "forces"} <= known.keys():
            raise DelithError(
                f"structure {k + 1} of {path} has no energy or no forces: label it first."
            )
        if not np.isfinite([known["energy"], *np.ravel(known["forces"])]).all():
            raise DelithError(
                f"structure {k + 1} of {path} has an energy or forces that are no numbers: leave "
                "it out."
            )
        if atoms.cell.rank < 3 or not atoms.pbc.all():
            raise DelithError(
                f"structure {k + 1} of {path} is not periodic in three directions, as crystals are."
            )
        if not np.array_equal(atoms.numbers, before):
            row, before = row + 1, atoms.numbers
        if atoms.info.get("kind") == REFERENCE:  # of a results folder that was exported
            continue
        yield Frame(
            atoms=Atoms(atoms.symbols, atoms.positions, cell=atoms.cell, pbc=True),
            energy=float(known["energy"]),
            forces=np.asarray(known["forces"]),
            stress=known.get("stress"),
            parent=str(atoms.info.get("parent", f"{name}/{row}")),
            host=str(atoms.info.get("host", name)),
            level=str(atoms.info.get("level", "")),
        )


def split(
    frames: Sequence[Frame], held_out: Sequence[str], validation: float, seed: int = 0
) -> Split:
    """Split frames by their parents.

    Parameters
    ----------
    frames : sequence of Frame
    held_out : sequence of str
        Hosts that training does not see, with wildcards: ``antiphase (104)*``.
    validation : float
        Share of the other parents by which training is judged on its way.
    seed : int
        Of the choice of these.

    Raises
    ------
    DelithError
        If the frames are of several levels of theory, a pattern holds out none, or fewer than two
        parents are left to train on.
    """
    levels = {frame.level for frame in frames}
    if len(levels) > 1:
        raise DelithError(
            f"the data are of several levels of theory ({', '.join(sorted(map(repr, levels)))}): "
            "their energies do not compare. Train on one of them: level."
        )
    hosts = {frame.host for frame in frames}
    aside: set[str] = set()
    for pattern in held_out:
        aside |= called(pattern, hosts, "held_out")
    parents = sorted({frame.parent for frame in frames if frame.host not in aside})
    if len(parents) < 2:
        raise DelithError(
            f"{len(parents)} parent structures are too few to train on: at least two, one of them "
            "for validation."
        )
    count = min(max(1, round(validation * len(parents))), len(parents) - 1)
    chosen = np.random.default_rng(seed).choice(len(parents), count, replace=False)
    judges = {parents[k] for k in chosen}
    rest = [frame for frame in frames if frame.host not in aside]
    return Split(
        training=tuple(frame for frame in rest if frame.parent not in judges),
        validation=tuple(frame for frame in rest if frame.parent in judges),
        test=tuple(frame for frame in frames if frame.host in aside),
    )


def called(pattern: str, hosts: Set[str], key: str) -> set[str]:
    """Return the hosts that a pattern of a training file's key fits.

    Raises
    ------
    DelithError
        If it fits none.
    """
    found = {host for host in hosts if fnmatchcase(host, pattern)}
    if not found:
        raise DelithError(f"{key}: no host is called {pattern!r}, only {sorted(hosts)}.")
    return found
