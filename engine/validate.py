"""Checks the training data without training: `python engine/validate.py`.

Rasa's own checks, but a finding of any of them is an error. Not checked: responses and intents that no rule names,
because actions use those; and rules that contradict each other, which only training finds.
"""

import argparse
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine import bootstrap  # noqa: E402 - the line above makes it importable

# Rasa says this whenever a slot and an entity share a name, as ours do on purpose.
EXPECTED_WARNING = "Slot auto-fill has been removed"


@contextmanager
def collect_warnings() -> Iterator[list[str]]:
    """Gather warnings instead of showing them."""
    findings: list[str] = []

    def gather(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
        if issubclass(category, UserWarning) and not str(message).startswith(EXPECTED_WARNING):
            findings.append(" ".join(str(message).split()))

    shown, warnings.showwarning = warnings.showwarning, gather
    try:
        yield findings
    finally:
        warnings.showwarning = shown


def find_reply_errors(project: Path) -> list[str]:
    """What cannot be read in data/answers, the first of each file."""
    from engine.components.labeled_replies import BadReplyError, load_replies

    found = []
    for path in sorted((project / "data" / "answers").glob("*.txt")):
        try:
            load_replies(path)
        except BadReplyError as error:
            found.append(str(error))
    return found


def find_sentence_errors(project: Path) -> list[str]:
    """What is wrong in data/danger and data/danger_talk: a file without a label, a sentence with two labels."""
    from engine.components.danger_models import DANGER_TALK_LABELS, HAZARD_LABELS
    from engine.components.sentence_model import BadSentenceFileError, load_sentences

    found = []
    for folder, labels in (("danger", HAZARD_LABELS), ("danger_talk", DANGER_TALK_LABELS)):
        try:
            sentences = load_sentences(project / "data" / folder, labels)
        except BadSentenceFileError as error:
            found.append(str(error))
            continue
        labels_of: dict[str, set[str]] = {}
        for label, text in sentences:
            labels_of.setdefault(text.lower(), set()).add(label)
        for text, names in labels_of.items():
            if len(names) > 1:
                found.append(f"data/{folder}: {text!r} is of {' and '.join(sorted(names))}")
    return found


def find_errors(project: Path) -> list[str]:
    """What is wrong with the project's domain, data and config; an empty list is good."""
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.validator import Validator

    domain = project / "domain.yml"
    with collect_warnings() as findings:
        importer = TrainingDataImporter.load_from_config(
            str(project / "config.yml"),
            str(domain if domain.is_file() else project / "domain"),
            str(project / "data"),
        )
        validator = Validator.from_importer(importer)
        unlisted = validator.intents.intents - set(validator.domain.intents)
        verdicts = {
            "the domain": validator.verify_domain_validity(),
            "a sentence with two intents": validator.verify_example_repetition_in_intents(False),
            "an action in a rule": validator.verify_actions_in_stories_rules(),
            "a form in a rule": validator.verify_forms_in_stories_rules(),
            "a form's slots": validator.verify_form_slots(),
            "a slot's mapping": validator.verify_slot_mappings(),
            "stories that contradict each other": validator.verify_story_structure(False),
        }
    failed = [f"{what}: not in order" for what, good in verdicts.items() if not good]
    failed += [f"the intent {intent} has examples but is not in the domain" for intent in sorted(unlisted)]
    return list(dict.fromkeys(findings)) + failed + find_reply_errors(project) + find_sentence_errors(project)


def main() -> int:
    """The exit status: 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, default=bootstrap.ROOT)
    project = parser.parse_args().project.resolve()
    bootstrap.prepare(show_warnings=True)
    import logging

    logging.disable(logging.ERROR)  # the validator logs each finding too
    try:
        findings = find_errors(project)
    except (Exception, SystemExit) as error:  # a file that cannot be read at all
        findings = [f"{type(error).__name__}: {error}"]
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"training data: {f'{len(findings)} findings' if findings else 'in order'}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
