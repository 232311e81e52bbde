"""Profiles by hand on built cells, and what moving, repeating and straining must not change."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from ase.build import bulk
from cells import as_record, moments, without
from hypothesis import given, settings
from hypothesis import strategies as st

from delith import boundaries, crystals, decorations
from delith.boundaries.cell import strained
from delith.energetics import layer_profile, layer_profiles
from delith.errors import DelithError, DelithWarning
from delith.facts import State

LCO = crystals.load("LiCoO2")
TWIN = boundaries.twin(LCO, (1, 0, 4), separation=8)
ANTIPHASE = boundaries.antiphase(LCO, (1, 0, 4), separation=8)
LABELS = ["boundary", "potential", "state", "record"]


def numbers(table):
    return table.drop(columns=LABELS).to_numpy(dtype=float, na_value=np.nan)


def test_layers_of_an_unrelaxed_twin():
    """(104) planes, 2.00 Å apart, of one LiCoO2 each; boundaries lie on layers 0 and 4."""
    bulk = boundaries.bulk(TWIN)
    table = layer_profile(as_record(TWIN), TWIN.atoms, as_record(bulk))
    d = TWIN.separation / 4
    assert table["height_A"].to_numpy() == pytest.approx(d * np.arange(8))
    assert table["distance_A"].to_numpy() == pytest.approx(d * np.array([0, 1, 2, -1, 0, 1, 2, -1]))
    assert table["nearest_boundary"].tolist() == [0, 0, 0, 1, 1, 1, 1, 0]
    assert table["spacing_A"].to_numpy() == pytest.approx(np.full(8, d))
    assert table["strain"].abs().max() < 1e-6
    for name in ("atoms_Co", "atoms_Li", "lithium_sites", "lithium_filling"):
        assert (table[name] == 1).all()
    # oxygen next to the mirror is not where it is in the crystal
    assert (table["off_centring_Co_A"] > 0.02).tolist() == [True, *[False] * 3] * 2
    assert "moment_Li_muB" not in table


def test_boundaries_need_not_lie_on_layers():
    """At the antiphase boundary they are midway: the nearest layers stand half a spacing off."""
    table = layer_profile(as_record(ANTIPHASE), ANTIPHASE.atoms)
    d = ANTIPHASE.separation / 4
    expected = d * np.array([0.5, 1.5, -1.5, -0.5, 0.5, 1.5, -1.5, -0.5])
    assert table["distance_A"].to_numpy() == pytest.approx(expected)
    assert table["strain"].isna().all(), "no bulk, no strain"


def test_empty_sites_are_shown_where_they_are_told():
    half = decorations.lithium(TWIN, 0.5, limit=1)[0]
    table = layer_profile(as_record(TWIN, start=half), TWIN.atoms)
    assert table["lithium_filling"].sum() == 4
    assert table["atoms_Li"].tolist() == table["lithium_filling"].tolist()
    assert (table["lithium_content"] == 0.5).all()
    # the start of the full record tells as much as the boundary
    grown = strained(TWIN.atoms, TWIN.atoms.cell[:] * 1.02)
    other = layer_profile(as_record(TWIN, start=half), grown)
    assert other["lithium_filling"].equals(table["lithium_filling"])
    alone = layer_profile(as_record(TWIN, start=half))
    assert alone[["lithium_sites", "lithium_filling"]].isna().all(axis=None)
    assert alone["spacing_A"].equals(table["spacing_A"])


def test_layers_of_lithium_alone_stay_when_they_are_empty():
    """(003): layers of Co 4.68 Å apart, or 7.03 where two of lithium meet, and Li between them."""
    apb = boundaries.antiphase(LCO, (0, 0, 3), separation=12)
    bulk = boundaries.bulk(apb)
    record = as_record(apb, start=without(apb.atoms))
    reference = as_record(bulk, start=without(bulk.atoms))
    table = layer_profile(record, apb.atoms, reference)
    c = LCO.atoms.cell.lengths()[2]
    lithium, cobalt = (table[f"{name}"] > 0 for name in ("lithium_sites", "atoms_Co"))
    assert (lithium ^ cobalt).all()
    assert (table["lithium_filling"][lithium] == 0).all()
    assert np.diff(table["height_A"]) == pytest.approx(np.full(len(table) - 1, c / 6))
    assert table["spacing_A"][lithium].isna().all()
    assert sorted(table["spacing_A"][cobalt]) == pytest.approx([c / 3] * 2 + [c / 2] * 2)
    wide = table["spacing_A"] > 0.4 * c
    assert table["strain"][wide].isna().all(), "bulk has none as wide"
    assert table["strain"][cobalt & ~wide].abs().max() < 1e-9


def test_empty_layers_go_along_with_those_around_them():
    apb = boundaries.antiphase(LCO, (0, 0, 3), separation=12)
    start = without(apb.atoms)
    drifted, opened = start.copy(), start.copy()
    drifted.positions[:, 2] += 0.7
    above = start.positions[:, 2] > start.cell[2, 2] * 0.5
    opened.positions[above, 2] += 0.4
    before, same, after = (
        layer_profile(as_record(apb, end, start), apb.atoms) for end in (start, drifted, opened)
    )
    assert same["height_A"].to_numpy() == pytest.approx(before["height_A"].to_numpy())
    # the lithium layers next to the boundary in the middle are a third of the way apart
    moved = (after["height_A"] - before["height_A"]).to_numpy()
    below, above = np.flatnonzero(before["distance_A"].abs() < 1.2)[[1, 2]]
    assert moved[above] - moved[below] == pytest.approx(0.4 / 3)


@pytest.mark.parametrize(("apart", "off"), [(0.04, 0.015), (0.0, 0.005)])
def test_a_layer_at_the_face_of_the_cell_is_one_layer(apart, off):
    """A little off the boundary at height 0, all or some of it wrapped to the other end."""
    wide = boundaries.twin(LCO, (1, 0, 4), separation=8, repeat=(2, 1))
    start = wide.atoms.copy()
    start.positions[start.positions[:, 2] < 0.05, 2] -= 0.01
    pair = np.flatnonzero(
        [s == "Co" and z < 0.05 for s, z in zip(start.symbols, start.positions[:, 2], strict=True)]
    )
    start.positions[pair[0], 2] += apart
    start.wrap(eps=0)
    magmoms = np.zeros(len(start))
    magmoms[pair] = 1
    full = start.copy()
    full.positions[pair, 2] += off
    table = layer_profile(as_record(wide, start=start, magmoms=magmoms), full)
    assert (table["atoms_Co"] == 2).all()
    assert table["height_A"].to_numpy() == pytest.approx(
        np.arange(8) * wide.separation / 4, abs=0.03
    )
    assert table["moment_Co_muB"].tolist() == [1, *[0] * 7]


def test_strain_of_a_layer_that_moved():
    """One layer 0.1 Å up: the spacing below it grows by that, the one above shrinks."""
    relaxed = ANTIPHASE.atoms.copy()
    distances = layer_profile(as_record(ANTIPHASE))["height_A"] + 0.5 * ANTIPHASE.separation / 4
    d = ANTIPHASE.separation / 4
    layer = np.floor(relaxed.positions[:, 2] / d + 1e-6)
    relaxed.positions[(layer == 2) & (relaxed.symbols == "Co"), 2] += 0.1
    bulk = as_record(boundaries.bulk(ANTIPHASE))
    table = layer_profile(as_record(ANTIPHASE, relaxed), ANTIPHASE.atoms, bulk)
    expected = np.zeros(8)
    expected[1:3] = 0.1 / d, -0.1 / d
    assert table["strain"].to_numpy() == pytest.approx(expected, abs=1e-6)
    moved = table["height_A"] - distances
    assert moved.idxmax() == 2
    assert table["off_centring_Co_A"].idxmax() == 2


def test_cells_strained_as_their_bulk_are_not_strained():
    grown = as_record(TWIN, strained(TWIN.atoms, TWIN.atoms.cell[:] * [1, 1, 1.03]))
    bulk = boundaries.bulk(TWIN)
    as_built, grown_bulk = (
        as_record(bulk, strained(bulk.atoms, bulk.atoms.cell[:] * [1, 1, stretch]))
        for stretch in (1, 1.03)
    )
    assert layer_profile(grown, None, grown_bulk)["strain"].abs().max() < 1e-6
    assert layer_profile(grown, None, as_built)["strain"].to_numpy() == pytest.approx(0.03)


def test_bulk_is_its_own_reference_in_any_orientation():
    """Bulk is relaxed with its whole cell free, and may turn."""
    bulk = boundaries.bulk(TWIN)
    turned = bulk.atoms.copy()
    turned.rotate(35, (1, 2, 3), rotate_cell=True)
    table = layer_profile(as_record(bulk, turned), bulk.atoms, as_record(bulk))
    assert table["strain"].abs().max() < 1e-6
    assert table["off_centring_Co_A"].max() < 1e-6
    assert table[["nearest_boundary", "distance_A"]].isna().all(axis=None)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), drift=st.tuples(*[st.floats(-30, 30)] * 3), wrap=st.booleans())
def test_drift_and_wrapping_change_nothing(seed, drift, wrap):
    relaxed = TWIN.atoms.copy()
    relaxed.rattle(0.1, seed=seed)
    before = layer_profile(as_record(TWIN, relaxed), TWIN.atoms)
    if wrap:
        relaxed.wrap()
    else:
        relaxed.positions += np.array(drift) * [1, 1, 0.05]
    after = layer_profile(as_record(TWIN, relaxed), TWIN.atoms)
    assert numbers(after) == pytest.approx(numbers(before), abs=1e-6, nan_ok=True)
    assert len(before) == 8, "layers are found as built, however the atoms were rattled"


@pytest.mark.parametrize("make", [boundaries.twin, boundaries.antiphase])
def test_a_wider_cell_has_more_atoms_in_the_same_layers(make):
    one, two = (make(LCO, (1, 0, 4), separation=8, repeat=repeat) for repeat in ((1, 1), (2, 1)))
    tables = [layer_profile(as_record(host), host.atoms) for host in (one, two)]
    for name in ("atoms_Co", "atoms_Li", "lithium_sites"):
        tables[1][name] //= 2
    assert numbers(tables[1]) == pytest.approx(numbers(tables[0]), abs=1e-9, nan_ok=True)


def test_metals_that_moved_do_not_make_a_layer_one_of_the_framework():
    """Co in the Li layer on (003) is counted there; spacings remain those between Co layers."""
    apb = boundaries.antiphase(LCO, (0, 0, 3), separation=12)
    start = without(apb.atoms)
    plain = layer_profile(as_record(apb, start=start), apb.atoms)
    moved = start.copy()
    moved.set_array("moved", np.zeros(len(moved), dtype=int))
    k = int(np.flatnonzero([s == "Co" for s in moved.symbols])[0])
    lithium = apb.atoms[[s == "Li" for s in apb.atoms.symbols]]
    moved.positions[k] = lithium.positions[0]
    moved.arrays["moved"][k] = 1
    table = layer_profile(as_record(apb, start=moved), apb.atoms)
    inside = (table["lithium_sites"] > 0) & (table["atoms_Co"] > 0)
    assert inside.sum() == 1
    assert table["spacing_A"][inside].isna().all()
    assert table["height_A"].to_numpy() == pytest.approx(plain["height_A"].to_numpy())


@pytest.mark.parametrize(("plane", "layers"), [((1, 0, 0), 16), ((1, 1, 1), 16)])
def test_ordered_spinel(plane, layers):
    """Its cations stand a few hundredths of an ångström off their layers."""
    apb = boundaries.antiphase(
        crystals.load("LiNi0.5Mn1.5O4"), plane, vector=(0, 0.5, 0.5), separation=8
    )
    table = layer_profile(as_record(apb), apb.atoms, as_record(boundaries.bulk(apb)))
    assert len(table) == layers
    counts = table[["atoms_Ni", "atoms_Mn", "atoms_Li"]].sum() / apb.formula_units
    assert counts.tolist() == [0.5, 1.5, 1]
    metals = table["atoms_Mn"] > 0
    assert table["strain"][metals].abs().max() < 2e-3
    assert table["strain"][~metals].isna().all()


def test_moments_and_oxidation_states_by_layer():
    """Two Co a layer: their mean where both are known, and none where one is not."""
    wide = boundaries.twin(LCO, (1, 0, 4), separation=8, repeat=(2, 1))
    plain = as_record(wide)
    cobalt = np.flatnonzero([s == "Co" for s in wide.atoms.symbols])
    order = cobalt[np.argsort(wide.atoms.positions[cobalt, 2], kind="stable")]
    given = np.zeros(len(wide.atoms))
    given[order[:4]] = 1.0, -1.0, 1.0, 0.0
    given[order[4]] = 0.45
    table = layer_profile(replace(plain, magmoms=given))
    assert table["moment_Co_muB"].tolist()[:4] == pytest.approx([1, 0.5, 0.225, 0])
    assert table["oxidation_state_Co"].tolist()[:4] == pytest.approx(
        [4, 3.5, np.nan, 3], nan_ok=True
    )
    unknown = layer_profile(plain)
    assert unknown[["moment_Co_muB", "oxidation_state_Co"]].isna().all(axis=None)


def test_moments_of_a_potential():
    found = moments(ANTIPHASE.atoms, "chgnet-r2scan")
    table = layer_profile(as_record(ANTIPHASE, magmoms=found))
    assert (table["oxidation_state_Co"] == 3).all()
    assert table["moment_Co_muB"].idxmax() in (0, 3, 4, 7), "largest beside the boundary"


def test_what_does_not_belong_together_is_refused():
    record = as_record(TWIN)
    with pytest.raises(DelithError, match="every Li site filled"):
        layer_profile(record, ANTIPHASE.atoms)
    with pytest.raises(DelithError, match="every Li site filled"):
        layer_profile(record, without(TWIN.atoms))
    with pytest.raises(DelithError, match="every Li site filled"):
        layer_profile(as_record(TWIN, start=without(TWIN.atoms)), ANTIPHASE.atoms)
    bulk = boundaries.bulk(TWIN)
    empty = as_record(bulk, start=without(bulk.atoms))
    for wrong in (record, empty, replace(as_record(bulk), potential="chgnet")):
        with pytest.raises(DelithError, match="is no reference"):
            layer_profile(record, bulk=wrong)


def test_unusable_records_do_not_pass_in_silence():
    bulk = as_record(boundaries.bulk(TWIN), problem="exploded")
    with pytest.warns(DelithWarning, match="exploded"):
        layer_profile(as_record(TWIN), bulk=bulk)
    with pytest.warns(DelithWarning, match="left its basin"):
        layer_profile(as_record(TWIN, problem="left its basin"))


def test_crystals_without_lithium(zoo):
    """Perovskite: nothing moves, and every cation is of the framework."""
    twin = boundaries.twin(zoo["SrTiO3"], (1, 1, 0), separation=8)
    table = layer_profile(as_record(twin), twin.atoms)
    assert table["spacing_A"].notna().all()
    assert table["lithium_filling"].isna().all()
    assert isinstance(table, pd.DataFrame)


def test_alloys_have_layers_and_no_polyhedra():
    """No cation has an anion: nothing is known of shells, and the rest is."""
    alloy = bulk("Cu", cubic=True)
    alloy.symbols[0] = "Au"
    domain = boundaries.antiphase(crystals.from_atoms(alloy), (1, 0, 0), (0, 0.5, 0.5))
    table = layer_profile(as_record(domain))
    assert table["spacing_A"].notna().all()
    assert table["atoms_Cu"].sum() == 3 * table["atoms_Au"].sum()
    assert table["off_centring_Cu_A"].isna().all()


def test_profiles_need_no_full_cell_among_the_records():
    """Two orderings at one half, each with lithium where the other has none."""
    orderings = decorations.lithium(TWIN, 0.5, limit=3)
    bulk = boundaries.bulk(TWIN)
    records = [as_record(TWIN, start=atoms) for atoms in orderings]
    records = [replace(r, key=f"{r.key} {k}", energy=-float(k)) for k, r in enumerate(records)]
    table = layer_profiles([*records, as_record(bulk)], {TWIN.label: TWIN})
    assert len(table) == 8
    assert table["lithium_sites"].tolist() == [1] * 8
    assert table["lithium_filling"].sum() == 4
    assert layer_profiles(records, {})["lithium_sites"].isna().all()


def test_profiles_of_exchanged_and_doped_cells_count_the_sites_of_the_host():
    wide = boundaries.twin(LCO, (1, 0, 4), separation=8, repeat=(2, 1))
    bulk = boundaries.bulk(wide)
    for made in (decorations.exchange(wide, 1)[0], decorations.dopants(wide, "Mg", "Li")[0]):
        for atoms in decorations.lithium(made, 0.5, limit=2):
            moved = replace(as_record(wide, start=atoms), state=State(exchanged=1))
            table = layer_profiles([moved, as_record(bulk)], {wide.label: wide})
            assert table["lithium_sites"].sum() == 16
            assert (table["lithium_filling"] * table["lithium_sites"]).sum() == 8


def test_the_charge_that_the_oxidation_states_leave_is_told():
    full = as_record(TWIN, magmoms=np.zeros(len(TWIN.atoms)))
    assert layer_profile(full)["net_charge_e"].tolist() == pytest.approx([0.0] * 8)
    half = decorations.lithium(TWIN, 0.5, limit=1)[0]
    shared = as_record(TWIN, start=half, magmoms=np.zeros(len(half)))
    # all cobalt read as 3+ where half of it should be 4+
    assert layer_profile(shared)["net_charge_e"].tolist() == pytest.approx([-0.5] * 8)
