from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import shop.imports.sample
from shop.errors import ModelUnavailableError, SetupError
from tools.knowledge.embedding import offline_embedder
from tools.knowledge.guide_library import BY_MEANING, BY_WORDS, Library
from tools.knowledge.reading import guides_of, read_guide
from tools.knowledge.vectors import Change
from tools.toolbox import Shop, call

SAMPLE = Path(shop.imports.sample.__file__).parent / "guides"

QUESTIONS = [
    ("what's our returns policy?", "returns.md"),
    ("how many days do customers have to send things back", "returns.md"),
    ("what to do when a parcel is lost", "late-parcels.md"),
    ("is the mug dishwasher safe", "care-stoneware.md"),
    ("lead time of Pennine Candle Works", "supplier-pennine.md"),
    ("how large may a price change be", "pricing.md"),
]


class Letters:
    """An embedder that counts letters, and what it was asked; `broken` gives no vectors."""

    def __init__(self, name: str = "letters") -> None:
        self.id = name
        self.asked: list[str] = []
        self.broken = False

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """How often each text has each letter, scaled to length 1."""
        if self.broken:
            raise ModelUnavailableError("the server is away")
        self.asked += texts
        rows = np.array(
            [[text.casefold().count(letter) + 0.01 for letter in "abcdefghijklmnop"] for text in texts],
            dtype=np.float32,
        )
        scaled: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return scaled


@pytest.fixture(scope="module")
def library() -> Library:
    """The sample's guides, searched by words and meaning; their vectors are made once, in memory."""
    return Library(SAMPLE, embedder=offline_embedder())


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Two short guides."""
    for name, text in {"one.md": "Pallets go by lorry.", "two.md": "Candles burn four hours."}.items():
        (tmp_path / name).write_text(f"# {name}\n{text}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("question", "file"), QUESTIONS)
def test_questions_find_their_guide_by_words(question: str, file: str) -> None:
    """Without any model, an operator's question finds the guide that answers it among three passages."""
    found = Library(SAMPLE).search(question, 3)
    assert found.how == BY_WORDS
    assert file in [one.file for one in found.passages]


def test_a_paraphrase_is_found_by_meaning(library: Library) -> None:
    """A question that shares no telling word with its guide is found by what it means."""
    question = "the frying pan went orange, what now?"
    assert Library(SAMPLE).search(question, 3).passages == ()
    found = library.search(question, 3)
    assert (found.how, found.passages[0].file) == (BY_MEANING, "care-cast-iron.md")


def test_slips_of_the_pen_are_repaired(library: Library) -> None:
    """Words that are no words are read as the guides' words nearest to them."""
    assert library.search("refnud to anothr bank acount", 3).passages[0].file == "refunds.md"


@pytest.mark.parametrize(
    "question",
    ["what is the capital of France", "who was the first man on the moon", "??", "the of a"],
)
def test_questions_beside_the_point_find_nothing(question: str, library: Library) -> None:
    """A question that the guides do not touch finds nothing, by words as by meaning."""
    assert library.search(question, 3).passages == ()
    assert Library(SAMPLE).search(question, 3).passages == ()


def test_only_what_changed_is_indexed_again(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A renewed index embeds new passages, forgets gone ones and leaves the rest as they are."""
    embedder, kept_in = Letters(), tmp_path_factory.mktemp("index")
    library = Library(shelf, kept_in, embedder)
    assert library.renew() == Change(added=2, removed=0, kept=0)
    (shelf / "two.md").write_text("# two.md\nCandles burn three hours.\n", encoding="utf-8")
    (shelf / "moved.md").write_text((shelf / "one.md").read_text("utf-8"), encoding="utf-8")
    (shelf / "one.md").unlink()
    embedder.asked.clear()
    changed = library.renew()
    assert (changed.added, changed.removed) == (2, 2)  # a moved guide takes its title from its file
    assert library.renew() == Change(added=0, removed=0, kept=2)
    assert [text for text in embedder.asked if "lorry" in text or "three" in text] == embedder.asked


def test_another_embedder_starts_anew(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Vectors of one embedder are never compared with those of another."""
    kept_in = tmp_path_factory.mktemp("index")
    assert Library(shelf, kept_in, Letters("a")).renew().added == 2
    assert Library(shelf, kept_in, Letters("a")).renew().kept == 2
    assert Library(shelf, kept_in, Letters("b")).renew() == Change(added=2, removed=0, kept=0)


def test_a_server_that_is_away_leaves_words(shelf: Path) -> None:
    """Without vectors the search goes on by words, and says so."""
    embedder = Letters()
    embedder.broken = True
    found = Library(shelf, None, embedder).search("how do pallets go by lorry", 3)
    assert [one.file for one in found.passages] == ["one.md"]
    assert (found.how, found.trouble) == (BY_WORDS, "the server is away")


def test_codes_are_found_exactly(library: Library) -> None:
    """A question that names an SKU finds the passage that names it, whatever else it says."""
    assert library.search("LTF-250?", 3).passages[0].file == "hazardous-goods.md"


@pytest.fixture
def dated(tmp_path: Path) -> Library:
    """A rule of the summer, one for everybody, and one for staff only."""
    front = "---\nvalid_from: 2026-06-01\nvalid_until: 2026-08-31\n---\n"
    (tmp_path / "summer.md").write_text(f"{front}# Kiln\nThe kiln is closed in summer.\n", encoding="utf-8")
    (tmp_path / "staff.md").write_text(
        "---\naudience: staff\n---\n# Margins\nMargins of mugs are 40 %.\n", encoding="utf-8"
    )
    return Library(tmp_path)


def test_what_is_not_in_force_is_left_out_and_said(dated: Library) -> None:
    """A guide answers on the days it is valid for; afterwards it is named as no longer in force."""
    assert [one.file for one in dated.search("is the kiln closed", on=date(2026, 8, 31)).passages] == [
        "summer.md"
    ]
    later = dated.search("is the kiln closed", on=date(2026, 9, 1))
    assert ([one.file for one in later.passages], [one.file for one in later.lapsed]) == ([], ["summer.md"])


def test_customers_hear_nothing_for_staff(dated: Library) -> None:
    """A passage for staff is found for staff and not for a customer."""
    assert [one.file for one in dated.search("margins of mugs").passages] == ["staff.md"]
    assert dated.search("margins of mugs", audience="customer").passages == ()


def test_what_handbooks_leave_out_is_not_answered(library: Library) -> None:
    """A question about work, wages or the like finds nothing, though it shares words with a guide."""
    assert library.search("how many days of holiday do employees get", 3).passages == ()


def test_answer_says_where_and_how_old(shop: Shop) -> None:
    """A passage comes with its file, heading, audience, version and date."""
    answer = call(shop, "search_guides", {"question": "How many days for sending goods back?"})
    assert answer.result is not None
    (found,) = answer.result.model_dump(mode="json")["items"]
    assert found == {
        "file": "returns.md",
        "title": "Returns",
        "heading": "Returns > How long",
        "audience": "customer",
        "version": "1",
        "valid_from": "2026-01-01",
        "valid_until": None,
        "updated": "2026-09-14",
        "text": "You may send goods back within 30 days of delivery.",
        "stale": "",
    }


def test_nothing_found_is_said(shop: Shop) -> None:
    """When nothing is relevant the answer says so instead of guessing."""
    answer = call(shop, "search_guides", {"question": "who won the world cup"})
    assert answer.result is not None
    assert answer.result.model_dump()["note"] == "the guides say nothing about this"


def test_changed_guides_count_at_once(shop: Shop) -> None:
    """A changed, added or removed file is found by the next question."""
    assert isinstance(shop.guides, Path)
    question = {"question": "wholesale discount for hotels"}
    path = shop.guides / "wholesale.md"
    assert "say nothing" in str(call(shop, "search_guides", question).result)
    path.write_text("# Wholesale\nHotels get a wholesale discount of 20 %.\n", encoding="utf-8")
    assert "20 %" in str(call(shop, "search_guides", question).result)
    path.write_text("# Wholesale\nHotels get a wholesale discount of 25 %.\n", encoding="utf-8")
    assert "25 %" in str(call(shop, "search_guides", question).result)
    path.unlink()
    assert "say nothing" in str(call(shop, "search_guides", question).result)


def test_guides_without_front_matter() -> None:
    """A guide without front matter takes its title from the file's name and is for everybody."""
    guide = read_guide("stock-count.md", b"Count on Mondays.\n")
    assert (guide.about.title, guide.about.audience, guide.passages[0].heading) == ("stock count", "all", "")


def test_headings_make_a_path() -> None:
    """A passage knows the headings above it, and a # inside a code fence is no heading."""
    found = read_guide("x.md", b"# A\none\n## B\ntwo\n```\n# not a heading\n```\n# C\nthree\n").passages
    assert [one.heading for one in found] == ["A", "A > B", "C"]
    assert "# not a heading" in found[1].text


def test_html_without_paragraphs_is_read_too() -> None:
    """Text that stands in no paragraph, list or table is read where there is nothing else."""
    bare = read_guide("bare.html", b"<div>Open until <b>five</b></div>")
    assert [one.text for one in bare.passages] == ["Open until five"]


def test_html_is_read_by_its_headings() -> None:
    """An HTML guide has its front matter in meta tags; scripts say nothing and rows stay rows."""
    page = b"""<html><head><title>Care</title><meta name="audience" content="customer">
    <meta name="valid_until" content="2026-12-31"></head><body><h1>Care</h1><p>Wipe <b>dry</b>.</p>
    <script>steal()</script><h2>Heat</h2><ul><li>No oven</li></ul>
    <table><tr><td>max</td><td>180</td></tr></table>"""
    guide = read_guide("care.html", page)
    assert [(one.heading, one.text) for one in guide.passages] == [
        ("Care", "Wipe dry ."),
        ("Care > Heat", "- No oven\n| max | 180 |"),
    ]
    assert (guide.about.audience, guide.about.valid_until) == ("customer", date(2026, 12, 31))


def test_html_text_that_no_block_holds_is_kept_in_its_place() -> None:
    """Text of a div, a section, a caption or a cell without a row is read in order, and comments are not."""
    page = b"""<h1>A</h1><p>one</p><div>secret <b>30 days</b><!-- note --></div>loose<section>two<p>three</p>
    four</section><h2>B</h2><div><div>five</div><span>six</span></div><table><caption>seven</caption>
    <tr><td>eight</td></tr><tr>nine</tr><td>ten</td></table>"""
    assert [(one.heading, one.text) for one in read_guide("kept.html", page).passages] == [
        ("A", "one\nsecret 30 days\nloose\ntwo\nthree\nfour"),
        ("A > B", "five\nsix\nseven\n| eight |\nnine\nten"),
    ]


def _pdf() -> bytes:
    """A PDF of one page with a heading in 20 points and two lines in 10."""
    text = b"BT /F 20 Tf 50 700 Td (Storing tea) Tj /F 10 Tf 0 -30 Td (Keep it cool.) Tj"
    text += b" 0 -14 Td (Keep it dry.) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Title(Tea)/Audience(staff)>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + b"xref\n0 7\n0000000000 65535 f \n" + table + end


def test_pdf_is_read_by_the_size_of_its_letters() -> None:
    """A line in larger letters is a heading of a PDF; a file beside it adds what its properties lack."""
    (guide,) = guides_of({"tea.pdf": _pdf(), "tea.pdf.yaml": b"updated: 2026-05-05\n"})
    assert [(one.heading, one.text) for one in guide.passages] == [
        ("Storing tea", "Keep it cool.\nKeep it dry.")
    ]
    assert (guide.about.title, guide.about.audience, guide.about.updated) == (
        "Tea",
        "staff",
        date(2026, 5, 5),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.md", b"\xff\xfe"),
        ("bad.md", b"---\ntitle: [\n---\ntext"),
        ("bad.md", b"---\n- a\n- b\n---\ntext"),
        ("bad.md", b"---\nvalid_until: soon\n---\ntext"),
        ("bad.md", b"---\naudience: nobody\n---\ntext"),
        ("bad.md", b"caf\xe9"),
        ("bad.md", b""),
        ("bad.md", b"---\n" + b"{" * 3_000 + b"\n---\ntext"),
        ("bad.txt", b" \n"),
        ("bad.md", b"---\ntitle: T\n---\n# Only a heading\n"),
        ("bad.html", b"<title>T</title><script>1</script>"),
        ("bad.pdf", b"no pdf"),
        ("bad.pdf", b"%PDF-1.4\n1 0 obj\n<<"),
        ("bad.pdf", b""),
    ],
)
def test_broken_guides_are_named(
    name: str, content: bytes, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A file that is no guide is one error of one line that names it, and nothing beside it."""
    with pytest.raises(SetupError, match=r"\Aguide bad[^\n]+\Z"):
        read_guide(name, content)
    assert (capsys.readouterr(), caplog.text) == (("", ""), "")


def test_empty_directory_has_no_answers(tmp_path: Path) -> None:
    """A directory without guides answers nothing."""
    assert Library(tmp_path).search("returns").passages == ()
    assert Library(tmp_path, None, Letters()).search("returns").passages == ()
