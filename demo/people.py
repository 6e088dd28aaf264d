"""People at the public API, as their browser or phone would use it."""

from typing import Any, Final, Self
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx

TIMEOUT_S: Final = 15.0

Json = dict[str, Any]


class Person:
    """Somebody signed in. Methods raise httpx.HTTPStatusError with what the centre said."""

    def __init__(self, login: str, http: httpx.AsyncClient) -> None:
        self.login = login
        self.http = http

    @classmethod
    async def by_link(cls, url: str, login: str, link: str, password: str) -> Self:
        """Come in by a one-time link and choose a password."""
        http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S)
        token = link.rsplit("/", 1)[-1]
        answer = await http.post("/v1/session/link", json={"token": token, "bearer": True})
        answer.raise_for_status()
        http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        person = cls(login, http)
        await person.post("/v1/me/password", {"password": password})
        return person

    async def get(self, path: str, **params: Any) -> Json:  # noqa: ANN401 - query parameters
        """Read."""
        answer = await self.http.get(path, params=params)
        answer.raise_for_status()
        told: Json = answer.json()
        return told

    async def all(self, path: str, **params: Any) -> list[Json]:  # noqa: ANN401 - query parameters
        """Read every page of a list."""
        items: list[Json] = []
        after: dict[str, str] = {}
        while True:
            page = await self.get(path, limit=100, **params, **after)
            items += page["items"]
            if not page.get("next"):
                return items
            after = {"after": page["next"]}

    async def post(self, path: str, body: Json | None = None, version: int | None = None) -> Json:
        """Change something, once."""
        headers = {"Idempotency-Key": uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = await self.http.post(path, json=body, headers=headers)
        answer.raise_for_status()
        told: Json = answer.json()
        return told

    async def step(self, path: str, step: str, body: Json | None = None) -> Json:
        """Take a step in the life of an alert or a case, against the version seen now."""
        seen = await self.get(path)
        return await self.post(f"{path}/{step}", body, seen["version"])

    async def photo(self, case: str, jpeg: bytes, role: str = "after") -> Json:
        """Add a photo to a case; the same again, after an answer that was lost, makes no second one."""
        client = uuid5(NAMESPACE_URL, f"{self.login}/{case}/{role}")
        answer = await self.http.post(
            f"/v1/cases/{case}/photos",
            data={"role": role, "client_id": str(client)},
            files={"file": ("photo.jpg", jpeg, "image/jpeg")},
        )
        answer.raise_for_status()
        told: Json = answer.json()
        return told
