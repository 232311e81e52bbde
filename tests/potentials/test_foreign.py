"""Potentials in environments of their own: what is missing, what fails there, is said here."""

import subprocess
import sys

import pytest
from ase.calculators.calculator import CalculationFailed
from ase.spacegroup import crystal

from delith import potentials
from delith.errors import DelithError
from delith.potentials import environments, foreign


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No environment is installed."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "delith" / "environments"


@pytest.fixture
def here(monkeypatch):
    """The environment is this one, in which there is no sevenn."""
    monkeypatch.setattr(environments, "python", lambda name: sys.executable)


def lco():
    return crystal(
        ["Li", "Co", "O"],
        [(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2395)],
        spacegroup=166,
        cellpar=[2.8166, 2.8166, 14.052, 90, 90, 120],
        primitive_cell=True,
    )


def calculator():
    given = {"package": "sevenn", "weights": "none.pth", "device": "cpu", "modal": ""}
    return foreign.ForeignCalculator("sevennet", given, ("Li", "Co", "O"))


def test_what_is_not_installed_says_which_command_does_it(nowhere):
    entry = potentials.info("sevennet-0")
    assert not entry.installed
    assert entry.version is None
    with pytest.raises(DelithError, match="delith potentials install sevennet"):
        potentials.load("sevennet-0")


def test_an_environment_that_was_left_half_made_is_none(nowhere):
    (nowhere / "sevennet" / "bin").mkdir(parents=True)
    assert environments.version("sevennet", "sevenn") is None


@pytest.mark.slow
def test_an_unknown_environment_is_refused(nowhere):
    with pytest.raises(DelithError, match="no environment is called 'mace', only sevennet"):
        environments.install("mace")
    done = subprocess.run(
        [sys.executable, "-m", "delith", "potentials", "install", "mace"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_what_pip_says_is_passed_on(nowhere, monkeypatch):
    monkeypatch.setitem(environments.REQUIREMENTS, "sevennet", ("no-such-package-as-this==9",))
    monkeypatch.setattr(environments.metadata, "version", lambda name: "0.0.0.0")
    with pytest.raises(DelithError, match=r"failed: .*torch==0\.0\.0\.0"):
        environments.install("sevennet")
    assert environments.version("sevennet", "sevenn") is None


@pytest.mark.slow
def test_a_process_that_ends_says_why(here):
    atoms = lco()
    atoms.calc = calculator()
    with pytest.raises(DelithError, match="No module named 'sevenn'"):
        atoms.get_potential_energy()


ECHO = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    n = len(asked["numbers"])
    told = {"energy": asked["positions"][0][0], "forces": [[0.0] * 3] * n, "stress": [0.0] * 6}
    print(json.dumps(told), flush=True)
"""


def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next(here, monkeypatch, tmp_path):
    """An interrupt between question and answer leaves the answer in the pipe."""
    (tmp_path / "echo.py").write_text(ECHO)
    monkeypatch.setattr(foreign, "_WORKER", tmp_path / "echo.py")
    asking = calculator()
    atoms = lco()
    atoms.calc = asking
    told = []
    for k, x in enumerate((0.1, 0.2, 0.3)):
        atoms.positions[0, 0] = x
        if k == 1:
            monkeypatch.setattr(asking._process.stdin, "flush", _interrupt(asking))
            with pytest.raises(KeyboardInterrupt):
                atoms.get_potential_energy()
            continue
        told.append(atoms.get_potential_energy())
    assert told == [0.1, 0.3]


def _interrupt(asking):
    flush = asking._process.stdin.flush

    def interrupted():
        flush()
        raise KeyboardInterrupt

    return interrupted


def test_an_interpreter_that_is_not_there_is_an_error(nowhere):
    atoms = lco()
    atoms.calc = calculator()
    with pytest.raises(DelithError, match="delith potentials install sevennet"):
        atoms.get_potential_energy()


def test_bad_structures_do_not_reach_the_process(here):
    atoms = lco()
    atoms.calc = calculator()
    atoms.positions[0, 0] = float("nan")
    with pytest.raises(CalculationFailed, match="not finite"):
        atoms.get_potential_energy()
    other = lco()
    other.symbols[0] = "Xe"
    other.calc = calculator()
    with pytest.raises(DelithError, match="not trained on Xe"):
        other.get_potential_energy()


def test_double_precision_is_refused(monkeypatch):
    with pytest.raises(DelithError, match="single precision only"):
        foreign.load((), potentials.info("sevennet-0"), "cpu", "double")
