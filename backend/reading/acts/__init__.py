"""What a message does in the conversation: a list of acts, read against the question that is open."""

from backend.reading.acts.context_reader import ContextReader
from backend.reading.acts.model import Act, ActReader, EnginePredictions, OpenQuestion, PredictedClause

__all__ = ["Act", "ActReader", "ContextReader", "EnginePredictions", "OpenQuestion", "PredictedClause"]
