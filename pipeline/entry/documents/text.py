"""Plain text as lines."""

from pipeline.entry.documents.lines import Line, line


def text_lines(content: bytes) -> list[Line]:
    """Return the lines of a text file: UTF-8, or what Windows programs write."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return [line(words, f"line {n}") for n, words in enumerate(text.split("\n"), start=1)]
