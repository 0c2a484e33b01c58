"""Which places of the code ``make mutants`` breaks."""

from bench import mutants

CODE = """
def share(count, base):
    if count > base:
        raise ValueError
    return count / base + 0 * 1 + 0 * 2


class Pairs:
    def both(self):
        return list(zip(self.a, self.b, strict=True))
"""


def places(folder, monkeypatch, code):
    module = folder / "pipeline" / "analysis" / "statistics" / "shares.py"
    module.parent.mkdir(parents=True, exist_ok=True)
    module.write_text(code, encoding="utf-8")
    monkeypatch.setattr(mutants, "PROJECT", folder)
    return list(mutants.mutants())


def test_a_place_is_drawn_alike_while_code_elsewhere_changes(tmp_path, monkeypatch):
    before = {place.lot(1) for place in places(tmp_path, monkeypatch, CODE)}
    more = "LIMIT = 0\n\n\ndef twice(x):\n    return x / 2 + 0\n\n" + CODE
    after = places(tmp_path, monkeypatch, more)
    assert before < {place.lot(1) for place in after}
    assert len(after) == len({place.lot(1) for place in after})
    assert before.isdisjoint(place.lot(2) for place in after)


def test_a_comparison_and_each_like_number_are_places_and_a_strict_zip_is_none(
    tmp_path, monkeypatch
):
    found = places(tmp_path, monkeypatch, CODE)
    assert {place.function for place in found} == {"share"}
    words = [place.what for place in found]
    assert "count > base → count >= base" in words and words.count("0 → 1") == 2
