"""The README: what it says is so."""

import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

import typer.main

from handouts import __version__, blocks, clinics, pdf, reading
from handouts.assets import OURS
from handouts.cli import app
from handouts.errors import Exit

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_commands_exist() -> None:
    """A command that fails when pasted is the last one a new user tries."""
    command = typer.main.get_command(app)
    lines = re.findall(r"^\.venv/bin/handouts (.+?)(?:\s+#.*)?$", README, re.MULTILINE)
    assert len(lines) >= 5
    for line in lines:
        name, *arguments = shlex.split(line)
        options = {option for parameter in command.get_command(None, name).params for option in parameter.opts}  # type: ignore[attr-defined]
        assert {word for word in arguments if word.startswith("--")} <= options


def test_ci_runs_the_readmes_own_test_command() -> None:
    """If the two drifted apart, the README's line would break unseen."""
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    line = re.search(r"## Develop\n\n```sh\n(.+)\n```", README)
    assert line
    _, install, venv, pip, test = line[1].split(" && ")
    for step in (install.removeprefix("sudo apt-get install -y "), venv, test):
        assert step in run
    assert pip.removeprefix(".venv/bin/pip install ") in run


def test_nothing_is_installed_by_a_name_that_is_not_on_the_index() -> None:
    """Whoever pastes `pip install handouts[cluster]` gets an error, or, one day, a stranger's package."""
    said = [README, *(file.read_text(encoding="utf-8") for file in sorted((ROOT / "handouts").rglob("*.py")))]
    assert not [found for text in said for found in re.findall(r"pip install ['\"]?handouts.*|handouts\[.*", text)]


def test_the_exit_codes_are_those_of_the_program() -> None:
    """Scripts rely on them."""
    codes = re.findall(r"^\| (\d+) \| .+ \|$", README.split("## Exit codes")[1], re.MULTILINE)
    assert [int(code) for code in codes] == list(Exit)


def test_topics_blocks_and_packages_are_those_there_are() -> None:
    """A topic or block the README does not name is not found; one it makes up is looked for."""
    assert set(re.findall(r"^\| `([\w-]+)` \| .+ \| 4 \|$", README, re.MULTILINE)) == set(OURS.topic_names())
    assert set(re.findall(r"^\| `([\w-]+)` \|", README.split("The blocks:")[1], re.MULTILINE)) == set(blocks.SHAPES)
    assert pdf.PANGO["Debian, Ubuntu"] in README
    assert all(command.split(": ")[-1] in README for command in pdf.PANGO.values())


def test_the_sample_of_a_topic_is_right(own_shelf: Callable[[str, bytes], Path]) -> None:
    """A sample that is refused when pasted teaches only distrust."""
    own_shelf("back-pain", re.search(r"```markdown\n(.+?)```", README, re.DOTALL)[1].encode())  # type: ignore[index]
    regions = [clinics.read_region(code) for code in ("uk", "us")]
    (topic,) = reading.read_topics(["back-pain"], "en", regions)
    assert topic.id == "BP-01"


def test_the_sample_of_a_clinic_file_is_right(tmp_path: Path) -> None:
    """It is copied, and changed line by line."""
    (tmp_path / "clinic.yaml").write_text(re.search(r"```yaml\n(.+?)```", README, re.DOTALL)[1])  # type: ignore[index]
    clinic = clinics.read_clinic(tmp_path / "clinic.yaml")
    assert clinic.words == {"urgent_advice": "our nurse line, 555 0101"}
    assert set(clinic.sets) == {"first-visit"}


def test_the_picture_is_there_and_small() -> None:
    """A README that takes long to load is not read."""
    (picture,) = re.findall(r"!\[[^]]+\]\((.+?)\)", README.split("```")[0])
    assert (ROOT / picture).stat().st_size < 200_000


def test_the_version_is_in_the_changelog() -> None:
    """A version nobody described cannot be chosen."""
    assert f"## [{__version__}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_has_a_ceiling() -> None:
    """A release made tomorrow must not change a leaflet approved today."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for needed in (*project["dependencies"], *project["optional-dependencies"]["test"]):
        assert re.search(r",<|==", needed), needed
