"""Files that are no report are named as such, in one sentence and without a traceback."""

import zipfile
from pathlib import Path

import openpyxl
import pypdf
import pytest
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from pipeline.cli import run

LETTER = "Dear Sir or Madam,\n\nThank you for your letter of 3 May. We shall answer soon.\n"


def error_page(path: Path) -> None:
    path.write_text("<!DOCTYPE html><html><body>404 Not found</body></html>", encoding="utf-8")


def letter(path: Path) -> None:
    path.write_text(LETTER, encoding="utf-8")


def _pdf(path: Path, text: str) -> None:
    figure = Figure()
    if text:
        figure.text(0.1, 0.9, text)
    else:
        figure.figimage([[0, 1], [1, 0]])
    with PdfPages(path) as pdf:
        pdf.savefig(figure)


def scanned(path: Path) -> None:
    _pdf(path, "")


def letter_as_pdf(path: Path) -> None:
    _pdf(path, LETTER)


def encrypted(path: Path) -> None:
    _pdf(path, LETTER)
    writer = pypdf.PdfWriter(clone_from=path)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(path)


def broken(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\nthis is not the rest of it")


def packed(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("report.txt", LETTER)


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def without_pages(path: Path) -> None:
    pypdf.PdfWriter().write(path)


def workbook(path: Path) -> None:
    openpyxl.Workbook().save(path)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(200 * 2**20)  # takes no room on the disk


def endless(path: Path) -> None:
    path.write_text("Dear Sir or Madam\n" * 200_000, encoding="utf-8")


def huge_when_unpacked(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(100 * 2**20))


def many_pages(path: Path) -> None:
    writer = pypdf.PdfWriter()
    for _ in range(501):
        writer.add_blank_page(200, 200)
    writer.write(path)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("report.pdf", error_page, "is a web page, not what its name says"),
        ("report.txt", letter, "it is no inspection report"),
        ("report.pdf", letter_as_pdf, "it is no inspection report"),
        ("report.pdf", scanned, "without text"),
        ("report.pdf", encrypted, "encrypted with a password"),
        ("report.pdf", broken, "is a broken PDF file"),
        ("report.pdf", letter, "is no PDF file, though its name says so"),
        ("report.docx", packed, "is a packed file"),
        ("report.bin", binary, "is no PDF, DOCX, HTML or text file"),
        ("report.txt", empty, "is empty"),
        ("report.pdf", without_pages, "with no pages"),
        ("report.docx", workbook, "is a spreadsheet, not a report"),
        ("report.pdf", huge, "no report is that large"),
        ("report.docx", huge_when_unpacked, "no report is that large"),
        ("report.txt", endless, "no report is that long"),
        ("report.pdf", many_pages, "501 pages: no report is that long"),
    ],
)
def test_what_is_no_report_is_said_in_one_sentence(
    name, make, said, tmp_path: Path, monkeypatch, capsys
) -> None:
    make(tmp_path / name)
    out = tmp_path / "out.xlsx"
    arguments = ["read", str(tmp_path / name), "--framework", "crc-2019", "--out", str(out)]
    monkeypatch.setattr("sys.argv", ["pipeline", *arguments])
    assert run() == 2
    told = capsys.readouterr().err
    assert said in told and name in told
    assert told.strip().count("\n") == 1  # the sentence, and that nothing was written
    assert not out.exists()


def test_an_unknown_framework_names_those_there_are(tmp_path: Path, monkeypatch, capsys) -> None:
    letter(tmp_path / "report.txt")
    arguments = ["read", str(tmp_path / "report.txt"), "--out", str(tmp_path / "o.xlsx")]
    for extra in ([], ["--framework", "crc-1999"]):
        monkeypatch.setattr("sys.argv", ["pipeline", *arguments, *extra])
        assert run() == 2
        assert "crc-2018" in capsys.readouterr().err
