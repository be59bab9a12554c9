"""The story of a check: read topics, lay each out for each region, and judge it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from handouts import assets, make, page, pdf, quality, reading
from handouts.make import House, Order
from handouts.quality import Report


def houses_of(order: Order) -> list[House]:
    """Where topics are judged: in the region of the order, else the clinic's, else in every region there is."""
    house = make.house_of(order)
    chosen = order.region or (house.clinic.region if house.clinic else "")
    return [make.house_of(replace(order, region=code)) for code in ([chosen] if chosen else assets.region_codes())]


def check(names: Sequence[str], order: Order) -> Iterator[Report]:
    """Judge topics, each in all regions it is judged in; see `houses_of`."""
    houses = houses_of(order)
    topics = reading.read_topics(names, order.language, [house.region for house in houses], houses[0].library)
    standings = [make.standings_in(house, topics) for house in houses]
    for number, topic in enumerate(topics):
        for house, stands in zip(houses, standings, strict=True):
            setting = make.setting_of(order, house)
            layout = pdf.lay_out(page.make_leaflet(topic, setting, stands[number]))
            yield quality.report(topic, setting, layout, stands[number], make.today())
