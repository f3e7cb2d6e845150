"""Recognition inline and in a process of its own."""

import functools
import time

import numpy as np
import pytest

from tests.fakes import KnownRecording, ScriptedRecogniser, voice_like
from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.errors import EngineFailedError, ModelNotFoundError
from voicesim.live.jobs import InlineJobs, ProcessJobs


def _recogniser():
    sound = voice_like(np.random.default_rng(5), 1.0)
    return ScriptedRecogniser([KnownRecording.of(sound, "one two three four")]), False


def _missing():
    raise ModelNotFoundError("no model", hint="get one")


def _dying():
    import os

    os._exit(3)


def _sound():
    return voice_like(np.random.default_rng(5), 1.0)


def _texts(delivery):
    return [word.text for word in delivery.words]


def test_inline_jobs_deliver_after_the_declared_latency_and_only_once():
    jobs = InlineJobs(_recogniser()[0], latency_s=0.3)
    jobs.submit(0, _sound()[:8000])
    jobs.submit(0, _sound()[8000:])
    jobs.finish(0, 20_000)
    due = 20_000 + round(0.3 * SAMPLE_RATE_HZ)
    assert jobs.poll(due - 1) == ()
    (delivery,) = jobs.poll(due)
    assert _texts(delivery) == ["one", "two", "three", "four"]
    assert jobs.poll(due + 10_000) == ()


def test_a_cancelled_inline_job_is_never_delivered():
    jobs = InlineJobs(_recogniser()[0], latency_s=0.1)
    jobs.submit(0, _sound())
    jobs.finish(0, 0)
    jobs.cancel(0)
    assert jobs.poll(10**9) == ()


def _wait(jobs):
    until = time.monotonic() + 20.0
    while time.monotonic() < until:
        found = jobs.poll(0)
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("no delivery")


def test_a_process_recognises_and_says_who_it_is():
    jobs = ProcessJobs(_recogniser)
    try:
        assert jobs.identity.engine == "scripted"
        assert jobs.is_fallback is False
        jobs.submit(7, _sound())
        jobs.cancel(7)
        jobs.submit(8, _sound())
        jobs.finish(8, 0)
        (delivery,) = _wait(jobs)
        assert delivery.job_id == 8
        assert _texts(delivery) == ["one", "two", "three", "four"]
        assert delivery.work_s > 0.0
    finally:
        jobs.close()


def test_an_error_while_loading_reaches_the_caller_with_its_hint():
    with pytest.raises(ModelNotFoundError, match="no model") as caught:
        ProcessJobs(_missing)
    assert caught.value.hint == "get one"


def test_a_process_that_dies_at_its_start_is_an_engine_error():
    with pytest.raises(EngineFailedError, match="ended at its start"):
        ProcessJobs(_dying)


def test_a_process_that_dies_later_delivers_an_error_instead_of_nothing():
    jobs = ProcessJobs(functools.partial(_breaking_later))
    try:
        jobs.submit(1, _sound())
        jobs.finish(1, 0)
        (delivery,) = _wait(jobs)
        assert delivery.words == ()
        assert "process ended" in delivery.error
    finally:
        jobs.close()


def _breaking_later():
    return _Killed([]), False


class _Killed(ScriptedRecogniser):
    def session(self):
        import os

        os._exit(1)
