"""How often something may be done: sliding windows by class, as data that the operator can read.

The windows and their storage are those of the library `limits`; only the memory of one process is ours, because it
has to follow the node's clock and to stay bounded. Who counts as one caller is said by the keys of `kit.address`.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor

from limits import RateLimitItemPerSecond
from limits.storage import SlidingWindowCounterSupport, Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from minga.kit.address import Address, limit_key, wide_key
from minga.kit.clock import Clock, utc_now
from minga.kit.errors import TooMany
from minga.kit.i18n import N_

KEYS_MAX = 100_000


@dataclass(frozen=True)
class Limit:
    """At most `most` in any window of that many seconds, counted for each `per`."""

    most: int
    seconds: int
    per: str
    sentence: str = N_("That was too often. Please wait {wait} seconds and try again.")

    @property
    def window(self) -> timedelta:
        return timedelta(seconds=self.seconds)


_ADDRESS, _PERSON, _TOKEN = N_("network address"), N_("person"), N_("token")
LIMITS: Mapping[str, Limit] = {
    "page_open": Limit(300, 300, _ADDRESS),
    "page": Limit(1_500, 300, _PERSON),
    "api_read": Limit(300, 300, _TOKEN),
    "api_write": Limit(60, 300, _TOKEN),
    "sign_in_failure": Limit(25, 300, _ADDRESS, N_("Too many tries from your network. Wait five minutes.")),
    "sign_in_handle": Limit(
        5, 900, N_("handle"), N_("That did not work several times. Please wait {wait} seconds and try again.")
    ),
    "sign_up": Limit(5, 1_800, _ADDRESS),
    "invite_guess": Limit(20, 3_600, N_("network")),
    "intake": Limit(5, 3_600, N_("network")),
    "search": Limit(60, 60, _PERSON),
    "export": Limit(10, 3_600, _PERSON),
    "upload": Limit(
        30, 600, _PERSON, N_("Those were many files. Please wait {wait} seconds and send the rest.")
    ),
    "pay": Limit(10, 60, _PERSON),
    "ballot": Limit(
        30, 60, _PERSON, N_("Those were many tries. Your ballot can be cast again in {wait} seconds.")
    ),
    "proposal": Limit(10, 86_400, _PERSON),
    "federation": Limit(600, 60, N_("node")),
    "graphql": Limit(120, 60, _TOKEN),
    "live": Limit(60, 60, _PERSON),
    "health": Limit(120, 60, _ADDRESS),
}


@dataclass(frozen=True)
class Allowed:
    """What the headers of an answer say: how many there are, how many are left, seconds until more are."""

    limit: int
    remaining: int
    reset: int


class Windows(Storage, SlidingWindowCounterSupport):
    """A storage that knows sliding windows."""


class Limits:
    """The counters of one process, or, with another storage, of several."""

    def __init__(self, clock: Clock = utc_now, storage: Windows | None = None) -> None:
        self._storage: Windows = storage or Memory(clock)
        self._windows = SlidingWindowCounterRateLimiter(self._storage)

    def hit(self, name: str, key: str, *, times: int = 1) -> Allowed:
        """Count one; TooMany, with the seconds to wait, when there was no room for it. Refused ones do not count.

        `times` widens the limit for keys behind which many callers are.
        """
        if not self._windows.hit(_item(name, times), name, key):
            raise self._refusal(name, key, times)
        return self.look(name, key, times=times)

    def hit_from(self, name: str, address: Address) -> Allowed:
        """Count one for a network address; of IPv6 the /64, and the /48 with four times the room."""
        if address.version == 6:
            self.hit(name, wide_key(address), times=4)
        return self.hit(name, limit_key(address))

    def check(self, name: str, key: str) -> Allowed:
        """As `hit`, without counting: for limits on failures, which are counted once something has failed."""
        if not self._windows.test(_item(name, 1), name, key):
            raise self._refusal(name, key, 1)
        return self.look(name, key)

    def look(self, name: str, key: str, *, times: int = 1) -> Allowed:
        """Where a caller stands, without counting."""
        most, seconds = LIMITS[name].most * times, LIMITS[name].seconds
        window = self._storage.get_sliding_window(_item(name, times).key_for(name, key), seconds)
        before, before_left, now, _ = window
        left = max(0, most - ceil(before * before_left / seconds + now))
        return Allowed(most, left, _reset(most, seconds, *window))

    def forget(self, name: str, key: str) -> None:
        """Start anew for a caller, for instance after a sign-in that worked."""
        self._windows.clear(_item(name, 1), name, key)

    def _refusal(self, name: str, key: str, times: int) -> TooMany:
        wait = max(1, self.look(name, key, times=times).reset)
        return TooMany(LIMITS[name].sentence, wait=wait, retry_after=wait)


def _item(name: str, times: int) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(LIMITS[name].most * times, LIMITS[name].seconds)


def _reset(most: int, seconds: int, before: int, before_left: float, now: int, now_left: float) -> int:
    """Whole seconds until one more fits.

    Inside this window the weight of the last one falls evenly; after its end this window's own hits begin to fall.
    A count is kept for two windows, so `now_left` of a hit just made is twice the window.

    >>> _reset(3, 1, 0, 0.0, 3, 2.0), _reset(3, 1, 0, 0.0, 3, 1.5), _reset(3, 1, 3, 0.98, 0, 0.0)
    (2, 1, 1)
    """
    room = most - 1
    if before * before_left / seconds + now <= room:
        return 0
    if now <= room:
        return max(1, ceil(before_left - (room - now) * seconds / before))
    left = now_left - seconds if now_left > seconds else now_left
    return max(1, ceil(left + seconds * (1 - room / now)))


class Memory(Windows):
    """Counters in this process, by the node's clock; the longest unused ones go when there are too many."""

    def __init__(self, clock: Clock, keys_max: int = KEYS_MAX) -> None:
        super().__init__()
        self._clock = clock
        self._keys_max = keys_max
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[int, int, int]] = OrderedDict()  # window number, before, now

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def _moment(self) -> float:
        return self._clock().timestamp()

    def _window(self, key: str, expiry: int, moment: float) -> tuple[int, int, int]:
        number = floor(moment / expiry)
        known, before, now = self._counts.get(key, (number, 0, 0))
        if (
            number == known or number < known
        ):  # a clock that went back frees nothing and blocks nobody for longer
            return known, before, now
        return (number, now, 0) if number == known + 1 else (number, 0, 0)

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        with self._lock:
            moment = self._moment()
            number, before, now = self._window(key, expiry, moment)
            if floor(before * _left(number, expiry, moment) / expiry + now) + amount > limit:
                return False
            self._counts[key] = (number, before, now + amount)
            self._counts.move_to_end(key)
            while len(self._counts) > self._keys_max:
                self._counts.popitem(last=False)
            return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        with self._lock:
            moment = self._moment()
            number, before, now = self._window(key, expiry, moment)
            left = _left(number, expiry, moment)
            return before, left, now, left + expiry

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        self.clear(key)

    def clear(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)

    def get(self, key: str) -> int:
        return self._counts.get(key, (0, 0, 0))[2]

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self._lock:
            number, before, now = self._window(key, expiry, self._moment())
            self._counts[key] = (number, before, now + amount)
            return now + amount

    def get_expiry(self, key: str) -> float:
        return self._moment()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            count = len(self._counts)
            self._counts.clear()
            return count


def _left(number: int, expiry: int, moment: float) -> float:
    """Seconds of this window that are left, which is how much of the last one still weighs."""
    return min(float(expiry), max(0.0, (number + 1) * expiry - moment))
