"""Run all benchmarks and write benchmarks/results.json: one object a figure, with its baseline from the same run."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("start.py", "story.py", "chat.py", "kernel.py", "live.py", "visits.py", "console.py")
MINUTES = 15


def machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), ""
    )
    return f"{os.cpu_count()} cores {model}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def main() -> None:
    end = time.monotonic() + MINUTES * 60
    figures: list[dict[str, object]] = []
    for script in SCRIPTS:
        path = HERE / script
        if not path.exists():
            continue
        print(f"— {script}", flush=True)
        child = subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for line in child.stdout:
            if not line.startswith("{"):
                print(f"  {line.rstrip()}", flush=True)
                continue
            figure = json.loads(line) | {"command": f"python benchmarks/{script}", "machine": machine()}
            figures.append(
                {key: figure.get(key) for key in ("name", "value", "unit", "baseline", "ratio", "target", "met", "command", "machine")}
            )
            print(
                f"  {figure['name']}: {figure['value']} {figure['unit']} (baseline {figure.get('baseline')}, target {figure.get('target')})"
                f" {'met' if figure.get('met') else 'MISSED' if figure.get('met') is False else ''}",
                flush=True,
            )
        try:
            child.wait(max(1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            print(f"  {script} was stopped: the {MINUTES} minutes are over")
            break
        if child.returncode:
            print(f"  {script} ended with {child.returncode}")
    (HERE / "results.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(f"{len(figures)} figures in benchmarks/results.json")


if __name__ == "__main__":
    main()
