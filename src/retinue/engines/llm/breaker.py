"""When a failing provider is left alone, and what has to happen before it is asked again."""

from collections.abc import Callable

SOON_S = 1.0  # before the first look at a provider that is left alone; it doubles up to the rest


class Breaker:
    """Closed until `failures` in a row, or one connection that did not come about; then open. `watched`: somebody looks whether the provider
    is back, and no caller ever waits for that; else one call tries it when `rest_s` has passed, and the others pass by."""

    def __init__(self, failures: int, rest_s: float, monotonic: Callable[[], float]) -> None:
        self._failures = failures
        self._rest_s = rest_s
        self._monotonic = monotonic
        self._in_a_row = 0
        self._open_until: float | None = None
        self._look_at = 0.0
        self._looks = 0
        self._trying = False
        self.watched = False

    def allows(self) -> bool:
        if self._open_until is None:
            return True
        if self.watched or self._monotonic() < self._open_until or self._trying:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        self._in_a_row, self._open_until, self._trying, self._looks = 0, None, False, 0

    def failed(self, *, for_good: bool = False, at_once: bool = False) -> None:
        """`for_good`: a key that is not accepted will not be on the next call either. `at_once`: nobody is there."""
        self._in_a_row += 1
        self._trying = False
        if for_good or at_once or self._in_a_row >= self._failures or self._open_until is not None:
            now = self._monotonic()
            self._open_until = now + self._rest_s * (10 if for_good else 1)
            self._looks = 0
            self._look_at = now + (self._rest_s if for_good else min(SOON_S, self._rest_s))

    def left(self) -> None:
        """The trying call ended without telling anything about the provider."""
        self._trying = False

    @property
    def due(self) -> bool:
        """Whether it is time to look at it."""
        return self._open_until is not None and self._monotonic() >= self._look_at

    def looked(self, well: bool) -> None:
        """A provider that is there gets calls again; the first failure is its last then, since a look proves little."""
        if well:
            self.succeeded()
            self._in_a_row = self._failures - 1
        else:
            self._looks += 1
            self._look_at = self._monotonic() + min(self._rest_s, SOON_S * 2**self._looks)
