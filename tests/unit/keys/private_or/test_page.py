"""The example on the page about the private OR does what it says."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[4] / "docs" / "explanation" / "private-or.md"


def test_the_example_prints_what_the_page_says(capsys):
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    exec(example, {})
    promised = example.rstrip().rsplit("# ", 1)[1]
    assert capsys.readouterr().out.strip() == promised == "b'de_facto_unattended'"
