"""Asks a running kernel for values, past whatever page or notebook it belongs to."""

from __future__ import annotations

import ast

from jupyter_client.blocking import BlockingKernelClient

PATIENCE = 120  # seconds until a condition that should come about counts as never coming


def evaluate(client: BlockingKernelClient, expression: str) -> object:
    """Evaluates an expression of literals in the kernel."""
    reply = client.execute("", user_expressions={"value": expression}, reply=True, timeout=PATIENCE)
    answer = reply["content"]["user_expressions"]["value"]
    assert answer["status"] == "ok", answer
    return ast.literal_eval(answer["data"]["text/plain"])


def execute(client: BlockingKernelClient, code: str) -> None:
    """Runs code in the kernel."""
    reply = client.execute(code, reply=True, timeout=PATIENCE)
    assert reply["content"]["status"] == "ok", reply["content"]
