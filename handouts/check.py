"""The story of a check: read topics, lay each out for each region, and judge it."""

from collections.abc import Iterator, Sequence

from handouts import approvals, assets, clinics, make, page, pdf, quality, reading
from handouts.make import Order
from handouts.model import Format, Setting
from handouts.quality import Report


def check(names: Sequence[str], order: Order) -> Iterator[Report]:
    """Judge topics for the region of the order, else the clinic's, else every region there is."""
    library = clinics.find_library(order.clinic_file)
    clinic = clinics.find_clinic(order.clinic_file)
    wanted = order.region or (clinic.region if clinic else "")
    regions = [make.region_of(code, clinic) for code in ([wanted] if wanted else assets.region_codes())]
    topics = reading.read_topics(names, order.language, regions, library)
    given = approvals.read_approvals(library)
    labels = clinics.read_labels(order.language)
    today = make.today()
    for topic in topics:
        for region in regions:
            form = Format(order.paper or region.paper)
            setting = Setting(region, labels, clinic, form, library.own_templates())
            stands = approvals.standing(topic, region, given, today)
            layout = pdf.lay_out(page.make_leaflet(topic, setting, stands))
            yield quality.report(topic, setting, layout, stands, today)
