"""The phones of ``bench.meeting_day``: a process of its own, for locust changes how Python waits.

A visit is what a member does who opens the app: the access token of last time is over, so it begins with a refresh (or,
for one visit in a hundred, with a sign-in: sessions live 60 days, so that is a new phone; its argon2 hash is the dearest
thing that anybody can ask for), then asks who one is, what is new, an article or two, documents; and pulls the list
down once more.
"""

from __future__ import annotations

from locust import FastHttpUser, events, task  # isort: skip - first of all: it patches the standard library

import collections
import itertools
import json
import logging
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment

from bench import phone
from bench.serving import Request

THINK = 0.5  # seconds between the requests of one phone, so a number of phones is a rate of requests
SIGN_IN_EVERY = 100  # visits
SATURATED = 1.0  # seconds: where the 95th percentile is beyond this, or the rate grows no more, the machine is full
# How full the hour from 19:00 to 20:00 is, in twelve parts: people come for 19:30 and stay.
CURVE = [0.15, 0.25, 0.4, 0.6, 0.8, 1.0, 1.0, 0.9, 0.8, 0.6, 0.4, 0.25]
PEAK = 0.7  # of the rate at saturation


class Phone(FastHttpUser):
    """One phone after the other: each visit is another member's."""

    members: Any  # an endless iterator over all members, shared by all
    newcomers: Any  # members with a password
    visits = itertools.count(1)

    @task
    def visit(self) -> None:
        """One member's evening with the app."""
        member = next(self.members)
        if next(Phone.visits) % SIGN_IN_EVERY == 0:
            device = {"name": "Máy mới", "platform": "ANDROID"}
            newcomer = {**next(self.newcomers), "device": device}
            began = self._ask("sign-in", phone.mutation("sign-in", newcomer))
            session = began["signIn"]["session"]
        else:
            began = self._ask("refresh", phone.mutation("refresh", {"refreshToken": member["refresh"]}))
            session = began["refreshSession"]["session"]
            member["refresh"] = session["refreshToken"]
        token = session["accessToken"]
        self._ask("me", phone.query("me", {}, token=token))
        home = self._ask("home", phone.query("home", {"first": 20}, token=token))
        etag = self.etag
        for edge in random.sample(home["articles"]["edges"], k=random.choice([1, 2])):
            self._ask("article", phone.query("article", {"id": edge["node"]["id"]}, token=token))
        if random.random() < 0.3:
            self._ask("documents", phone.query("documents", {"first": 20}, token=token))
        if phone.known("changes"):
            self._ask("changes", phone.query("changes", {"first": 50}, token=token))
        self._ask("home, nothing new", phone.query("home", {"first": 20}, token=token, etag=etag))

    def _ask(self, name: str, request: Request) -> Any:
        """The data of the answer; a failure is recorded where it is none."""
        headers = {**request.headers, "Accept-Encoding": "gzip"}
        method = "GET" if request.body is None else "POST"
        body = request.body.encode() if request.body else None
        with self.client.request(
            method, request.path, name=name, headers=headers, data=body, catch_response=True
        ) as answer:
            self.etag = answer.headers.get("ETag") if answer.headers else None
            data = None
            if answer.status_code == 200:
                content = json.loads(answer.content)
                data = content.get("data")
                refused = [
                    each["errors"] for each in (data or {}).values() if isinstance(each, dict) and each.get("errors")
                ]
                if "errors" in content or refused:
                    answer.failure(f"{content.get('errors') or refused}"[:300])
                else:
                    answer.success()
            elif answer.status_code == 304:
                answer.success()
            else:
                answer.failure(f"{answer.status_code} {(answer.text or '')[:200]}")
        gevent.sleep(THINK)
        return data


class Evening:
    """Runs the phones and reads what locust counted."""

    def __init__(self, port: int, members: list[dict[str, str]], newcomers: list[dict[str, str]]) -> None:
        Phone.members = itertools.cycle(members)
        Phone.newcomers = itertools.cycle(newcomers)
        self.environment = Environment(
            user_classes=[Phone], host=f"http://127.0.0.1:{port}", events=events, catch_exceptions=True
        )
        self.runner = self.environment.create_local_runner()
        self.why: collections.Counter[str] = collections.Counter()

    def hold(self, phones: int, seconds: float) -> dict[str, Any]:
        """So many phones for so long; what was counted after they had all begun."""
        self.runner.start(phones, spawn_rate=max(1000, phones))
        gevent.sleep(min(1.0, seconds / 4))
        self.environment.stats.reset_all()
        gevent.sleep(seconds)
        return self.counted(seconds)

    def counted(self, seconds: float) -> dict[str, Any]:
        """What locust counted since it last began to count."""
        stats = self.environment.stats
        rows = {name: _row(entry) for (name, _method), entry in sorted(stats.entries.items())}
        for error in stats.errors.values():
            self.why[f"{error.name}: {error.error}"] += error.occurrences
        return {"rate": stats.total.num_requests / seconds, "all": _row(stats.total), "operations": rows}

    def saturation(self, seconds: float, most: int) -> list[dict[str, Any]]:
        """Twice as many phones with each step, until the machine is full."""
        steps: list[dict[str, Any]] = []
        phones = 8
        while phones <= most:
            steps.append({"phones": phones, **self.hold(phones, seconds)})
            full = steps[-1]["all"]["p95"] > SATURATED * 1000
            stalled = len(steps) > 1 and steps[-1]["rate"] < 1.1 * steps[-2]["rate"]
            if full or stalled or self.why:
                break
            phones *= 2
        return steps

    def hour(self, phones: int, seconds: float) -> dict[str, Any]:
        """The curve of an hour within so many seconds, with so many phones at its peak."""
        self.runner.start(1, spawn_rate=1000)
        gevent.sleep(2)
        self.environment.stats.reset_all()
        for part in CURVE:
            self.runner.start(max(1, round(phones * part)), spawn_rate=1000)
            gevent.sleep(seconds / len(CURVE))
        found = self.counted(seconds)
        self.runner.quit()
        return found


def _row(entry: Any) -> dict[str, Any]:
    at = {f"p{p}": entry.get_response_time_percentile(p / 100) for p in (50, 95, 99)}
    return {"requests": entry.num_requests, "failed": entry.num_failures, **at}


def main() -> None:
    """Port, file of members and newcomers, seconds of a step, most phones, seconds of the hour; prints JSON."""
    port, people, step, most, hour = sys.argv[1:]
    logging.getLogger("locust.runners").setLevel(logging.ERROR)  # it warns of many phones beginning at once
    found = json.loads(Path(people).read_text())
    evening = Evening(int(port), found["members"], found["newcomers"])
    steps = evening.saturation(float(step), int(most))
    best = max(steps, key=lambda each: each["rate"])
    # A phone asks once in THINK and the time of an answer: so many ask at PEAK of the best rate.
    phones = max(1, round(PEAK * best["rate"] * (THINK + steps[0]["all"]["p50"] / 1000)))
    began, used = time.monotonic(), _cpu()
    curve = evening.hour(phones, float(hour))
    share = (_cpu() - used) / (time.monotonic() - began)
    print(
        json.dumps(
            {
                "steps": steps,
                "phones": phones,
                "hour": curve,
                "generator": share,
                "errors": evening.why.most_common(5),
                "visits": next(Phone.visits) - 1,
            }
        )
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
