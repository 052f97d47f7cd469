"""How are scripts, versions and answers told to a page? As plain JSON; times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ari_app.contract import timestamp
from console.scripts.answers import Followed, Outcome
from console.scripts.versions import Draft, InForce, Kept
from ivr_flows.problem_words import LANGUAGES
from ivr_flows.problems import Problem, told_in
from ivr_flows.scripts import running
from ivr_flows.scripts.questions import BadAnswer
from ivr_flows.scripts.running import CannotGoOn, Run
from ivr_flows.scripts.script import Script
from ivr_flows.scripts.shown import shown

Json = dict[str, Any]


def in_force(one: InForce) -> Json:
    """Which version of a script it is, and where it comes from."""
    return {
        "name": one.name,
        "version": one.version,
        "title": one.script.title,
        "queues": list(one.script.queues),
        "campaigns": list(one.script.campaigns),
        "source": one.source,
        "published": None if one.at is None else timestamp(one.at),
        "by": one.by,
        "why": one.why,
        "file_version": one.file_version,
        "overruled": one.overruled,
    }


def whole(name: str, version: str, script: Script) -> Json:
    """A script for whoever follows it."""
    return {"name": name, "version": version, **shown(script)}


def kept(one: Kept, now: str | None) -> Json:
    """A version; ``now`` is the one in force."""
    told = {
        "id": one.id,
        "version": one.version,
        "source": one.source,
        "at": timestamp(one.at),
        "by": one.by,
        "why": one.why,
    }
    return {**told, "in_force": one.version == now}


def draft(one: Draft) -> Json:
    """What somebody is writing."""
    return {"text": one.text, "over": one.over, "at": timestamp(one.at)}


def problem(one: Problem) -> Json:
    """One thing wrong, for whoever writes the text. ``texts``: what is wrong and what to do in each language."""
    said = {language: dict(zip(("what", "remedy"), told_in(one, language), strict=True)) for language in LANGUAGES}
    told: Json = {"line": one.line, "field": one.field, "what": one.what, "remedy": one.remedy, "told": str(one)}
    return {**told, "code": getattr(one.what, "code", None), "texts": said}


def followed(one: Followed, script: Script | None) -> Json:
    """A script in one call. ``shown``: the answers that count, as people read them; None where the version is not kept."""
    told: Json = {
        "call": one.call,
        "script": one.name,
        "version": one.version,
        "language": one.language,
        "queue": one.queue,
        "known": one.known,
        "begun_by": one.begun_by,
        "operator": one.operator,
        "revision": one.revision,
        **_placed(one.run, one.types),
        "counted": list(one.counted),
        "disposition": one.disposition,
        "started": timestamp(one.started_at),
        "saved": timestamp(one.saved_at),
        "ended": None if one.ended_at is None else timestamp(one.ended_at),
    }
    return told if script is None else told | _standing(script, one.run, one.language)


def saved(outcome: Outcome) -> Json:
    """What came of saving: with ``wrong``, a code and words for each answer that was not taken, and ``stays``, why it went
    nowhere."""
    return followed(outcome.followed, outcome.script) | _refused(outcome.wrong, outcome.stays)


def tried(
    script: Script, run: Run, language: str, wrong: Mapping[str, BadAnswer], stays: CannotGoOn | None, *, ended: bool
) -> Json:
    """As ``saved``, of a script that nobody follows in a call."""
    types = {name: question.type for name, question in script.questions.items()}
    more = {
        "counted": list(running.counting(script, run)),
        "disposition": running.suggested(script, run),
        "ended": ended,
    }
    return _placed(run, types) | more | _standing(script, run, language) | _refused(wrong, stays)


def _placed(run: Run, types: Mapping[str, str]) -> Json:
    return {
        "at": run.at,
        "path": list(run.path),
        "objection": run.objection,
        "objections": list(run.objections),
        "answers": {name: {"type": types[name], "value": value} for name, value in run.answers.items()},
    }


def _standing(script: Script, run: Run, language: str) -> Json:
    questions = script.questions
    return {
        "shown": {name: questions[name].told(value, language) for name, value in running.counting(script, run).items()},
        "missing": list(running.missing_at(script, run)),
        "over": running.is_over(script, run),
    }


def _refused(wrong: Mapping[str, BadAnswer], stays: CannotGoOn | None) -> Json:
    told = {name: {"code": bad.code, "message": str(bad)} for name, bad in wrong.items()}
    return {"wrong": told, "stays": None if stays is None else str(stays)}
