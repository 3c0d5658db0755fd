"""Text that counts: the effective text, and the hashes that tell whether anything but white space changed."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from uatapp.gherkin.model import ExamplesBlock, Step, StepKind

_ESCAPES = str.maketrans({"\\": "\\\\", "|": "\\|", "\n": "\\n"})


def flat(text: str) -> str:
    """The text with every run of white space made one blank."""
    return " ".join(text.split())


def digest(lines: Iterable[str]) -> str:
    """SHA-256 of the lines, in hexadecimal."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def row_text(cells: Iterable[str]) -> str:
    """One table row as people write it."""
    return f"| {' | '.join([cell.translate(_ESCAPES) for cell in cells])} |"


def step_lines(step: Step) -> Iterator[str]:
    """A step as people write it, indented."""
    yield f"  {step.keyword} {step.text}".rstrip()
    for row in step.table or ():
        yield f"    {row_text(row)}"
    if step.doc_string is not None:
        yield f'    """{step.media_type}'
        yield from (f"    {line}".rstrip() for line in step.doc_string.split("\n"))
        yield '    """'


def examples_lines(block: ExamplesBlock) -> Iterator[str]:
    """An Examples table as people write it."""
    yield f"Examples: {block.name}".rstrip()
    if block.header:
        yield f"    {row_text(block.header)}"
    for row in block.rows:
        yield f"    {row_text(row)}"


Said = tuple[str, ...]


def said(step: Step) -> Said:
    """What of a step goes into hashes, each part on one line, but for the word that it begins with."""
    parts = [flat(step.text)]
    parts += [flat(row_text(row)) for row in step.table or ()]
    if step.doc_string is not None:
        parts.append(f'"""{step.media_type} {flat(step.doc_string)}')
    return tuple(parts)


def parts_of(steps: Iterable[Said], words: Iterable[str]) -> list[str]:
    """The hashed parts of steps, each begun with its word: its keyword, or its kind."""
    return [part for parts, word in zip(steps, words, strict=True) for part in (f"{word} {parts[0]}", *parts[1:])]


def examples_parts(block: ExamplesBlock) -> Iterator[str]:
    """What of an Examples table goes into a hash."""
    return map(flat, examples_lines(block))


def content_parts(step: Step) -> str:
    """What of a step makes its test case another one: its kind, not its keyword."""
    return content_of(said(step), step.kind)


def content_of(parts: Said, kind: StepKind) -> str:
    return "\n".join((f"{kind} {parts[0]}", *parts[1:]))


def identity_hash(steps: Iterable[Said], kinds: Iterable[StepKind], examples: Sequence[ExamplesBlock]) -> str:
    """What a scenario is known by after an edit elsewhere: own steps and Examples, without white space.

    `kinds` are those the steps have by themselves, so that a Background cannot change them.
    """
    parts = parts_of(steps, kinds)
    for block in examples:
        parts.append("Examples")
        parts += [row_text(row) for row in (block.header, *block.rows)]
    return digest(["".join(part.split()) for part in parts])


def body_of(steps: Sequence[Step], examples: Sequence[ExamplesBlock]) -> str:
    """The lines by which two scenarios are compared: no keywords, no Background, no block names."""
    lines: list[str] = []
    for step in steps:
        lines.append(flat(step.text))
        lines += [row_text(row) for row in step.table or ()]
        lines += [line for line in map(flat, (step.doc_string or "").split("\n")) if line]
    for block in examples:
        lines += [row_text(row) for row in (block.header, *block.rows)]
    return "\n".join(lines)
