"""Testers at work, for locust: each signs in, takes the next test, keeps a draft every ten seconds, submits, and goes on.

Every acknowledged answer is written down (UATAPP_LOAD_NOTES), so that it can be looked for afterwards.
"""

import json
import os
import random
import re
from itertools import count
from pathlib import Path

import gevent
from locust import FastHttpUser, task
from locust.exception import StopUser

from benchmarks.serving import HIDDEN
from tests.world import PASSWORD
from uatapp.demo.pictures import draw

DRAFTS, EVERY = (6, 10), (8.0, 12.0)  # how many drafts of a test, and the seconds between them
SHARE_SHOWN = 0.2
PICTURE = draw("Orders", "Saved.")
NUMBERS = count(1)
START = re.compile(r'action="(/projects/PAY/runs/start/(\d+))"')


def note(**said: object) -> None:
    with Path(os.environ["UATAPP_LOAD_NOTES"]).open("a", encoding="utf-8") as notes:
        notes.write(json.dumps(said) + "\n")


class Tester(FastHttpUser):
    """One person with their own tests."""

    def on_start(self) -> None:
        gevent.sleep(random.uniform(0, 5))
        page = self.client.get("/sign-in", name="sign-in page")
        email = f"load{next(NUMBERS)}@example.com"
        fields = hidden(page.text) | {"email": email, "password": PASSWORD}
        self.client.post("/sign-in", fields, name="sign in")

    @task
    def next_test(self) -> None:
        """Take the next test from the first press to its result."""
        page = self.client.get("/projects/PAY/my-work", name="my work").text or ""
        found = START.search(page)
        if found is None:
            raise StopUser
        number = int(found[2])
        runner = self.client.post(found[1], {"csrf_token": hidden(page)["csrf_token"]}, name="start a test").text or ""
        base = f"/projects/PAY/runs/open/{number}"
        fields = hidden(runner) | dict.fromkeys(re.findall(r'name="(answer-\d+)"', runner), "as_expected")
        for _ in range(random.randint(*DRAFTS)):
            gevent.sleep(random.uniform(*EVERY))
            fields["remark"] = f"Remark {random.random()}"
            fields["version"] = self._keep(base, fields, number)
        if random.random() < SHARE_SHOWN:
            fields["version"] = self._show(base, fields)
        self._submit(base, fields, number)

    def _keep(self, base: str, fields: dict[str, str], number: int) -> str:
        told = {name: value for name, value in fields.items() if name != "form_key"}
        with self.client.post(f"{base}/draft", told, name="draft", catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code}")
                return fields["version"]
            note(draft=number, remark=fields["remark"])
            return str(answer.json()["version"])

    def _show(self, base: str, fields: dict[str, str]) -> str:
        told = {name: value for name, value in fields.items() if name != "form_key"}
        files = {"files": ("order.png", PICTURE, "image/png")}
        page = self.client.post(f"{base}/files", data=told, files=files, name="picture")
        return hidden(page.text).get("version", fields["version"])

    def _submit(self, base: str, fields: dict[str, str], number: int) -> None:
        with self.client.post(
            f"{base}/submit", fields, name="submit", allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code == 303:
                note(submitted=number, remark=fields["remark"])
                answer.success()
            else:
                answer.failure(f"{answer.status_code}")


def hidden(page: str | None) -> dict[str, str]:
    return {found["name"]: found["value"] for found in HIDDEN.finditer(page or "")}
