"""When a failing provider is left alone, and when one call may try it again."""

from collections.abc import Callable


class Breaker:
    """Closed until `failures` in a row; then open for `rest_s`, then half open: one call tries, the others pass by."""

    def __init__(self, failures: int, rest_s: float, monotonic: Callable[[], float]) -> None:
        self._failures = failures
        self._rest_s = rest_s
        self._monotonic = monotonic
        self._in_a_row = 0
        self._open_until: float | None = None
        self._trying = False

    def allows(self) -> bool:
        if self._open_until is None:
            return True
        if self._monotonic() < self._open_until or self._trying:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        self._in_a_row, self._open_until, self._trying = 0, None, False

    def failed(self, *, for_good: bool = False) -> None:
        """`for_good`: a key that is not accepted will not be on the next call either."""
        self._in_a_row += 1
        self._trying = False
        if for_good or self._in_a_row >= self._failures or self._open_until is not None:
            self._open_until = self._monotonic() + self._rest_s * (10 if for_good else 1)

    def left(self) -> None:
        """The trying call ended without telling anything about the provider."""
        self._trying = False
