"""The command line: it finds the command, and every way out has its exit code and its sentence."""

import gc
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from handouts import __version__
from handouts.commands.talk import say
from handouts.errors import Exit, HandoutError

EXAMPLES = """Examples:

  handouts list                        what there is

  handouts make neck-pain-self-care    one leaflet, into out/

  handouts make neck sleep -r uk       two, by the beginnings of their names

  handouts make --all --paper a4       the whole shelf

  handouts make neck -c clinic.yaml    with your clinic's name on it

  handouts make --code M54.2           what fits a diagnosis code

  handouts print neck -q Front-Desk    straight to a printer

  handouts batch people.csv            a copy for each person of a list
"""

#: Each command's module in `handouts.commands`, and the function or group in it.
COMMANDS = {
    "list": ("listing", "list_topics"),
    "make": ("making", "make_leaflets"),
    "print": ("sending", "print_topics"),
    "batch": ("batching", "batch"),
    "check": ("checking", "check_topics"),
    "approve": ("approval", "approve_topic"),
    "init": ("beginning", "init_library"),
    "new": ("beginning", "new_topic"),
    "export": ("exporting", "export"),
}


#: New things between two looks for what can be thrown away; Python's usual number costs a leaflet a tenth of its time.
TIDY_AFTER = 200_000


class Commands(TyperGroup):
    """The commands, each loaded when it is called: who makes a leaflet does not wait for what measures one."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # the base class asks for it
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in COMMANDS:  # what was meant is looked for among those that are loaded
            self.commands.update((name, loaded(name)) for name in COMMANDS)
        elif cmd_name not in self.commands:
            self.commands[cmd_name] = loaded(cmd_name)
        return self.commands.get(cmd_name)


def loaded(name: str) -> Any:
    """A command by its name, from its module."""
    module, thing = COMMANDS[name]
    found = getattr(import_module(f"handouts.commands.{module}"), thing)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False)
        alone.command(name, epilog=EXAMPLES if name == "make" else None)(found)
        found = alone
    return typer.main.get_command(found)


app = typer.Typer(
    cls=Commands,
    help="Print-ready patient leaflets, made on this computer and nowhere else.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its box prints the values of variables: a patient's details, one day
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> NoReturn:
    """Run the command line; every way out has its exit code."""
    gc.set_threshold(TIDY_AFTER)
    try:
        app(prog_name="handouts")
    except HandoutError as error:
        say(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stdout = None  # so that Python does not try it once more
        say(f"Something could not be read, written or shown: {error.strerror}.")
        sys.exit(Exit.CANNOT_WRITE)
    except Exception as error:  # noqa: BLE001  # the last door: a person gets a sentence, not a traceback
        place = traceback.extract_tb(error.__traceback__)[-1]
        sentence = f"This is a fault of ours ({type(error).__name__} in {Path(place.filename).name}:{place.lineno}). Nothing torn was left behind."
        say(sentence)
        sys.exit(Exit.OUR_FAULT)
    sys.exit(Exit.MADE)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"handouts {__version__}")
        raise typer.Exit


@app.callback()
def handouts(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Only holds what is true of every command."""
