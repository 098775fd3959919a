"""Rounds of a machine: one, or many until somebody ends them; a refusal in one of them does not end the rest."""

from __future__ import annotations

import json
import os
import signal

import pytest

from fanzha.cli.machines import run_rounds
from fanzha.core.errors import BadInput, Refused


def test_rounds_go_on_through_a_refusal_until_the_end_is_asked_for(capfdbinary):
    said = []

    def once():
        said.append(len(said))
        if len(said) == 2:
            raise Refused("the store is busy")
        if len(said) == 4:
            os.kill(os.getpid(), signal.SIGTERM)
        return {"sent": [len(said)] if len(said) > 2 else []}

    before = signal.getsignal(signal.SIGTERM)
    run_rounds(once, once=False, follow=0.01, as_json=True)
    assert signal.getsignal(signal.SIGTERM) is before
    out, err = capfdbinary.readouterr()
    assert [json.loads(line) for line in out.splitlines()] == [{"sent": [3]}, {"sent": [4]}]
    assert b"the store is busy; going on" in err


def test_one_round_says_what_it_did_and_raises_what_refused_it(capfdbinary):
    run_rounds(lambda: {"sent": []}, once=True, follow=None, as_json=True)
    assert json.loads(capfdbinary.readouterr().out) == {"sent": []}

    def refused():
        raise Refused("the store is busy")

    with pytest.raises(Refused):
        run_rounds(refused, once=False, follow=None, as_json=False)
    with pytest.raises(BadInput):
        run_rounds(refused, once=True, follow=1.0, as_json=False)
