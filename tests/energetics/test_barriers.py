"""Barriers of hops by hand: paths of four images whose energies are given."""

from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from toy import BULK, TWIN, record

from delith.decorations import Hop
from delith.energetics import Migration, migration_barriers, migration_profiles
from delith.paths import Path


def structure(x):
    """Two cobalt atoms, and lithium that has gone so far (Å)."""
    return Atoms("Co2Li", positions=[(0, 0, 0), (0, 0, 9), (x, 0, 5)], cell=[9, 9, 18], pbc=True)


def migration(energies, host=TWIN, place="along", number=1, problem="", content=2):
    """Lithium that hops by 3 Å; the forces on it are zero."""
    images = tuple(structure(x) for x in np.linspace(0, 3, len(energies)))
    ends = [
        replace(record(host, content, energy), atoms=image, start=image, key=f"record {name}")
        for energy, image, name in zip(
            (energies[0], energies[-1]), (images[0], images[-1]), ("start", "end"), strict=True
        )
    ]
    hop = Hop(
        start=structure(0),
        end=structure(3),
        ion=2,
        place=place,
        distance=0.0 if host.count else None,
        vacancies=1,
        degeneracy=2,
        label=f"Li {place} {number}",
    )
    forces = np.zeros((len(images), 3, 3))
    path = Path(images, np.array(energies), forces, 7, converged=not problem, problem=problem)
    return Migration(hop, *ends, path)


def test_a_row_by_hand():
    """From −10 over −9.4 to −9.9 eV, with dips of −9.7 and −9.6 on the way."""
    made = migration([-10, -9.4, -9.7, -9.5, -9.6, -9.45, -9.9])
    (row,) = migration_barriers([made]).to_dict("records")
    energies = {name: value for name, value in row.items() if name.endswith("_eV")}
    assert energies == pytest.approx(
        {
            "barrier_eV": 0.6,
            "reverse_barrier_eV": 0.5,
            "end_energy_eV": 0.1,
            "resolved_barrier_eV": 0.55,
            "minimum_eV": 0.3,
        }
    )
    assert (row["boundary"], row["kind"], row["plane"]) == ("twin", "twin", "(104)")
    assert (row["potential"], row["lithium_content"]) == ("chgnet-r2scan", 0.5)
    assert (row["hop"], row["element"], row["place"]) == ("Li along 1", "Li", "along")
    assert (row["distance_A"], row["length_A"], row["vacancies"]) == (0, 3, 1)
    assert row["image_A"] == pytest.approx(9)
    assert (row["images"], row["iterations"], row["converged"]) == (7, 7, True)
    assert (row["start_record"], row["end_record"]) == ("record start", "record end")
    assert row["problem"] == ""


def test_a_hop_back_has_the_barriers_exchanged_and_the_same_mean():
    energies = [-10, -9.4, -9.7, -9.9]
    there, back = migration_barriers(
        [migration(energies), migration(energies[::-1], number=2)]
    ).to_dict("records")
    assert there["barrier_eV"] == pytest.approx(back["reverse_barrier_eV"])
    assert there["end_energy_eV"] == pytest.approx(-back["end_energy_eV"])
    assert there["resolved_barrier_eV"] == pytest.approx(back["resolved_barrier_eV"])
    assert there["barrier_eV"] != pytest.approx(back["barrier_eV"])


def test_energies_of_the_potential_may_be_shifted():
    tables = [migration_barriers([migration(np.add([0, 1, 0.2], e))]) for e in (0, -500)]
    columns = [c for c in tables[0] if c.endswith("_eV")]
    np.testing.assert_allclose(*(t[columns].to_numpy(float) for t in tables))


def unrelaxed(which):
    good = migration([0, 1, 0])
    return replace(good, **{which: replace(getattr(good, which), problem="not converged")})


def elsewhere():
    good = migration([0, 1, 0])
    return replace(good, end=replace(good.end, atoms=structure(0.2)))


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (migration([0, 1, 0], problem="not converged after 7 iterations"), "not converged after 7"),
        (unrelaxed("start"), "start: not converged"),
        (unrelaxed("end"), "end: not converged"),
        (elsewhere(), "another hop: atom 2 (Li) ends 2.8 Å"),
        (replace(migration([0, 1, 0]), path=None), "no path was computed"),
    ],
)
def test_what_has_a_problem_has_a_row_and_no_barrier(broken, problem):
    good = migration([0, 0.5, 0], number=2)
    bad, row = migration_barriers([broken, good]).to_dict("records")
    assert bad["problem"].startswith(problem)
    assert not [name for name, value in bad.items() if name.endswith("_eV") and value == value]
    assert (row["problem"], row["barrier_eV"]) == ("", 0.5)
    assert set(migration_profiles([broken, good])["hop"]) == {"Li along 2"}


def test_rows_are_in_order_of_boundary_content_and_hop():
    made = [
        migration([0, 1, 0], content=1),
        migration([0, 1, 0], number=2, content=3),
        migration([0, 1, 0], content=3),
        migration([0, 1, 0], host=BULK, place="bulk"),
    ]
    table = migration_barriers(made)
    assert table["boundary"].tolist() == ["bulk", "twin", "twin", "twin"]
    assert table["lithium_content"].tolist() == [0.5, 0.75, 0.75, 0.25]
    assert table["hop"].tolist() == ["Li bulk 1", "Li along 1", "Li along 2", "Li along 1"]
    assert table["distance_A"].isna().tolist() == [True, False, False, False]
    assert migration_barriers([]).columns.tolist() == table.columns.tolist()


def test_a_profile_by_hand():
    """Lithium goes 3 Å in three steps; a force of 0.2 eV/Å against it is a slope of 0.2."""
    made = migration([-10, -9.4, -9.7, -9.9])
    made.path.forces[1, 2, 0] = -0.2
    table = migration_profiles([made])
    assert table["image"].tolist() == [0, 1, 2, 3]
    assert table["path_A"].tolist() == pytest.approx([0, 1, 2, 3])
    assert table["energy_eV"].tolist() == pytest.approx([0, 0.6, 0.3, 0.1])
    assert table["slope_eV_per_A"].tolist() == pytest.approx([0, 0.2, 0, 0])
    assert migration_profiles([]).columns.tolist() == table.columns.tolist()
