"""Crystals and comparisons that the tests share."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

# read when numpy and torch load: test workers beside each other must not fight over the cores
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.spacegroup import crystal
from hypothesis import HealthCheck, settings
from matscipy.neighbours import neighbour_list

from delith import cli, crystals, potentials, results, running
from delith.boundaries import Boundary
from delith.crystals import Crystal
from delith.crystals.inspection import CONTACT
from delith.running import Results
from delith.study import Study
from own_postgres import PASSWORD, Server, binaries, server
from random_mace import random_mace

# how fast a machine is, and how rarely a seed meets what a test asks for, is no failure of a test
settings.register_profile(
    "delith",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("delith")

#: Space group, cell and sites of crystals that are no elements.
COMPOUNDS = {
    "LiNiO2": (
        166,
        (2.878, 2.878, 14.19, 90, 90, 120),
        [("Li", (0, 0, 0)), ("Ni", (0, 0, 0.5)), ("O", (0, 0, 0.2415))],
    ),
    "NaCl": (225, (5.64, 5.64, 5.64, 90, 90, 90), [("Na", (0, 0, 0)), ("Cl", (0.5, 0.5, 0.5))]),
    "SrTiO3": (
        221,
        (3.905, 3.905, 3.905, 90, 90, 90),
        [("Sr", (0, 0, 0)), ("Ti", (0.5, 0.5, 0.5)), ("O", (0.5, 0.5, 0))],
    ),
    "BaTiO3": (  # polar
        99,
        (3.9945, 3.9945, 4.0335, 90, 90, 90),
        [
            ("Ba", (0, 0, 0)),
            ("Ti", (0.5, 0.5, 0.5224)),
            ("O", (0.5, 0.5, -0.0244)),
            ("O", (0.5, 0, 0.4895)),
        ],
    ),
    "Ba2MgWO6": (  # perovskite with Mg and W in turn
        225,
        (8.1, 8.1, 8.1, 90, 90, 90),
        [
            ("Ba", (0.25, 0.25, 0.25)),
            ("Mg", (0, 0, 0)),
            ("W", (0.5, 0.5, 0.5)),
            ("O", (0.26, 0, 0)),
        ],
    ),
    "TiO2": (
        136,
        (4.594, 4.594, 2.959, 90, 90, 90),
        [("Ti", (0, 0, 0)), ("O", (0.3053, 0.3053, 0))],
    ),
    "NiAl": (221, (2.887, 2.887, 2.887, 90, 90, 90), [("Ni", (0, 0, 0)), ("Al", (0.5, 0.5, 0.5))]),
    "CuAu": (123, (2.8, 2.8, 3.67, 90, 90, 90), [("Cu", (0, 0, 0)), ("Au", (0.5, 0.5, 0.5))]),
    "Ni3Al": (
        221,
        (3.572, 3.572, 3.572, 90, 90, 90),
        [("Ni", (0, 0.5, 0.5)), ("Al", (0, 0, 0))],
    ),
    "CuInSe2": (  # chalcopyrite: zinc blende with Cu and In in turn
        122,
        (5.784, 5.784, 11.616, 90, 90, 90),
        [("Cu", (0, 0, 0)), ("In", (0, 0, 0.5)), ("Se", (0.224, 0.25, 0.125))],
    ),
    "SiO2": (  # quartz: chiral
        154,
        (4.916, 4.916, 5.405, 90, 90, 120),
        [("Si", (0.4697, 0, 2 / 3)), ("O", (0.4135, 0.2669, 0.7858))],
    ),
    "ZnO": (  # wurtzite: polar
        186,
        (3.2495, 3.2495, 5.2069, 90, 90, 120),
        [("Zn", (1 / 3, 2 / 3, 0)), ("O", (1 / 3, 2 / 3, 0.3819))],
    ),
    "LiMn2O4": (
        227,
        (8.24, 8.24, 8.24, 90, 90, 90),
        [("Li", (0, 0, 0)), ("Mn", (0.625, 0.625, 0.625)), ("O", (0.3875, 0.3875, 0.3875))],
    ),
}

#: Crystals of the package beside LiCoO2: the spinels, one of them chiral.
SHIPPED = ("LiNi0.5Mn1.5O4", "LiCoO2_spinel")


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests trust weights of their own; the user's list is left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(scope="session")
def lco() -> Crystal:
    return crystals.load("LiCoO2")


@pytest.fixture(scope="session")
def zoo(lco: Crystal) -> dict[str, Crystal]:
    """Crystals by name: layered, rock salt, perovskites, spinels, tetrahedral, alloys, elements."""
    structures = {element: bulk(element, cubic=True) for element in ("Cu", "Si")}
    for name, (group, cell, sites) in COMPOUNDS.items():
        symbols, positions = zip(*sites, strict=True)
        structures[name] = crystal(symbols, positions, spacegroup=group, cellpar=cell)
    made = {name: crystals.from_atoms(atoms, name=name) for name, atoms in structures.items()}
    return {"LiCoO2": lco} | made | {name: crystals.load(name) for name in SHIPPED}


@pytest.fixture
def short_path() -> Iterator[Path]:
    """CP2K takes no long ones."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def pair_energy() -> Callable[[Atoms], float]:
    """Energy an atom of a pair potential that tells elements apart: one structure, one value."""

    def energy(atoms: Atoms) -> float:
        i, j, d = neighbour_list("ijd", atoms, 7.31)
        weight = np.sqrt(atoms.numbers)
        return float((weight[i] * weight[j] * np.exp(-d)).sum() / len(atoms))

    return energy


@pytest.fixture(scope="session")
def shortest() -> Callable[[Atoms], float]:
    """Shortest distance between two atoms of a periodic structure, Å."""

    def distance(atoms: Atoms) -> float:
        return float(neighbour_list("d", atoms, 4.0).min())

    return distance


@pytest.fixture(scope="session")
def assert_sound(shortest: Callable[[Atoms], float]) -> Callable[[Boundary], None]:
    """What holds for the cell of every boundary, of whatever kind."""

    def check(boundary: Boundary) -> None:
        atoms, crystal = boundary.atoms, boundary.crystal
        assert np.linalg.det(atoms.cell[:]) > 0
        assert atoms.pbc.all()
        assert atoms.cell[:2, 2].tolist() == [0, 0]
        assert atoms.cell[2, 2] == pytest.approx(2 * boundary.separation)
        assert boundary.area == pytest.approx(atoms.cell.volume / atoms.cell[2, 2])
        volume = crystal.atoms.cell.volume / crystal.formula_units(crystal.atoms)
        assert atoms.cell.volume == pytest.approx(volume * boundary.formula_units)
        # what is in excess comes on top of as much bulk as the volume holds
        counts = crystal.primitive_atoms.symbols.formula.count()
        here = atoms.symbols.formula.count()
        for element, count in counts.items():
            excess = boundary.excess.get(element, 0)
            assert here[element] - excess == pytest.approx(count * boundary.primitive_cells)
        if boundary.joint.turns_over or abs(boundary.joint.rise) < 1e-6:
            assert not boundary.excess
        assert shortest(atoms) >= CONTACT * crystal.shortest_distance
        assert set(atoms.arrays["grain"]) <= {-1, 0, 1}
        near = np.abs(atoms.positions[:, 2, None] - boundary.separation * np.arange(3)).min(axis=1)
        assert atoms.arrays["distance"] == pytest.approx(near, abs=1e-9)
        if np.allclose(boundary.joint.turn, np.diag([1, 1, -1])):
            assert atoms.cell[2, :2].tolist() == [0, 0]

    return check


@pytest.fixture(scope="session")
def quick() -> Study:
    """A study of seven relaxations of a few steps each, one of them lithium metal."""
    return Study.model_validate(
        {
            "crystal": "LiCoO2",
            "boundaries": [{"kind": "twin", "plane": [1, 0, 4]}],
            "separation": 4,
            "lithium": [1.0, 0.5],
            "orderings": 2,
            "potential": "chgnet-r2scan",
            "starts": 1,
            "relax": {"fmax": 0.5, "smax": 5, "steps": 30, "rattle": 0.02},
            "bulk": {"fmax": 0.5, "smax": 5, "steps": 30, "rattle": 0.02},
        }
    )


@pytest.fixture(scope="session")
def undisturbed(quick: Study, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What `quick` gives when nothing happens to it, one relaxation after the other."""
    with ThreadPoolExecutor(1) as executor:
        return running.run(quick, tmp_path_factory.mktemp("undisturbed"), executor)


@pytest.fixture
def finished(undisturbed: Results, tmp_path: Path) -> Path:
    """A copy of the folder of an undisturbed run."""
    return Path(shutil.copytree(undisturbed.folder, tmp_path / "finished"))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables without pictures, where these are not tested: they take most of a short run."""
    bare = tuple(replace(output, figure=None) for output in results.OUTPUTS)
    monkeypatch.setattr(results, "OUTPUTS", bare)


@pytest.fixture
def delith(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Call the command in this process, away from the checkout: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["delith", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    return call


@pytest.fixture(scope="session")
def pg() -> Iterator[Server]:
    """A PostgreSQL server, whose password is in the environment."""
    if binaries() is None:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    with server() as started, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        yield started


@pytest.fixture(scope="session")
def write_mace() -> Callable[..., Path]:
    return random_mace


@pytest.fixture(scope="session")
def mace_names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A trusted model of MACE and a trusted committee, by what the tests call them."""
    folder = tmp_path_factory.mktemp("mace")
    one = random_mace(folder / "one.model")
    many = [random_mace(folder / f"member_{seed}.model", seed) for seed in range(3)]
    potentials.trust(one, *many)
    return {"mace": str(one), "committee": str(folder / "member_*.model")}


@pytest.fixture(scope="session")
def other_process() -> Callable[..., list[str]]:
    """Words that code prints in a process of its own, where hashes of strings are others."""

    def told(code: str, *arguments: object) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=os.environ | {"PYTHONHASHSEED": "4321"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    return told
