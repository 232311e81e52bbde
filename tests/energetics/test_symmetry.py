"""Groups of built and relaxed boundaries, and the operations that each grain keeps."""

from dataclasses import replace

import numpy as np
import pytest
import spglib
from cells import as_record, without

from delith import bicrystal, boundaries, crystals
from delith.crystals.naming import point_operation
from delith.energetics import (
    boundary_symmetries,
    broken_operations,
    layer_group,
    space_group,
)
from delith.errors import DelithError

LCO = crystals.load("LiCoO2")
LNMO = crystals.load("LiNi0.5Mn1.5O4")
TWIN = boundaries.twin(LCO, (1, 0, 4), separation=8)
ANTIPHASE = boundaries.antiphase(LCO, (1, 0, 4), separation=8)
SPINEL = boundaries.antiphase(LNMO, (1, 0, 0), vector=(0, 0.5, 0.5), separation=8)


def test_bulk_has_the_space_group_of_its_crystal():
    bulk = as_record(boundaries.bulk(TWIN))
    assert space_group(bulk) == "R-3m (166)"
    with pytest.raises(DelithError, match="no boundary"):
        layer_group(bulk)


@pytest.mark.parametrize(
    ("host", "space", "layer"),
    [
        (TWIN, "Pmma (51)", "pm2m (27)"),
        (ANTIPHASE, "P2_1/m (11)", "p2_1/m11 (15)"),
        (SPINEL, "C2 (5)", "p211 (8)"),
    ],
    ids=lambda value: getattr(value, "label", None),
)
def test_groups_of_built_boundaries(host, space, layer):
    record = as_record(host)
    assert space_group(record) == space
    assert [layer_group(record, k) for k in (0, 1)] == [layer, layer]


@pytest.mark.parametrize("host", [TWIN, ANTIPHASE, SPINEL], ids=lambda host: host.label)
def test_what_is_kept_agrees_with_the_space_group_of_the_whole_cell(host):
    """Operations of the cell that leave the plane at height 0, found without cutting a layer."""
    cell = host.atoms.cell[:]
    found = spglib.get_symmetry((cell, host.atoms.get_scaled_positions(), host.atoms.numbers), 1e-3)
    keep = [
        cell.T @ w @ np.linalg.inv(cell.T)
        for w, t in zip(found["rotations"], found["translations"], strict=True)
        if not w[2, :2].any() and abs(t[2] - np.rint(t[2])) < 1e-3
    ]
    frame = bicrystal.orient(host.crystal, host.plane).cell.rotation
    axes = frame @ host.crystal.atoms.cell[:].T
    names = {
        point_operation(w)
        for w in host.crystal.symmetry.rotations
        if any(np.allclose(axes @ w @ np.linalg.inv(axes), q, atol=1e-6) for q in keep)
    }
    table = broken_operations(as_record(host), host)
    assert names - {"identity"} == set(table["operation"][table["kept_by_grain_0"]])


def test_what_the_twin_and_the_antiphase_boundary_break():
    """Both lose the threefold axis; only the twin has no centre of inversion left."""
    kept = {}
    for host in (TWIN, ANTIPHASE):
        table = broken_operations(as_record(host), host)
        assert len(table) == 9
        assert (table["kept_by_grain_0"] == table["kept_by_grain_1"]).all()
        kept[host] = set(table["operation"][table["kept_by_grain_0"]])
    assert kept[TWIN] == {"mirror (1 -2 0)"}
    assert kept[ANTIPHASE] == {"mirror (1 -2 0)", "2-fold [010]", "inversion"}


def test_on_the_basal_plane_the_antiphase_boundary_breaks_nothing_but_translations():
    apb = boundaries.antiphase(LCO, (0, 0, 3), separation=12)
    assert layer_group(as_record(apb)) == "p-3m1 (72)"
    table = broken_operations(as_record(apb), apb)
    assert table[["kept_by_grain_0", "kept_by_grain_1"]].all(axis=None)


def test_the_ordered_spinel_keeps_one_axis_in_the_plane():
    table = broken_operations(as_record(SPINEL), SPINEL)
    kept = table["operation"][table["kept_by_grain_0"]].tolist()
    assert kept == ["2-fold [010]"]


def test_each_grain_has_its_own_orientation():
    """Were the upper grain turned by 90° in the plane, its twofold axis would not be that of x."""
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    turned = replace(ANTIPHASE, joint=replace(ANTIPHASE.joint, turn=quarter))
    table = broken_operations(as_record(ANTIPHASE), turned).set_index("operation")
    assert table["kept_by_grain_0"].sum() == 3
    assert table.index[table["kept_by_grain_1"]].tolist() == ["inversion"]


def test_a_null_boundary_breaks_only_what_turns_the_plane():
    """Bulk cut on (104) keeps the whole 2/m that leaves the plane as it is."""
    host = boundaries.antiphase(LCO, (1, 0, 4), vector=(2 / 3, 1 / 3, 1 / 3), separation=8)
    assert host.kind == "null"
    table = broken_operations(as_record(host), host)
    kept = set(table["operation"][table["kept_by_grain_0"]])
    assert kept == {"mirror (1 -2 0)", "2-fold [010]", "inversion"}


@pytest.mark.parametrize("make", [boundaries.twin, boundaries.antiphase])
def test_a_wider_cell_has_the_same_groups(make):
    one, two = (make(LCO, (1, 0, 4), separation=8, repeat=repeat) for repeat in ((1, 1), (2, 1)))
    assert layer_group(as_record(one)) == layer_group(as_record(two))
    tables = [broken_operations(as_record(host), host) for host in (one, two)]
    assert tables[0].equals(tables[1])


def test_noise_below_the_tolerance_and_drift_break_nothing():
    noisy = TWIN.atoms.copy()
    noisy.rattle(0.005, seed=1)
    noisy.positions += (0.3, -0.2, 0.4)  # drift
    assert layer_group(as_record(TWIN, noisy)) == "pm2m (27)"
    noisy.wrap()
    assert layer_group(as_record(TWIN, noisy)) == "pm2m (27)"
    assert layer_group(as_record(TWIN, noisy), symprec=1e-4) == "p1 (1)"


def test_one_boundary_may_lose_what_the_other_keeps():
    """An atom on boundary 1 pushed out of the plane: its mirror in the plane is gone."""
    pushed = TWIN.atoms.copy()
    half = pushed.cell[2, 2] / 2
    k = int(np.argmin(np.abs(pushed.positions[:, 2] - half)))
    pushed.positions[k, 2] += 0.3
    record = as_record(TWIN, pushed)
    assert layer_group(record, 0) == "pm2m (27)"
    assert layer_group(record, 1) == "pm11 (11)"


def test_nothing_is_changed_by_looking():
    record = as_record(TWIN)
    before = record.atoms.copy()
    layer_group(record)
    broken_operations(record, TWIN)
    assert record.atoms == before


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(DelithError, match="another boundary"):
        broken_operations(as_record(TWIN), ANTIPHASE)
    with pytest.raises(DelithError, match="neither 0 nor 1"):
        layer_group(as_record(TWIN), 2)


def test_lithium_orders_break_symmetry_too():
    full, empty = (as_record(TWIN, start=start) for start in (TWIN.atoms, without(TWIN.atoms)))
    assert layer_group(empty) == layer_group(full)
    one_out = TWIN.atoms[: len(TWIN.atoms)]
    lithium = np.flatnonzero([s == "Li" for s in one_out.symbols])
    # one that is not on a boundary
    inside = lithium[one_out.arrays["distance"][lithium].argsort()[2]]
    del one_out[[int(inside)]]
    groups = {layer_group(as_record(TWIN, start=one_out), k) for k in (0, 1)}
    assert "pm2m (27)" in groups
    assert len(groups) == 2


def test_the_table_has_a_row_for_each_boundary_and_names_what_each_grain_lost():
    hosts = {host.label: host for host in (TWIN, ANTIPHASE)}
    table = boundary_symmetries(map(as_record, (*hosts.values(), SPINEL)), hosts)
    assert table["boundary"].tolist() == [ANTIPHASE.label] * 2 + [TWIN.label] * 2, "no spinel"
    assert table["height"].tolist() == [0, 0.5] * 2
    twin = table[table["boundary"] == TWIN.label]
    assert set(twin["layer_group"]) == {"pm2m (27)"}
    assert set(twin["space_group"]) == {"Pmma (51)"}
    for row in table.to_dict("records"):
        kept = 1 if row["boundary"] == TWIN.label else 3
        for grain in (0, 1):
            lost = row[f"broken_in_grain_{grain}"].split(", ")
            assert len(lost) == len(set(lost)) == 9 - kept
            assert ("inversion" in lost) == (row["boundary"] == TWIN.label)
            assert "mirror (1 -2 0)" not in lost


def test_the_lowest_usable_cell_is_looked_at():
    pushed = TWIN.atoms.copy()
    pushed.rattle(0.2, seed=1)
    good = as_record(TWIN)
    worse = replace(as_record(TWIN, pushed), key="worse", energy=1.0)
    unusable = replace(as_record(TWIN, pushed), key="broken", energy=-1.0, problem="broken")
    table = boundary_symmetries([worse, good, unusable], {TWIN.label: TWIN})
    assert set(table["record"]) == {good.key}
