"""What the pages of ledgers call states, columns and filters."""

from typing import Final

from connectors.desk.ledger_view import RowFilter
from connectors.state.ledgers import LedgerState
from hosting.web.language import Text
from hosting.web.listing import Column

STATE_WORDS: Final = {
    LedgerState.READING: (Text("正在读取", "being read"), "waiting"),
    LedgerState.COLUMNS: (Text("请确认各列", "say what the columns are"), "warning"),
    LedgerState.CHECKING: (Text("正在核对", "being checked"), "waiting"),
    LedgerState.READY: (Text("可以查询", "can be asked with"), "good"),
    LedgerState.FAULTY: (Text("不能使用", "can't be used"), "bad"),
}

LIST_COLUMNS: Final = (
    Column(Text("文件", "File")),
    Column(Text("台账类型", "Kind of ledger")),
    Column(Text("数据行", "Rows"), is_number=True),
    Column(Text("可用", "Usable"), is_number=True),
    Column(Text("状态", "State")),
    Column(Text("上传", "Uploaded")),
    Column(Text("销毁日期", "Destroyed on")),
)

COLUMN_COLUMNS: Final = (
    Column(Text("台账中的列", "Column of the ledger")),
    Column(Text("前几行的内容", "What stands in the first rows")),
    Column(Text("是什么", "What it is")),
)

ROW_COLUMNS: Final = (
    Column(Text("行号", "Row"), is_number=True),
    Column(Text("姓名", "Name")),
    Column(Text("证件号", "Number")),
    Column(Text("核对意见", "Findings")),
    Column(Text("改正", "Put right")),
)

FILTER_WORDS: Final = {
    RowFilter.MARKED: Text("有问题的行", "Rows with findings"),
    RowFilter.UNUSABLE: Text("不可用的行", "Rows that can't be used"),
    RowFilter.ALL: Text("全部行", "All rows"),
}

FIELD_WORDS: Final = {
    "name": "Name",
    "sex": "Sex",
    "birth_date": "Birth date",
    "citizen_id": "ID number",
    "student_no": "Student number",
    "cert_no": "Certificate number",
    "hukou_region": "Code of the region of registration",
    "residence_region": "Code of the region of residence",
    "region": "Region code",
    "guardian_name": "Guardian's name",
    "guardian_id": "Guardian's ID number",
    "guardian_phone": "Guardian's phone",
}
"""English for the fields that identify; any other field is called by its canonical name."""


def name_field(name: str, name_zh: str) -> Text:
    """Return what a field is called in both languages."""
    return Text(name_zh, FIELD_WORDS.get(name, name.replace("_", " ").capitalize()))


FIELD_HINTS: Final = {
    "birth_date": Text("如 2015-05-07、2015年5月7日或 20150507", "Such as 2015-05-07 or 20150507"),
    "citizen_id": Text(
        "18 位；不知道可不填，写出生日期和监护人", "18 characters; without it, give birth date and guardian"
    ),
    "sex": Text("男或女", "男 (boy) or 女 (girl)"),
    "hukou_region": Text("6 位行政区划代码", "6 digits"),
    "residence_region": Text("6 位行政区划代码", "6 digits"),
    "region": Text("6 位行政区划代码", "6 digits"),
}
"""How to write what is typed in."""
