"""The command line: it finds the command, and every way out has its exit code and its sentence."""

import gc
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from handouts import __version__
from handouts.commands import streams
from handouts.commands.called import PROGRAM, as_called, called
from handouts.commands.talk import say
from handouts.errors import NO_MEMORY, Exit, HandoutError, reason

#: What to type, and what comes of it.
EXAMPLES = {
    "list": "what there is",
    "make neck-pain-self-care": "one leaflet, into out/",
    "make neck sleep -r uk": "two, by the beginnings of their names",
    "make --all --paper a4": "the whole shelf",
    "make neck -c clinic.yaml": "with your clinic's name on it",
    "make --code M54.2": "what fits a diagnosis code",
    "print neck -q Front-Desk": "straight to a printer",
    "batch people.csv": "a copy for each person of a list",
}
#: The variable through which a shell asks how a command may go on; it must not depend on how the program was called.
COMPLETE = "_HANDOUTS_COMPLETE"

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
    """A command by its name, from its module; what its help tells one to type can be typed."""
    module, thing = COMMANDS[name]
    found = getattr(import_module(f"handouts.commands.{module}"), thing)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False)
        alone.command(name, epilog=examples() if name == "make" else None)(found)
        found = alone
    command = typer.main.get_command(found)
    for parameter in command.params:
        if words := getattr(parameter, "help", None):
            parameter.help = as_called(words)  # type: ignore[attr-defined]
    return command


def examples() -> str:
    """Commands to begin with, as they are called here."""
    wide = max(map(len, EXAMPLES))
    return "\n\n".join(["Examples:", *(f"  {called()} {typed:{wide}}  {what}" for typed, what in EXAMPLES.items())])


app = typer.Typer(
    cls=Commands,
    help="Print-ready patient leaflets, made on this computer and nowhere else.",
    epilog=examples(),
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its box prints the values of variables: a patient's details, one day
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> NoReturn:
    """Run the command line; every way out has its exit code."""
    gc.set_threshold(TIDY_AFTER)
    out = streams.get_ready()
    code = _run()
    sys.stdout.flush()
    if out and out.fault and code == Exit.MADE:
        say(f"What was to be shown could not be written: {out.fault.strerror}. All else was done.")
        code = Exit.CANNOT_WRITE
    sys.exit(code)


def _run() -> int:
    """Run what was asked for; its exit code."""
    try:
        app(prog_name=_program(), complete_var=COMPLETE)
    except SystemExit as end:
        return int(end.code or 0)
    except HandoutError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("Stopped.")
        return Exit.STOPPED
    except (OSError, MemoryError) as error:
        say(_what_failed(error))
        return Exit.CANNOT_WRITE
    except Exception as error:  # noqa: BLE001  # the last door: a person gets a sentence, not a traceback
        place = traceback.extract_tb(error.__traceback__)[-1]
        sentence = f"This is a fault of ours ({type(error).__name__} in {Path(place.filename).name}:{place.lineno}). Nothing torn was left behind."
        say(sentence)
        return Exit.OUR_FAULT
    return Exit.MADE


def _what_failed(error: OSError | MemoryError) -> str:
    """What could not be done, and why. Files are named after nobody, and may be told."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    named = error.filename2 or error.filename
    what = os.fsdecode(named) if isinstance(named, str | bytes) else "Something"
    return f"{what} could not be read or written: {reason(error)}."


def _program() -> str:
    """The name for usage lines. Completion is set up for the program's own name, which is what the shell will find."""
    return PROGRAM if {"--install-completion", "--show-completion"} & set(sys.argv) else called()


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
