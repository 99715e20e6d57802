"""What everybody reads: editions, provinces, indicators, doubts; light, and with nothing that was held back."""

import csv
import gzip
import io
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Conflict
from sauro.core.moment import now
from sauro.watch.models import Edition
from sauro.watch.queries import indicators as queries
from sauro.watch.rules.tables import Cell, told
from sauro.watch.tests.pages.conftest import Room, signed_in
from sauro.web import asset

pytestmark = pytest.mark.django_db
LIMIT = 60 * 1024
DOUBTS = "/so-lieu/nghi-van/"
MINISTRY = "VN.BKHCN/bo-truong"


def publish(counts: Mapping[Cell, int], number: int = 1, **more: Any) -> None:
    body = {"periods": {"2026-11": told("2026-11", counts).to_data()}, **more}
    Edition.objects.create(id=new_id(), event=new_id(), number=number, at=now(), leaf_index=9, body=body)


def everything() -> dict[Cell, int]:
    """A nation in which every cell of every province has something to tell."""
    from sauro.watch.rules.tables import CHANNELS, OUTCOMES
    from sauro.watch.rules.tiles import GRID

    return {(area, channel, outcome): 1_000 + n for n, area in enumerate(GRID) for channel in CHANNELS for outcome in OUTCOMES}  # fmt: skip


def weight(page: Any) -> int:
    """Compressed, with its style and script, fonts aside."""
    linked = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page.content.decode())
    assert len(linked) == 2
    files = [asset.MANIFEST.parents[1] / f"{path}.gz" for path in linked]
    return len(gzip.compress(page.content)) + sum(file.stat().st_size for file in files)


def test_before_the_first_edition_the_pages_say_so(room: Room) -> None:
    for address in ("/so-lieu/", "/so-lieu/ky/", "/so-lieu/tinh/75/"):
        said = Client().get(address).content.decode()
        assert 'class="sr-empty"' in said, address
    for nothing in ("/so-lieu/ky/1/", "/so-lieu/tinh/00/", "/so-lieu/khong-co/"):
        assert Client().get(nothing).status_code == 404, nothing


def test_a_stranger_reads_every_page_and_none_is_heavy(
    room: Room, django_assert_max_num_queries: Any
) -> None:
    publish(everything())
    client = Client()
    for address in (
        "/so-lieu/",
        "/so-lieu/ky/",
        "/so-lieu/ky/1/",
        "/so-lieu/tinh/75/",
        "/so-lieu/egdi_rank/",
        DOUBTS,
    ):
        assert client.get(address).status_code == 200, address
        with django_assert_max_num_queries(15):
            page = client.get(address)
        assert weight(page) <= LIMIT, (address, weight(page))
        assert "csrftoken" not in page.cookies


def test_a_total_counts_only_what_is_told(room: Room) -> None:
    publish({("75", "online", "in_time"): 21, ("75", "counter", "late"): 3, ("01", "post", "open_late"): 7})
    page = Client().get("/so-lieu/")
    received = next(
        values for measure, *_rest, values in page.context["shown"].lines if measure == "received"
    )
    assert received == [25]
    rate = page.context["shown"].rates[0][0]
    assert (rate.numerator, rate.denominator) == (20, 25)
    rows = list(csv.reader(io.StringIO(Client().get("/so-lieu/?export=csv").content.decode("utf-8-sig"))))
    assert sorted(row[6] for row in rows[1:]) == ["20", "5"]
    province = Client().get("/so-lieu/tinh/75/")
    assert province.context["total"] == 20
    assert "3" not in [str(cell) for _name, cells, _total in province.context["rows"] for cell in cells]


def test_tasks_and_what_is_simulated_are_told(room: Room) -> None:
    publish({("75", "online", "in_time"): 20}, tasks={"working": 12}, simulated=["2026-11"])
    page = Client().get("/so-lieu/")
    assert page.context["tasks"] == [("Đang làm", 12)] and page.context["shown"].heads == [("11/2026", True)]
    assert "◌" in page.content.decode().partition("<thead")[2].partition("</thead>")[0]


def test_an_edition_stays_at_its_address(room: Room) -> None:
    publish({("75", "online", "in_time"): 20})
    publish({("75", "online", "in_time"): 90}, 2)
    first, newest = (Client().get(address).context["shown"].table.total() for address in ("/so-lieu/ky/1/", "/so-lieu/"))  # fmt: skip
    assert (first, newest) == (20, 90)
    assert '<a class="govuk-link" href="/so-lieu/"' in Client().get("/so-lieu/ky/1/").content.decode()


def test_the_map_names_every_province_without_its_colour(room: Room) -> None:
    publish({("75", "online", "late"): 90, ("01", "online", "in_time"): 90})
    page = Client().get("/so-lieu/")
    tiles = {tile.short: tile for tile in page.context["shown"].tiles}
    assert len(tiles) == 36 and tiles["Hoàng Sa"].status is None and "Đà Nẵng" in str(tiles["Hoàng Sa"].said)
    assert (tiles["ĐNa"].status.kind, tiles["HN"].status.kind) == ("late", "on_time")
    said = page.content.decode()
    assert tiles["ĐNa"].href in said and str(tiles["ĐNa"].status.said) in said


def test_an_indicator_says_where_its_numbers_come_from(room: Room) -> None:
    page = Client().get("/so-lieu/egdi_rank/")
    said = page.content.decode()
    assert "◇" in said and "e-government ranked 71st" in said and page.context["chart"].path
    drawing = Client().get("/so-lieu/egdi_rank/?export=svg")
    assert drawing["Content-Type"].startswith("image/svg+xml") and b"<title>" in drawing.content
    rows = list(csv.reader(io.StringIO(Client().get("/so-lieu/egdi_rank/?export=csv").content.decode("utf-8-sig"))))  # fmt: skip
    assert rows[1][4] == "71" and rows[1][6] == "claimed"


@pytest.fixture
def doubt(room: Room) -> UUID:
    """A doubt about a number that a ministry keeps."""
    rank = queries.indicator("egdi_rank")
    assert rank is not None
    (claim,) = queries.observations([rank.id])
    said = {"values": [{"value": "71", "bound": "is", "source": claim.source, "period": "2025"}] * 2}
    payload = {"kind": "doubt", "rule": "two_claims", "claims": [claim.id], "said": said, "indicator": rank.id, "custodian": rank.custodian}  # fmt: skip
    return act(Ask("core.raise_finding", PLATFORM, "doubt", payload)).subject


def test_only_who_keeps_the_number_rules_on_it(room: Room, doubt: UUID) -> None:
    field = f"d{doubt.hex[-8:]}"
    sent = {f"{field}-ruling": "explained", f"{field}-reason": "Đúng theo báo cáo gốc", "key": "k1"}
    address = f"{DOUBTS}{doubt}/"
    assert Client().post(address, sent)["Location"] == f"/accounts/login/?next={address}"
    for client in (signed_in(new_id()), room.at("P75/chu-tich-tinh"), room.at("VN.CP/thu-tuong")):
        assert f'action="{address}"' not in client.get(DOUBTS).content.decode()
        assert client.post(address, sent).status_code == 404
    keeper = room.at(MINISTRY)
    assert f'action="{address}"' in keeper.get(DOUBTS).content.decode()
    wrong = keeper.post(address, {"key": "k0"})
    assert wrong.status_code == 422 and set(wrong.context["tried"].errors) == {"ruling", "reason"}
    assert Conflict.objects.get(pk=doubt).state == "open"
    assert keeper.post(address, sent)["Location"].startswith(f"{DOUBTS}?state=ruled")
    assert "Đúng theo báo cáo gốc" in Client().get(f"{DOUBTS}?state=ruled").content.decode()
    assert str(doubt) not in Client().get(DOUBTS).content.decode()


def test_what_is_measured_leads_to_its_edition(room: Room) -> None:
    publish({("75", "online", "in_time"): 20})
    number = queries.indicator("dossiers_received")
    assert number is not None
    payload = {"indicator": number.id, "period": "2026-11", "value": "20", "kind": "measured", "source": "edition 1", "edition": "1", "method": number.method, "leaf_index": 9}  # fmt: skip
    act(Ask("core.observe", PLATFORM, "measured", payload))
    for _again in range(2):
        page = Client().get("/so-lieu/dossiers_received/")
        (row, _place) = page.context["rows"][-1]
        assert (row.edition, row.status.kind) == (
            1,
            "on_time",
        ) and 'href="/so-lieu/ky/1/"' in page.content.decode()
        act(Ask("core.observe", PLATFORM, "measured again", {**payload, "value": "20"}))
    assert len([row for row, _place in page.context["rows"] if row.edition]) == 1
