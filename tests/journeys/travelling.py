"""What a person's programs do: plain HTTP and a socket, nothing of ours."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import websockets

from journeys.houses import Place, until


@dataclass
class Traveller:
    place: Place
    http: httpx.AsyncClient
    token: str
    tenant: str | None = None

    @classmethod
    async def arrive(cls, place: Place, http: httpx.AsyncClient) -> "Traveller":
        signed = await http.post(place.url("/auth/login"), json={"email": place.email, "password": place.password})
        assert signed.status_code == 200, signed.text
        return cls(place, http, signed.json()["access_token"])

    def within(self, tenant: str) -> "Traveller":
        return Traveller(self.place, self.http, self.token, tenant)

    def holding(self, token: str) -> "Traveller":
        return Traveller(self.place, self.http, token)

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | ({"X-Tenant-ID": self.tenant} if self.tenant else {}) | more

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.http.get(self.place.url(path), params=params, headers=self.headers())
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.http.post(self.place.url(path), json=body if body is not None else {}, headers=self.headers())
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json()

    async def ask(self, conversation: str, content: str) -> Any:
        return await self.post(f"/chat/conversations/{conversation}/messages", {"content": content})

    async def ask_streaming(self, conversation: str, content: str) -> tuple[list[str], Any]:
        """The deltas, and the message at the end."""
        deltas, message, event = list[str](), None, ""
        path = f"/chat/conversations/{conversation}/messages"
        async with self.http.stream(
            "POST", self.place.url(path), json={"content": content}, headers=self.headers(Accept="text/event-stream")
        ) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("data: "):
                    said = json.loads(line[6:])
                    assert event != "error", said
                    if event == "delta":
                        deltas.append(said["content"])
                    elif event == "message":
                        message = said
        assert event == "done"
        return deltas, message

    async def ask_by_socket(self, conversation: str, content: str) -> tuple[list[str], Any]:
        address = self.place.address("/chat").replace("http", "ws", 1)
        deltas = list[str]()
        async with websockets.connect(f"{address}/api/v1/chat/ws/{conversation}") as socket:
            await socket.send(json.dumps({"type": "auth", "token": self.token}))
            await socket.send(json.dumps({"type": "message", "id": "one", "content": content}))
            asked = False
            while True:
                said = json.loads(await socket.recv())
                assert said["type"] != "error", said
                if said["type"] == "ack":
                    asked = True
                elif said["type"] == "delta":
                    deltas.append(said["content"])
                elif said["type"] == "message" and asked and said["role"] != "visitor":
                    return deltas, said

    async def events(self, kind: str = "") -> list[Any]:
        """The whole log of this tenant."""
        found, after = list[Any](), 0
        while page := (await self.get("/events", after=after, limit=200))["items"]:
            found, after = found + page, page[-1]["number"]
        return [event for event in found if kind in event["kind"]]

    async def told(self, kind: str, times: int = 1) -> list[Any]:
        """Events of this kind, once they are there."""

        async def look() -> Any:
            failed = await self.events("research_failed")
            assert not failed, failed
            found = await self.events(kind)
            return found if len(found) >= times else None

        found: list[Any] = await until(kind, look)
        return found
