"""Speed tests of a node: where they are asked for, and where else when they are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

import plume_api_client as client
from src.api.speed_tests import get_speed_tests
from src.demo import world_ids as ids
from src.demo.plume_cloud import DEMO_CREDENTIALS, PlumeCloud
from tests import virtual_time
from tests.demo.plume_kit import make_world
from tests.fake_plume import CONFIG, JSON_401, JSON_403, FakePlume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from src.models.plume import SpeedTest

HERE = "/api/Customers/c1/locations/l1/nodes/N1/speedTestResults"
REPORTS = "/reports/Customers/c1/locations/l1/nodes/N1/results"
BODY = {"downloadSpeeds": [{"timestamp": "2026-05-18T06:00:00Z", "value": 480}]}


def said(status: int) -> httpx.Response:
    body = {401: JSON_401, 403: JSON_403}.get(status, {"error": {"statusCode": status}})
    return httpx.Response(status, json=body)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    client.user_auth.clear()
    client.configure()


@pytest.fixture
def plume() -> FakePlume:
    """A fake cloud, used by user 1."""
    fake = FakePlume()
    client.configure(transport=fake.transport)
    client.set_user_auth(1, CONFIG)
    return fake


async def test_what_is_asked(plume: FakePlume) -> None:
    plume.answers(HERE, BODY)
    (test,) = await get_speed_tests(1, "c1", "l1", "N1", "hours", 48)
    assert (test.download, test.status) == (480, "succeeded")
    assert dict(plume.calls[0].url.params) == {
        "granularity": "hours",
        "limit": "48",
        "showFailedSpeedTests": "true",
    }


@pytest.mark.parametrize("status", [404, 501, 503])
def test_the_reports_have_them_as_well(status: int) -> None:
    async def main() -> tuple[FakePlume, tuple[SpeedTest, ...]]:
        fake = FakePlume()
        client.configure(transport=fake.transport)
        client.set_user_auth(1, CONFIG)
        fake.answers(HERE, said(status))
        fake.answers(REPORTS, BODY)
        tests = await get_speed_tests(1, "c1", "l1", "N1")
        await client.aclose()
        return fake, tests

    fake, tests = virtual_time.run(main())
    assert [test.download for test in tests] == [480]
    assert fake.paths[-1] == REPORTS
    assert fake.calls[-1].url.params["limit"] == "14"
    assert fake.calls[-1].url.params["granularity"] == "days"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, client.PlumeNotVisibleError),
        (403, client.PlumePermissionError),
        (422, client.PlumeRejectedError),
        (500, client.PlumeServerError),
    ],
)
def test_other_errors_stand(status: int, error: type[Exception]) -> None:
    async def main() -> list[str]:
        fake = FakePlume()
        client.configure(transport=fake.transport)
        client.set_user_auth(1, CONFIG)
        fake.answers(HERE, said(status))
        with pytest.raises(error):
            await get_speed_tests(1, "c1", "l1", "N1")
        await client.aclose()
        return fake.paths

    assert REPORTS not in virtual_time.run(main())


async def test_nowhere_to_be_had(plume: FakePlume) -> None:
    plume.answers(HERE, said(404))
    plume.answers(REPORTS, said(404))
    with pytest.raises(client.PlumeNotFoundError):
        await get_speed_tests(1, "c1", "l1", "N1")


@pytest.mark.parametrize(
    ("granularity", "limit", "node"),
    [("weeks", 1, "N1"), ("days", 0, "N1"), ("days", 1001, "N1"), ("days", 1, "../N1")],
)
async def test_refused_before_any_call(
    plume: FakePlume, granularity: str, limit: int, node: str
) -> None:
    with pytest.raises(client.PlumeInputError):
        await get_speed_tests(1, "c1", "l1", node, granularity, limit)
    assert plume.calls == []


@pytest.mark.parametrize("times", ["iso", "iso_short", "epoch_ms"])
@pytest.mark.parametrize("through_reports", [False, True])
async def test_the_embedded_cloud(times: str, through_reports: bool) -> None:
    cloud = PlumeCloud(make_world())
    cloud.shapes.set(times=times)
    if through_reports:
        cloud.faults.set("404", "*/speedTestResults")
    client.configure(transport=httpx.ASGITransport(cloud.app))
    who, base = DEMO_CREDENTIALS[0], "http://localhost"
    addresses = {
        "sso_url": f"{base}/oauth2/demo/v1/token",
        "plume_api_base": f"{base}/api/",
        "plume_reports_base": f"{base}/reports/",
    }
    client.set_user_auth(1, {"auth_header": who.header, "partner_id": who.partner_id, **addresses})
    tests = await get_speed_tests(
        1, ids.DEMO_CUSTOMER_ID, ids.DEMO_LOCATION_ID, ids.DEMO_GATEWAY_ID
    )
    assert len(tests) == 14 * 8  # every three hours
    moments = [test.at for test in tests if test.at]
    assert moments == sorted(moments)
    assert all(test.download and test.upload for test in tests)
