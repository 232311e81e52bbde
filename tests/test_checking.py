"""A study checked by another potential: the same structures, γ by both, nothing done twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import toy
from ase import Atoms
from ase.spacegroup import crystal
from matplotlib.colors import to_hex
from matplotlib.legend import Legend

from delith import checking, figures, terminal
from delith.errors import DelithError
from delith.store import Store
from idle import Idle


@pytest.fixture(scope="module")
def checked(undisturbed, tmp_path_factory):
    with ThreadPoolExecutor(1) as pool:
        folder = tmp_path_factory.mktemp("checked")
        return checking.check(undisturbed.folder, "chgnet", folder, executor=pool)


def test_the_lowest_of_each_group_is_checked(undisturbed, checked):
    groups = {r.group for r in undisturbed.orderings if r.usable and r.host.kind != "reference"}
    chosen = checking.lowest_of_each(undisturbed.orderings)
    assert {r.group for r in chosen} == groups
    for record in chosen:
        rivals = [r for r in undisturbed.orderings if r.group == record.group and r.usable]
        assert record.energy == min(r.energy for r in rivals)
    assert len(checked.structures) == len(groups)


def test_gamma_of_the_study_is_found_again(undisturbed, checked):
    """Symmetry within 0.02 Å changes nothing that counts."""
    rows = ["boundary", "state", "lithium_content"]
    both = undisturbed.table.merge(checked.energies, on=rows, suffixes=("", "_again"))
    assert len(both) == len(checked.energies) > 0
    differences = both["gamma_J_per_m2_again"] - both["gamma_J_per_m2"]
    assert np.abs(differences).max() < 0.02
    assert (checked.energies["by"] == "chgnet").all()
    assert checked.energies["checked_gamma_J_per_m2"].notna().all()


def test_what_checks_itself_agrees(undisturbed, tmp_path):
    with ThreadPoolExecutor(1) as pool:
        same = checking.check(undisturbed.folder, "chgnet-r2scan", tmp_path, executor=pool)
    assert np.abs(same.energies["difference_J_per_m2"]).max() == 0
    assert same.structures["forces_rmse_eV_per_A"].max() == 0


def test_what_is_there_is_not_computed_again(undisturbed, checked):
    before = {record.key for record in Store(checked.folder / "records.db").records()}
    again = checking.check(undisturbed.folder, "chgnet", checked.folder, executor=None)
    assert again.energies.equals(checked.energies)
    assert {record.key for record in Store(checked.folder / "records.db").records()} == before


def test_files_hold_what_is_told(checked):
    written = pd.read_csv(checked.folder / "check.csv")
    assert list(written.columns) == list(checked.energies.columns)
    structures = pd.read_csv(checked.folder / "structures.csv")
    assert (structures["forces_rmse_eV_per_A"] > 0).all()
    assert (checked.folder / "parity.png").stat().st_size > 0
    assert (checked.folder / "parity.pdf").stat().st_size > 0
    assert (checked.folder / "boundary_energy.png").stat().st_size > 0


@pytest.mark.slow
def test_atoms_may_be_relaxed_by_what_checks(undisturbed, checked, tmp_path):
    with ThreadPoolExecutor(1) as pool:
        relaxed = checking.check(undisturbed.folder, "chgnet", tmp_path, True, executor=pool)
    assert (relaxed.structures["forces_rms_eV_per_A"] < 0.05).all()
    # two structures have no forces to compare
    assert relaxed.structures["forces_rmse_eV_per_A"].isna().any()
    assert (checked.structures["forces_rms_eV_per_A"] > 0.05).any()


def test_a_check_that_fails_throughout_is_told(undisturbed, tmp_path, capsys):
    """The first thing that one sees of a code that is badly set up: why, and no γ."""
    code = tmp_path / "broken.py"
    code.write_text(
        "from ase.calculators.calculator import Calculator\n"
        "class Broken(Calculator):\n"
        "    implemented_properties = ['energy', 'forces', 'stress']\n"
        "    def calculate(self, *given):\n"
        "        raise RuntimeError('it is broken')\n"
    )
    with ThreadPoolExecutor(1) as pool:
        failed = checking.check(
            undisturbed.folder, f"{code}:Broken", tmp_path / "failed", executor=pool
        )
    terminal.show_checked(failed)
    told = " ".join(capsys.readouterr().out.split())
    assert told.count("it is broken") == len(failed.structures)
    assert "parity.png" not in told


def test_some_boundaries_alone_may_be_checked(undisturbed):
    (label, *_) = undisturbed.table["boundary"]
    chosen = checking.lowest_of_each(undisturbed.orderings, [label])
    hosts = {record.host.label for record in chosen}
    (host,) = {record.host for record in chosen if record.host.count}
    assert hosts == {label, host.reference}
    with pytest.raises(DelithError, match=r"no boundary is called 'twin \(9\)' there, only \["):
        checking.lowest_of_each(undisturbed.orderings, ["twin (9)"])


def test_some_contents_alone_may_be_checked(undisturbed):
    chosen = checking.lowest_of_each(undisturbed.orderings, contents=[0.5001])
    assert {record.content for record in chosen} == {0.5}
    assert {record.host.kind for record in chosen} == {"twin", "bulk"}
    with pytest.raises(DelithError, match=r"no cell has a content of 0.7 there, only \[0.5, 1"):
        checking.lowest_of_each(undisturbed.orderings, contents=[0.7])


def test_checks_of_one_study_add_up(undisturbed, checked, tmp_path):
    """Content by content they come to the tables of one check of all, hull included."""
    with ThreadPoolExecutor(1) as pool:
        for x in (0.5, 1.0):
            last = checking.check(
                undisturbed.folder, "chgnet", tmp_path, contents=[x], executor=pool
            )
            assert set(pd.read_csv(tmp_path / "check.csv")["lithium_content"]) >= {x}
    assert last.energies.equals(checked.energies)
    assert last.structures.equals(checked.structures)


FLAT = """
import numpy as np
from ase.calculators.calculator import Calculator

class Flat(Calculator):
    implemented_properties = ["energy", "forces", "stress"]

    def calculate(self, atoms=None, properties=None, system_changes=None):
        super().calculate(atoms, properties, system_changes or [])
        self.results = {"energy": 0.0, "forces": np.zeros((len(atoms), 3)), "stress": np.zeros(6)}
"""


def test_a_file_that_checks_is_one_however_it_is_named(undisturbed, tmp_path, monkeypatch):
    (tmp_path / "flat.py").write_text(FLAT)
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(1) as pool:
        checking.check(undisturbed.folder, "flat.py:Flat", tmp_path / "out", executor=pool)
    for name in ("./flat.py:Flat", f"{tmp_path}/flat.py:Flat"):
        again = checking.check(undisturbed.folder, name, tmp_path / "out", executor=Idle())
        assert set(again.structures["by"]) == {f"{tmp_path}/flat.py:Flat"}


def test_a_folder_without_a_study_is_said(tmp_path):
    with pytest.raises(DelithError, match="no results folder"):
        checking.check(tmp_path, "chgnet")


def test_symmetry_is_found_within_the_tolerance():
    exact = crystal("Cu", [(0, 0, 0)], spacegroup=225, cellpar=[3.6] * 3 + [90] * 3)
    exact = Atoms(exact.symbols, exact.positions, cell=exact.cell, pbc=True)
    near, far = exact.copy(), exact.copy()
    near.rattle(0.003, seed=0)
    far.rattle(0.1, seed=0)
    made = checking.symmetrised(near)
    assert np.abs(made.get_all_distances(mic=True) - exact.get_all_distances(mic=True)).max() < 1e-6
    assert checking.symmetrised(far).positions == pytest.approx(far.positions, abs=0.02)


def test_the_figure_has_a_marker_for_each_energy(checked):
    figure = figures.parity(checked.energies)
    (ax,) = figure.axes
    drawn = {tuple(map(float, point)) for line in ax.lines[:-1] for point in line.get_xydata()}
    columns = ["checked_gamma_J_per_m2", "gamma_J_per_m2"]
    assert drawn == set(checked.energies[columns].itertuples(index=False, name=None))
    assert "chgnet (J/m²)" in ax.get_xlabel()


def test_of_several_potentials_the_legend_has_each_boundary_and_each_potential_once(checked):
    other = checked.energies.assign(potential="another")
    figure = figures.parity(pd.concat([checked.energies, other]))
    inside, above = (
        [text.get_text() for text in legend.get_texts()]
        for legend in figure.axes[0].findobj(Legend)
    )
    potential = checked.energies["potential"].iloc[0]
    boundaries = checked.energies["boundary"].unique()
    contents = [f"x = {x:.3g}" for x in sorted(checked.energies["lithium_content"].unique())]
    assert above == sorted(boundaries)
    assert inside == [*sorted((potential, "another")), *contents[::-1]]


def test_what_knows_too_few_elements_is_refused_at_once(undisturbed, tmp_path):
    with pytest.raises(DelithError, match="mace-lnmo knows nothing of Co"):
        checking.check(undisturbed.folder, "mace-lnmo", tmp_path / "checked")
    assert not (tmp_path / "checked").exists()


def test_what_one_of_two_could_not_compute_counts_for_neither(undisturbed):
    """Bulk at 1/2 bends the hull that γ at 3/4 is counted from: it is in both hulls or in none."""
    cells = {r.host.kind: r for r in checking.lowest_of_each(undisturbed.orderings)}
    bent = {0: -4.0, 2: -8.0, 3: -8.7, 4: -10.0}  # eV a formula unit, by the lithium of four
    known = [
        replace(
            cell,
            key=f"{kind}{lithium}",
            mobile_count=lithium,
            energy=cell.host.formula_units * (energy + 0.1 * (kind != "bulk")),
        )
        for kind, cell in cells.items()
        if kind in ("bulk", "twin")
        for lithium, energy in bent.items()
    ]
    assert {r.host.formula_units for r in known} == {4}
    for side in (0, 1):
        pairs = []
        for record in known:
            failed = replace(record, problem="did not settle")
            bad = record.key == "bulk2"
            pairs.append(tuple(failed if bad and n == side else record for n in (0, 1)))
        table = checking._energies(pairs).dropna(subset=["difference_J_per_m2"])
        assert 0.75 in table["lithium_content"].to_numpy()
        assert (table["difference_J_per_m2"] == 0).all()


@pytest.fixture
def unlike():
    """Bulk and a twin whose two boundaries differ, by two potentials."""
    pairs = []
    for host, energy in ((toy.BULK, -20.0), (replace(toy.TWIN, equivalent=False), -19.0)):
        mine = replace(toy.record(host, 4, energy), role="checked")
        pairs.append((mine, replace(mine, key=f"{mine.key} again", potential="chgnet")))
    return checking.Checked(Path("nowhere"), checking._energies(pairs), checking._structures(pairs))


def test_sums_of_two_boundaries_are_told(unlike, capsys):
    assert unlike.energies["boundaries_equivalent"].tolist() == [False]
    terminal.show_checked(unlike)
    assert "twin (sum of two)" in capsys.readouterr().out


def test_the_figure_tells_sums_of_two_boundaries(unlike):
    (ax,) = figures.parity(unlike.energies).axes
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["twin (sum of two)"]


def test_contents_above_one_have_markers_of_their_own():
    """Of a crystal that holds two per formula unit."""
    row = {"boundary": "twin", "state": "", "potential": "mace", "by": "gpaw-pbe"}
    row |= {"gamma_J_per_m2": 0.1, "checked_gamma_J_per_m2": 0.2, "boundaries_equivalent": True}
    (ax,) = figures.parity(pd.DataFrame([row | {"lithium_content": x} for x in (2.0, 1.0)])).axes
    full, half = (to_hex(line.get_markerfacecolor()) for line in ax.get_lines()[:2])
    assert full != half
