"""The wheel: built, installed in an environment of its own, and rendered with the network blocked."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

from handouts.assets import OURS

ROOT = Path(__file__).parent.parent

#: Started by Python before anything else: whoever opens a connection is stopped.
NO_NETWORK = """
import socket

def refuse(*_, **__):
    raise SystemExit("the network was asked")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
"""


def run(*command: str | Path, **variables: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "HANDOUTS_CLINIC")} | variables
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_installed_wheel_makes_leaflets_offline(tmp_path: Path) -> None:
    """What a clinic installs is the wheel: a template or drawing left out of it would be missed there first."""
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    held = zipfile.ZipFile(wheel).namelist()
    for folder in (
        "handouts/topics/",
        "handouts/regions/",
        "handouts/languages/",
        "handouts/snippets/",
        "handouts/start/",
        "handouts/templates/",
        "handouts/styles/",
    ):
        on_disk = ROOT / folder if (ROOT / folder).is_dir() else ROOT / folder.removeprefix("handouts/")
        assert sum(name.startswith(folder) for name in held) == sum(file.is_file() for file in on_disk.rglob("*")), (
            folder
        )
    assert not any(name.startswith(("tests/", "templates/", "styles/")) for name in held)
    venv.create(tmp_path / "env", with_pip=True)
    programs = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel)
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    shown = run(programs / "handouts", "make", "--all", "--out", tmp_path / "out", PYTHONPATH=str(tmp_path / "block"))
    assert len(list((tmp_path / "out").glob("*.pdf"))) == shown.count(".pdf") == len(OURS.topic_names())
