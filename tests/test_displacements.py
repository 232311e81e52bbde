"""Force constants beside ASE's and a hand-made dynamical matrix, and what symmetry spares."""

import numpy as np
import pytest
from ase import Atoms, units
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.geometry import get_distances
from ase.phonons import Phonons as Peer
from ase.spacegroup import crystal

from delith import boundaries, displacements, potentials, relaxation
from delith.displacements import PhononSettings
from delith.errors import DelithError
from delith.relaxation import RelaxSettings

#: cm⁻¹ in an eV.
PER_CM = 1e-2 / (units._hplanck * units._c / units._e)

SMALL = PhononSettings(supercell=(2, 2, 2), displacement=0.01)


@pytest.fixture(scope="module")
def alloy():
    return crystal(
        ("Au", "Cu"), [(0, 0, 0), (0, 0.5, 0.5)], spacegroup=221, cellpar=[3.75] * 3 + [90] * 3
    )


@pytest.fixture(scope="module")
def copper():
    return bulk("Cu", a=3.61, cubic=True)


@pytest.fixture(scope="module")
def crooked(alloy):
    """Four atoms without any symmetry, under forces."""
    made = alloy.copy()
    made.rattle(0.05, seed=1)
    return made


@pytest.mark.parametrize("name", ["copper", "alloy"])
def test_ase_gives_the_same_frequencies(name, request, tmp_path):
    atoms = request.getfixturevalue(name)
    found = displacements.run(atoms, EMT(), SMALL)
    peer = Peer(atoms, EMT(), supercell=(2, 2, 2), delta=0.01, name=str(tmp_path / "peer"))
    peer.run()
    peer.read(acoustic=True)
    points = found.commensurate
    expected = peer.band_structure(points, verbose=False) * PER_CM
    assert found.frequencies(points) == pytest.approx(expected, abs=0.5)
    assert expected.max() > 200


def test_a_dynamical_matrix_by_hand_has_the_same_eigenvalues(crooked):
    """Every mode of the supercell, from central differences of all its coordinates."""
    settings = PhononSettings(supercell=(2, 1, 1), displacement=0.01)
    supercell = crooked.repeat((2, 1, 1))
    supercell.calc = EMT()
    rows = []
    for atom, axis in np.ndindex(len(supercell), 3):
        pair = []
        for sign in (1, -1):
            moved = supercell.copy()
            moved.calc = EMT()
            moved.positions[atom, axis] += sign * 0.01
            pair.append(moved.get_forces().ravel())
        rows.append((pair[1] - pair[0]) / 0.02)
    hessian = np.array(rows)
    masses = np.repeat(supercell.get_masses(), 3)
    squares = np.linalg.eigvalsh((hessian + hessian.T) / 2 / np.sqrt(np.outer(masses, masses)))
    omega = np.sign(squares) * np.sqrt(abs(squares) * units._e / units._amu) * 1e10
    by_hand = omega / (2 * np.pi * units._c * 100)
    found = displacements.run(crooked, EMT(), settings)
    assert len(found.phonopy.displacements) == 24, "four atoms, three directions, both signs"
    both = found.frequencies([[0, 0, 0], [0.5, 0, 0]])
    assert np.sort(both.ravel()) == pytest.approx(by_hand, abs=0.5)
    assert np.allclose(found.frequencies([0, 0, 0])[0, :3], 0, atol=1e-3)


@pytest.mark.slow
def test_ase_gives_the_same_optical_modes_of_a_network(lco, tmp_path):
    """At the smallest displacements: CHGNet is smooth over 0.001 Å, and rough over 0.01 Å.

    Where it is rough, what a displacement along one axis gives says little about another, and
    phonopy and ASE, which displace along different ones, differ by tens of cm⁻¹.
    """
    # in single precision forces carry noise of as much as such displacements change them by
    calculator = potentials.load("chgnet-r2scan", precision="double")
    primitive = lco.primitive_atoms
    how = RelaxSettings(cell="full", fmax=1e-3, smax=0.005, rattle=0)
    relaxed = relaxation.run(primitive, calculator, how).atoms
    settings = PhononSettings(supercell=(2, 2, 2), displacement=2e-4)
    found = displacements.run(relaxed, calculator, settings)
    peer = Peer(found.atoms, calculator, supercell=(2, 2, 2), delta=2e-4, name=str(tmp_path / "p"))
    peer.run()
    peer.read(acoustic=True)
    expected = peer.band_structure(found.commensurate, verbose=False) * PER_CM
    ours = found.frequencies(found.commensurate)
    assert (found.commensurate[0] == 0).all()
    assert ours[0, 3:] == pytest.approx(expected[0, 3:], abs=2)
    assert ours[1:] == pytest.approx(expected[1:], abs=5)


def test_symmetry_saves_displacements_and_changes_nothing(alloy):
    """A relaxation's residue is taken off; what it leaves is as good as what was exact."""
    rattled = alloy.copy()
    rattled.rattle(5e-4, seed=1)
    exact, found = (displacements.run(atoms, EMT(), SMALL) for atoms in (alloy, rattled))
    assert len(found.phonopy.displacements) == len(exact.phonopy.displacements) < 6
    points = exact.commensurate
    assert found.frequencies(points) == pytest.approx(exact.frequencies(points), rel=2e-3, abs=0.1)
    assert abs(found.atoms.positions - rattled.positions).max() < 3e-3


def test_orientation_and_order_of_atoms_do_not_matter(alloy):
    turned = alloy[[2, 0, 3, 1]]
    turned.rotate(37, (1, 2, 3), rotate_cell=True)
    found, plain = (displacements.run(atoms, EMT(), SMALL) for atoms in (turned, alloy))
    points = [[0, 0, 0], [0.5, 0, 0], [0.5, 0.5, 0.5]]
    assert found.frequencies(points) == pytest.approx(plain.frequencies(points), abs=1e-2)


@pytest.mark.slow
def test_isotopes_count(copper):
    heavy = copper.copy()
    heavy.set_masses(4 * copper.get_masses())
    one, other = (displacements.run(atoms, EMT(), SMALL) for atoms in (copper, heavy))
    point = [0.5, 0.5, 0.5]
    assert 2 * other.frequencies(point) == pytest.approx(one.frequencies(point), rel=1e-6)


def test_displaced_supercells_carry_what_the_cell_carries(lco):
    twin = boundaries.twin(lco, plane=(1, 0, 4), separation=5)
    settings = PhononSettings(supercell=(2, 1, 1))
    first, *others = displacements.displaced(twin.atoms, settings)
    again = displacements.displaced(twin.atoms, settings)
    for one, other in zip([first, *others], again, strict=True):
        assert (one.positions == other.positions).all()
    for structure in others:
        moved = np.linalg.norm(structure.positions - first.positions, axis=1)
        assert np.sort(moved)[-2:] == pytest.approx([0, 0.05])
    repeated = twin.atoms.repeat((2, 1, 1))
    _, distances = get_distances(first.positions, repeated.positions, repeated.cell, pbc=True)
    same = distances.argmin(axis=1)
    assert distances[np.arange(len(same)), same] == pytest.approx(0, abs=1e-3)
    assert len(set(same)) == len(repeated)
    for name in ("numbers", "grain", "distance", "sublattice"):
        assert (first.arrays[name] == repeated.arrays[name][same]).all()


def test_forces_of_the_undisplaced_supercell_are_taken_off(alloy):
    structures = displacements.displaced(alloy, SMALL)
    forces = []
    for structure in structures:
        structure.calc = EMT()
        forces.append(structure.get_forces())
    strange = np.random.default_rng(0).normal(size=forces[0].shape)
    plain = displacements.from_forces(alloy, SMALL, forces)
    shifted = displacements.from_forces(alloy, SMALL, [f + strange for f in forces])
    points = plain.commensurate
    # frequencies are roots: rounding of 1e-12 in what is zero shows as 1e-6, more or less
    assert shifted.frequencies(points) == pytest.approx(plain.frequencies(points), abs=1e-4)


def test_default_supercell_measures_thickness(lco):
    twin = boundaries.twin(lco, plane=(1, 0, 4), separation=5)
    assert displacements.supercell(twin.atoms) == (3, 2, 1)
    oblique = Atoms("Cu", cell=[[3, 0, 0], [30, 3, 0], [0, 0, 9]], pbc=True)
    # across its faces the first vector advances by 0.3 Å only
    assert displacements.supercell(oblique) == (27, 3, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f[:-1], "forces of 3 supercells"),
        (lambda f: [*f[:-1], f[-1][:5]], "forces of 3 supercells"),
        (lambda f: [*f[:-1], f[-1] * np.nan], "not finite"),
    ],
)
def test_forces_that_do_not_fit_are_refused(alloy, change, message):
    given = [np.zeros((32, 3))] * len(displacements.displaced(alloy, SMALL))
    assert len(given) == 3
    with pytest.raises(DelithError, match=message):
        displacements.from_forces(alloy, SMALL, change(given))


def test_slabs_are_refused(copper):
    slab = copper.copy()
    slab.pbc = (True, True, False)
    with pytest.raises(DelithError, match="periodic"):
        displacements.displaced(slab, SMALL)
