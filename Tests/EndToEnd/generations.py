"""Generated texts as a client asks for and follows them."""
import json
from dataclasses import dataclass

import httpx
from cowriting import V1, ok
from server import wait_for

KEY = "sk-a-key-that-nobody-may-see-0123456789"
ENDED = ("completed", "failed", "cancelled")


def settings(models, key=KEY):
    return {"WEFT_AI_BASE_URL": models.url, "WEFT_AI_MODEL": "stub", "WEFT_AI_API_KEY": key}


def generate(person, document_id, prompt="请生成应急响应部分", **more):
    return ok(person.post("/ai/generate", {"document_id": document_id, "prompt": prompt, **more}), 202, "AI生成任务已提交，正在处理中")


def generation(person, id):
    return ok(person.get(f"/ai/generations/{id}"))


def wait_for_end(person, id, seconds=60):
    return wait_for(lambda: (g := generation(person, id))["status"] in ENDED and g, f"generation {id} to end", seconds)


def written(person, document_id, **more):
    """A text that has ended."""
    return wait_for_end(person, generate(person, document_id, **more)["id"])


@dataclass
class Event:
    name: str
    id: str
    data: dict


def events(lines):
    """The events of an answer's lines as they come; a comment is one with the name ':'. As WHATWG HTML 9.2.6 reads them."""
    name, data, last = "", [], ""
    for line in lines:
        if line == "":
            if data:
                yield Event(name or "message", last, json.loads("\n".join(data)))
            name, data = "", []
        elif line.startswith(":"):
            yield Event(":", last, {})
        else:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "id":
                last = value


class Stream:
    """`GET …/stream` while it lasts: iterate over it, or look at `status` and `headers` first."""

    def __init__(self, person, id, last=None, url=None, comments=False, timeout=60):
        headers = {"Authorization": f"Bearer {person.token}"} | ({"Last-Event-ID": last} if last is not None else {})
        self.client = httpx.Client(base_url=url or person.server.url, trust_env=False, timeout=timeout)
        self.call = self.client.stream("GET", f"{V1}/ai/generations/{id}/stream", headers=headers)
        self.comments = comments

    def __enter__(self):
        self.answer = self.call.__enter__()
        self.status, self.headers = self.answer.status_code, self.answer.headers
        found = events(self.answer.iter_lines())
        self.events = found if self.comments else (e for e in found if e.name != ":")
        return self

    def __exit__(self, *what):
        self.call.__exit__(*what)
        self.client.close()

    def __iter__(self):
        return self.events

    def __next__(self):
        return next(self.events)


def text_of(found):
    return "".join(e.data["text"] for e in found if e.name == "text")
