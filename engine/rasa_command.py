"""Replaces the `rasa` command of this environment: it works, or says in two lines what to use instead.

Rasa's own command imports TensorFlow, which is not installed on purpose. `python engine/rasa_command.py --install` puts
rasa_command.pth into this environment: Python reads it at each start and runs this script for `rasa …` and
`python -m rasa …`. With TensorFlow in the environment Rasa's own command runs.
"""

import importlib.util
import os
import shutil
import sys
import sysconfig
from itertools import takewhile
from pathlib import Path

ENGINE_FOLDER = Path(__file__).resolve().parent
sys.path[0] = str(ENGINE_FOLDER.parent)
HOOK_FILE = ENGINE_FOLDER / "rasa_command.pth"

SCRIPT_BY_COMMAND = {
    ("data", "validate"): ["validate.py"],
    ("train",): ["train.py"],
    ("train", "nlu"): ["train.py"],
    ("train", "core"): ["train.py"],
}
"""Commands with a script of ours that does the same, and what it is called with."""

CHAT_HINT = (
    "From the project's folder: `.venv/bin/memberline serve`, then `.venv/bin/memberline chat` in another terminal."
)
SERVE_HINT = (
    "From the project's folder: `.venv/bin/memberline serve` starts the engine, the actions and the app; "
    "the engine alone: `engine/.venv/bin/python engine/serve.py --help`."
)
HINT_BY_COMMAND = {
    ("shell",): CHAT_HINT,
    ("shell", "nlu"): "`engine/.venv/bin/python engine/parse.py FILE.jsonl` tells the intents of lines of "
    '{"text": "…"}.',
    ("interactive",): CHAT_HINT,
    ("run",): SERVE_HINT,
    ("run", "actions"): SERVE_HINT,
    ("test",): "From the project's folder: `.venv/bin/memberline evaluate --help`, and `make test` for all tests.",
    ("evaluate",): "From the project's folder: `.venv/bin/memberline evaluate --help`.",
    ("x",): "Rasa X is no part of Rasa Open Source 3. `.venv/bin/memberline serve` shows the talks at /staff.",
    ("init",): "This is a project already: docs/adding-a-skill.md tells how to go on from here.",
    ("visualize",): "docs/conversation.md tells how a talk goes; the rules are in data/rules.yml.",
    ("export",): "Conversations are in the app's database: docs/architecture.md tells where.",
}
"""Commands that cannot work here, and what does."""
REFUSED_STATUS = 2


def find_known_command(command: tuple[str, ...], known: dict[tuple[str, ...], object]) -> tuple[str, ...] | None:
    """The command, or its first word alone, whichever is known."""
    return next((command[:size] for size in (2, 1) if command[:size] in known), None)


def run_rasa(arguments: list[str]) -> int:
    """Run Rasa's own command with our stub for TensorFlow; an error becomes one line."""
    from engine import bootstrap

    sys.argv = ["rasa", *arguments]
    try:
        bootstrap.prepare()
        from rasa.__main__ import main as rasa_main

        rasa_main()
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        print(f"rasa {' '.join(arguments)}: {type(error).__name__}: {reason}", file=sys.stderr)
        print("What works here instead is in engine/README.md.", file=sys.stderr)
        return 1
    return 0


def main(arguments: list[str]) -> int:
    """The exit status."""
    if arguments == ["--install"]:
        # Python reads every .pth file there at each start
        shutil.copyfile(HOOK_FILE, Path(sysconfig.get_path("purelib")) / HOOK_FILE.name)
        return 0
    if importlib.util.find_spec("tensorflow") is not None or {"-h", "--help"} & set(arguments):
        return run_rasa(arguments)
    # the words in front of the first option, two at most
    command = tuple(takewhile(lambda argument: not argument.startswith("-"), arguments))[:2]
    if ours := find_known_command(command, SCRIPT_BY_COMMAND):
        script, *rest = SCRIPT_BY_COMMAND[ours]
        given = arguments[len(ours) :]
        left_out = f", which takes none of {' '.join(given)}" if given else ""
        print(f"rasa {' '.join(ours)} is here: python engine/{script}{left_out}", file=sys.stderr, flush=True)
        os.execv(sys.executable, [sys.executable, str(ENGINE_FOLDER / script), *rest])  # noqa: S606 - the same Python
    if instead := find_known_command(command, HINT_BY_COMMAND):
        print(f"rasa {' '.join(instead)} does not work here: TensorFlow is left out on purpose.", file=sys.stderr)
        print(HINT_BY_COMMAND[instead], file=sys.stderr)
        return REFUSED_STATUS
    return run_rasa(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
