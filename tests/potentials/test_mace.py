"""MACE files: what is opened and what is not, what is said, and what a committee tells."""

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import CalculationFailed

from delith import potentials, relax, study
from delith.errors import DelithError
from delith.potentials.weights import sha256
from delith.study.planning import plan

UNSAFE = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"


@pytest.fixture
def atoms(lco) -> Atoms:
    made = lco.atoms.copy()
    made.rattle(0.05, seed=1)
    return made


class Bomb:
    """What a pickle can do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_device_that_is_not_there_is_said(mace_names):
    for name in ("mace-lco", "chgnet-r2scan", mace_names["mace"]):
        with pytest.raises(DelithError, match="cannot compute on 'abacus' here"):
            potentials.load(name, device="abacus")


def test_an_unknown_file_is_not_opened_and_the_error_says_how_to_trust_it(tmp_path):
    """A pickle runs code when it is opened: nothing of it must run before it is trusted."""
    bomb, trace = tmp_path / "bomb.model", tmp_path / "it ran"
    bomb.write_bytes(pickle.dumps(Bomb(trace)))
    for use in (potentials.load, potentials.weights_sha256, potentials.weight_files):
        with pytest.raises(
            DelithError, match=f"runs the code in it.*delith potentials trust {bomb}"
        ):
            use(str(bomb))
    assert not trace.exists()
    potentials.trust(bomb)
    with pytest.raises(DelithError, match="holds no MACE model"):
        potentials.load(str(bomb))


def test_a_tampered_file_is_not_trusted_any_more_and_a_copy_is(mace_names, tmp_path):
    copy = Path(shutil.copy(mace_names["mace"], tmp_path / "copy.model"))
    potentials.load(str(copy))
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(bytes(content))
    with pytest.raises(DelithError, match="new or was changed"):
        potentials.load(str(copy))


def test_a_file_tampered_with_between_check_and_opening_is_caught(mace_names, tmp_path):
    """Every opening compares: a sum taken once is no licence."""
    copy = Path(shutil.copy(mace_names["mace"], tmp_path / "copy.model"))
    potentials.weights_sha256(str(copy))
    copy.write_bytes(copy.read_bytes() + b"\0")
    for each in (potentials.weights_sha256, potentials.load):
        with pytest.raises(DelithError, match="new or was changed"):
            each(str(copy))


@pytest.mark.slow
def test_safe_loading_stays_on_and_trust_is_the_user_s_not_the_process_s(mace_names):
    """Importing mace switches it off; a process of its own has not been told of any file."""
    code = (
        f"import os; from delith import potentials; potentials.load(r'{mace_names['mace']}'); "
        f"print(os.environ.get('{UNSAFE}'))"
    )
    environment = {name: value for name, value in os.environ.items() if name != UNSAFE}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "None"


@pytest.mark.slow
def test_figures_of_the_process_are_left_as_they_were(other_process):
    """Importing mace changes matplotlib's font size."""
    told = other_process(
        "from matplotlib import rcParams; before = dict(rcParams); "
        "import delith.potentials.mace; print(before == dict(rcParams))"
    )
    assert told == ["True"]


def test_what_the_user_set_stays_set(monkeypatch):
    from delith.potentials import mace

    monkeypatch.setenv(UNSAFE, "0")
    with mace._quietly():
        os.environ[UNSAFE] = "1"
    assert os.environ[UNSAFE] == "0"


def test_a_broken_list_of_trusted_files_is_an_error_that_names_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "delith").mkdir()
    (tmp_path / "delith" / "trusted.json").write_text("{")
    (tmp_path / "a.model").touch()
    with pytest.raises(DelithError, match=r"trusted\.json .*mend it, or delete it"):
        potentials.load(str(tmp_path / "a.model"))


def test_files_that_are_not_there_are_named(tmp_path):
    with pytest.raises(DelithError, match=r"no file .*none\.model"):
        potentials.load(str(tmp_path / "none.model"))
    with pytest.raises(DelithError, match=r"no file .*none_\*\.model"):
        potentials.load(str(tmp_path / "none_*.model"))
    with pytest.raises(DelithError, match=r"cannot read .*none\.model"):
        potentials.trust(tmp_path / "none.model")


def test_a_foundation_model_without_a_network_says_which_file_goes_where(tmp_path, monkeypatch):
    """The address is unreachable here; on a machine where it is not, there is nothing to say."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    entry = potentials.info("mace-mpa-0")
    assert not entry.installed
    # a proxy on a port where nothing listens: no network, whatever the machine has
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    target = tmp_path / "mace" / "macempa0mediummodel"
    with pytest.raises(DelithError) as caught:
        potentials.load("mace-mpa-0")
    for part in (entry.weights, str(target), f"delith potentials trust {target}"):
        assert part in str(caught.value)


def test_a_foundation_file_brought_by_other_means_is_opened_once_it_is_trusted(
    tmp_path, monkeypatch, mace_names
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    target = tmp_path / "mace" / "macemp0b3mediummodel"
    target.parent.mkdir()
    shutil.copy(mace_names["mace"], target)
    with pytest.raises(DelithError, match="delith potentials trust"):
        potentials.load("mace-mp-0b3")
    potentials.trust(target)
    assert potentials.info("mace-mp-0b3").installed
    potentials.load("mace-mp-0b3")


def test_elements_outside_the_model_are_named(mace_names, atoms):
    atoms.symbols[atoms.symbols == "Co"] = "Ni"
    atoms.calc = potentials.load(mace_names["mace"])
    with pytest.raises(DelithError, match="not trained on Ni, only on Co, Li, O"):
        atoms.get_potential_energy()


def test_a_model_that_gives_nan_is_caught(mace_names, atoms):
    calculator = potentials.load(mace_names["mace"])
    next(calculator.models[0].parameters()).data.fill_(float("nan"))
    atoms.calc = calculator
    with pytest.raises(CalculationFailed, match="not finite"):
        atoms.get_potential_energy()


def test_a_committee_is_the_mean_and_tells_the_spread(mace_names, atoms):
    committee = potentials.load(mace_names["committee"])
    folder = Path(mace_names["committee"]).parent
    members = []
    for seed in range(3):
        alone = atoms.copy()
        alone.calc = potentials.load(str(folder / f"member_{seed}.model"))
        members.append((alone.get_potential_energy(), alone.get_forces()))
    energies, forces = zip(*members, strict=True)
    atoms.calc = committee
    assert atoms.get_potential_energy() == pytest.approx(np.mean(energies), abs=1e-4)
    np.testing.assert_allclose(atoms.get_forces(), np.mean(forces, axis=0), atol=1e-4)
    assert committee.results["energy_std"] == pytest.approx(np.std(energies, ddof=1), abs=1e-4)
    spread = committee.results["forces_std"]
    np.testing.assert_allclose(spread, np.std(forces, axis=0, ddof=1), atol=1e-4)
    assert spread.max() > 1e-3


@pytest.mark.slow
def test_members_that_do_not_fit_together_are_no_committee(tmp_path, write_mace):
    paths = [write_mace(tmp_path / f"m{r}.model", cutoff=r) for r in (4.0, 4.5)]
    potentials.trust(*paths)
    with pytest.raises(DelithError, match="no committee: their cutoffs or elements differ"):
        potentials.load(str(tmp_path / "m*.model"))


def test_a_committee_has_one_fingerprint_for_all_its_files(mace_names):
    paths = sorted(Path(mace_names["committee"]).parent.glob("member_*.model"))
    assert potentials.weight_files(mace_names["committee"]) == tuple(paths)
    assert potentials.weights_sha256(mace_names["committee"]) == sha256(*paths)
    assert sha256(*paths) != sha256(*paths[:2])


@pytest.mark.parametrize("kind", ["mace", "committee"])
def test_double_precision_agrees_with_single_and_is_smoother(mace_names, atoms, kind):
    energies = {}
    for precision in ("single", "double"):
        atoms.calc = potentials.load(mace_names[kind], precision=precision)
        energies[precision] = atoms.get_potential_energy()
        assert (
            next(atoms.calc.models[0].parameters()).itemsize
            == {"single": 4, "double": 8}[precision]
        )
    assert energies["single"] == pytest.approx(energies["double"], abs=1e-4)


def test_a_study_names_model_files_beside_itself(mace_names, tmp_path):
    shutil.copy(mace_names["mace"], tmp_path / "mine.model")
    file = tmp_path / "study.yaml"
    file.write_text(
        "{crystal: LiCoO2, boundaries: [{kind: twin, plane: [1, 0, 4]}], separation: 4, "
        "potential: mine.model}"
    )
    loaded = study.load(file)
    assert loaded.potentials == (str(tmp_path / "mine.model"),)
    tasks = plan(loaded).bulk_tasks()
    assert {task.weights for task in tasks} == {sha256(tmp_path / "mine.model")}


def test_relaxing_with_a_model_of_ones_own(mace_names, atoms):
    done = relax(atoms, potential=mace_names["mace"], steps=3, fmax=1e-9, cell="fixed")
    assert np.isfinite(done.energy)
    assert done.steps
