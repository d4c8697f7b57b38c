"""Work over files, without a running server: AI tasks, reading documents, evaluating knowledge."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from retinue.cli.house import Home, Json, configure
from retinue.cli.output import FAILED, console, errors, show
from retinue.kernel.errors import Refusal

NOBODY = UUID(int=0)
In = Annotated[Path, typer.Option("--in", exists=True, dir_okay=False, help="JSON lines: id and the task's inputs.")]
Out = Annotated[Path, typer.Option("--out", dir_okay=False, help="JSON lines to be written.")]


class NoSuchTask(Refusal):
    """There is no task {name}."""

    status = 404
    next = "The tasks are listed by: retinue tasks list"


def tasks_list(json_: Json = False) -> None:
    """All tasks."""
    configure(None, None)
    from retinue.assembly.tasks import all_tasks

    tasks = list(all_tasks().values())
    if json_:
        show([task.schema() for task in tasks])
        return
    for task in tasks:
        console.print(
            f"{task.name:<26} {'rules and model' if task.rules else 'needs a model':<18} {task.input.__name__} → {task.output.__name__}"
        )


def find_task(name: str) -> Any:
    from retinue.assembly.tasks import all_tasks

    tasks = all_tasks()
    if name not in tasks:
        raise NoSuchTask(name=name)
    return tasks[name]


def tasks_schema(name: str, json_: Json = False) -> None:
    """Input and output of a task as JSON Schema, which is a document either way."""
    configure(None, None)
    show(find_task(name).schema())


def tasks_run(
    name: str,
    input_: In,
    output: Out,
    by: Annotated[str, typer.Option(help="auto, rules or model.")] = "auto",
    examples: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Labelled lines to learn from.")] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Run a task over a file."""
    if by not in ("auto", "rules", "model"):
        raise typer.BadParameter("--by is auto, rules or model")
    configure(home, None)
    from retinue.assembly.tasks import run_over_file

    ran = asyncio.run(run_over_file(find_task(name), input_, output, by=by, examples=examples))
    if json_:
        show(ran)
    else:
        console.print(f"{ran['done']} lines done, {ran['refused']} refused → {output}", markup=False)
    if ran["refused"] and not json_:
        errors.print("The lines that were refused say why, under “refusal”.")
    if ran["refused"] and not ran["done"]:
        raise typer.Exit(FAILED)


def documents_read(files: Annotated[list[Path], typer.Argument()], home: Home = None, json_: Json = False) -> None:
    """Read files: one JSON line each, with its text and tables or why not."""
    configure(home, None)
    from retinue.engines.documents import Limits, read_files

    async def read() -> bool:
        refused = False
        async for line in read_files(files, Limits()):
            refused = refused or bool(line.get("refusal"))
            if json_:
                show(line)
            else:
                no = line.get("refusal")
                said = no["detail"] if isinstance(no, dict) else f"{line['kind']}, {len(str(line['text']))} characters"
                console.print(f"{line['file']}: {said}", markup=False)
        return refused

    if asyncio.run(read()):
        raise typer.Exit(FAILED)


def knowledge_eval(folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)], home: Home = None, json_: Json = False) -> None:
    """Measure search and grounded answers over a folder of passages and questions."""
    settings = configure(home, None)
    from retinue.assembly.provisions import model_folder
    from retinue.engines.knowledge.embedding import Embedder
    from retinue.engines.knowledge.evaluation import evaluate

    figures = evaluate(folder, Embedder.load(model_folder(settings.home)))
    if json_:
        show(figures)
        return
    for name, value in figures["metrics"].items():
        console.print(f"{name:<28} {value}", markup=False)


def add_to(app: typer.Typer) -> None:
    tasks = typer.Typer(no_args_is_help=True, help="AI tasks over files.")
    tasks.command("list")(tasks_list)
    tasks.command("schema")(tasks_schema)
    tasks.command("run")(tasks_run)
    app.add_typer(tasks, name="tasks")
    documents = typer.Typer(no_args_is_help=True, help="Documents.")
    documents.command("read")(documents_read)
    app.add_typer(documents, name="documents")
    knowledge = typer.Typer(no_args_is_help=True, help="Knowledge.")
    knowledge.command("eval")(knowledge_eval)
    app.add_typer(knowledge, name="knowledge")
