"""What the machine refuses, in words that say what to do: disks, permissions, a database that is away."""

import errno
import os

import psycopg

from retinue.kernel.errors import Refusal


class DiskFull(Refusal):
    """The disk is full, or a limit on file sizes was reached{where}."""

    status = 507
    next = "Free some space, or raise the limit (ulimit -f), and run the same command again; what was done before is kept."


class NotWritable(Refusal):
    """This user may not read or write {where}."""

    status = 403
    next = "Choose a folder of your own with --home (or RETINUE_HOME), or correct the permissions."


class NoFolder(Refusal):
    """{where} cannot be made or is not what it should be: {said}."""

    status = 409
    next = "Make the folder that it lies in, or choose another place (for the data: --home or RETINUE_HOME)."


class MachineFailed(Refusal):
    """The operating system said: {said}{where}."""

    status = 500
    next = "Correct that and run the same command again; what was done before is kept."


class DatabaseAway(Refusal):
    """The database cannot be reached: {said}"""

    status = 503
    next = "Look at RETINUE_DATABASE_URL if it is set, else at the end of HOME/retinue.log and at the space left, and start again."


FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_PLACE = (errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG)


def of_the_database(error: psycopg.Error) -> Refusal | None:
    """None for what is nobody's fault but ours. Postgres tells of a limit on file sizes as an internal error."""
    said = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if isinstance(error, psycopg.errors.DiskFull) or any(os.strerror(number) in said for number in FULL):
        return DiskFull(where=", in the database")
    return DatabaseAway(said=said) if isinstance(error, psycopg.OperationalError) else None


def of_the_machine(error: OSError) -> Refusal:
    where = str(error.filename) if error.filename else ""
    said = error.strerror or type(error).__name__
    if error.errno in FULL:
        return DiskFull(where=f", at {where}" if where else "")
    if error.errno in NOT_ALLOWED:
        return NotWritable(where=where or "a file that it needs")
    if error.errno in NO_PLACE and where:
        return NoFolder(where=where, said=said.lower())
    return MachineFailed(said=said, where=f" ({where})" if where else "")
