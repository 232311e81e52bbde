"""The ``delith`` command."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Annotated, TextIO

import typer

from delith import record_commands
from delith.errors import DelithError, DelithWarning, validated

app = typer.Typer(
    help="Boundary energetics under delithiation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

SEPARATION = "Between boundaries, Å: the nearest whole number of planes."

Folder = Annotated[Path | None, typer.Option("-o", "--output", help="Results folder.")]
Device = Annotated[
    str,
    typer.Option(help="Where potentials run; on cuda they take many structures in one pass."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "-j",
        "--workers",
        min=1,
        help="At a time; by default one a core, with a GPU 16 a core up to 128.",
    ),
]


@app.command()
def run(
    study: Annotated[Path, typer.Argument(help="Study file (YAML).")],
    output: Folder = None,
    device: Device = "cpu",
    workers: Workers = None,
    cluster: Annotated[
        Path | None, typer.Option(help="Cluster file (YAML): on its workers, not on these cores.")
    ] = None,
    records: record_commands.Records = None,
) -> None:
    """Run a study, or go on with one that was stopped."""
    from delith import clusters, engines, progress, running, terminal
    from delith import study as studies

    content, folder = studies.load(study), output or running.default_folder(study)
    if cluster is None:
        pool = engines.pool(device, workers)
    elif workers is None and device == "cpu":
        pool = clusters.pool(clusters.load(cluster), folder / clusters.FOLDER)
    else:
        raise DelithError("with --cluster its file says where potentials run: no -j, no --device.")
    with progress.working(pool) as (executor, bar):
        results = running.run(content, folder, executor, bar, records)
    terminal.show_results(results)


@app.command()
def status(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """Show what a results folder holds: done, left out and why, boundary energies."""
    from delith import clusters, journal, running, terminal

    results = running.status(folder)
    try:
        jobs = clusters.jobs(folder)
    except DelithError as error:
        # a folder may be looked at on a machine that knows nothing of the cluster
        warnings.warn(f"nothing is known of its jobs: {error}", DelithWarning, stacklevel=2)
        jobs = []
    terminal.show_standing(journal.read(folder), jobs)
    terminal.show_status(results)


@app.command()
def submit(
    study: Annotated[Path, typer.Argument(help="Study file (YAML).")],
    cluster: Annotated[Path, typer.Option(help="Cluster file (YAML).")],
    output: Folder = None,
    records: record_commands.Records = None,
) -> None:
    """Send a study to a batch system as a job of its own, and return at once."""
    from delith import clusters, running

    asked = clusters.load(cluster)
    folder = running.prepare(study, output, records)
    job = clusters.submit(asked, folder)
    print(f"job {job.number}; delith status {folder} says how far it is")


@app.command()
def cancel(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """End the jobs of a results folder; what was computed is kept."""
    from delith import clusters

    ended = clusters.cancel(folder)
    print("\n".join(f"job {job.number} was {job.state}" for job in ended) or "no job goes on")


@app.command()
def forget(folder: Annotated[Path, typer.Argument(help="Results folder of a run.")]) -> None:
    """Forget what failed, so that the next run does it again."""
    from delith import places, progress

    failed = places.forget_failed(folder)
    for record in failed:
        print(f"{progress.describe(record)}: {record.problem}")
    print(f"{len(failed)} forgotten")


record_commands.register(app)

Crystal = Annotated[str, typer.Argument(help="A shipped crystal or a structure file.")]
Output = Annotated[Path, typer.Option("-o", "--output", help="File; its ending is the format.")]
ParentName = Annotated[
    str,
    typer.Option(
        "--parent",
        help="sites (metals merged), anions (their lattice alone), or a crystal.",
    ),
]


@app.command()
def build(
    kind: Annotated[str, typer.Argument(help="twin, antiphase, inversion, domain or interface.")],
    crystal: Crystal,
    plane: Annotated[str, typer.Argument(help='Miller indices, such as "1 0 4".')],
    output: Output,
    separation: Annotated[float, typer.Option(help=SEPARATION)] = 12.0,
    vector: Annotated[str | None, typer.Option(help='Antiphase vector, such as "0 0 1/2".')] = None,
    repeat: Annotated[str, typer.Option(help="In-plane repeats.")] = "1 1",
    variant: Annotated[
        int | None, typer.Option(help="Of a domain: its number in `delith variants`.")
    ] = None,
    parent: Annotated[
        str, typer.Option(help="Of a domain: sites or anions, as for `delith variants`.")
    ] = "sites",
    elements: Annotated[
        str | None, typer.Option(help='Of an interface: the elements mixed, such as "Ni Mn".')
    ] = None,
    position: Annotated[int, typer.Option(help="Which of several plane positions.")] = 0,
) -> None:
    """Build a boundary cell and write it as CIF, POSCAR, extxyz or LAMMPS data."""
    from delith import arguments, export, terminal

    keys = {"variant": variant, "parent": parent, "position": position}
    boundary = arguments.build(kind, crystal, plane, separation, repeat, vector, elements, **keys)
    export.write(boundary, output)
    terminal.show_boundary(boundary, output)


@app.command()
def scene(
    crystal: Crystal,
    output: Output,
    size: Annotated[str, typer.Option(help="Edges, Å.")] = "100 100 30",
    columns: Annotated[
        str, typer.Option(help='Number of random columns, or a board such as "2 2".')
    ] = "8",
    variants: Annotated[
        str | None, typer.Option(help="Numbers of domain variants; all by default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the random columns.")] = 0,
) -> None:
    """Build a large block of many domains and write it."""
    from delith import arguments, crystals, export, terminal

    loaded = crystals.load(crystal)
    built = arguments.scene(loaded, size, columns, variants, seed)
    export.write(built, output)
    terminal.show_scene(built, loaded, output)


@app.command()
def variants(crystal: Crystal, parent: ParentName = "sites") -> None:
    """List the domain variants of a crystal on its parent lattice."""
    from delith import arguments, crystals, domains, terminal

    loaded = crystals.load(crystal)
    terminal.show_variants(loaded, domains.variants(loaded, arguments.parent_of(parent)))


@app.command()
def catalogue(
    crystal: Crystal,
    plane: Annotated[
        list[str] | None, typer.Option(help='Miller indices, such as "1 0 4"; may be repeated.')
    ] = None,
    separation: Annotated[float, typer.Option(help=SEPARATION)] = 12.0,
    parent: ParentName = "sites",
) -> None:
    """List every distinct domain boundary of a crystal on some planes."""
    from delith import arguments, terminal

    terminal.show_catalogue(arguments.catalogue(crystal, plane, separation, parent))


potentials = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
app.add_typer(potentials, name="potentials")


@potentials.callback()
def list_potentials(context: typer.Context) -> None:
    """List the potentials, what they are and whether they are installed."""
    from delith import terminal

    if context.invoked_subcommand is None:
        terminal.show_potentials()


@potentials.command()
def trust(
    files: Annotated[list[Path], typer.Argument(help="Weights whose origin you know.")],
) -> None:
    """Allow model files to be opened: they are pickles, which run the code in them."""
    from delith import potentials

    for checksum, path in potentials.trust(*files).items():
        print(f"{checksum}  {path}")


@potentials.command()
def install(
    environment: Annotated[str, typer.Argument(help="Such as sevennet.")],
) -> None:
    """Install potentials that clash with others into an environment of their own."""
    from delith import progress
    from delith.potentials import environments

    with progress.waiting(f"installing {environment}", safe="Nothing is left half done"):
        print(environments.install(environment))


@app.command()
def label(
    source: Annotated[Path, typer.Argument(help="Results folder of a study.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the labels.")],
    teacher: Annotated[
        str | None, typer.Option("--with", help="Potential; by default that of studies.")
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
) -> None:
    """Compute energies and forces of a study's structures, hot and strained, to learn from."""
    from delith import engines, potentials, progress, training

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
    with progress.working(engines.pool(device, workers)) as (pool, bar):
        labelled = training.label(
            source, output, teacher or potentials.DEFAULT, settings, pool, bar
        )
    lost = sum(record.forces is None for record in labelled)
    failed = f"; on {lost} more the potential failed" if lost else ""
    print(f"{len(labelled) - lost} structures in {output}{failed}")


@app.command()
def train(
    file: Annotated[Path, typer.Argument(help="Training file (YAML).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the committee.")],
) -> None:
    """Train a committee of MACE models on labelled structures, and test it."""
    from delith import progress, terminal, training

    with progress.waiting(
        f"training; the trainer's logs are {output}/member_*/log.txt",
        safe=f"Members that are done, and checkpoints of the others, are safe in {output}",
    ):
        trained = training.train(training.load(file), output)
    terminal.show_trained(trained)


@app.command()
def learn(
    file: Annotated[Path, typer.Argument(help="Learning file (YAML).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the rounds.")],
    device: Device = "cpu",
    workers: Workers = None,
) -> None:
    """Train a committee on what it is unsure of in a study, until its energies settle."""
    from delith import engines, progress, terminal
    from delith.training import learning

    with progress.working(engines.pool(device, workers)) as (pool, bar):
        learnt = learning.learn(learning.load(file), output, pool, bar)
    terminal.show_learnt(learnt)


@app.command()
def check(
    source: Annotated[Path, typer.Argument(help="Results folder of a study.")],
    by: Annotated[str, typer.Option("--with", help="Potential, such as gpaw-pbe+u.")],
    boundary: Annotated[
        list[str] | None,
        typer.Option(help='Label, such as "twin (104)"; may be repeated. By default all.'),
    ] = None,
    relax: Annotated[bool, typer.Option(help="Relax the atoms too, in the study's cells.")] = False,
    output: Folder = None,
    workers: Workers = None,
) -> None:
    """Compute the lowest cells of a study by another potential or by DFT, and compare."""
    from delith import checking, engines, progress, terminal

    with progress.working(engines.pool("cpu", workers)) as (pool, bar):
        checked = checking.check(source, by, output, relax, boundary or (), pool, bar)
    terminal.show_checked(checked)


@app.command()
def validate(
    potential: Annotated[
        list[str] | None,
        typer.Argument(help="Potentials; by default all that are installed, but students."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="CSV file.")] = None,
) -> None:
    """Compare potentials with measured anchors of LiCoO2 and LiNi0.5Mn1.5O4."""
    from delith import terminal, validation

    table = validation.anchors(potential)
    if output:
        table.to_csv(output, index=False, float_format="%.5g")
    terminal.show_anchors(table)


def main() -> None:
    """Run the command; an error of the user's is one message and exit code 2."""
    with warnings.catch_warnings():
        warnings.showwarning = _warn
        try:
            app()
        except DelithError as error:
            print(f"delith: {error}", file=sys.stderr)
            raise SystemExit(2) from None


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning; what the user should know, without the line of code it came from."""
    if issubclass(category, DelithWarning):
        text = f"delith: {message}\n"
    else:
        text = warnings.formatwarning(message, category, filename, lineno, line)
    (file or sys.stderr).write(text)
