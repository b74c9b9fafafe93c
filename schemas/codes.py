"""The code lists of the ledgers: GB/T 2261.1 sex, GB/T 26341 disability, and the statuses that agencies keep."""

from enum import StrEnum
from typing import Final

from schemas.code_table import CodeTable, CodeWords


class Sex(StrEnum):
    """GB/T 2261.1-2003."""

    UNKNOWN = "unknown"
    MALE = "male"
    FEMALE = "female"
    NOT_STATED = "not_stated"


SEX: Final = CodeTable(
    {
        Sex.UNKNOWN: CodeWords("未知的性别", "Unknown sex", ("0", "未知", "不详")),
        Sex.MALE: CodeWords("男", "Man or boy", ("1", "男性", "男孩", "男童", "m")),
        Sex.FEMALE: CodeWords("女", "Woman or girl", ("2", "女性", "女孩", "女童", "f")),
        Sex.NOT_STATED: CodeWords("未说明的性别", "Sex not stated", ("9", "未说明")),
    }
)


class DisabilityClass(StrEnum):
    """GB/T 26341-2010; the digit stands in the certificate number."""

    VISUAL = "1"
    HEARING = "2"
    SPEECH = "3"
    PHYSICAL = "4"
    INTELLECTUAL = "5"
    MENTAL = "6"
    MULTIPLE = "7"


DISABILITY_CLASS: Final = CodeTable(
    {
        DisabilityClass.VISUAL: CodeWords("视力残疾", "Visual", ("视力", "01")),
        DisabilityClass.HEARING: CodeWords("听力残疾", "Hearing", ("听力", "02")),
        DisabilityClass.SPEECH: CodeWords("言语残疾", "Speech", ("言语", "语言", "语言残疾", "03")),
        DisabilityClass.PHYSICAL: CodeWords("肢体残疾", "Physical", ("肢体", "04")),
        DisabilityClass.INTELLECTUAL: CodeWords("智力残疾", "Intellectual", ("智力", "05")),
        DisabilityClass.MENTAL: CodeWords("精神残疾", "Mental", ("精神", "06")),
        DisabilityClass.MULTIPLE: CodeWords("多重残疾", "Multiple", ("多重", "07")),
    }
)


class DisabilityGrade(StrEnum):
    """GB/T 26341-2010: 1 is the most severe."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"


DISABILITY_GRADE: Final = CodeTable(
    {
        DisabilityGrade.ONE: CodeWords("一级", "Grade 1", ("1级", "壹级", "Ⅰ级", "一")),
        DisabilityGrade.TWO: CodeWords("二级", "Grade 2", ("2级", "贰级", "Ⅱ级", "二")),
        DisabilityGrade.THREE: CodeWords("三级", "Grade 3", ("3级", "叁级", "Ⅲ级", "三")),
        DisabilityGrade.FOUR: CodeWords("四级", "Grade 4", ("4级", "肆级", "Ⅳ级", "四")),
    }
)


class CertStatus(StrEnum):
    """Status of a disability certificate."""

    VALID = "valid"
    CANCELLED = "cancelled"
    FROZEN = "frozen"


CERT_STATUS: Final = CodeTable(
    {
        CertStatus.VALID: CodeWords("正常", "In force", ("有效", "在用")),
        CertStatus.CANCELLED: CodeWords("注销", "Withdrawn", ("已注销",)),
        CertStatus.FROZEN: CodeWords("冻结", "On hold", ("已冻结",)),
    }
)


class StudentStatus(StrEnum):
    """Status in the student register."""

    ENROLLED = "enrolled"
    SUSPENDED = "suspended"
    TRANSFERRED_OUT = "transferred_out"
    DROPPED_OUT = "dropped_out"
    GRADUATED = "graduated"
    DECEASED = "deceased"
    LEFT_OTHERWISE = "left_otherwise"


STUDENT_STATUS: Final = CodeTable(
    {
        StudentStatus.ENROLLED: CodeWords("在读", "At school", ("在校", "在籍", "在学")),
        StudentStatus.SUSPENDED: CodeWords("休学", "On leave"),
        StudentStatus.TRANSFERRED_OUT: CodeWords("转出", "Moved to another school", ("转学", "已转出")),
        StudentStatus.DROPPED_OUT: CodeWords("辍学", "Dropout", ("失学",)),
        StudentStatus.GRADUATED: CodeWords("毕业", "Finished", ("已毕业", "结业")),
        StudentStatus.DECEASED: CodeWords("死亡", "Died", ("已故",)),
        StudentStatus.LEFT_OTHERWISE: CodeWords("其他离校", "Left for another reason", ("其他",)),
    }
)


class DropoutStatus(StrEnum):
    """State of one entry of the dropout ledger."""

    SUSPECTED = "suspected"
    DROPPED_OUT = "dropped_out"
    RETURNED = "returned"
    CLOSED = "closed"


DROPOUT_STATUS: Final = CodeTable(
    {
        DropoutStatus.SUSPECTED: CodeWords("疑似辍学", "Suspected dropout", ("疑似",)),
        DropoutStatus.DROPPED_OUT: CodeWords("辍学", "Dropout"),
        DropoutStatus.RETURNED: CodeWords("已复学", "Back at school", ("复学", "已返校", "返校")),
        DropoutStatus.CLOSED: CodeWords("销号", "Entry closed", ("已销号",)),
    }
)


class Stage(StrEnum):
    """Stage of schooling."""

    PRE = "pre"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    VOCATIONAL = "voc"
    NONE = "none"


STAGE: Final = CodeTable(
    {
        Stage.PRE: CodeWords("学前", "Kindergarten", ("幼儿园", "学前教育")),
        Stage.PRIMARY: CodeWords("小学", "Primary school"),
        Stage.JUNIOR: CodeWords("初中", "Junior middle school", ("初级中学",)),
        Stage.SENIOR: CodeWords("高中", "Senior middle school", ("普通高中", "普高")),
        Stage.VOCATIONAL: CodeWords("中职", "Vocational school", ("中等职业学校", "职高", "中专", "技校", "职业高中")),
        Stage.NONE: CodeWords("不在学", "Not at school", ("未入园", "未入学", "无")),
    }
)


class HouseholdStatus(StrEnum):
    """Status in the household register."""

    REGISTERED = "registered"
    MOVED = "moved"
    CANCELLED = "cancelled"
    UNREGISTERED = "unregistered"


HOUSEHOLD_STATUS: Final = CodeTable(
    {
        HouseholdStatus.REGISTERED: CodeWords("在册", "On the register", ("正常", "在户")),
        HouseholdStatus.MOVED: CodeWords("迁出", "Moved away", ("已迁出", "迁移")),
        HouseholdStatus.CANCELLED: CodeWords("注销", "Off the register", ("已注销", "销户")),
        HouseholdStatus.UNREGISTERED: CodeWords("未登记户口", "Not registered yet", ("无户口", "未落户", "待落户")),
    }
)


class CaseStatus(StrEnum):
    """Status of a child's file at civil affairs."""

    ACTIVE = "active"
    MOVED_OUT = "moved_out"
    CAME_OF_AGE = "came_of_age"
    DECEASED = "deceased"
    ENDED = "ended"


CASE_STATUS: Final = CodeTable(
    {
        CaseStatus.ACTIVE: CodeWords("在册", "On file", ("新增", "迁入", "在管")),
        CaseStatus.MOVED_OUT: CodeWords("迁出", "Moved away", ("已迁出",)),
        CaseStatus.CAME_OF_AGE: CodeWords("年满退出", "Came of age", ("年满", "年满18周岁")),
        CaseStatus.DECEASED: CodeWords("死亡", "Died"),
        CaseStatus.ENDED: CodeWords("终止", "File closed", ("退出", "已终止")),
    }
)


class YesNo(StrEnum):
    """A column that says yes or no."""

    YES = "yes"
    NO = "no"


YES_NO: Final = CodeTable(
    {
        YesNo.YES: CodeWords("是", "Yes", ("1", "有", "√", "y", "true")),
        YesNo.NO: CodeWords("否", "No", ("0", "无", "×", "n", "false")),
    }
)


class CaregiverRelation(StrEnum):
    """Who cares for a child day by day, as near as another office may learn it."""

    PARENT = "parent"
    GRANDPARENT = "grandparent"
    RELATIVE = "relative"
    INSTITUTION = "institution"
    OTHER = "other"


CAREGIVER_RELATION: Final = CodeTable(
    {
        CaregiverRelation.PARENT: CodeWords("父母", "Parent", ("父亲", "母亲", "父", "母", "爸爸", "妈妈", "养父母")),
        CaregiverRelation.GRANDPARENT: CodeWords(
            "祖父母或外祖父母",
            "Grandparent",
            ("祖父母", "外祖父母", "祖父", "祖母", "外祖父", "外祖母", "爷爷", "奶奶", "外公", "外婆", "姥姥", "姥爷"),
        ),
        CaregiverRelation.RELATIVE: CodeWords(
            "其他亲属", "Other relative", ("亲属", "兄", "姐", "叔叔", "伯父", "姑姑", "舅舅", "姨妈", "哥哥", "姐姐")
        ),
        CaregiverRelation.INSTITUTION: CodeWords("机构", "Institution", ("儿童福利机构", "救助保护机构", "福利院")),
        CaregiverRelation.OTHER: CodeWords("其他", "Other", ("其他人", "邻居", "村委会", "居委会")),
    }
)


def answer_of(written: object) -> bool | None:
    """Return what a column of `YES_NO` says; None where it says nothing that was understood."""
    return written is YesNo.YES if isinstance(written, YesNo) else None
