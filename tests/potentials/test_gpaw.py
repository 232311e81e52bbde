"""DFT by GPAW: what every potential owes, spin states, and what is killed or does not converge."""

import pickle
import subprocess
import sys
import time
import weakref

import numpy as np
import pytest
import yaml
from ase import Atoms
from ase.calculators.calculator import CalculationFailed
from ase.spacegroup import crystal
from ase.units import GPa

from delith import potentials
from delith.engines.performing import perform
from delith.errors import DelithError
from delith.potentials import preset as presets
from delith.potentials.preset import Preset
from delith.records import Task
from delith.relaxation import SINGLE_POINT

pytest.importorskip("gpaw", reason="needs GPAW: make dft")

from delith.potentials import dft, gpaw

PRESET = presets.load(potentials.info("gpaw-pbe+u").files)
#: Far from converged, and quick.
ROUGH = Preset(code="gpaw", xc="PBE", cutoff=250, spacing=1.2, energy=1e-6)


@pytest.fixture(autouse=True)
def forgetful(monkeypatch, tmp_path):
    """Nothing is remembered of other tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "delith" / "dft"


def rough(**changes) -> dft.DFTCalculator:
    return dft.DFTCalculator("rough", ROUGH.model_copy(update=changes), gpaw.GPAWCode)


def licoo2(lithium: bool = True) -> Atoms:
    """One formula unit, in the cell that crystallographers give."""
    hexagonal = crystal(
        ["Li", "Co", "O"],
        [(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2395)],
        spacegroup=166,
        cellpar=[2.8166, 2.8166, 14.052, 90, 90, 120],
        primitive_cell=True,
    )
    atoms = Atoms(hexagonal.symbols, hexagonal.positions, cell=hexagonal.cell, pbc=True)
    if not lithium:
        del atoms[atoms.numbers == 3]
    return atoms


@pytest.mark.slow
def test_the_preset_gives_bulk_licoo2():
    """The published PBE+U geometry is near equilibrium, low spin, and a gap of 2 eV opens."""
    atoms = licoo2()
    atoms.calc = potentials.load("gpaw-pbe+u")
    forces, stress = atoms.get_forces(), atoms.get_stress()
    assert np.abs(forces).max() < 0.5
    assert np.abs(stress).max() < 0.1
    assert len(atoms.calc.results["starts"]) == 1
    assert not atoms.get_magnetic_moments().any()


@pytest.mark.slow
def test_stress_is_the_slope_of_the_energy_at_a_fixed_cutoff():
    """Without what the preset knows of truncation it would be 6 GPa off."""
    atoms = licoo2(lithium=False)
    pressure, energies = None, []
    for length in (1.0, 0.99, 1.01):
        made = atoms.copy()
        made.set_cell(atoms.cell[:] * length, scale_atoms=True)
        made.calc = dft.DFTCalculator(
            "preset", PRESET.model_copy(update={"moments": {}, "spacing": 0.6}), gpaw.GPAWCode
        )
        energies.append(made.get_potential_energy())
        pressure = pressure or made.get_stress()[:3].mean()
    slope = (energies[2] - energies[1]) / (0.06 * atoms.get_volume())
    assert pressure / GPa == pytest.approx(slope / GPa, abs=1.5)


@pytest.mark.slow
def test_forces_are_the_slope_of_the_free_energy():
    atoms = licoo2()
    atoms.rattle(0.05, seed=1)
    atoms.calc = rough(energy=1e-8)
    force = atoms.get_forces()[1, 2]
    energies = []
    for step in (-0.01, 0.01):
        moved = atoms.copy()
        moved.positions[1, 2] += step
        moved.calc = atoms.calc
        energies.append(moved.get_potential_energy(force_consistent=True))
    assert (energies[0] - energies[1]) / 0.02 == pytest.approx(force, abs=0.01)


@pytest.mark.slow
def test_symmetry_is_used_wherever_the_origin_is(tmp_path):
    """Twelve operations of the rhombohedral cell, though they leave a point beside the origin."""
    atoms = licoo2()
    atoms.positions += (0.3, 0.2, 0.1)
    code = gpaw.GPAWCode(ROUGH, atoms)
    code.compute(atoms, None, tmp_path / "scratch")
    assert len(code._calculator.dft.ibzwfs.ibz.symmetries) == 12


@pytest.mark.slow
def test_what_a_worker_did_does_not_stay_in_its_memory(monkeypatch):
    """GPAW's objects hold each other, and Python looks for such too rarely: gigabytes stayed."""
    held = []
    begin = gpaw.GPAW
    monkeypatch.setattr(gpaw, "GPAW", lambda **how: _noted(begin(**how), held))
    calculator = rough()
    for shift in (0.0, 0.1, 0.2):
        atoms = licoo2()
        atoms.positions[0] += (0, 0, shift)
        calculator.forget()
        calculator.calculate(atoms)
    assert len(held) == 3
    assert [there() is None for there in held[:2]] == [True, True]


def _noted(made, held):
    held.append(weakref.ref(made))
    return made


@pytest.mark.slow
def test_another_basis_of_the_lattice_is_the_same_crystal():
    atoms = licoo2()
    atoms.rattle(0.05, seed=1)
    other = atoms.copy()
    other.set_cell(np.array([[1, 0, 0], [2, 1, 0], [1, 1, 1]]) @ atoms.cell[:])
    for one in (atoms, other):
        one.calc = rough()
    assert other.get_potential_energy() == pytest.approx(atoms.get_potential_energy(), abs=1e-4)
    assert other.get_forces() == pytest.approx(atoms.get_forces(), abs=1e-3)
    assert other.get_stress() == pytest.approx(atoms.get_stress(), abs=1e-4)


@pytest.mark.slow
def test_a_turned_crystal_has_the_energy_that_it_had():
    """By meta-GGAs too, for which GPAW's own 50 angles around each atom give 27 meV an atom."""
    atoms = licoo2()
    turned = atoms.copy()
    turned.rotate(30, "x", rotate_cell=True)
    changes = {"xc": "MGGA_X_R2SCAN+MGGA_C_R2SCAN", "unpolarised": True, "energy": 1e-5}
    for one in (atoms, turned):
        one.calc = rough(cutoff=400, **changes)
    energies = [one.get_potential_energy() / len(one) for one in (atoms, turned)]
    assert energies[1] == pytest.approx(energies[0], abs=2e-4)


@pytest.mark.slow
def test_what_was_computed_is_remembered_and_travels(forgetful, monkeypatch):
    atoms = licoo2()
    atoms.calc = rough()
    energy = atoms.get_potential_energy()
    assert {path.suffix for path in forgetful.iterdir()} == {".json", ".txt"}
    monkeypatch.delattr(gpaw, "GPAW")
    again = atoms.copy()
    again.calc = pickle.loads(pickle.dumps(atoms.calc))
    assert again.get_potential_energy() == energy
    assert again.get_forces() == pytest.approx(atoms.get_forces())


@pytest.mark.slow
def test_of_two_spin_states_the_lower_counts():
    """CoO2 with a moment and without: both are told, the lower is kept."""
    atoms = licoo2(lithium=False)
    atoms.calc = rough(moments={"Co": {3: 0, 4: 1}}, smearing=0.1)
    energy = atoms.get_potential_energy(force_consistent=True)
    with_moments, without = atoms.calc.results["starts"]
    assert energy == pytest.approx(min(with_moments, without))
    assert (np.abs(atoms.get_magnetic_moments()).max() > 0.1) == (with_moments < without)


@pytest.mark.slow
def test_ions_of_two_moments_begin_with_each_and_alike():
    """Half the lithium: Co3+ and Co4+, both as Co4+, and without spin; the lowest counts."""
    atoms = licoo2().repeat((2, 1, 1))
    del atoms[np.flatnonzero(atoms.symbols == "Li")[0]]
    atoms.calc = rough(moments={"Co": {3: 0, 4: 1}}, smearing=0.1)
    energy = atoms.get_potential_energy(force_consistent=True)
    starts = atoms.calc.results["starts"]
    assert len(starts) == 3
    assert energy == pytest.approx(min(starts))


@pytest.mark.slow
def test_each_start_of_each_task_is_made(forgetful, undisturbed, tmp_path):
    """One worker, empty layers twice: nearly alike, with low moments and with high ones."""
    for moment, files in ((1.0, 4), (3.0, 6)):
        preset = tmp_path / f"{moment}.yaml"
        given = ROUGH.model_copy(update={"moments": {"Co": {4: moment}}, "smearing": 0.2})
        preset.write_text(yaml.safe_dump(given.model_dump(mode="json")))
        for length in (1.0, 1.01):
            atoms = licoo2(lithium=False)
            atoms.set_cell(length * atoms.cell[:], scale_atoms=True)
            record = perform(task(undisturbed, atoms, str(preset)))
            assert not record.problem
            assert len(record.provenance["starts"]) == 2
        # what has no moments is the same for both
        assert len(list(forgetful.glob("*.json"))) == files
    assert not list(forgetful.glob("*.lock"))


@pytest.mark.slow
def test_what_does_not_converge_is_said_and_not_tried_again(forgetful, monkeypatch):
    atoms = licoo2()
    for _ in range(2):
        atoms.calc = rough(iterations=3)
        with pytest.raises(CalculationFailed, match="not self-consistent after 3 steps"):
            atoms.get_potential_energy()
        monkeypatch.delattr(gpaw, "GPAW", raising=False)
    assert {path.suffix for path in forgetful.iterdir()} == {".json", ".txt"}


@pytest.mark.slow
def test_states_that_stray_are_found_another_way(forgetful, monkeypatch, tmp_path):
    """Told to have strayed in its third step, it begins again and ends at the same energy."""
    atoms = licoo2()
    atoms.calc = rough()
    energy = atoms.get_potential_energy()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    for name, value in {"STRAYED": 0.0, "STEP": 3}.items():
        monkeypatch.setattr(gpaw, name, value)
    again = atoms.copy()
    again.calc = rough()
    assert again.get_potential_energy() == pytest.approx(energy, abs=1e-4)
    (log,) = (tmp_path / "other" / "delith" / "dft").glob("*.txt")
    first, second = log.read_text().split("Input parameters:")[1:]
    assert "RMMDIIS" in first
    assert "Davidson" in second
    assert "|iter:   4|" not in first


def test_what_gpaw_makes_nothing_of_is_said():
    atoms = licoo2()
    atoms.calc = rough(xc="PBEE")
    with pytest.raises(CalculationFailed, match=r"nothing of the preset.*PBEE"):
        atoms.get_potential_energy()


SCRIPT = """
import pickle, sys
from delith.potentials import gpaw
gpaw.SAVED_EVERY = 0.0
atoms = pickle.load(open(sys.argv[1], "rb"))
print(atoms.get_potential_energy())
"""


@pytest.mark.slow
def test_one_that_was_killed_goes_on(forgetful, tmp_path, monkeypatch):
    """`kill -9` in the middle; afterwards the same energy in fewer steps."""
    atoms = licoo2()
    atoms.rattle(0.05, seed=1)
    atoms.calc = rough(energy=1e-7)
    (tmp_path / "atoms").write_bytes(pickle.dumps(atoms))
    command = [sys.executable, "-c", SCRIPT, tmp_path / "atoms"]
    process = subprocess.Popen(command)
    end = time.monotonic() + 120
    while not list(forgetful.glob("*[!w].gpw")) and time.monotonic() < end:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not list(forgetful.glob("*.json")), "it was killed too late"
    whole = atoms.copy()
    whole.calc = rough(energy=1e-7)
    steps = []
    monkeypatch.setattr(gpaw, "_resumed", counting(gpaw._resumed, steps))
    energy = whole.get_potential_energy()
    assert steps == [True]
    assert not list(forgetful.glob("*.gpw"))
    fresh = atoms.copy()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    fresh.calc = rough(energy=1e-7)
    assert energy == pytest.approx(fresh.get_potential_energy(), abs=1e-5)


def counting(resumed, steps):
    def counted(file):
        found = resumed(file)
        steps.append(found is not None)
        return found

    return counted


def test_a_device_it_cannot_use_is_said():
    with pytest.raises(DelithError, match="runs on cores only"):
        potentials.load("gpaw-pbe", device="cuda")


def task(results, atoms: Atoms, potential: str) -> Task:
    """Ask for one energy of a structure."""
    return results.records[0].asked(
        start=atoms,
        potential=potential,
        weights=potentials.weights_sha256(potential),
        settings=SINGLE_POINT,
        seed=0,
    )


def test_a_task_that_fails_is_a_record(undisturbed, tmp_path):
    preset = tmp_path / "short.yaml"
    preset.write_text(yaml.safe_dump(ROUGH.model_dump(mode="json") | {"iterations": 2}))
    record = perform(task(undisturbed, licoo2(), str(preset)))
    assert "not self-consistent after 2 steps" in record.problem
