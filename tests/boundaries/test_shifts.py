"""Rigid-body shifts: what is alike by symmetry, what heals, and that the mirror twin is lowest."""

import numpy as np
import pytest
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.lj import LennardJones

from delith import boundaries, crystals, figures
from delith.boundaries.shifts import _rigid, _site_group, _stars
from delith.errors import DelithError

NAN = float("nan")


@pytest.fixture(scope="module")
def antiphase(lco):
    return boundaries.antiphase(lco, (1, 0, 4), separation=6.0)


def soft():
    """Forgiving, short-sighted and quick: enough to tell one shift from another."""
    return LennardJones(sigma=1.8, epsilon=0.5, rc=5.0, smooth=True)


def test_shift_by_a_lattice_vector_changes_nothing(antiphase, pair_energy):
    for shift in ([1, 0], [0, 1], [-2, 3]):
        moved = boundaries.shifted(antiphase, shift)
        assert pair_energy(moved.atoms) == pytest.approx(pair_energy(antiphase.atoms), rel=1e-9)


def test_shift_back_by_its_vector_heals_an_antiphase_boundary(lco, antiphase, pair_energy):
    """(1/3, 2/3, 1/6) on (104) is half the second in-plane vector."""
    healed = boundaries.shifted(antiphase, [0, 0.5])
    assert pair_energy(healed.atoms) == pytest.approx(pair_energy(lco.atoms), rel=1e-9)


def test_both_boundaries_are_shifted_alike(lco, antiphase):
    basal = boundaries.antiphase(lco, (0, 0, 3))
    twin = boundaries.twin(lco, (1, 0, 4))
    for boundary in (antiphase, basal, twin):
        moved = boundaries.shifted(boundary, [0.1, 0.2], opening=0.1)
        assert moved.equivalent
        assert moved.atoms.cell[2, 2] == pytest.approx(boundary.atoms.cell[2, 2] + 0.2)


@pytest.mark.parametrize("kind", ["twin", "antiphase"])
def test_shifts_that_symmetry_makes_alike_have_one_energy(lco, kind, pair_energy):
    make = getattr(boundaries, kind)
    boundary = make(lco, (1, 0, 4), separation=8.0)
    group = _site_group(boundary)
    assert len(group) > 1
    grid = (5, 7)  # half a vector might be either way for a layer that both grains share
    points = np.stack(np.meshgrid(*map(np.arange, grid), indexing="ij"), -1).reshape(-1, 2)
    stars = _stars(points, grid, group)
    assert sorted(np.concatenate(stars).tolist()) == list(range(len(points)))
    # pulled apart, so that no shift is refused
    for star in stars:
        energies = [
            pair_energy(boundaries.shifted(boundary, points[k] / grid, opening=3).atoms)
            for k in star
        ]
        assert energies == pytest.approx([energies[0]] * len(star), rel=1e-9)


def test_search_finds_the_crystal_and_does_not_call_it_a_boundary(antiphase):
    found = boundaries.search_shift(
        antiphase, soft(), grid=(2, 4), lowest=2, steps=5, fmax=5.0, smax=50.0, rattle=0.0
    )
    assert found.surface.shape == (2, 4)
    assert found.surface[0, 2] == pytest.approx(0, abs=1e-6)
    healed = np.flatnonzero((found.shifts == [0, 0.5]).all(axis=1))
    assert found.relaxed[healed] == pytest.approx(0, abs=1e-3)
    assert boundaries.shifted(antiphase, [0, 0.5]).label != found.best.label
    ax = figures.gamma_surface(found).axes[0]
    assert ax.get_title().startswith("antiphase (104)")
    assert "Å" in ax.get_xlabel()


def test_settings_that_do_not_exist_are_named(antiphase):
    with pytest.raises(DelithError, match=r"foo: no such key \(keys of a relaxation: fmax"):
        boundaries.search_shift(antiphase, soft(), foo=3)


@pytest.mark.parametrize(
    "change", [{"grid": (0, 4)}, {"grid": (4,)}, {"grid": 3}, {"grid": (2.5, 2)}, {"lowest": 0}]
)
def test_a_search_needs_points(antiphase, change):
    with pytest.raises(DelithError, match="at least 1"):
        boundaries.search_shift(antiphase, soft(), **change)


@pytest.mark.slow
def test_every_shift_of_the_twin_falls_back_to_the_mirror(lco):
    twin = boundaries.twin(lco, (1, 0, 4), separation=6.0)
    found = boundaries.search_shift(twin, grid=(4, 8), lowest=2)
    assert np.ptp(found.relaxed) < 0.002


class PerAtom(Calculator):
    """So many eV for every atom of an element, whatever its place: no boundary costs anything."""

    implemented_properties = ("energy", "forces", "stress")

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.results = {
            "energy": -0.1 * float(atoms.numbers.sum()),
            "forces": np.zeros((len(atoms), 3)),
            "stress": np.zeros(6),
        }


def test_cells_of_more_planes_than_bulk_compare_by_formula_unit():
    """Applied twice the operation of this boundary climbs: 140 atoms here, 112 in bulk."""
    spinel = crystals.load("LiNi0.5Mn1.5O4")
    climbing = boundaries.antiphase(spinel, (1, 0, 0), (0.25, 0.25, 0), separation=8.0)
    assert climbing.formula_units != boundaries.bulk(climbing).formula_units
    found = boundaries.search_shift(climbing, PerAtom(), grid=(1, 1), lowest=1, steps=2)
    assert found.surface == pytest.approx(0, abs=1e-9)
    assert found.relaxed == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("repeat", [(1, 1), (1, 2), (3, 1)])
def test_symmetry_of_shifts_is_that_of_the_smallest_cell(lco, repeat):
    one, many = (
        boundaries.antiphase(lco, (0, 0, 3), separation=8.0, repeat=r) for r in ((1, 1), repeat)
    )
    actions = [{a.tobytes() for a in _site_group(b)} for b in (one, many)]
    assert actions[0] == actions[1]


def test_shifts_that_symmetry_makes_alike_have_one_energy_where_a_layer_is_shared(lco):
    """Of equally near images the lowest counts: the shared layer goes halfway to one of them."""
    boundary = boundaries.antiphase(lco, (0, 0, 3), separation=8.0)
    grid = (6, 6)
    points = np.stack(np.meshgrid(*map(np.arange, grid), indexing="ij"), -1).reshape(-1, 2)
    stars = _stars(points, grid, _site_group(boundary))
    assert len(stars) < len(points) / 2
    calculator = soft()
    for star in stars:
        energies = [_rigid(boundary, points[k] / grid, calculator)[0] for k in star]
        assert energies == pytest.approx([energies[0]] * len(star), rel=1e-6, nan_ok=True)


def test_a_shift_means_the_same_whichever_image_is_given(lco, pair_energy):
    boundary = boundaries.antiphase(lco, (0, 0, 3), separation=8.0)
    for shift in ([0.1, 0.2], [0.3, 0.4], [-0.2, 0.45]):
        energies = [
            pair_energy(boundaries.shifted(boundary, np.add(shift, step), opening=3).atoms)
            for step in ([0, 0], [1, 0], [-1, 2])
        ]
        assert energies == pytest.approx([energies[0]] * 3, rel=1e-9)


def test_a_shift_that_heals_a_boundary_makes_it_null(antiphase):
    assert boundaries.shifted(antiphase, [0, 0.5]).kind == "null"
    assert boundaries.shifted(antiphase, [0, 0.25]).kind == "antiphase"


def test_a_null_boundary_that_is_shifted_is_a_stacking_fault(lco):
    null = boundaries.antiphase(lco, (1, 0, 4), vector=(0, 0, 0), separation=6.0)
    fault = boundaries.shifted(null, [0.5, 0.25])
    assert fault.kind == "antiphase"
    assert not fault.label.startswith("null")
    back = boundaries.shifted(null, [1, 0])
    assert (back.kind, back.label[:5]) == ("null", "null ")


def test_what_has_no_shift_is_refused(antiphase):
    with pytest.raises(DelithError, match="no boundary to shift"):
        boundaries.search_shift(boundaries.bulk(antiphase), soft())
    ordered = crystals.load("LiNi0.5Mn1.5O4")
    disordered = boundaries.interface(ordered, (1, 0, 0), ["Ni", "Mn"], separation=8)
    with pytest.raises(DelithError, match="disordered grain has no shifts"):
        boundaries.shifted(disordered, [0.5, 0])


@pytest.mark.parametrize(
    ("shift", "opening"),
    [
        ([NAN, 0], 0),
        ([0, 0.5], NAN),
        ([0, 0.5], float("inf")),
        ([0.5], 0),
        ([0, 0.5, 0], 0),
        ("half", 0),
        ([0, 0.5], "wide"),
    ],
)
def test_a_shift_is_two_numbers_and_its_opening_one(antiphase, shift, opening):
    with pytest.raises(DelithError, match="must be two numbers"):
        boundaries.shifted(antiphase, shift, opening)
