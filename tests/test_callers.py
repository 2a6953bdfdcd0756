"""Who waits for a call, and until when."""

from __future__ import annotations

import asyncio

import pytest

from src.net.callers import Turn, caller, current_turn
from src.net.errors import PlumeInputError
from tests.virtual_time import now, run


def test_without_a_block_each_call_is_a_persons_and_has_15_seconds() -> None:
    async def main() -> list[Turn]:
        first = current_turn()
        await asyncio.sleep(10)
        return [first, current_turn()]

    first, second = run(main())
    assert first.kind == second.kind == "person"
    assert first.ends_at == pytest.approx(15, abs=1e-3)
    assert second.ends_at == pytest.approx(25, abs=1e-3)


def test_a_block_gives_everything_in_it_one_deadline() -> None:
    async def main() -> None:
        with caller("poller", 60):
            first = current_turn()
            await asyncio.sleep(10)
            second = current_turn()
        assert first == second
        assert first.kind == "poller"
        assert first.ends_at == pytest.approx(60, abs=1e-3)
        assert current_turn().kind == "person"

    run(main())


def test_blocks_nest_and_tasks_inherit() -> None:
    async def kind() -> str:
        return current_turn().kind

    async def main() -> None:
        with caller("poller", 60):
            task = asyncio.create_task(kind())
            with caller("person", 5):
                assert current_turn().kind == "person"
            assert current_turn().kind == "poller"
        assert await task == "poller"

    run(main())


def test_a_block_entered_before_the_loop_gives_each_call_its_own_deadline() -> None:
    async def main() -> None:
        await asyncio.sleep(100)
        assert current_turn().ends_at == pytest.approx(now() + 30, abs=1e-3)

    with caller("poller", 30):
        run(main())


@pytest.mark.parametrize(
    ("kind", "deadline_s"), [("robot", 5), ("person", 0), ("person", -1), ("person", float("nan"))]
)
def test_nonsense_is_refused(kind: str, deadline_s: float) -> None:
    block = caller(kind, deadline_s)  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(PlumeInputError), block:
        pass
