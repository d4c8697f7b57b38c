"""The commands made from the contract are bash, and work."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import uvicorn

from assembled import assembled

FOLDER = Path(__file__).parents[2] / "docs/reference/curl"
FILES = sorted(FOLDER.glob("*.sh"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_a_script_is_bash(file: Path) -> None:
    assert subprocess.run(["bash", "-n", str(file)], capture_output=True, check=False).returncode == 0
    assert "set -euo pipefail" in file.read_text() and "RETINUE_URL" in file.read_text()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
async def test_what_only_reads_can_be_run(owner_url: str, tmp_path: Path) -> None:
    async with assembled(owner_url, tmp_path) as house:
        operator = await house.operator()
        server = uvicorn.Server(uvicorn.Config(house.app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        try:
            ran = 0
            for file in FILES:
                ended = await run(["bash", str(file)], url, operator.token)
                assert ended.returncode == 0, (file.name, ended.stdout[-500:], ended.stderr)
                ran += ended.stdout.count(b"{")
            assert ran > 5
            made = await run(["bash", "-c", f"source {FOLDER}/clients.sh; register"], url, operator.token)
            assert made.returncode == 0 and b"claim_url" in made.stdout, (made.stdout, made.stderr)
            refused = await run(["bash", str(FOLDER / "clients.sh")], url, "wrong")
            assert refused.returncode != 0 and b"Unauthorized" in refused.stdout
        finally:
            server.should_exit = True
            await serving


async def run(command: list[str], url: str, token: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {"PATH": os.environ["PATH"], "RETINUE_URL": url, "TOKEN": token}
    return await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, timeout=60, check=False)
