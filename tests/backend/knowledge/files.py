"""Files of knowledge/ for tests, in a folder of their own."""

from __future__ import annotations

from pathlib import Path

LATE_FEE = """\
# Late fee
group: billing
skill: arrangement

## en
? is there a late fee
? how much if im late
A late bill gets a charge, which shows on the next bill. The late charge here is {late_fee}. The office can help.
+ I can ask the office for more time.

## es
? hay recargo
Una factura tardía lleva un recargo. El recargo aquí es de {late_fee}. La oficina puede ayudar.
+ Puedo pedirle más tiempo a la oficina.
"""


def write(folder: Path, name: str, text: str) -> Path:
    """One file; returns its path."""
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def subject(
    *questions: str,
    answer: str = "It is so.",
    spanish: str | None = "? es así\nEs así.",
    header: str = "group: billing",
) -> str:
    """A small file with these questions in English."""
    asked = "\n".join(f"? {question}" for question in questions)
    english = f"# A title\n{header}\n\n## en\n{asked}\n{answer}\n"
    return english if spanish is None else f"{english}\n## es\n{spanish}\n"
