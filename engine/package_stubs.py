"""Lets Rasa import without packages that this project never runs.

Rasa imports TensorFlow at the top of modules of its own neural components (DIET, TED and their layers), and other chat
networks, brokers and databases at the top of its connectors. Every import of one of these packages that is not
installed gets an empty module whose attributes are classes made on demand: enough to be subclassed, called as a
decorator, or named in an annotation. Nothing here computes; running one of them fails at once.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import FunctionType, ModuleType
from typing import Any

TENSORFLOW = frozenset({"tensorflow", "keras", "tensorflow_hub", "tensorflow_text"})
CONNECTORS = frozenset(
    {
        "aio_pika", "aiogram", "aiormq", "boto3", "botocore", "confluent_kafka", "fbmessenger", "google.auth",
        "google.oauth2", "pymongo", "rocketchat_API", "sentry_sdk", "slack_sdk", "socketio", "structlog_sentry",
        "twilio", "webexteamssdk",
    }
)  # fmt: skip
"""Left out of the lock by the overrides in pyproject.toml."""
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
    def __init__(self, packages: frozenset[str]) -> None:
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        parts = fullname.split(".")
        if parts[0] not in self._packages and ".".join(parts[:2]) not in self._packages:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = _StubModule(spec.name)
        module.__path__ = []
        module.__dict__["__version__"] = TENSORFLOW_VERSION
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def install_stubs() -> None:
    """Answer imports of the packages that are not installed from here on."""
    if any(isinstance(finder, _StubFinder) for finder in sys.meta_path):
        return
    absent = frozenset(name for name in CONNECTORS if not _is_installed(name))
    if not _is_installed("tensorflow"):
        absent |= TENSORFLOW
    sys.meta_path.insert(0, _StubFinder(absent))


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # of `google.auth`, where there is no `google`
        return False
