import pytest
from ase.config import cfg


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
