"""The custom actions of the dialogue engine, one folder per skill. The bot mounts the result of `build_executor`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import isabstract
from pkgutil import walk_packages
from typing import Any

from rasa_sdk.executor import ActionExecutor

from actions.base import SkillAction
from backend.app import Backend


def build_executor(backend: Backend) -> ActionExecutor:
    """Register every action of every folder. A new skill needs no line here."""
    executor = ActionExecutor()
    _import_folders()
    for action_class in concrete_subclasses(SkillAction):  # type: ignore[type-abstract]
        action: Any = action_class(backend)
        executor.register_function(action.name(), action.run)
    return executor


@cache
def _import_folders() -> None:
    """Once a process: looking through the folders again finds nothing new, and takes longer than all else here."""
    for module in walk_packages(__path__, prefix=f"{__name__}."):
        import_module(module.name)


def concrete_subclasses(parent: type[SkillAction]) -> list[type[SkillAction]]:
    found: list[type[SkillAction]] = []
    for child in parent.__subclasses__():
        if not isabstract(child) and hasattr(child, "action_name"):  # a base class of forms has no action name
            found.append(child)
        found.extend(concrete_subclasses(child))
    return list(dict.fromkeys(found))
