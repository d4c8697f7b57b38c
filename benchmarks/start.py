"""How long `retinue up` takes until it answers: on an empty home, and on one that was used. Baseline: a bare FastAPI application."""

import statistics
import subprocess
import sys
import time

from figures import figure, installation, new_home, remove

RUNS = 3
BARE = "import uvicorn, fastapi, psycopg; app = fastapi.FastAPI(); uvicorn.Config(app).load()"


def bare() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", BARE], check=True)
    return time.perf_counter() - began


def main() -> None:
    cold, warm = [], []
    for _ in range(RUNS):
        home = new_home()
        with installation(home) as (_, seconds):
            cold.append(seconds)
        with installation(home) as (_, seconds):
            warm.append(seconds)
        remove(home)
    baseline = statistics.median(bare() for _ in range(RUNS))
    for name, times, limit in (("up, empty home", cold, 10), ("up, used home", warm, 4)):
        value = statistics.median(times)
        figure(name, value, "s", baseline=baseline, target=f"≤ {limit} s", met=value <= limit)


if __name__ == "__main__":
    main()
