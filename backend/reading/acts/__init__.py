"""What a message does in the conversation: a list of acts, read against the question that is open."""

from backend.reading.acts.model import Act, Clause, Question, Reader, Statistics
from backend.reading.acts.reader import ContextReader

__all__ = ["Act", "Clause", "ContextReader", "Question", "Reader", "Statistics"]
