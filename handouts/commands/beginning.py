"""`handouts init` and `handouts new`: a clinic's own library, and a leaflet of its own."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from handouts import assets
from handouts.commands.talk import answer, asked, say
from handouts.make import DEFAULT_REGION
from handouts.options import ClinicFile, RegionCode
from handouts.starting import begin_library, begin_topic


def init_library(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", file_okay=False, help="Where your clinic's library is to be.")
    ],
    name: Annotated[str, typer.Option("--name", help="What your clinic is called.", show_default=False)] = "",
    region: RegionCode = "",
) -> None:
    """Begin your clinic's own library: its name and colours, its approvals, its own leaflets."""
    name = name or asked("What is your clinic called?")
    codes = " or ".join(assets.region_codes())
    code = region.lower() or asked(f"In which country is it? {codes}")
    file = begin_library(folder, name, code)
    if not code:
        say(
            f"Its region is {DEFAULT_REGION}, as nobody said which; put that right in {file} before anything is made ({codes})."
        )
    where = "" if folder.resolve() == Path.cwd() else f" --clinic {shlex.quote(str(folder))}"
    answer(f"Made {file}. Fill it in; then `handouts make --all{where}` makes your leaflets.")
    if where:
        answer("Inside that folder, every command finds it without --clinic.")


def new_topic(
    topic: Annotated[
        str, typer.Argument(metavar="TOPIC", help="Its name: small letters and hyphens, such as back-pain.")
    ],
    title: Annotated[str, typer.Option("--title", help="Its title. Default: from the name.", show_default=False)] = "",
    clinic: ClinicFile = None,
) -> None:
    """Begin a leaflet of your own: it can be made at once, and its blanks stand in [[ ]]."""
    file = begin_topic(topic, title, clinic)
    said = f"Made {os.path.relpath(file)}. Fill in what stands in [[ ]]; `handouts make {topic} --watch` shows it as you write, `handouts check {topic}` what is missing."
    answer(said)
