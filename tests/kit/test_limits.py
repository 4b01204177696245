"""How often something may be done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.kit.clock import FixedClock
from minga.kit.errors import TooMany
from minga.kit.limits import LIMITS, Limits, Memory

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(BEGAN)


def let_in(limits: Limits, name: str, key: str) -> bool:
    try:
        limits.hit(name, key)
    except TooMany:
        return False
    return True


@pytest.mark.parametrize(("name", "most", "seconds"), [("api_write", 60, 300), ("sign_up", 5, 1_800)])
def test_exactly_as_many_as_allowed_get_through_and_the_next_is_told_to_wait(
    clock: FixedClock, name: str, most: int, seconds: int
) -> None:
    limits = Limits(clock)
    left = [limits.hit(name, "192.0.2.7").remaining for _ in range(most)]
    assert left == list(range(most - 1, -1, -1))
    with pytest.raises(TooMany) as refusal:
        limits.hit(name, "192.0.2.7")
    assert refusal.value.retry_after is not None
    assert 0 < refusal.value.retry_after <= 2 * seconds
    assert f"{refusal.value.retry_after} seconds" in str(refusal.value)
    assert refusal.value.status == 429


def test_another_caller_and_another_class_are_not_touched(clock: FixedClock) -> None:
    limits = Limits(clock)
    for _ in range(5):
        limits.hit("sign_up", "192.0.2.7")
    assert limits.hit("sign_up", "192.0.2.8").remaining == 4
    assert limits.hit("page_open", "192.0.2.7").remaining == 299


def test_the_window_slides_so_that_no_burst_passes_at_its_boundary(clock: FixedClock) -> None:
    limits = Limits(clock)
    clock.forward(seconds=299)
    for _ in range(300):
        limits.hit("page_open", "a")
    clock.forward(seconds=2)  # the next window has begun, but nearly all of the last still weighs
    assert sum(let_in(limits, "page_open", "a") for _ in range(20)) <= 2
    assert limits.look("page_open", "a").remaining == 0
    clock.forward(seconds=150)
    assert 145 <= limits.look("page_open", "a").remaining <= 151
    clock.forward(seconds=600)
    assert limits.look("page_open", "a").remaining == 300


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4)), min_size=1, max_size=40))
def test_who_waits_as_told_is_let_in(steps: list[tuple[int, int]]) -> None:
    clock = FixedClock(BEGAN)
    limits = Limits(clock)
    for forward, count in steps:
        clock.forward(seconds=forward)
        for _ in range(count):
            if not let_in(limits, "sign_up", "a"):
                clock.forward(seconds=limits.look("sign_up", "a").reset)
                assert let_in(limits, "sign_up", "a")


@given(st.lists(st.integers(0, 2_000), min_size=6, max_size=60))
def test_never_more_than_twice_the_limit_in_any_window(steps: list[int]) -> None:
    clock = FixedClock(BEGAN)
    limits = Limits(clock)
    passed: list[datetime] = []
    for forward in steps:
        clock.forward(seconds=forward)
        if let_in(limits, "sign_up", "a"):
            passed.append(clock())
    for at in passed:
        window = [other for other in passed if at <= other < at + timedelta(seconds=1_800)]
        assert len(window) <= 2 * LIMITS["sign_up"].most - 1


def test_failures_are_checked_before_and_counted_after(clock: FixedClock) -> None:
    limits = Limits(clock)
    for _ in range(5):
        limits.check("sign_in_handle", "ana")
        limits.hit("sign_in_handle", "ana")
    with pytest.raises(TooMany, match="did not work several times"):
        limits.check("sign_in_handle", "ana")
    limits.forget("sign_in_handle", "ana")
    assert limits.check("sign_in_handle", "ana").remaining == 5


def test_a_clock_that_goes_back_neither_frees_nor_blocks_for_ever(clock: FixedClock) -> None:
    limits = Limits(clock)
    for _ in range(5):
        limits.hit("sign_up", "a")
    clock.forward(days=-1)
    with pytest.raises(TooMany) as refusal:
        limits.hit("sign_up", "a")
    assert refusal.value.retry_after is not None
    assert refusal.value.retry_after <= 3_600
    clock.forward(days=1, seconds=3_600)
    assert limits.hit("sign_up", "a").remaining == 4


def test_memory_is_bounded(clock: FixedClock) -> None:
    memory = Memory(clock, keys_max=10)
    limits = Limits(clock, memory)
    for n in range(100):
        limits.hit("page_open", str(n))
    assert memory.reset() == 10


def test_threads_do_not_slip_through_together(clock: FixedClock) -> None:
    limits = Limits(clock)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: let_in(limits, "page_open", "a"), range(600))) == 300


def test_the_neighbours_in_a_wide_network_share_four_times_the_room(clock: FixedClock) -> None:
    limits = Limits(clock)
    for n in range(20):
        limits.hit_from("sign_up", ip_address(f"2001:db8:1:{n}::1"))
    with pytest.raises(TooMany):
        limits.hit_from("sign_up", ip_address("2001:db8:1:99::1"))
    assert limits.hit_from("sign_up", ip_address("2001:db8:2::1")).remaining == 4
    assert limits.hit_from("sign_up", ip_address("192.0.2.7")).remaining == 4
