"""What errors come to, by hand; γ of a model that is right, off by a known amount, or scattered."""

from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from toy import BULK, TWIN, record

from delith.energetics import EV_PER_A2
from delith.training import Frame, frame_errors, gamma_errors


class Known(Calculator):
    """Energies by the number of atoms and the height of the cell, plus what each twin is off by."""

    implemented_properties = ("energy", "forces", "stress")

    def __init__(self, energies, off=0.0):
        super().__init__()
        self.energies, self.off = energies, off

    def calculate(self, atoms=None, properties=None, system_changes=all_changes):
        energy = self.energies[len(atoms), atoms.cell[2, 2]]
        off = self.off * (atoms.cell[2, 2] > 20.0)
        self.results = {
            "energy": energy + off,
            "forces": np.full((len(atoms), 3), 0.1),
            "stress": np.full(6, 0.01),
        }


@pytest.fixture
def records():
    made = [record(BULK, 4, -40.0)]
    for k in range(5):
        made.append(record(TWIN, 4, -38.0 + 0.1 * k, ordering=k, height=21.0 + k))
    return made


def learnt(records, off=0.0):
    return Known({(len(r.atoms), r.atoms.cell[2, 2]): r.energy for r in records}, off)


def test_a_perfect_model_has_the_γ_of_the_data(records):
    (row,) = gamma_errors(records, {"twin"}, [learnt(records)]).to_dict("records")
    assert row["gamma_J_per_m2"] == row["reference_gamma_J_per_m2"]
    assert row["reference_gamma_J_per_m2"] == pytest.approx(2.0 / 20.0 * EV_PER_A2)
    assert row["rank_correlation"] == pytest.approx(1.0)
    assert row["held_out"]
    assert np.isnan(row["gamma_std_J_per_m2"]), "one member has no scatter"


def test_a_committee_scatters_by_what_its_members_are_off(records):
    members = [learnt(records, off) for off in (-0.2, 0.0, 0.2)]
    (row,) = gamma_errors(records, set(), members).to_dict("records")
    assert row["gamma_J_per_m2"] == pytest.approx(row["reference_gamma_J_per_m2"])
    assert row["gamma_std_J_per_m2"] == pytest.approx(0.2 / 20.0 * EV_PER_A2)
    assert not row["held_out"]


def test_a_model_that_turns_the_order_round_is_found_out(records):
    turned = [replace(r, energy=-76.0 - r.energy if r.host.count else r.energy) for r in records]
    (row,) = gamma_errors(records, set(), [learnt(turned)]).to_dict("records")
    assert row["rank_correlation"] == pytest.approx(-1.0)


def test_cells_that_dft_has_checked_make_a_γ_too(records):
    checked = [replace(r, role="checked") for r in records]
    alike = gamma_errors(records, set(), [learnt(records, 0.2)])
    assert gamma_errors(checked, set(), [learnt(checked, 0.2)]).equals(alike)


def test_errors_are_per_atom_and_component():
    atoms = Atoms("Co4", cell=[2, 5, 20], pbc=True)
    frames = [
        Frame(atoms, -1.0 - off, np.zeros((4, 3)), stress, "a", host, "")
        for off, stress, host in ((0.4, np.zeros(6), "b"), (0.8, None, "b"), (0.0, None, "c"))
    ]
    table = frame_errors({"test": frames}, Known({(4, 20.0): -1.0})).set_index("host")
    assert list(table["frames"]) == [2, 1]
    assert table.loc["b", "energy_rmse_meV_per_atom"] == pytest.approx(np.sqrt(2.5) * 100)
    assert table.loc["b", "forces_rmse_meV_per_A"] == pytest.approx(100.0)
    assert table.loc["b", "stress_rmse_GPa"] == pytest.approx(0.01 * 160.2177, rel=1e-4)
    assert np.isnan(table.loc["c", "stress_rmse_GPa"])
