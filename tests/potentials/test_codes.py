"""Inputs of DFT codes, written from presets and read back."""

import os
import re
import shutil
import stat
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import CalculationFailed
from ase.config import cfg
from ase.io import read
from ase.units import GPa, Hartree

from delith import crystals, potentials
from delith.errors import DelithError, MachineError
from delith.potentials import codes, preset
from delith.potentials.dft import NotSelfConsistent


def half_empty():
    """Half the lithium of LiCoO2, in twelve atoms less one and a half: six cobalt, low spin."""
    atoms = crystals.load("LiCoO2").atoms.repeat((2, 1, 1))
    del atoms[np.flatnonzero(atoms.numbers == 3)[::2]]
    return atoms


def preset_of(name: str) -> preset.Preset:
    return preset.load(potentials.info(name).files)


@pytest.fixture
def configured(tmp_path):
    """ASE's configuration as a user has it: where programs and pseudopotentials lie."""
    sections = {
        "espresso": {"command": str(tmp_path / "pw.x"), "pseudo_dir": str(tmp_path)},
        "abinit": {"command": "abinit", "pp_paths": str(tmp_path)},
    }
    before = {name: dict(cfg.parser[name]) for name in sections if name in cfg.parser}
    cfg.parser.read_dict(sections)
    yield
    for name in sections:
        cfg.parser.remove_section(name)
    cfg.parser.read_dict(before)


@pytest.fixture
def spinning():
    atoms = half_empty()
    atoms.set_initial_magnetic_moments(preset_of("vasp-pbe+u").starts(atoms)[0])
    return atoms


def test_vasp(spinning, tmp_path, monkeypatch):
    for element in ("Li_sv", "Co", "O"):
        folder = tmp_path / "potentials" / "potpaw_PBE" / element
        folder.mkdir(parents=True)
        (folder / "POTCAR").write_text("   END of PSCTR-controll parameters\n")
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("VASP_PP_PATH", str(tmp_path / "potentials"))
    given = preset_of("vasp-pbe+u")
    codes.vasp(given, spinning, (6, 3, 2), tmp_path / "run").write_input(spinning)
    incar = (tmp_path / "run" / "INCAR").read_text()
    tags = dict(re.findall(r"(\w+) = (.*)", incar))
    assert float(tags["ENCUT"]) == given.cutoff
    assert tags["ISPIN"].strip() == "2"
    assert float(tags["EDIFF"]) == pytest.approx(given.energy * len(spinning))
    # a number for each species, in the order of the POSCAR
    structure = read(tmp_path / "run" / "POSCAR")
    order = list(dict.fromkeys(structure.symbols))
    assert tags["LDAUU"].split() == ["3.320" if e == "Co" else "0.000" for e in order]
    assert tags["LDAUL"].split() == ["2" if e == "Co" else "-1" for e in order]
    assert sorted(structure.symbols) == sorted(spinning.symbols)
    moments = [m.split("*") for m in tags["MAGMOM"].split()]
    told = np.concatenate([[float(m[-1])] * int(m[0] if len(m) > 1 else 1) for m in moments])
    assert sorted(told[structure.symbols == "Co"]) == [0, 0, 0, 1, 1, 1]
    assert (tmp_path / "run" / "KPOINTS").read_text().split()[-6:-3] == ["6", "3", "2"]


def test_espresso(spinning, tmp_path, configured):
    given = preset_of("espresso-pbe+u")
    calculator = codes.espresso(given, spinning, (6, 3, 2), tmp_path / "run")
    calculator.write_inputfiles(spinning, ["energy"])
    text = (tmp_path / "run" / "espresso.pwi").read_text()
    again = read(tmp_path / "run" / "espresso.pwi")
    assert again.positions == pytest.approx(spinning.positions, abs=1e-6)
    assert again.symbols.get_chemical_formula() == spinning.symbols.get_chemical_formula()
    assert float(re.search(r"ecutwfc\s+= ([\d.]+)", text)[1]) == pytest.approx(89.67, abs=0.01)
    assert re.search(r"nspin\s+= 2", text)
    assert re.search(r"HUBBARD \(ortho-atomic\)\s+U Co\d?-3d 3.32", text)
    assert re.search(r"K_POINTS automatic\s+6 3 2", text)
    for file in given.pseudopotentials.values():
        assert (file in text) == (file[:2].strip("._").lower() in {"li", "co", "o"})


def test_espresso_gives_u_to_the_d_shell_of_each_metal(tmp_path, configured):
    atoms = crystals.load("LiCoO2").atoms
    atoms.symbols[atoms.symbols == "Co"] = "Mo"
    given = preset_of("espresso-pbe+u").model_copy(
        update={
            "hubbard": {"Mo": 4.4},
            "pseudopotentials": {e: f"{e}.UPF" for e in ["Li", "Mo", "O"]},
        }
    )
    for name in given.pseudopotentials.values():
        (tmp_path / name).write_text("")
    calculator = codes.espresso(given, atoms, (6, 3, 2), tmp_path / "run")
    calculator.write_inputfiles(atoms, ["energy"])
    assert "U Mo-4d 4.4" in (tmp_path / "run" / "espresso.pwi").read_text()


def test_espresso_gives_every_species_its_u(tmp_path, configured):
    """ASE makes one of each moment, and there may be ten: atoms that are alike share theirs."""
    atoms = half_empty()
    cobalt = np.flatnonzero(atoms.symbols == "Co")
    moments = np.zeros(len(atoms))
    moments[cobalt] = np.where(np.arange(len(cobalt)) % 2, 0.9, -0.4) + 0.01 * cobalt
    moments[cobalt[0]] = 0
    atoms.set_initial_magnetic_moments(moments)
    calculator = codes.espresso(preset_of("espresso-pbe+u"), atoms, (1, 1, 1), tmp_path / "run")
    calculator.write_inputfiles(atoms, ["energy"])
    text = (tmp_path / "run" / "espresso.pwi").read_text()
    species = set(re.findall(r"^(Co\d?) +[\d.]+ +Co_pbe", text, re.MULTILINE))
    assert species == {"Co", "Co1", "Co2"}
    assert set(re.findall(r"U (Co\d?)-3d 3.32", text)) == species


def test_a_species_without_a_pseudopotential_is_named(spinning, tmp_path):
    given = preset_of("espresso-pbe+u").model_copy(update={"pseudopotentials": {"Li": "li.upf"}})
    with pytest.raises(DelithError, match=r"no file is named for (Co, O|O, Co)"):
        codes.espresso(given, spinning, (1, 1, 1), tmp_path)


def test_abinit(spinning, tmp_path, configured):
    calculator = codes.abinit(preset_of("abinit-pbe+u"), spinning, (6, 3, 2), tmp_path / "run")
    for element in ("Li", "O", "Co"):
        (tmp_path / f"{element}.GGA_PBE-JTH.xml").write_text("")
    calculator.write_inputfiles(spinning, ["energy"])
    text = (tmp_path / "run" / "abinit.in").read_text()
    assert re.search(r"ngkpt\s+6 3 2", text)
    assert re.search(r"shiftk\s+0.0 0.0 0.0", text)
    assert re.search(r"ecut 600.0 eV", text)
    assert re.search(r"lpawu\s+-1 -1 2", text)
    # Hartree, where no unit is written
    written = re.search(r"upawu\s+0.0 0.0 ([\d.]+) \n", text)
    assert float(written[1]) * Hartree == pytest.approx(3.32)
    assert "nsppol 2" in text
    again = read(tmp_path / "run" / "abinit.in", format="abinit-in")
    assert again.positions == pytest.approx(spinning.positions, abs=1e-6)


@pytest.mark.parametrize(
    ("code", "file", "line"),
    [
        (codes.espresso, "espresso.pwi", r"K_POINTS automatic\s+4 3 2  1 0 1"),
        (codes.abinit, "abinit.in", r"shiftk\s+0.5 0.0 0.5"),
    ],
)
def test_k_points_beside_gamma(code, file, line, spinning, tmp_path, configured):
    made = preset_of(f"{code.__name__}-pbe+u").model_copy(update={"gamma": False})
    for element in ("Li", "O", "Co"):
        (tmp_path / f"{element}.GGA_PBE-JTH.xml").write_text("")
    code(made, spinning, (4, 3, 2), tmp_path / "run").write_inputfiles(spinning, ["energy"])
    assert re.search(line, (tmp_path / "run" / file).read_text())


@pytest.mark.skipif(not shutil.which("cp2k_shell"), reason="needs CP2K")
def test_cp2k(spinning, tmp_path):
    cfg.parser.read_dict({"cp2k": {"command": "cp2k_shell"}})
    calculator = codes.cp2k(preset_of("cp2k-pbe"), spinning, (3, 2, 1), tmp_path)
    calculator.atoms = spinning
    text = calculator._generate_input()
    assert re.search(r"SCHEME MACDONALD 3 2 1 0.0 0.25 0.0", text)
    assert re.search(r"KIND Co\s+MAGNETIZATION 0.500\s+BASIS_SET DZVP", text)
    assert "UNRESTRICTED_KOHN_SHAM ON" in text


def test_a_path_too_long_for_cp2k_is_said(spinning, tmp_path):
    with pytest.raises(MachineError, match="shorter folder by XDG_CACHE_HOME"):
        codes.cp2k(preset_of("cp2k-pbe"), spinning, (3, 2, 1), tmp_path / ("long" * 20))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("cp2k_shell"), reason="needs CP2K")
def test_cp2k_and_gpaw_agree(tmp_path):
    """Two codes, two kinds of basis and of core: the same pull on oxygen."""
    gpaw = pytest.importorskip("delith.potentials.gpaw", reason="needs GPAW: make dft")
    cfg.parser.read_dict({"cp2k": {"command": "cp2k_shell"}})
    atoms = crystals.load("LiCoO2").primitive_atoms.copy()
    oxygen = np.flatnonzero(atoms.numbers == 8)
    # along the axis, both away from the cobalt between them
    atoms.positions[oxygen, 2] += 0.05 * np.sign(
        atoms.positions[oxygen, 2] - atoms.positions[:, 2].mean()
    )
    told = []
    for name, begin in (
        ("gpaw-pbe", gpaw.GPAWCode),
        ("cp2k-pbe", partial(codes.ASECode, codes.cp2k)),
    ):
        rough = preset_of(name).model_copy(update={"spacing": 0.9})
        code = begin(rough, atoms)
        told.append(code.compute(atoms, None, tmp_path / name[:4])["forces"][oxygen, 2])
    assert np.abs(told[0]).min() > 0.5
    assert told[0] == pytest.approx(told[1], abs=0.3)


#: Pseudopotentials of Debian: names for one code, for the other the folder.
ESPRESSO = {"Co": "Co.pbesol-spn-rrkjus_psl.0.3.1.UPF", "O": "O.pbe-rrkjus.UPF"}
JTH = Path("/usr/share/abinit/psp/Pseudodojo_paw_pbe_standard")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "program"), [("espresso", "pw.x"), ("abinit", "abinit")])
def test_they_pull_as_gpaw_does(name, program, tmp_path, configured):
    """Each with cores of its own: the same pull on an oxygen of CoO2 that is out of place."""
    gpaw = pytest.importorskip("delith.potentials.gpaw", reason="needs GPAW: make dft")
    if not shutil.which(program):
        pytest.skip(f"needs {program}")
    for element in ("Co", "O"):
        (tmp_path / f"{element}.GGA_PBE-JTH.xml").symlink_to(JTH / f"{element}.xml")
    cfg.parser.read_dict(
        {
            "espresso": {"command": "pw.x", "pseudo_dir": "/usr/share/espresso/pseudo"},
            "abinit": {"command": "abinit", "pp_paths": str(tmp_path)},
        }
    )
    places = [(0, 0, 0), (1 / 3, 2 / 3, 0.234), (2 / 3, 1 / 3, -0.223)]
    atoms = Atoms("CoO2", scaled_positions=places, cell=[2.82, 2.82, 4.4, 90, 90, 120], pbc=True)
    rough = {"spacing": 0.6, "hubbard": {}}
    code = codes.ASECode(
        getattr(codes, name),
        preset_of(f"{name}-pbe+u").model_copy(update={**rough, "pseudopotentials": ESPRESSO}),
        atoms,
    )
    told = code.compute(atoms, None, tmp_path / name)
    expected = gpaw.GPAWCode(preset_of("gpaw-pbe").model_copy(update=rough), atoms).compute(
        atoms, None, tmp_path / "gpaw"
    )
    assert expected["forces"][1, 2] < -1.0
    assert told["forces"] == pytest.approx(expected["forces"], abs=0.3)
    # GPAW's is 5 GPa off where waves are cut off
    assert told["stress"] / GPa == pytest.approx(expected["stress"] / GPa, abs=8)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "program"), [("espresso", "pw.x"), ("abinit", "abinit"), ("cp2k", "cp2k")]
)
def test_what_is_not_self_consistent_is_no_result(name, program, tmp_path, short_path, configured):
    """ABINIT ends as if it were, CP2K goes on."""
    if not shutil.which(program):
        pytest.skip(f"needs {program}")
    (tmp_path / "O.GGA_PBE-JTH.xml").symlink_to(JTH / "O.xml")
    cfg.parser.read_dict(
        {
            "espresso": {"command": "pw.x", "pseudo_dir": "/usr/share/espresso/pseudo"},
            "abinit": {"command": "abinit", "pp_paths": str(tmp_path)},
        }
    )
    atoms = Atoms("O2", [[0, 0, 0], [0, 0, 1.6]], cell=[4, 4, 4], pbc=True)
    rough = {"iterations": 2, "spacing": 2.0, "hubbard": {}, "cutoff": 400.0}
    known = ESPRESSO if name == "espresso" else {}
    given = preset_of(f"{name}-pbe" if name == "cp2k" else f"{name}-pbe+u")
    level = given.model_copy(update={**rough, "pseudopotentials": known})
    code = codes.ASECode(getattr(codes, name), level, atoms)
    with pytest.raises(NotSelfConsistent, match="not self-consistent after 2 steps"):
        code.compute(atoms, None, short_path / "run")
    assert (short_path / "run").is_dir(), "to be looked at"


def test_a_code_that_is_started_otherwise_is_asked_again(configured):
    """Another program or folder of pseudopotentials may have another answer."""
    code = codes.ASECode(codes.espresso, preset_of("espresso-pbe+u"), half_empty())
    before = code.told(half_empty())
    assert code.told(half_empty()) == before
    cfg.parser["espresso"]["pseudo_dir"] = "/elsewhere"
    assert code.told(half_empty()) != before


def test_a_code_that_is_not_there_is_said_and_nothing_is_stored(tmp_path, monkeypatch, configured):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in list(os.environ):
        if "VASP" in name:
            monkeypatch.delenv(name)
    atoms = half_empty()
    atoms.calc = potentials.load("espresso-pbe+u")
    with pytest.raises(MachineError, match="espresso cannot be started"):
        atoms.get_potential_energy()
    assert not list(tmp_path.rglob("*.json"))
    atoms.calc = potentials.load("vasp-pbe+u")
    with pytest.raises(MachineError, match="vasp cannot be started"):
        atoms.get_potential_energy()
    assert not list(tmp_path.rglob("*.json"))


def test_a_code_that_fails_leaves_its_folder(tmp_path, configured):
    """A program of that name which says nothing of energies, where one was killed before."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "before.out").write_text("convergence NOT achieved")
    program = tmp_path / "pw.x"
    program.write_text("#!/bin/sh\necho no\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    atoms = half_empty()
    code = codes.ASECode(codes.espresso, preset_of("espresso-pbe+u"), atoms)
    with pytest.raises(CalculationFailed, match="espresso failed in"):
        code.compute(atoms, None, tmp_path / "scratch")
    assert (tmp_path / "scratch" / "espresso.pwi").is_file()
