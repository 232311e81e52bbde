"""Commands that make potentials: labels, training, and both in turn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from delith.commands.options import ClusterFile, Device, Records, Workers, workers_of
from delith.errors import validated


def label(
    source: Annotated[Path, typer.Argument(help="Results folder of a study.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the labels.")],
    teacher: Annotated[
        str | None, typer.Option("--with", help="Potential; by default chgnet-r2scan.")
    ] = None,
    structures: Annotated[int | None, typer.Option(help="How many; 300 by default.")] = None,
    temperature: Annotated[float | None, typer.Option(help="Hottest, K; by default 1000.")] = None,
    strain: Annotated[
        float | None, typer.Option(help="Largest component; by default 0.04.")
    ] = None,
    unsure: Annotated[
        str | None, typer.Option(help="A committee: label where its models agree least.")
    ] = None,
    mirror: Annotated[
        bool, typer.Option(help="Leave a mirror plane where there is one: DFT in half the time.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Of the disturbances.")] = None,
    device: Device = "cpu",
    workers: Workers = None,
    cluster: ClusterFile = None,
    records: Records = None,
) -> None:
    """Compute energies and forces of a study's structures, hot and strained, to learn from."""
    from delith import potentials, training
    from delith.engines import progress

    asked = {
        "structures": structures,
        "temperature": temperature,
        "strain": strain,
        "unsure": unsure,
        "mirror": mirror,
        "seed": seed,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    settings = validated(training.LabelSettings, given, "labels")
    with progress.working(workers_of(cluster, output, device, workers)) as (pool, bar):
        labelled = training.label(
            source, output, teacher or potentials.DEFAULT, settings, pool, bar, records
        )
    lost = sum(record.forces is None for record in labelled)
    failed = f"; on {lost} more the potential failed" if lost else ""
    print(f"{len(labelled) - lost} structures in {output}{failed}")


def train(
    file: Annotated[Path, typer.Argument(help="Training file (YAML).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the committee.")],
) -> None:
    """Train a committee of MACE models on labelled structures, and test it."""
    from delith import terminal, training
    from delith.engines import progress

    with progress.waiting(
        f"training; the trainer's logs are {output}/member_*/log.txt",
        safe=f"Members that are done, and checkpoints of the others, are safe in {output}",
    ):
        trained = training.train(training.load(file), output)
    terminal.show_trained(trained)


def learn(
    file: Annotated[Path, typer.Argument(help="Learning file (YAML).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the rounds.")],
    device: Device = "cpu",
    workers: Workers = None,
    cluster: ClusterFile = None,
    records: Records = None,
) -> None:
    """Train a committee on what it is unsure of in a study, until its energies settle."""
    from delith import terminal
    from delith.engines import progress
    from delith.training import learning

    asked = learning.load(file)
    with progress.working(workers_of(cluster, output, device, workers)) as (pool, bar):
        learnt = learning.learn(asked, output, pool, bar, records)
    terminal.show_learnt(learnt)
