"""Paths: those that ASE finds, those known beforehand, and what is asked for on the way."""

from types import SimpleNamespace

import numpy as np
import pytest
from ase import Atoms
from ase.build import add_adsorbate, bulk, fcc100
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.emt import EMT
from ase.constraints import FixAtoms
from ase.mep import NEB
from ase.mep.neb import NEBTools
from ase.optimize import BFGS, FIRE

import delith as dl
from delith import bands
from delith.bands import SINGLE_POINT, PathSettings, band
from delith.errors import DelithError
from delith.relaxation import run

#: Å from minimum to minimum of the landscapes below.
LENGTH = 3.0


class Landscape(Calculator):
    """One atom on an energy V(x, y), and a spring in z."""

    implemented_properties = ("energy", "forces", "stress")

    def __init__(self, energy):
        super().__init__()
        self.landscape = energy

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        x, y, z = self.atoms.positions[0]
        h = 1e-5
        slope_x = self.landscape(x + h, y) - self.landscape(x - h, y)
        slope_y = self.landscape(x, y + h) - self.landscape(x, y - h)
        self.results = {
            "energy": float(self.landscape(x, y) + z**2),
            "forces": np.array([[-slope_x / 2 / h, -slope_y / 2 / h, -2 * z]]),
            "stress": np.zeros(6),
        }


def hill(x):
    return np.sin(np.pi * x / LENGTH) ** 2


def at(x):
    return Atoms("Li", positions=[(x, 0, 0)], cell=[20, 20, 20], pbc=True)


def across(landscape, end=LENGTH, **settings):
    return dl.path(at(0), at(end), Landscape(landscape), **{"fmax": 0.005} | settings)


def relaxed(atoms):
    made = atoms.copy()
    made.calc = EMT()
    BFGS(made, logfile=None).run(fmax=0.005)
    made.calc = None
    return made


@pytest.fixture(scope="module")
def vacancy():
    """Copper with a vacancy, before and after an atom went into it."""
    crystal = bulk("Cu", cubic=True).repeat(2)
    start = crystal[1:]
    end = start.copy()
    end.positions[0] = crystal.positions[0]
    return relaxed(start), relaxed(end)


@pytest.fixture(scope="module")
def adatom():
    """Aluminium with a gold atom on top, whose lower layer is held; ends are mirror images."""
    start = fcc100("Al", size=(3, 2, 2))
    add_adsorbate(start, "Au", 1.7, "hollow")
    start.center(axis=2, vacuum=4.0)
    start.set_constraint(FixAtoms(mask=start.get_tags() == 2))
    end = start.copy()
    end.positions[-1, 0] += start.cell[0, 0] / 3
    return relaxed(start), relaxed(end)


def ordinary(start, end, settings, calculator, method=FIRE):
    """What a user of ASE does with the same settings: the band and its number of iterations."""
    images = [start.copy() for _ in range(settings.images + 1)] + [end.copy()]
    steps = 0
    for climb, fmax in ((False, bands.SETTLED * settings.fmax), (True, settings.fmax)):
        neb = NEB(
            images,
            k=bands.SPRING,
            climb=climb,
            method="improvedtangent",
            allow_shared_calculator=True,
        )
        if not climb:
            neb.interpolate("idpp", mic=True)
            neb.set_calculators(calculator)
        optimizer = method(neb, logfile=None)
        assert optimizer.run(fmax=fmax, steps=settings.steps)
        steps += optimizer.nsteps
    return images, steps


@pytest.mark.slow
@pytest.mark.parametrize("system", ["vacancy", "adatom"])
def test_same_path_as_ase_run_in_the_ordinary_way(system, request):
    """Same images to rounding, same number of iterations, same barrier."""
    start, end = request.getfixturevalue(system)
    settings = PathSettings(images=3, fmax=0.02, rattle=0)
    images, steps = ordinary(start, end, settings, EMT())
    found = dl.path(start, end, EMT(), **settings.model_dump())
    assert found.converged
    assert not found.problem
    assert found.iterations == steps > 10
    for image, theirs in zip(found.images, images, strict=True):
        np.testing.assert_allclose(image.positions, theirs.positions, atol=1e-7)
    barrier, reaction = NEBTools(images).get_barrier()
    assert found.barrier == pytest.approx(barrier, abs=1e-7)
    assert found.end_energy == pytest.approx(reaction, abs=1e-7)
    assert found.barrier > 0.3


@pytest.mark.slow
def test_a_hop_between_equivalent_sites_is_symmetric(vacancy):
    found = dl.path(*vacancy, EMT(), images=3, fmax=0.02, rattle=0)
    assert found.end_energy == pytest.approx(0, abs=1e-6)
    assert found.barrier == pytest.approx(found.reverse_barrier, abs=1e-6)
    # one image is at the saddle, and the others are as high on one side as on the other
    assert found.energies.argmax() == 2
    assert found.barrier == pytest.approx(np.ptp(found.energies), abs=1e-3)
    np.testing.assert_allclose(found.energies, found.energies[::-1], atol=1e-4)


def test_atoms_held_by_the_ends_stay(adatom):
    found = dl.path(*adatom, EMT(), images=3, fmax=0.05)
    held = adatom[0].constraints[0].index
    assert len(held) == 6
    for image in found.images:
        np.testing.assert_array_equal(image.positions[held], adatom[0].positions[held])


@pytest.mark.parametrize("images", [1, 4, 5])
def test_analytic_barrier(images):
    """V = 0.7 sin²(πx/L) in a straight valley: even where no image starts at the saddle."""
    found = across(lambda x, y: 0.7 * hill(x) + y**2, images=images)
    assert found.barrier == pytest.approx(0.7, abs=1e-3)
    assert found.reverse_barrier == pytest.approx(0.7, abs=1e-3)
    assert found.minima == ()
    assert len(found.images) == len(found.energies) == len(found.forces) == images + 2


def test_analytic_barrier_between_ends_of_unlike_energy():
    """A quartic with minima of 0 and 0.2 eV; its slope is zero at 0, at 1.8 Å and at L."""
    quartic = np.polynomial.Polynomial.fromroots([0, 1.8, LENGTH]).integ()
    quartic *= 0.2 / quartic(LENGTH)
    found = across(lambda x, y: quartic(x) + y**2)
    assert found.end_energy == pytest.approx(0.2, abs=1e-6)
    assert found.barrier == pytest.approx(quartic(1.8), abs=1e-3)
    assert found.reverse_barrier == pytest.approx(quartic(1.8) - 0.2, abs=1e-3)


def ridge(x, y):
    """Of 0.7 eV along y = 0, with a way around at each side over 0.7 − 0.3²/4 = 0.6775 eV."""
    return 0.7 * hill(x) + hill(x) * (y**4 - 0.3 * y**2) + 0.2 * (1 - hill(x)) * y**2


@pytest.mark.slow
def test_a_push_aside_takes_a_path_off_its_ridge():
    straight, around = (across(ridge, rattle=rattle) for rattle in (0, 0.05))
    assert straight.converged
    assert straight.barrier == pytest.approx(0.7, abs=1e-3)
    assert around.barrier == pytest.approx(0.6775, abs=1e-3)


def test_a_minimum_on_the_way_is_told():
    """V = 0.5 sin²(2πx/L) + 0.1 sin²(πx/L): a minimum of 0.1 eV in the middle."""
    found = across(lambda x, y: 0.5 * hill(2 * x) + 0.1 * hill(x) + y**2, images=7)
    assert found.usable
    assert found.minima == pytest.approx((0.1,), abs=1e-3)
    assert found.barrier == pytest.approx(0.5513, abs=1e-3)


def test_an_end_on_the_far_side_of_the_cell_is_the_same(vacancy):
    start, end = vacancy
    wrapped = end.copy()
    wrapped.positions[5] += start.cell[0] - start.cell[2]
    one, other = (dl.path(start, e, EMT(), images=1, fmax=0.2) for e in (end, wrapped))
    assert other.barrier == pytest.approx(one.barrier, abs=1e-9)


def test_the_first_guess_goes_around_atoms_in_the_way():
    """A straight line would pass at 0.3 Å from the oxygen."""
    ends = [Atoms("LiO", [(x, 0, 0), (2, 0.3, 0)], cell=[12, 12, 12], pbc=True) for x in (0, 4)]
    asking = band(*ends, PathSettings(rattle=0))
    next(asking)
    between = asking.send([SimpleNamespace(energy=0.0, forces=np.zeros((2, 3)))] * 2)
    assert len(between) == 5
    assert min(image.get_distance(0, 1) for image in between) > 1.2


def answered(image):
    return run(image, EMT(), SINGLE_POINT)


def bits(image):
    return image.positions.tobytes()


def walked(ends, answer, most=None):
    """All requests, and the path where they came to an end before `most` answers."""
    asking = band(*ends, PathSettings(images=2, fmax=0.2), seed=4)
    requests, answers, found = [], None, None
    while most is None or sum(map(len, requests)) < most:
        try:
            requests.append(asking.send(answers))
        except StopIteration as end:
            found = end.value
            break
        answers = [answer(image) for image in requests[-1]]
    return requests, found


def test_only_what_moved_is_asked_for(vacancy):
    requests, found = walked(vacancy, answered)
    # both ends once, then the two between for each place they are at
    assert [len(images) for images in requests] == [2] + [2] * (found.iterations + 1)
    everything = [bits(image) for images in requests for image in images]
    assert len(set(everything)) == len(everything)
    assert all(image.calc is None for images in requests for image in images)
    assert [bits(a) for a in requests[0]] == [bits(a) for a in vacancy]


@pytest.mark.parametrize("killed", [1, 3, 10])
def test_a_killed_path_replays_from_what_was_stored(vacancy, killed):
    """Same requests and the same path to the last bit, and nothing is computed twice."""
    uncut, path = walked(vacancy, answered)
    store, computed = {}, []

    def keeping(image):
        if bits(image) not in store:
            computed.append(image)
            result = answered(image)
            store[bits(image)] = SimpleNamespace(energy=result.energy, forces=result.forces)
        return store[bits(image)]

    walked(vacancy, keeping, killed)
    assert 0 < len(computed) < sum(map(len, uncut))
    again, replayed = walked(vacancy, keeping)
    assert len(computed) == sum(map(len, uncut))
    for one, other in zip(uncut, again, strict=True):
        assert list(map(bits, one)) == list(map(bits, other))
    np.testing.assert_array_equal(path.energies, replayed.energies)
    np.testing.assert_array_equal(path.forces, replayed.forces)
    assert path.barrier == replayed.barrier


@pytest.mark.slow
def test_whoever_answers_cannot_disturb_the_path(vacancy):
    def rough(image):
        result = answered(image)
        image.positions += 1
        return result

    assert walked(vacancy, rough)[1].barrier == walked(vacancy, answered)[1].barrier


@pytest.mark.slow
def test_the_seed_sets_the_push():
    one, same, other = (
        dl.path(at(0), at(LENGTH), Landscape(ridge), seed=seed) for seed in (1, 1, 2)
    )
    assert bits(one.images[3]) == bits(same.images[3]) != bits(other.images[3])


def test_ends_that_are_one_structure_have_no_path():
    found = across(lambda x, y: hill(x), end=0.1)
    assert found.problem.startswith("both ends are one structure")
    assert not found.converged
    assert len(found.images) == 2


@pytest.mark.parametrize(("x", "name"), [((0.3, LENGTH), "start"), ((0, LENGTH - 0.3), "end")])
def test_ends_that_are_not_relaxed_have_no_path(x, name):
    found = dl.path(*map(at, x), Landscape(lambda x, y: hill(x)))
    assert found.problem == f"the {name} is not relaxed in this cell: largest force 0.62 eV/Å"


def test_a_path_that_does_not_converge_says_so(vacancy):
    found = dl.path(*vacancy, EMT(), images=3, fmax=0.01, steps=4)
    assert found.iterations == 8
    assert not found.converged
    assert not found.usable
    assert found.problem.startswith("not converged after 8 iterations: largest force 0.")


def test_a_path_without_a_saddle_says_so():
    """From a minimum to a maximum, where the force is zero too, and back."""
    calculator, ends = Landscape(lambda x, y: hill(x) + y**2), (at(0), at(LENGTH / 2))
    for name, way in (("end", ends), ("start", ends[::-1])):
        found = dl.path(*way, calculator, images=1)
        assert found.converged
        assert found.problem == f"no saddle between the ends: nothing is higher than the {name}"


@pytest.mark.parametrize("first", [1, 3, 9])
@pytest.mark.parametrize(
    "answer",
    [SimpleNamespace(energy=float("nan"), forces=None), SimpleNamespace(energy=0.0, forces=None)],
)
def test_a_potential_that_fails_ends_the_path(vacancy, answer, first):
    count = iter(range(1, 100))
    requests, found = walked(vacancy, lambda a: answer if next(count) == first else answered(a))
    assert found.problem == "the potential failed on 1 images"
    assert not found.converged
    assert sum(map(len, requests)) < first + 3


def test_ends_that_no_path_joins_are_refused(vacancy):
    start, end = vacancy
    with pytest.raises(DelithError, match="same atoms in the same order"):
        dl.path(start, end[1:], EMT())
    other = end.copy()
    other.symbols[3] = "Ag"
    with pytest.raises(DelithError, match="same atoms in the same order"):
        dl.path(start, other, EMT())
    stretched = end.copy()
    stretched.set_cell(1.01 * end.cell, scale_atoms=True)
    with pytest.raises(DelithError, match="cell='fixed'"):
        dl.path(start, stretched, EMT())
    with pytest.raises(DelithError, match="spring: no such key"):
        dl.path(start, end, EMT(), spring=3)


@pytest.mark.slow
def test_lithium_in_bulk_licoo2_as_ase_finds_it():
    """One vacancy in twelve sites, CHGNet-r2SCAN: across the edge, about half an eV."""
    host = dl.boundaries.bulk(
        dl.boundaries.twin(dl.crystals.load("LiCoO2"), (1, 0, 4), separation=4, repeat=(3, 1))
    )
    (ordering,) = dl.decorations.lithium(host, 11 / 12)
    hop = dl.decorations.hops(host, ordering)[0]
    start = dl.relax(ordering, cell="full", fmax=0.02).atoms
    start, end = hop.ends(start)
    end = dl.relax(end, cell="fixed", seed=1).atoms
    assert not hop.missed(start, end)
    found = dl.path(start, end, images=3, rattle=0)
    assert found.usable
    assert found.minima == ()
    assert found.end_energy == pytest.approx(0, abs=5e-3)
    assert 0.3 < found.barrier < 0.8
    calculator = dl.potentials.load()
    images, steps = ordinary(start, end, PathSettings(images=3), calculator, BFGS)
    assert found.barrier == pytest.approx(NEBTools(images).get_barrier()[0], abs=0.005)
    images, steps = ordinary(start, end, PathSettings(images=3), calculator)
    assert found.iterations == steps
    assert found.barrier == pytest.approx(NEBTools(images).get_barrier()[0], abs=1e-4)
