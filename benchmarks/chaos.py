"""python benchmarks/chaos.py [SECONDS]: kill -9 of 8 writers and 2 workers for a while, then every promise is checked."""

import sys
import tempfile
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE)]  # tests first: this folder has a kernel.py too

import psycopg  # noqa: E402

from conftest import PASSWORD, as_login, make_template, with_name  # noqa: E402
from durable import server  # noqa: E402
from kernel.toys import ROOMS, SCHEMA  # noqa: E402
from kernel.toys.chaos import Chaos  # noqa: E402
from retinue.assembly.install import install  # noqa: E402


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 40
    with server() as address, tempfile.TemporaryDirectory() as folder:
        name = f"chaos_{uuid.uuid4().hex[:8]}"
        make_template(address, name, (), (), SCHEMA)
        url = with_name(address, name)
        install(url, ROOMS, (), PASSWORD)
        with psycopg.connect(url, autocommit=True) as owner:
            print(Chaos(as_login(url), owner, Path(folder)).run(seconds, writers=8, workers=2, drain=200))


if __name__ == "__main__":
    main()
