"""A relaxation ends where it should, and says so when it does not."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import Calculator
from ase.calculators.emt import EMT
from ase.constraints import FixAtoms
from pydantic import ValidationError

import delith as dl
from delith import relaxation
from delith.errors import DelithError
from delith.relaxation import RelaxSettings


@pytest.fixture(scope="module")
def potential():
    return dl.potentials.load()


@pytest.fixture(scope="module")
def twin():
    return dl.boundaries.twin(dl.crystals.load("LiCoO2"), (1, 0, 4), separation=4)


def test_relaxed_twin_keeps_its_plane_and_bears_no_traction(twin, potential):
    result = dl.relax(twin.atoms, potential, fmax=0.05, smax=0.1)
    assert result.converged, result.problem
    assert result.usable
    assert np.linalg.norm(result.forces, axis=1).max() <= 0.05
    assert np.abs(result.stress[[2, 3, 4]]).max() <= 0.1 / 160.2177
    assert result.atoms.cell[:2] == pytest.approx(twin.atoms.cell[:2], abs=1e-12)
    assert result.energy < _energy(twin.atoms, potential)
    assert result.magmoms.shape == (len(twin.atoms),)
    assert (result.atoms.arrays["grain"] == twin.atoms.arrays["grain"]).all()
    assert result.atoms.calc is None


def _energy(atoms, potential):
    work = atoms.copy()
    work.calc = potential
    return work.get_potential_energy()


def test_full_relaxation_frees_the_plane_and_fixed_frees_nothing():
    copper = bulk("Cu", cubic=True)
    copper.set_cell(copper.cell[:] * 1.03, scale_atoms=True)
    full = dl.relax(copper, EMT(), cell="full", fmax=1e-3, smax=0.01)
    assert full.converged
    assert full.atoms.cell.lengths() == pytest.approx(3.59, abs=0.02)
    assert np.abs(full.stress).max() <= 0.01 / 160.2177
    fixed = dl.relax(copper, EMT(), cell="fixed", fmax=1e-3)
    assert fixed.converged
    assert fixed.atoms.cell[:] == pytest.approx(copper.cell[:])


def test_constraints_are_refused_and_not_forgotten():
    copper = bulk("Cu", cubic=True)
    copper.set_constraint(FixAtoms([0]))
    with pytest.raises(DelithError, match="take the constraints off"):
        dl.relax(copper, EMT())


def test_stress_counts_for_convergence():
    """A cell whose forces vanish by symmetry is not converged while it is under stress."""
    strained = bulk("Cu", cubic=True)
    strained.set_cell(strained.cell[:] * 1.05, scale_atoms=True)
    result = dl.relax(strained, EMT(), cell="full", steps=0, rattle=0.0)
    assert not result.converged
    assert "not converged" in result.problem


@pytest.mark.parametrize("cell", ["normal", "full"])
def test_larger_cells_take_no_more_steps(cell):
    """A cell that is too soft or too stiff to the optimizer takes the more, the more atoms."""
    steps = []
    for times in (1, 4):
        atoms = bulk("Cu", cubic=True) * (2, 2, times)
        atoms.set_cell(atoms.cell[:] @ np.diag([1, 1, 1.02]), scale_atoms=True)
        steps.append(dl.relax(atoms, EMT(), cell=cell, fmax=0.01).steps)
    assert max(steps) < 1.5 * min(steps) < 60


def test_boundary_of_lithium_cobalt_oxide_takes_few_steps(twin, potential):
    """Less than half of those that ASE's stiffness and its weight of the cell take: 29."""
    assert dl.relax(twin.atoms, potential).steps < 15


def test_start_is_untouched_and_seeds_repeat(twin, potential):
    before = twin.atoms.positions.copy()
    first, again, other = (
        dl.relax(twin.atoms, potential, steps=2, seed=seed) for seed in (3, 3, 4)
    )
    assert (twin.atoms.positions == before).all()
    assert first.energy == again.energy
    assert first.energy != other.energy


def test_rattle_frees_a_structure_that_symmetry_traps():
    """An atom halfway into a vacancy feels no force along its path: only the rattle moves it."""
    saddle = bulk("Cu", cubic=True) * 2
    neighbour = int(np.argsort(saddle.get_distances(0, range(len(saddle)), mic=True))[1])
    saddle.positions[neighbour] -= saddle.get_distance(0, neighbour, mic=True, vector=True) / 2
    del saddle[0]
    still = dl.relax(saddle, EMT(), cell="fixed", rattle=0.0, fmax=0.01)
    moved = dl.relax(saddle, EMT(), cell="fixed", fmax=0.01)
    assert moved.energy < still.energy - 0.1


class _Cliff(Calculator):
    """Harmonic wells, with an energy that leaps after some calls: BFGS loses its way."""

    implemented_properties = ("energy", "forces", "stress")
    calls = 0

    def calculate(self, atoms=None, properties=("energy",), system_changes=()):
        super().calculate(atoms, properties, system_changes)
        self.calls += 1
        leap = 1e3 if self.calls == 3 else 0.0
        pull = atoms.positions - atoms.info["wells"]
        self.results = {
            "energy": 0.5 * float((pull**2).sum()) + leap,
            "forces": -pull,
            "stress": np.zeros(6),
        }


def test_fire_takes_over_where_bfgs_goes_uphill():
    atoms = bulk("Cu", cubic=True)
    atoms.info["wells"] = atoms.positions + 0.5
    result = dl.relax(atoms, _Cliff(), cell="fixed", fmax=1e-3, rattle=0.0)
    assert result.converged
    assert result.atoms.positions == pytest.approx(atoms.info["wells"], abs=1e-2)


def test_a_guess_says_where_to_begin_and_the_start_which_basin(twin, potential):
    there = dl.relax(twin.atoms, potential, fmax=0.05, smax=0.1)
    how = RelaxSettings(fmax=0.05, smax=0.1)
    again = relaxation.run(twin.atoms, potential, how, guess=there.atoms)
    assert again.steps == 0
    assert again.energy == pytest.approx(there.energy, abs=1e-4)
    assert again.atoms.positions == pytest.approx(there.atoms.positions)
    torn = twin.atoms.copy()
    torn.positions[next(a.index for a in torn if a.symbol == "Co")] += (0.0, 0.0, 1.5)
    still = RelaxSettings(fmax=1e3, smax=1e3, steps=0)
    assert "left its basin" in relaxation.run(twin.atoms, potential, still, guess=torn).problem


@pytest.mark.slow
def test_what_ends_too_high_is_given_up(twin, potential):
    how = RelaxSettings(fmax=0.05, smax=0.1)
    free = relaxation.run(twin.atoms, potential, how)
    # what comes down to its ceiling is not stopped on the way
    kept = relaxation.run(twin.atoms, potential, how, ceiling=free.energy + 0.05)
    assert (kept.energy, kept.steps, kept.problem) == (free.energy, free.steps, "")
    lost = relaxation.run(twin.atoms, potential, how, ceiling=free.energy - 3.0)
    assert lost.steps < free.steps / 2
    assert lost.problem.startswith(relaxation.GIVEN_UP)
    assert not lost.usable


@pytest.mark.slow
@pytest.mark.parametrize("content", [1.0, 0.5, 0.0])
def test_no_relaxation_comes_down_further_than_its_reach(potential, content, monkeypatch):
    """The bound behind giving up: everywhere on the way, as long as 0.05 eV are left to go."""
    host = dl.boundaries.antiphase(dl.crystals.load("LiCoO2"), (1, 0, 4), separation=4)
    (atoms,) = dl.decorations.lithium(host, content, limit=1)
    reach, way = relaxation._reach, []

    def noted(forces):
        way.append((potential.results["energy"], reach(forces)))
        return reach(forces)

    monkeypatch.setattr(relaxation, "_reach", noted)
    end = relaxation.run(atoms, potential, RelaxSettings()).energy
    left, reached = np.array([(energy - end, most) for energy, most in way]).T
    assert len(way) > 10
    assert (left < reached)[left > 0.05].all()


def test_tilted_plane_is_refused_with_advice():
    atoms = Atoms("Cu", cell=[[3, 0, 1], [0, 3, 0], [0, 0, 3]], pbc=True)
    with pytest.raises(DelithError, match="standard_form"):
        dl.relax(atoms, EMT(), cell="normal")


@pytest.mark.parametrize("wrong", [{"fmax": 0}, {"cell": "free"}, {"fmx": 0.1}, {"rattle": 3}])
def test_settings_are_checked(wrong):
    with pytest.raises(ValidationError):
        RelaxSettings.model_validate(wrong)


class Pushed(Calculator):
    """What expands without end."""

    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

    def calculate(self, atoms, properties, system_changes):
        pressure = 0.02
        self.results = {
            "energy": -pressure * atoms.cell.volume,
            "forces": np.zeros((len(atoms), 3)),
            "stress": np.array([-pressure] * 3 + [0.0] * 3),
        }


def test_a_wreck_is_one_though_it_has_not_come_to_rest():
    found = relaxation.run(
        bulk("NiO", "rocksalt", a=4.2), Pushed(), RelaxSettings(cell="full", steps=60)
    )
    assert not found.converged
    assert found.problem.startswith("exploded")
