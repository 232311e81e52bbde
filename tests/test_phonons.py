"""Free energies beside formulae, imaginary modes beside energies, files in phonopy's hands."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import phonopy
import pytest
from ase import units
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.io import read
from ase.spacegroup import crystal
from toy import einstein

from delith import displacements, phonons
from delith.displacements import PhononSettings
from delith.errors import DelithError

#: cm⁻¹ in an eV and in a THz.
PER_CM = 1e-2 / (units._hplanck * units._c / units._e)
THZ = 33.35640952

SMALL = PhononSettings(supercell=(2, 2, 2), displacement=0.01)


@pytest.fixture(scope="module")
def copper():
    return bulk("Cu", a=3.61, cubic=True)


@pytest.fixture(scope="module")
def alloy():
    return crystal(
        ("Au", "Cu"), [(0, 0, 0), (0, 0.5, 0.5)], spacegroup=221, cellpar=[3.75] * 3 + [90] * 3
    )


@pytest.fixture(scope="module")
def unstable():
    """Body-centred copper: a saddle between face-centred ones."""
    return displacements.run(bulk("Cu", "bcc", a=2.87, cubic=True), EMT(), SMALL)


def test_eigenvectors_are_those_of_the_dynamical_matrix(alloy):
    found = displacements.run(alloy, EMT(), SMALL)
    frequencies, vectors = found.modes((0.5, 0, 0))
    flat = vectors.reshape(12, 12)
    assert np.allclose(flat.conj() @ flat.T, np.eye(12))
    told = found.phonopy.run_qpoints([[0.5, 0, 0]], with_dynamical_matrices=True)
    (matrix,) = told.dynamical_matrices
    squares = np.einsum("ba,ac,bc->b", flat.conj(), matrix, flat).real
    assert np.allclose(squares / squares.max(), (frequencies / frequencies.max()) ** 2)


def test_free_energy_of_one_frequency_is_the_formula():
    """F = 3 [ħω/2 + kT ln(1 − exp(−ħω/kT))] an atom."""
    quantum = 300 / PER_CM
    temperatures = np.array([0.0, 300.0, 1000.0])
    kt = units.kB * temperatures[1:]
    thermal = np.append(0, kt * np.log(1 - np.exp(-quantum / kt)))
    found = einstein(300, atoms=2).thermal(temperatures)
    assert found.free_energy == pytest.approx(6 * (quantum / 2 + thermal), rel=1e-5)
    assert found.left_out == 0


def test_imaginary_modes_are_left_out_and_counted():
    found = einstein(-300, atoms=2)
    assert (found.thermal([0, 300]).free_energy == 0).all()
    assert found.thermal(300).left_out == 6
    assert found.lowest_per_cm == pytest.approx(-300, rel=1e-5)
    assert not found.stable


def test_acoustic_modes_at_gamma_are_no_imaginary_ones(copper):
    found = displacements.run(copper, EMT(), SMALL)
    assert found.thermal(300, mesh=(3, 3, 3)).left_out == 0
    with_gamma, without = (found.thermal(300, mesh=(n, n, n)).free_energy for n in (11, 12))
    assert with_gamma == pytest.approx(without, abs=2e-4)


def test_the_lowest_frequency_is_of_no_acoustic_mode_at_gamma(copper, unstable):
    found = displacements.run(copper, EMT(), SMALL)
    gamma, *others = found.frequencies(found.commensurate)
    assert not found.commensurate[0].any()
    assert found.lowest_per_cm == pytest.approx(min(gamma[3], np.min(others)))
    assert found.lowest_per_cm > 50
    # of what is not stable it is imaginary, where the acoustic modes are not the lowest
    assert unstable.lowest_per_cm == unstable.frequencies(unstable.commensurate).min()


def test_an_imaginary_mode_at_gamma_is_no_acoustic_one(unstable):
    """Of a cell as large as the supercell every mode is one at Γ."""
    alone = PhononSettings(supercell=(1, 1, 1), displacement=0.01)
    doubled = displacements.run(unstable.atoms.repeat((2, 2, 2)), EMT(), alone)
    assert len(doubled.commensurate) == 1
    assert doubled.lowest_per_cm == pytest.approx(unstable.lowest_per_cm, rel=1e-3)
    assert len(doubled.imaginary) > 0


def test_twice_the_cell_has_twice_the_free_energy(alloy):
    once = displacements.run(alloy, EMT(), PhononSettings(supercell=(4, 2, 2)))
    twice = displacements.run(alloy.repeat((2, 1, 1)), EMT(), PhononSettings(supercell=(2, 2, 2)))
    temperatures = [0, 300, 1000]
    one, two = once.thermal(temperatures, (8, 4, 4)), twice.thermal(temperatures, (4, 4, 4))
    assert two.free_energy == pytest.approx(2 * one.free_energy, rel=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_the_primitive_cell_has_its_share_of_the_free_energy(copper):
    """Of the conventional cell a quarter."""
    settings = PhononSettings(supercell=(4, 4, 4), displacement=0.01)
    primitive = displacements.run(bulk("Cu", a=3.61), EMT(), settings)
    cubic = displacements.run(copper, EMT(), SMALL)
    small, large = (each.thermal(300, (12, 12, 12)).free_energy for each in (primitive, cubic))
    assert 4 * small == pytest.approx(large, abs=2e-4)


def test_following_an_imaginary_mode_lowers_the_energy(unstable):
    """As much as its frequency says: half the mass times the square of ω and displacement."""
    assert not unstable.stable
    assert unstable.thermal(300).left_out > 0
    lowest = unstable.imaginary[0]
    assert lowest.frequency_per_cm == pytest.approx(unstable.lowest_per_cm)
    assert lowest.frequency_per_cm < -phonons.TOLERANCE
    for mode in unstable.imaginary:
        pattern = mode.atoms.arrays["displacement"]
        assert np.linalg.norm(pattern, axis=1).max() == pytest.approx(phonons.AMPLITUDE)
        start = mode.atoms.copy()
        start.positions -= pattern
        energies = []
        for scale in (0, 0.1, 1):
            moved = start.copy()
            moved.positions += scale * pattern
            moved.calc = EMT()
            energies.append(moved.get_potential_energy())
        assert energies[2] < energies[0]
        omega = 2 * np.pi * units._c * 100 * mode.frequency_per_cm
        same = [m.atoms.arrays["displacement"] for m in unstable.imaginary if m.q == mode.q]
        assert np.linalg.matrix_rank(np.reshape(same, (len(same), -1))) == len(same)
        square = (start.get_masses() @ (pattern**2).sum(axis=1)) * units._amu * 1e-20
        harmonic = -0.5 * omega**2 * square / units._e
        assert (energies[1] - energies[0]) / 0.01 == pytest.approx(harmonic, rel=0.05)


def test_each_pair_of_opposite_points_is_one(alloy):
    settings = PhononSettings(supercell=(3, 2, 1))
    unit = displacements.from_forces(
        alloy, settings, [np.zeros((24, 3))] * len(displacements.displaced(alloy, settings))
    )
    points = unit.commensurate
    assert len(points) == 4, "six points, of which (1/3, ·) and (2/3, ·) are pairs"
    assert (0, 0, 0) in map(tuple, points)


def test_phonopy_opens_what_is_written(unstable, tmp_path):
    unstable.write(tmp_path / "new" / "folder")
    where = tmp_path / "new" / "folder"
    points = unstable.commensurate
    expected = unstable.frequencies(points)
    loaded = phonopy.load(where / phonons.PARAMETERS)
    assert loaded.run_qpoints(points).frequencies * THZ == pytest.approx(expected, abs=1e-3)
    modes = read(where / phonons.IMAGINARY, ":")
    assert len(modes) == len(unstable.imaginary)
    assert modes[0].info["frequency_per_cm"] == pytest.approx(unstable.lowest_per_cm)
    assert modes[0].arrays["displacement"].shape == (16, 3)


def test_noise_breaks_no_rule_and_no_file(alloy, tmp_path):
    """What forces of no symmetry give keeps acoustic modes at zero, and is what the file holds."""
    rng = np.random.default_rng(0)
    forces = []
    for structure in displacements.displaced(alloy, SMALL):
        structure.calc = EMT()
        forces.append(structure.get_forces() + rng.normal(scale=5e-3, size=(32, 3)))
    noisy = displacements.from_forces(alloy, SMALL, forces)
    assert noisy.frequencies([0, 0, 0])[0, :3] == pytest.approx(0, abs=1e-3)
    noisy.write(tmp_path)
    loaded = phonopy.load(tmp_path / phonons.PARAMETERS)
    points = noisy.commensurate
    ours, theirs = noisy.frequencies(points), loaded.run_qpoints(points).frequencies * THZ
    assert theirs == pytest.approx(ours, abs=1e-3)
    assert ours != pytest.approx(
        displacements.run(alloy, EMT(), SMALL).frequencies(points), abs=1
    ), "the noise is felt"


def test_phonopy_command_gives_the_same_frequencies(unstable, tmp_path):
    unstable.write(tmp_path)
    command = Path(sys.executable).parent / "phonopy"
    subprocess.run(
        [command, phonons.PARAMETERS, "--qpoints", "0.5 0 0.5"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    lines = (tmp_path / "qpoints.yaml").read_text().splitlines()
    told = [float(line.split()[-1]) * THZ for line in lines if "frequency:" in line]
    assert told == pytest.approx(unstable.frequencies([0.5, 0, 0.5])[0], abs=1e-2)


def test_no_modes_are_written_of_a_stable_structure(copper, unstable, tmp_path):
    unstable.write(tmp_path)
    found = displacements.run(copper, EMT(), SMALL)
    assert found.stable
    assert found.imaginary == ()
    found.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [phonons.PARAMETERS]


def test_default_mesh_is_even():
    assert einstein(300).mesh == (6, 6, 6)


def test_temperatures_below_zero_are_refused():
    with pytest.raises(DelithError, match="0 K or more"):
        einstein(300).thermal([-1, 300])


@pytest.mark.parametrize("mesh", [(0, 1, 1), (2, -1, 2), (4, 4), 4])
def test_a_mesh_without_points_is_refused(mesh):
    with pytest.raises(DelithError, match="three whole numbers of at least 1"):
        einstein(300).thermal(300, mesh=mesh)
