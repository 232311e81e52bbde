"""Tasks that cost nothing, and a potential that sleeps: for what measures everything but physics.

``make`` is the potential: ASE's EMT, after ``SLEEP`` seconds a force call. Each process that loads
it adds its number to the file ``LOADS``, where there is one.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT

from delith import potentials
from delith.facts import HostFacts
from delith.records import Task
from delith.relaxation import SINGLE_POINT, RelaxSettings

POTENTIAL = f"{Path(__file__).resolve()}:make"


class Sleeping(EMT):
    """EMT, but not at once."""

    def calculate(self, *given: object, **more: object) -> None:
        """As EMT."""
        time.sleep(float(os.environ.get("SLEEP", "0")))
        super().calculate(*given, **more)


def make() -> Sleeping:
    if loads := os.environ.get("LOADS"):
        with Path(loads).open("a") as file:
            file.write(f"{os.getpid()}\n")
    return Sleeping()


def single_points(count: int, first: int = 0) -> list[Task]:
    """So many force calls on copper, each of other atoms."""
    return [_task(number, SINGLE_POINT) for number in range(first, first + count)]


def relaxations(count: int) -> list[Task]:
    """So many relaxations of copper, each from elsewhere: some dozen force calls."""
    settings = RelaxSettings(fmax=0.01, cell="fixed", steps=100, rattle=0)
    return [_task(number, settings) for number in range(count)]


def _task(number: int, settings: RelaxSettings) -> Task:
    return Task(
        host=_facts(bulk("Cu", cubic=True)),
        mobile=None,
        mobile_count=0,
        ordering=number,
        start=_copper(number),
        potential=POTENTIAL,
        weights=potentials.weights_sha256(POTENTIAL),
        role="disturbed",
        settings=settings,
        seed=number,
    )


def _copper(number: int) -> Atoms:
    atoms = bulk("Cu", cubic=True)
    atoms.positions += np.random.default_rng(number).normal(scale=0.1, size=(4, 3))
    return atoms


def _facts(atoms: Atoms) -> HostFacts:
    return HostFacts(
        label="copper",
        kind="bulk",
        plane="",
        formula_units=4.0,
        count=0,
        equivalent=True,
        separation=0.0,
        reference="copper",
        basal=None,
        built_cell=tuple(map(tuple, atoms.cell[:].tolist())),
    )
