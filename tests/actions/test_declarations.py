"""What a task declares in one place and what others say of it hold together; a failure names what is missing."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest

import actions
import backend.show
from actions import registry, side_questions
from actions.cases.kinds import CASE_KINDS, KIND_BY_INTENT
from actions.conversation.undo import UNDO_TASKS
from actions.form import Form
from actions.identity.forms import IdentifiedForm
from actions.registry import FORMS, FormSpec
from backend.account_question.service import TOPIC_HANDLERS
from backend.app import Backend
from backend.config import ROOT
from backend.knowledge.service import default_knowledge
from backend.knowledge.subjects import SKILLS
from backend.language import load_catalog
from backend.members.levels import NEEDS, QUESTION_LEVELS
from backend.models import list_models
from backend.reading.acts.model import ACT_KINDS
from engine.components import labeled_replies, question_context
from tests.support.harness import project
from tests.support.harness.talk import Talk

for _module in walk_packages(actions.__path__, "actions."):
    import_module(_module.name)  # a form registers itself when it is imported

ANSWERS = {path.name.split(".")[0] for path in (ROOT / "data" / "answers").glob("*.txt")} - {"seed"}
PAYLOAD = re.compile(r"/(?P<intent>\w+)(?P<values>\{.*\})?", re.DOTALL)
NOT_SHOWN = {
    "AddressCode": "a code of ten minutes",
    "OutageAccount": "an office's list: the notices tell which outages an account was told of",
    "AlertSent": "that an alert was sent once",
    "AuditRow": "the trail has a command of its own",
    "AutomaticDraft": "a charge on its way; its payment is shown",
    "Conversation": "who is talking now",
    "CreationLink": "a link of an hour",
    "AgentHandoff": "who waits for a person now",
    "IdentityLock": "guessing is held back for a while; the member is told by the way on file",
    "IdentityChallenge": "a code of ten minutes",
    "LedgerEntry": "the balance is their sum",
    "OneTimeCode": "a code of ten minutes",
    "PayLink": "a link of a day; its payment is shown",
    "PaymentGroupPart": "its payment is shown, with those that it was agreed to with",
    "PrepaidAccount": "what is left is the balance",
    "Quote": "what was read out; its payment is shown",
    "MeterReading": "the meter's readings, charted for the member",
    "DailyReading": "the meter's readings by day, charted for the member",
}
"""Tables with an account that `memberline show` leaves out, and why."""


def leaves(parent: type[Form]) -> Iterator[type[Form]]:
    for child in parent.__subclasses__():
        if "form" in child.__dict__:
            yield child
        yield from leaves(child)


CLASSES = {form.form: form for form in leaves(Form)}  # type: ignore[type-abstract]
every_form = pytest.mark.parametrize("declared", FORMS.values(), ids=list(FORMS))


@every_form
def test_the_domain_knows_the_form(declared: FormSpec) -> None:
    domain = project.domain()
    assert declared.form in domain["forms"], "forms"
    assert f"validate_{declared.form}" in domain["actions"], "actions"
    assert set(declared.slots) - set(domain["slots"]) == set(), "slots"
    required = set(domain["forms"][declared.form]["required_slots"])
    assert required - set(declared.slots) == set(), "required_slots that are no slots of the form"


@every_form
def test_the_rules_open_and_close_the_form(declared: FormSpec) -> None:
    rules = project.rules()
    assert rules.closes.get(declared.form) == "action_finish", "a rule that closes it with action_finish"
    opened = {intent for intent, form in rules.opens.items() if form == declared.form}
    assert opened <= declared.opening_intents, "opening_intents, for the intents whose rule opens it"
    unopened = declared.opening_intents - opened
    by_action = {
        intent for intent in unopened if rules.first.get(intent) == registry.OPENER_ACTIONS.get(intent, ("",))[0]
    }
    assert unopened - by_action == set(), "a rule that opens it, or an action of registry.OPENER_ACTIONS"


@every_form
def test_the_form_opens_at_a_level(declared: FormSpec) -> None:
    form = CLASSES[declared.form]
    if issubclass(form, IdentifiedForm):
        own = form.level_needed is not IdentifiedForm.level_needed
        assert own or form.skill in NEEDS, f"{form.skill} in NEEDS, or a level_needed of its own"


@every_form
def test_the_form_has_a_title_in_spanish(declared: FormSpec) -> None:
    assert declared.title in load_catalog(), "its title in an es.po"


@every_form
def test_its_questions_are_of_types_that_the_engine_learns(declared: FormSpec) -> None:
    asks = dict(declared.asks)
    assert set(asks.values()) - ANSWERS == set(), "data/answers has no such type"
    assert set(asks) - set(declared.slots) == set(), "typed questions for slots that are none of its own"
    required = set(project.domain()["forms"][declared.form]["required_slots"])
    assert required - set(asks) == set(), "the types of these questions, in `asks`"
    task = CLASSES[declared.form].task
    assert task in question_context.TASKS, f"the engine knows no task {task}, and reads its messages as of none"


@pytest.mark.parametrize("kind", CASE_KINDS)
async def test_every_kind_of_case_is_a_task_that_the_engine_knows(talk: Talk, kind: str) -> None:
    talk.log.slots["offer"] = {"opener": "case_form", "slots": {"case_kind": kind}}
    await talk.user_input("yes")
    assert talk.slots["question"]["task"] in question_context.TASKS
    if kind in question_context.TASKS:
        assert talk.slots["question"]["task"] == kind


def test_the_engine_and_the_actions_know_the_same_acts_and_types() -> None:
    assert set(labeled_replies.ACT_NAMES) == set(ACT_KINDS)
    assert set(question_context.QUESTION_TYPES) == ANSWERS


def test_every_title_has_its_spanish() -> None:
    titles = {title for _, title in registry.OPENER_ACTIONS.values()} | {declared.title for declared in FORMS.values()}
    assert titles - set(load_catalog()) == set()


def test_every_intent_has_a_rule() -> None:
    assert set(project.domain()["intents"]) - set(project.rules().first) == set()
    assert set(project.rules().first) - set(project.domain()["intents"]) == set()


def test_every_action_named_by_a_rule_or_request_exists() -> None:
    domain = project.domain()
    known = {*domain["actions"], *domain["forms"]}
    rules = project.rules()
    named = {*rules.first.values(), *rules.closes.values(), *side_questions.OPENER_BY_SKILL.values()}
    named |= {opener for opener, _ in UNDO_TASKS.values()} | {action for action, _ in registry.OPENER_ACTIONS.values()}
    assert named - known == set()


def test_the_actions_of_the_code_are_those_of_the_domain(backend: Backend) -> None:
    executor = actions.build_executor(backend)
    assert {action.name for action in executor.list_actions()} == set(project.domain()["actions"])


def test_every_skill_offered_by_knowledge_opens_a_task() -> None:
    opened = {skill for skill in SKILLS if side_questions.find_task_opener(skill)}
    assert SKILLS - opened - side_questions.CASE_SKILLS == set()
    assert side_questions.CASE_SKILLS - set(CASE_KINDS) - {"person"} == set()
    assert set(KIND_BY_INTENT.values()) <= set(CASE_KINDS)


def test_every_account_question_has_a_level_and_a_subject() -> None:
    assert set(TOPIC_HANDLERS) == set(QUESTION_LEVELS)
    knowledge = default_knowledge()
    subjects = [knowledge.find(path.stem) for path in (ROOT / "knowledge").glob("*.md")]
    assert {subject.account for subject in subjects if subject} - {None} == set(TOPIC_HANDLERS)


def test_every_button_payload_is_in_the_domain() -> None:
    domain = project.domain()
    unknown = set()
    for name, variants in project.responses().items():
        for button in [button for variant in variants for button in variant.get("buttons") or []]:
            found = PAYLOAD.fullmatch(button["payload"].replace("{{", "{").replace("}}", "}"))
            assert found, f"{name}: {button['payload']}"
            entities = set(json.loads(found["values"] or "{}"))
            unknown |= {found["intent"]} - set(domain["intents"]) | entities - set(domain["entities"])
    assert unknown == set()


def test_every_response_that_the_code_names_has_words() -> None:
    named = set()
    for path in (ROOT / "actions").rglob("*.py"):
        constants = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        texts = {node.value for node in constants if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        named |= {text for text in texts if re.fullmatch(r"utter_\w*[a-z]", text)} - {"utter_action"}  # metadata
    assert named - set(project.responses()) == set()


def test_show_lists_every_table_of_an_account() -> None:
    models = list_models()
    with_account = {model.__name__ for model in models if "account_id" in model.__table__.columns}
    shown = set(vars(backend.show)) | {model.__name__ for model in models if model.shown_as}
    assert with_account - shown - set(NOT_SHOWN) == set(), "give them a shown_as, or say here why not"
    assert set(NOT_SHOWN) - {model.__name__ for model in models} == set(), "tables that are gone"
    assert set(NOT_SHOWN) & shown == set(), "shown after all"
