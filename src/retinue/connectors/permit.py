"""What an adapter wants to see before it speaks to the world: a permit for one action on exactly what was checked."""

from retinue.kernel.errors import Refusal

_SEAL = object()


class NoPermit(Refusal):
    """This action did not pass the gate, so it was not done."""

    status = 403
    next = "Call it through retinue.engines.governance.Gate."


class Permit:
    """Good for one use. `subject` is the very object that the gate checked; another object needs another permit."""

    __slots__ = ("action", "subject", "target", "used")

    def __init__(self, seal: object, action: str, target: str, subject: object) -> None:
        if seal is not _SEAL:
            raise NoPermit()
        self.action = action
        self.target = target
        self.subject = subject
        self.used = False


def issue(action: str, target: str, subject: object) -> Permit:
    """Called by engines/governance and nobody else: tests/boundaries/test_chokepoint.py reads the code."""
    return Permit(_SEAL, action, target, subject)


def spend(permit: object, action: str, target: str, subject: object) -> None:
    """Raises NoPermit unless this permit was issued for this action, target and object, and is unused."""
    if type(permit) is not Permit or permit.used:
        raise NoPermit()
    if permit.action != action or permit.target != target or permit.subject is not subject:
        raise NoPermit()
    permit.used = True
