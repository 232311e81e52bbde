"""Where a boundary forms by itself and which is the lowest: straight lines, by hand."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest

from delith.energetics import boundary_phases, formation_voltages


def table(**lines):
    """γ of one boundary on a grid of 0.5 V, from expressions in V."""
    volts = np.arange(3.0, 5.01, 0.5)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "voltage_V": volts,
                    "boundary": name,
                    "potential": "chgnet",
                    "state": "",
                    "gamma_of_one_J_per_m2": line(volts),
                }
            )
            for name, line in lines.items()
        ],
        ignore_index=True,
    )


def ranges(found):
    return found[["forms_from_V", "forms_to_V"]].to_numpy().tolist()


def test_a_falling_line_forms_above_its_zero():
    found = formation_voltages(table(twin=lambda v: 4.2 - v))
    assert ranges(found) == [[pytest.approx(4.2), 5.0]]
    assert found["lowest_gamma_J_per_m2"].item() == pytest.approx(-0.8)
    assert found["lowest_gamma_voltage_V"].item() == 5.0


def test_a_valley_forms_between_its_zeros_and_a_hill_on_both_sides():
    found = formation_voltages(table(twin=lambda v: abs(v - 4) - 0.25))
    assert ranges(found) == [[pytest.approx(3.75), pytest.approx(4.25)]]
    found = formation_voltages(table(twin=lambda v: 0.25 - abs(v - 4)))
    assert ranges(found) == [[3.0, pytest.approx(3.75)], [pytest.approx(4.25), 5.0]]


def test_a_boundary_that_always_costs_forms_nowhere():
    found = formation_voltages(table(twin=lambda v: 0.1 * v))
    assert len(found) == 1
    assert np.isnan(ranges(found)).all()
    assert found["lowest_gamma_voltage_V"].item() == 3.0


def test_a_boundary_of_which_only_the_sum_is_known_is_left_out():
    both = table(twin=lambda v: v, apb=lambda v: np.full_like(v, np.nan))
    assert formation_voltages(both)["boundary"].tolist() == ["twin"]
    assert set(boundary_phases(both)["boundary"]) == {"twin"}


def test_the_lowest_line_at_each_voltage():
    found = boundary_phases(table(twin=lambda v: v - 3.0, apb=lambda v: 4.3 - v))
    assert found["boundary"].tolist() == ["twin", "apb"]
    # rows at 3.5 and 4.0 V differ: the change lies halfway
    assert found["voltage_from_V"].tolist() == [3.0, 3.75]
    assert found["voltage_to_V"].tolist() == [3.75, 5.0]
    assert found["gamma_from_J_per_m2"].tolist() == pytest.approx([0.0, 0.3])
    assert found["gamma_to_J_per_m2"].tolist() == pytest.approx([0.5, -0.7])


def test_states_of_a_boundary_compete_and_potentials_do_not():
    twin = table(twin=lambda v: v - 4.0)
    moved = table(twin=lambda v: np.full_like(v, 0.2)).assign(state="1 Co exchanged")
    found = boundary_phases(pd.concat([twin, moved]))
    assert found["state"].tolist() == ["", "1 Co exchanged"]
    other = moved.assign(potential="chgnet-r2scan")
    found = boundary_phases(pd.concat([twin, other]))
    assert len(found) == 2
    assert found["voltage_from_V"].tolist() == [3.0, 3.0]


@pytest.mark.parametrize("tabulated", [formation_voltages, boundary_phases])
@pytest.mark.parametrize("others", [[], ["Mg on Co, shell 0"]])
def test_a_table_from_a_file_tells_what_the_table_written_to_it_tells(tabulated, others):
    plain = table(twin=lambda v: np.where(v > 4.6, np.nan, v - 4.2), apb=lambda v: 4.5 - v)
    dearer = plain.assign(gamma_of_one_J_per_m2=plain["gamma_of_one_J_per_m2"] + 0.1)
    made = pd.concat([plain, *(dearer.assign(state=state) for state in others)])
    read = pd.read_csv(StringIO(made.to_csv(index=False)))
    assert len(tabulated(made)) > 1
    pd.testing.assert_frame_equal(tabulated(read), tabulated(made))


def test_rivals_that_are_not_known_are_named():
    """The twin may be the lower one above 3.5 V: nobody knows."""
    both = table(
        twin=lambda v: np.where(v > 3.6, np.nan, v - 5), apb=lambda v: np.full_like(v, 1.0)
    )
    found = boundary_phases(both)
    assert found["boundary"].tolist() == ["twin", "apb"]
    assert found["not_known"].tolist() == ["", "twin"]
    assert found["voltage_to_V"].tolist() == [3.75, 5.0]
    never = table(twin=lambda v: v, sum_only=lambda v: np.full_like(v, np.nan))
    assert boundary_phases(never)["not_known"].tolist() == [""]


def test_what_is_not_known_is_not_bridged():
    """Bulk that failed at one content leaves every γ open over a range of voltages."""
    open_there = table(twin=lambda v: np.where(v == 4, np.nan, -1.0))
    found = boundary_phases(open_there)
    assert found["voltage_from_V"].tolist() == [3.0, 4.25]
    assert found["voltage_to_V"].tolist() == [3.75, 5.0]
    assert ranges(formation_voltages(open_there)) == [[3.0, 3.5], [4.5, 5.0]]
