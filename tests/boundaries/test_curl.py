"""The commands made from the contract are bash, and work."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import uvicorn

from assembled import assembled
from retinue.assembly.curl import scripts
from retinue.assembly.reference import document

SCRIPTS = scripts(document())


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_bash(name: str) -> None:
    assert subprocess.run(["bash", "-n"], input=SCRIPTS[name], text=True, capture_output=True, check=False).returncode == 0
    assert "set -euo pipefail" in SCRIPTS[name] and "RETINUE_URL" in SCRIPTS[name]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
async def test_what_only_reads_can_be_run(owner_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "curl"
    folder.mkdir()
    for name, content in SCRIPTS.items():
        (folder / f"{name}.sh").write_text(content)
    async with assembled(owner_url, tmp_path) as house:
        operator = await house.operator()
        server = uvicorn.Server(uvicorn.Config(house.app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        try:
            ran = 0
            for file in sorted(folder.glob("*.sh")):
                ended = await run(["bash", str(file)], url, operator.token)
                assert ended.returncode == 0, (file.name, ended.stdout[-500:], ended.stderr)
                ran += ended.stdout.count(b"{")
            assert ran > 5
            made = await run(["bash", "-c", f"source {folder}/clients.sh; register"], url, operator.token)
            assert made.returncode == 0 and b"claim_url" in made.stdout, (made.stdout, made.stderr)
            refused = await run(["bash", str(folder / "clients.sh")], url, "wrong")
            assert refused.returncode != 0 and b"Unauthorized" in refused.stdout
        finally:
            server.should_exit = True
            await serving


async def run(command: list[str], url: str, token: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {"PATH": os.environ["PATH"], "RETINUE_URL": url, "TOKEN": token}
    return await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, timeout=60, check=False)
