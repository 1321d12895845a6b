"""Lets Rasa import without TensorFlow.

Rasa imports TensorFlow at the top of modules that this project never runs (DIET, TED and their layers). Every
import below one of ROOTS gets an empty module whose attributes are classes made on demand: enough to be
subclassed, called as a decorator, or named in an annotation. Nothing here computes; running one of Rasa's
neural components fails at once.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import FunctionType, ModuleType
from typing import Any

STUBBED_PACKAGES = frozenset({"tensorflow", "keras", "tensorflow_hub", "tensorflow_text"})
TENSORFLOW_VERSION = "2.12.0"


class _AnyAttribute(type):
    """A class with any attribute (another such class); called on a function, it gives the function back."""

    def __getattr__(cls, name: str) -> "_AnyAttribute":
        if name.startswith("__"):
            raise AttributeError(name)
        made = _AnyAttribute(name, (object,), {})
        setattr(cls, name, made)
        return made

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], FunctionType):
            return args[0]  # used as a decorator
        return cls


class _StubModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        loaded = sys.modules.get(f"{self.__name__}.{name}")
        if loaded is not None:
            return loaded
        made = _AnyAttribute(name, (object,), {})
        setattr(self, name, made)
        return made


class _StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.split(".")[0] not in STUBBED_PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = _StubModule(spec.name)
        module.__path__ = []
        module.__dict__["__version__"] = TENSORFLOW_VERSION
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def install_stub() -> None:
    """Answer imports of TensorFlow and its companions from here on."""
    if not any(isinstance(finder, _StubFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _StubFinder())
