"""A Slurm for as long as the tests need it, and a study that costs nothing."""

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from own_slurm import CONFIGURATION, NODES, PROGRAMS, SEARCHED, Slurm, free_ports, ready, until

from delith import running
from delith.running import Results
from delith.study import Study


@pytest.fixture(scope="session")
def toyed(quick: Study) -> Study:
    """`quick` by a potential that costs nothing, see there."""
    return quick.model_copy(
        update={"potentials": (f"{Path(__file__).with_name('toy_potential.py')}:make",)}
    )


@pytest.fixture
def toy_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the potential of `toyed` leaves its traces."""
    folder = tmp_path / "toy"
    folder.mkdir()
    monkeypatch.setenv("TOY", str(folder))
    return folder


@pytest.fixture(scope="session")
def plainly(toyed: Study, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What `toyed` gives on this machine when nothing happens to it."""
    folder = tmp_path_factory.mktemp("plainly")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as executor:
        patch.setenv("TOY", str(folder))
        return running.run(toyed, folder, executor)


@pytest.fixture(scope="session")
def _slurm() -> Iterator[Slurm]:
    missing = [name for name in PROGRAMS if shutil.which(name, path=SEARCHED) is None]
    if missing or os.geteuid():
        pytest.skip(f"a Slurm of its own needs root and, of slurm-wlm and munge, {missing}")
    # paths of sockets are short
    with tempfile.TemporaryDirectory(prefix="slurm") as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setenv("PATH", SEARCHED)
        patch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
        (folder / "state").mkdir()
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o600)
        text = CONFIGURATION.format(
            host=platform.node(), folder=folder, ports=free_ports(3), nodes=NODES
        )
        (folder / "slurm.conf").write_text(text)
        slurm = Slurm(folder)
        try:
            files = {"socket": "socket", "key-file": "key", "pid-file": "pid"}
            files |= {"log-file": "log", "seed-file": "seed"}
            options = [f"--{option}={folder}/munge.{end}" for option, end in files.items()]
            slurm.start("munged", "munged", "--foreground", "--force", *options)
            until((folder / "munge.socket").exists)
            slurm.start("slurmctld", "slurmctld", "-D")
            for node in NODES:
                slurm.start_node(node)
            until(ready)
            yield slurm
        finally:
            if (folder / "slurm.conf").exists() and "slurmctld" in slurm.daemons:
                subprocess.run(["scancel", "--user=root"], check=False)
            for daemon in reversed(list(slurm.daemons)):
                slurm.stop(daemon)


@pytest.fixture
def slurm(_slurm: Slurm) -> Iterator[Slurm]:
    """Slurm with nothing in its queue, before and after."""
    yield _slurm
    subprocess.run(["scancel", "--user=root"], check=False)
    for node in NODES:
        if node not in _slurm.daemons:
            _slurm.start_node(node)
    until(lambda: not _slurm.alive() and ready())
