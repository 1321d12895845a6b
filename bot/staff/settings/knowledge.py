"""The pages about knowledge: the list of subjects, and one subject with its questions and answers in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.knowledge.check import Findings, check_subjects
from backend.knowledge.parsing import PLACEHOLDER, KnowledgeError, parse_text
from backend.knowledge.service import NEEDED_SUBJECTS, Knowledge, default_knowledge
from backend.knowledge.similar_questions import normalize_words
from backend.knowledge.subjects import GROUPS, SKILLS, Subject
from backend.knowledge.writing import compose, list_lines
from backend.language import LANGUAGES, tr
from backend.office_settings import service
from backend.office_settings.service import SettingsRefused
from backend.office_settings.state import State, merge_subjects
from backend.reading.acts.model import FOLLOW_UP_PREFIX
from backend.staff.roles import Role
from bot.staff.settings.describing import KNOWLEDGE, list_changes
from bot.staff.settings.fields import LANGUAGE_LABELS, Sample
from bot.staff.settings.pages import URL, Draft, SettingsBase, read_typed
from bot.staff.settings.subject_words import GROUP_TITLES, SKILL_TITLES, list_facts
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes

SUBJECTS_URL = f"{URL}/knowledge"
NEW = "new"
SUBJECT_NAME = re.compile(r"[a-z][a-z0-9_]{1,59}")
PARTS = ("questions", "answer", "offer", "contexts")
STATES = ("changed", "new", "off")


class KnowledgePages(SettingsBase):
    def routes(self) -> Routes:
        return (
            (self.list_subjects, "GET", "/settings/knowledge", Role.SUPERVISOR),
            (self.show_subject, "GET", "/settings/knowledge/<subject:str>", Role.SUPERVISOR),
            (self.change_subject, "POST", "/settings/knowledge/<subject:str>", Role.SUPERVISOR),
        )

    async def list_subjects(self, request: Request, name: str) -> HTTPResponse:
        """All subjects, those switched off too; found by a word of the title, a question or an answer."""
        _, state = await self.load_now()
        looked_for = str(request.args.get("q") or "").strip()[:80]
        group, only = str(request.args.get("group") or ""), str(request.args.get("state") or "")
        subjects = self._all_subjects(state)
        rows = [(one, _state_of(state, one.name)) for one in subjects if _fits(one, looked_for, group)]
        if only in STATES:
            rows = [(one, word) for one, word in rows if word == only]
        return self.staff.render_page(
            "settings/subjects.html", rows=rows, q=looked_for, group=group, only=only,
            groups=_titled(GROUPS, GROUP_TITLES), group_titles=GROUP_TITLES, total=len(subjects), languages=LANGUAGES,
        )  # fmt: skip

    def _all_subjects(self, state: State) -> list[Subject]:
        shipped = default_knowledge().subjects
        found = {one.name: one for one in merge_subjects(shipped.values(), state)}
        return [each for _, each in sorted({**shipped, **found}.items())]

    async def show_subject(self, request: Request, name: str, subject: str) -> HTTPResponse:
        version, state = await self.load_now()
        found = self._find(state, subject)
        return self._render_form(state, subject, _show(found) | {"opened": str(version)}, {})

    def _find(self, state: State, name: str) -> Subject | None:
        """The subject in force, or as it was shipped; None for a new one. Raises NotFound."""
        if name == NEW:
            return None
        text = state.knowledge.get(name)
        found = parse_text(name, text) if text is not None else default_knowledge().find(name)
        if found is None:
            raise NotFound()
        return found

    def _render_form(
        self, state: State, subject: str, typed: Mapping[str, str], errors: Mapping[str, str], trouble: str = ""
    ) -> HTTPResponse:
        order = ("name", "title", *(f"{part}_{language}" for language in LANGUAGES for part in PARTS))
        return self.staff.render_page(
            "settings/subject.html", 422 if errors or trouble else 200, subject=subject, errors=errors,
            typed=_show(None) | {"opened": ""} | dict(typed), trouble=trouble, languages=LANGUAGES,
            first=next((one for one in order if one in errors), ""), state_word=_state_of(state, subject),
            groups=_titled(GROUPS, GROUP_TITLES), skills=_titled(SKILLS, SKILL_TITLES),
            is_shipped=default_knowledge().find(subject) is not None, is_needed=subject in NEEDED_SUBJECTS,
            is_new=subject == NEW, is_follow_up=subject.startswith(FOLLOW_UP_PREFIX),
            facts=list_facts(self.backend.coop, subject),
        )  # fmt: skip

    async def change_subject(self, request: Request, name: str, subject: str) -> HTTPResponse:
        """Save it, switch it off, or take the shipped one again: read back first, then published."""
        base, state = await self.load_now()
        found = self._find(state, subject)
        typed = read_typed(request)
        act = form_field(request, "act") or "save"
        if form_field(request, "step") == "edit":
            return self._render_form(state, subject, typed or _show(found), {})
        errors: dict[str, str] = {}
        after = self._apply(state, subject, found, act, typed, errors)
        if after is None or errors:
            return self._render_form(state, subject, typed or _show(found), errors)
        draft = self._make_draft(state, after, subject if subject != NEW else typed["name"], typed, act)
        if not draft.changes:
            if form_field(request, "step") == "publish":
                return pages.redirect(f"{URL}/history?published={base}")
            words = tr("Nothing is different from what is in force now.")
            return self._render_form(state, subject, typed or _show(found), {}, words)
        draft.back = f"{SUBJECTS_URL}/{subject}"
        if (opened := typed.get("opened", "")).isdecimal() and len(opened) < 9 and int(opened) < base:
            draft.warnings += await self.list_meanwhile(int(opened))
        try:
            service.check_state(self.backend, after)
        except SettingsRefused as refused:
            words = tr("The same question stands in two subjects: {places}", places=str(refused))
            return self._render_form(state, subject, typed or _show(found), {}, words)
        if form_field(request, "step") == "publish":
            return await self.publish(request, name, draft, base)
        return self.render_draft(draft, base)

    def _apply(
        self, state: State, subject: str, found: Subject | None, act: str, typed: dict[str, str], errors: dict[str, str]
    ) -> State | None:
        """The state after the act; None, or with `errors` by the field, where it cannot be done."""
        if act == "off" and subject not in NEEDED_SUBJECTS and found is not None:
            return (
                state.with_subject(subject, None)
                if default_knowledge().find(subject)
                else state.without_subject(subject)
            )
        if act == "shipped":
            return state.without_subject(subject)
        if act != "save":
            return None
        name = subject
        if subject == NEW:
            name = typed["name"] = typed.get("name", "").strip()
            if trouble := self._find_name_trouble(state, name):
                errors["name"] = trouble
        text = _compose(typed, found)
        _check_parts(typed, name, errors, list_facts(self.backend.coop, name))
        if errors:
            return None
        try:
            parse_text(name, text)
        except KnowledgeError as fault:
            errors["title"] = str(fault)
        return state.with_subject(name, text)

    def _find_name_trouble(self, state: State, name: str) -> str:
        if not SUBJECT_NAME.fullmatch(name) or name == NEW or name.startswith(FOLLOW_UP_PREFIX):
            return tr("A short name of small letters, digits and underscores, such as late_fee.")
        if name in state.knowledge or default_knowledge().find(name):
            return tr("There is a subject of this name already.")
        return ""

    def _make_draft(self, state: State, after: State, name: str, typed: Mapping[str, str], act: str) -> Draft:
        hidden = {**typed, "act": act}
        changes = list_changes(self.backend.live.raw, state, after)
        draft = Draft(after, KNOWLEDGE, "", hidden, changes)
        try:
            knowledge = self.backend.live.build_knowledge(after)
        except KnowledgeError:
            return draft  # check_state says why
        if knowledge.find(name) is not None:
            draft.samples = self._list_samples(knowledge, name)
            draft.warnings = _list_warnings(check_subjects(list(knowledge.subjects.values()), self.backend.coop), name)
        return draft

    def _list_samples(self, knowledge: Knowledge, name: str) -> list[Sample]:
        """The answer as it is told, in each language that the subject has."""
        samples = []
        for language in knowledge.require(name).contents:
            answer = knowledge.answer_subject(name, self.backend.coop, language)
            words = " ".join(each for each in (answer.text, answer.offer) if each)
            if words:
                samples.append(Sample(f"{tr('The answer')}, {tr(LANGUAGE_LABELS[language])}", words, language))
        return samples


def _list_warnings(found: Findings, name: str) -> list[str]:
    """What the check of knowledge/ finds about this subject; none of it keeps it from being published."""
    kinds = (
        (tr("Nearly the same question stands in another subject"), found.near_duplicates),
        (tr("A fact is missing, so this sentence is not said"), found.gaps),
        (tr("A language is missing"), found.languages),
        (tr("Longer than two text messages"), found.long),
    )
    return [f"{title}: {line}" for title, lines in kinds for line in lines if f"{name}.md" in line]


def _fits(subject: Subject, looked_for: str, group: str) -> bool:
    if group and subject.group != group:
        return False
    texts = [subject.title, subject.name.replace("_", " ")]
    texts += [text for words in subject.contents.values() for text in (*words.questions, words.answer)]
    asked = normalize_words(looked_for)
    known = " ".join(" ".join(normalize_words(text)) for text in texts)
    return all(word in known for word in asked)


def _state_of(state: State, name: str) -> str:
    """`changed`, `new`, `off`, or empty for a subject as it was shipped."""
    if name not in state.knowledge:
        return ""
    if state.knowledge[name] is None:
        return "off"
    return "changed" if default_knowledge().find(name) else "new"


def _show(subject: Subject | None) -> dict[str, str]:
    """The fields of the form."""
    typed = {f"{part}_{language}": "" for language in LANGUAGES for part in PARTS}
    if subject is None:
        return typed | {"name": "", "title": "", "group": "billing", "skill": ""}
    for language, content in subject.contents.items():
        typed |= {f"{part}_{language}": "\n".join(lines) for part, lines in list_lines(content).items()}
    return typed | {
        "name": subject.name,
        "title": subject.title,
        "group": subject.group,
        "skill": subject.skill or "",
    }


def _compose(typed: Mapping[str, str], found: Subject | None) -> str:
    words = {
        language: {
            "questions": _lines(typed, "questions", language),
            "answer": [" ".join(typed.get(f"answer_{language}", "").split())],
            "offer": [" ".join(typed.get(f"offer_{language}", "").split())],
            "contexts": _lines(typed, "contexts", language),
        }
        for language in LANGUAGES
    }
    group = typed.get("group", "")
    skill = typed.get("skill", "")
    title = " ".join(typed.get("title", "").split())
    account = found.account if found else None
    return compose(title, group if group in GROUPS else "office", skill if skill in SKILLS else None, account, words)


def _lines(typed: Mapping[str, str], part: str, language: str) -> list[str]:
    """The lines of a field, without a mark that somebody typed in front of them."""
    lines = typed.get(f"{part}_{language}", "").splitlines()
    return [line.strip().lstrip("?@").strip() for line in lines if line.strip().lstrip("?@").strip()]


def _check_parts(typed: Mapping[str, str], name: str, errors: dict[str, str], facts: list[str]) -> None:
    """What a subject needs, told beside its field. `facts` may stand in braces."""
    if not typed.get("title", "").strip():
        errors["title"] = tr("Please fill this in.")
    follows = name.startswith(FOLLOW_UP_PREFIX)
    has_any = False
    for language in LANGUAGES:
        filled = {part for part in PARTS if typed.get(f"{part}_{language}", "").strip()}
        has_any = has_any or bool(filled)
        if not filled:
            continue
        if "questions" not in filled:
            errors[f"questions_{language}"] = tr("Write at least one question, as members ask it.")
        needed = "contexts" if follows else "answer"
        if needed not in filled:
            errors[f"{needed}_{language}"] = tr("Please write the answer.")
        answer = typed.get(f"answer_{language}", "").strip()
        if answer[:1] in ("?", "#", "@", "+"):
            errors[f"answer_{language}"] = tr("An answer cannot begin with this sign.")
        for part in ("answer", "offer", "contexts"):
            if trouble := _find_fact_trouble(typed.get(f"{part}_{language}", ""), facts):
                errors[f"{part}_{language}"] = trouble
    if not has_any:
        errors["questions_en"] = tr("Write at least one question, as members ask it.")


def _find_fact_trouble(words: str, facts: list[str]) -> str:
    """What is wrong with the braces in an answer: a sentence with a fact that nobody knows would never be said."""
    if re.search(r"[{}]", PLACEHOLDER.sub("", words)):
        return tr("A fact is a name of small letters in braces, such as {name}.", name="{late_fee}")
    unknown = [each for each in PLACEHOLDER.findall(words) if each not in facts]
    if not unknown:
        return ""
    near = get_close_matches(unknown[0], facts, n=1)
    there = tr("Facts that there are: {names}", names=", ".join(facts))
    if near:
        return (
            tr("There is no fact {name}. Do you mean {near}?", name=f"{{{unknown[0]}}}", near=f"{{{near[0]}}}")
            + f" {there}"
        )
    return tr("There is no fact {name}.", name=f"{{{unknown[0]}}}") + f" {there}"


def _titled(names: Iterable[str], titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name, title) by title, for a list to choose from."""
    return sorted(((name, tr(titles[name])) for name in names), key=lambda pair: pair[1].casefold())
