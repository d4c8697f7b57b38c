"""Whether there is a browser to open here, and opening it."""

import os
import subprocess
import sys

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def visible() -> bool:
    """Someone is at a screen: without one a browser would be a program of the terminal, or root's on a server."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in DISPLAYS)


def open_console(url: str, no_browser: bool = False) -> bool:
    """Opens the address, and answers whether a browser took it; what a browser prints stays out of the terminal."""
    if no_browser or not visible():
        return False
    quiet = [sys.executable, "-c", "import sys, webbrowser; sys.exit(0 if webbrowser.open(sys.stdin.read()) else 1)"]
    try:  # the address holds a secret: not on the command line of a process of ours
        return subprocess.run(quiet, input=url, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20).returncode == 0
    except subprocess.TimeoutExpired:
        return False
