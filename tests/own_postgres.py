"""A PostgreSQL server of the tests' own, which can be killed and started again."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "not written anywhere"


def binaries() -> Path | None:
    """Where the server's programs are; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


@dataclass(frozen=True)
class Server:
    """A server in a folder.

    Attributes
    ----------
    folder : Path
    port : int
    """

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://delith@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._call(
            "pg_ctl", "-D", self.folder / "data", "-w", "-o", options, "-l", self.folder / "log",
            "start",
        )  # fmt: skip

    def kill(self) -> None:
        """End it as a crash does."""
        self._call("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def make(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._call(
            "initdb", "-D", self.folder / "data", "-U", "delith", "--pwfile", secret,
            "--auth=scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C",
        )  # fmt: skip

    def _call(self, program: str, *words: object) -> None:
        # the server refuses to run as root
        user = "nobody" if os.geteuid() == 0 else None
        subprocess.run(
            [str(binaries() / program), *map(str, words)],
            user=user,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )


@contextmanager
def server() -> Iterator[Server]:
    # not in pytest's folders, which are closed to others, while a path of a socket must be short
    folder = Path(tempfile.mkdtemp(prefix="delith-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(folder, port)
    try:
        made.make()
        made.start()
        yield made
        made.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
