"""Topics in, jobs of a print queue out: leaflets made for the patient at the desk, of which no file is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from handouts.errors import Exit, HandoutError
from handouts.make import Made, Order, Tell, house_of, make, setting_of
from handouts.model import Printer, Sides
from handouts.printer import Job, check_queue, default_queue, print_file


@dataclass(frozen=True)
class Sent:
    """A leaflet that was handed to a print queue. Its file is gone once all are sent."""

    made: Made
    job: Job


def print_leaflets(
    names: Sequence[str],
    order: Order,
    queue: str,
    *,
    copies: int = 1,
    sides: Sides | None = None,
    tell: Tell = lambda _: None,
) -> Iterator[Sent]:
    """Make leaflets, then hand them to a print queue, and yield each as it is handed over.

    Nothing is made for a queue that does not print, and nothing is sent unless all are made. Without `sides`: both,
    turned over as the fold asks. Without a queue: that of the computer's default printer. `tell` hears how long each is that
    has not the usual size, before anything is sent. A HandoutError says what was wrong, and that nothing was printed or
    no more was.
    """
    if order.wanted.printer is Printer.SHOP:
        raise HandoutError(
            "A file for a print shop is not for a printer here. Leave out --for print-shop.", Exit.WRONG_COMMAND
        )
    queue = queue or default_queue()
    check_queue(queue)
    form = setting_of(order, house_of(order)).form
    with TemporaryDirectory(prefix="handouts-") as folder:
        try:
            made = list(make(names, replace(order, png_dpi=None, web=False), Path(folder), tell))
        except HandoutError as error:
            raise HandoutError(f"{error}\nNothing was printed.", error.exit_code) from error
        for one in made:
            job = print_file(
                one.file,
                queue,
                paper=form.paper,
                sides=sides or form.sides,
                title=f"handouts {one.topic}",
                copies=copies,
            )
            yield Sent(one, job)
