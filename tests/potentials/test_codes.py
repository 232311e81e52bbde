"""Inputs of DFT codes, written from presets and read back."""

import re
import shutil

import numpy as np
import pytest
from ase.config import cfg
from ase.io import read
from ase.units import Hartree

from delith import crystals
from delith.errors import DelithError, MachineError
from delith.potentials import codes
from dft_presets import half_empty, preset_of


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
