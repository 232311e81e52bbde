"""What every potential owes the rest of Delith, whichever it is.

Tolerances suit networks in single precision.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import PackageNotFoundError
from multiprocessing import get_context

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.spacegroup import crystal
from ase.stress import voigt_6_to_full_3x3_stress

from delith import potentials
from delith.errors import DelithError
from delith.potentials import entry, environments

STAY = np.eye(3)
# DFT owes the same, at a cost that its own tests keep low
INSTALLED = [
    e.name for e in potentials.available() if e.installed and not e.environment and e.level != "DFT"
]
ELSEWHERE = [entry.name for entry in potentials.available() if entry.environment]
#: One of each kind: CHGNet, a committee of MACE, a single model.
FAST = ("chgnet-r2scan", "mace-lco-dft", "mace")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in FAST else pytest.mark.slow)
        for name in [*INSTALLED, "mace", "committee", *ELSEWHERE]
    ],
)
def name(request) -> str:
    """Of a potential; two are files that are made here, some need an environment of their own."""
    if request.param in INSTALLED:
        return str(request.param)
    if request.param in ELSEWHERE:
        environments.install(potentials.info(request.param).environment)
        return str(request.param)
    return str(request.getfixturevalue("mace_names")[request.param])


@pytest.fixture(scope="module")
def calculator(name) -> Calculator:
    return potentials.load(name)


@pytest.fixture
def atoms(name, calculator) -> Atoms:
    """LiCoO2 of 11 atoms, one lithium gone, strained and rattled; or Ni and Mn in place of Co."""
    atoms = crystal(
        ["Li", "Co", "O"],
        [(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2395)],
        spacegroup=166,
        cellpar=[2.8166, 2.8166, 14.052, 90, 90, 120],
    )
    del atoms[np.flatnonzero(atoms.symbols == "Li")[0]]
    if "Co" not in (potentials.info(name).elements or ["Co"]):
        atoms.symbols[atoms.symbols == "Co"] = ["Ni", "Mn", "Mn"]
    strain = np.array([[0.01, 0.02, 0], [0, -0.01, 0.01], [0.01, 0, 0.02]])
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
    atoms.rattle(0.08, seed=0)
    atoms.calc = calculator
    return atoms


def copied(atoms: Atoms) -> Atoms:
    copy = atoms.copy()
    copy.calc = atoms.calc
    return copy


def assert_same(atoms: Atoms, other: Atoms, order=slice(None), turn=STAY) -> None:
    """`other` is `atoms` reordered and turned: energy alike, forces and stress turned."""
    energies = [a.get_potential_energy() / len(a) for a in (atoms, other)]
    # 9 eV an atom in single precision
    assert energies[1] == pytest.approx(energies[0], abs=5e-6)
    np.testing.assert_allclose(other.get_forces(), atoms.get_forces()[order] @ turn.T, atol=2e-4)
    stress = turn @ atoms.get_stress(voigt=False) @ turn.T
    np.testing.assert_allclose(other.get_stress(voigt=False), stress, atol=1e-5)


def slope(energy: Callable[[float], float], step: float) -> float:
    """By four energies, so that steps can be long enough for single precision."""
    near, far = (energy(k * step) - energy(-k * step) for k in (1, 2))
    return (8 * near - far) / (12 * step)


def test_forces_are_minus_the_slope_of_the_energy(atoms):
    forces = atoms.get_forces()
    for direction in np.random.default_rng(0).normal(size=(6, len(atoms), 3)):
        direction /= np.linalg.norm(direction)

        def energy(way, direction=direction):
            moved = copied(atoms)
            moved.positions += way * direction
            return moved.get_potential_energy()

        assert -slope(energy, 0.004) == pytest.approx(np.sum(forces * direction), abs=3e-3)


def test_stress_is_the_slope_of_the_energy_with_strain(atoms):
    stress = atoms.get_stress()
    for component in range(6):
        strain = voigt_6_to_full_3x3_stress(np.eye(6)[component])

        def energy(way, strain=strain):
            strained = copied(atoms)
            strained.set_cell(atoms.cell.array @ (np.eye(3) + way * strain), scale_atoms=True)
            return strained.get_potential_energy()

        # A shear strain has two equal entries, so its slope holds the stress twice.
        found = slope(energy, 0.001) / atoms.get_volume() / strain.sum()
        assert found == pytest.approx(stress[component], abs=3e-4)


def test_free_energy_is_the_energy(atoms):
    assert atoms.get_potential_energy(force_consistent=True) == atoms.get_potential_energy()


def test_translation_and_wrapping_change_nothing(atoms):
    moved = copied(atoms)
    moved.positions += [1.3, -7.1, 20.2]
    assert_same(atoms, moved)
    moved.wrap()
    assert_same(atoms, moved)


def test_rotation_turns_the_forces(atoms):
    turned = copied(atoms)
    turned.rotate(37, (1, 2, 3), rotate_cell=True)
    turn = np.linalg.solve(atoms.cell.array, turned.cell.array).T
    assert_same(atoms, turned, turn=turn)


def test_order_of_atoms_does_not_matter(atoms):
    order = np.random.default_rng(0).permutation(len(atoms))
    shuffled = atoms[order]
    shuffled.calc = atoms.calc
    assert_same(atoms, shuffled, order)


def test_a_supercell_is_as_many_cells(atoms):
    double = atoms.repeat((2, 1, 1))
    double.calc = atoms.calc
    assert_same(atoms, double, np.tile(np.arange(len(atoms)), 2))


def test_another_choice_of_lattice_vectors_does_not_matter(atoms):
    skewed = copied(atoms)
    skewed.set_cell(np.array([[1, 0, 0], [1, 1, 0], [-1, 2, 1]]) @ atoms.cell.array)
    assert_same(atoms, skewed)


def test_the_same_atoms_give_the_same_numbers(atoms, name):
    first = evaluate(name, atoms)
    assert evaluate(name, atoms) == first


def evaluate(name: str, atoms: Atoms) -> tuple[float, list]:
    atoms = atoms.copy()
    atoms.calc = potentials.load(name)
    return atoms.get_potential_energy(), atoms.get_forces().tolist()


@pytest.mark.slow
def test_a_spawned_process_gives_the_same_numbers(atoms, name):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        energy, forces = pool.submit(evaluate, name, atoms.copy()).result()
    # Another process may run another number of threads, which sum in another order.
    assert energy / len(atoms) == pytest.approx(atoms.get_potential_energy() / len(atoms), abs=2e-6)
    np.testing.assert_allclose(forces, atoms.get_forces(), atol=2e-4)


def test_a_calculator_survives_pickling(atoms):
    other = copied(atoms)
    other.calc = pickle.loads(pickle.dumps(atoms.calc))
    assert_same(atoms, other)


def test_loading_prints_nothing(name, capfd):
    potentials.load(name)
    assert capfd.readouterr() == ("", "")


def test_the_fingerprint_is_of_the_weights(name):
    assert len(potentials.weights_sha256(name)) == 64
    others = {potentials.weights_sha256(known) for known in INSTALLED if known != name}
    assert potentials.weights_sha256(name) not in others


def test_the_entry_is_whole(name):
    entry = potentials.info(name)
    assert entry.version
    assert entry.level == "own" or (entry.functional and entry.reference)
    ours = ({"Li", "Co", "O"}, {"Li", "Ni", "Mn", "O"})
    assert entry.elements is None or any(oxide <= set(entry.elements) for oxide in ours)


def test_the_default_comes_first():
    assert potentials.available()[0].name == potentials.DEFAULT


@pytest.mark.parametrize(
    ("elements", "name"),
    [
        (["Li", "Co", "O"], "mace-lco-dft"),
        (["O", "Co", "Co"], "mace-lco-dft"),  # without lithium it is the same framework
        (["Li", "Co", "O", "Mg"], potentials.DEFAULT),
        (["Li", "Ni", "Mn", "O"], potentials.DEFAULT),
        (["Li", "O"], potentials.DEFAULT),
        (["Li"], potentials.DEFAULT),
    ],
)
def test_a_framework_has_the_potential_that_dft_has_taught_it(elements, name):
    assert potentials.suited(elements) == name


def test_listing_imports_no_potential():
    code = (
        "import sys; from delith import potentials as p; "
        "[(e.installed, e.version) for e in p.available()]; p.weights_sha256(p.DEFAULT); "
        "print(sorted({'torch', 'chgnet', 'mace'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(DelithError, match=r"mean 'chgnet-r2scan'\? Known: .*chgnet"):
        potentials.load("chgnet-r2scn")


def test_a_missing_package_is_answered_with_how_to_install_it(monkeypatch):
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(entry.metadata, "version", missing)
    assert not potentials.available()[0].installed
    assert potentials.available()[0].version is None
    with pytest.raises(DelithError, match="pip install chgnet"):
        potentials.load()
