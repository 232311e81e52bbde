"""What a run shows of itself, to a terminal and to a file."""

import re

import pytest
from rich.console import Console

from delith.engines import progress
from delith.engines.computing import Progress


def shown(bar: progress.ProgressBar, done: int) -> None:
    bar(Progress(total=100, done=done, computed=done, waiting=0, running=[]))


def test_output_of_a_job_is_plain_lines_now_and_then(capsys):
    with progress.ProgressBar() as bar:
        for done in range(1, 101):
            shown(bar, done)
    told = capsys.readouterr().out
    first, last = told.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d [\d:]{8} 1 of 100 relaxations, 0 running", first)
    assert last.endswith("100 of 100 relaxations, 0 running")
    assert not re.search(r"[^\x20-\x7e\n]", told)


def test_lines_come_as_time_goes(capsys, monkeypatch):
    monkeypatch.setattr(progress, "QUIET", 0.0)
    with progress.ProgressBar() as bar:
        for done in range(1, 6):
            shown(bar, done)
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_a_terminal_has_a_bar(monkeypatch, tmp_path):
    with (tmp_path / "terminal").open("w") as file:
        monkeypatch.setattr(progress, "console", Console(file=file, force_terminal=True))
        with progress.ProgressBar() as bar:
            shown(bar, 30)
    told = (tmp_path / "terminal").read_text()
    assert "30/100" in told
    assert "\x1b[" in told


@pytest.mark.parametrize("done", [0, 100])
def test_what_is_done_is_known_when_it_is_stopped(done):
    with progress.ProgressBar() as bar:
        shown(bar, done)
        assert (bar.done, bar.total) == (done, 100)


def test_brackets_are_no_markup(capsys):
    """A folder may be called so, and a plane is."""
    progress.console.print("/data/[old]/run", "antiphase [100]")
    assert capsys.readouterr().out == "/data/[old]/run antiphase [100]\n"
