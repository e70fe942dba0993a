"""A peer's process: one request as a line of JSON on stdin, one answer as a line of JSON on stdout, until stdin ends."""

import json
import os
import sys
import traceback

# What libraries and their processes print must not get between the answers: this module is imported before them.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def serve(actions, condition_of=lambda error: None):
    """`actions` by name take a request and return what JSON can say. An error is an answer too: `{"error": {...}}`."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"value": actions[request["action"]](request)}
        except Exception as error:
            text = str(error) or traceback.format_exc()
            answer = {"error": {"condition": condition_of(error), "kind": type(error).__name__, "message": text[:4000]}}
        ANSWERS.write(json.dumps(answer) + "\n")
        ANSWERS.flush()
    # Threads of the packages may abort an orderly exit.
    os._exit(0)
