"""What people read when a source is refused or a row was left out: Chinese first, then English."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.faults import Wording

SOURCE_ERRORS: Mapping[str, Wording] = MappingProxyType(
    {
        # any file
        "file_missing": Wording("找不到文件", "there is no such file"),
        "file_too_large": Wording("文件超过大小上限", "the file is larger than the limit"),
        "path_outside_folder": Wording("文件不在数据目录内", "the file is outside the data folder"),
        "too_many_rows": Wording(
            "行数超过上限，请改用数据库或拆分文件", "too many rows; use a database or split the file"
        ),
        "too_many_columns": Wording("列数超过上限", "too many columns"),
        "cell_too_long": Wording("单元格文字过长", "the text of a cell is too long"),
        "header_not_found": Wording(
            "找不到表头：没有哪一行含有至少三个已映射的列名",
            "no header: no row has at least three of the mapped column names",
        ),
        "column_missing": Wording("表中没有这一列", "the table has no such column"),
        "column_ambiguous": Wording(
            "有几列都叫这个名字，请写成“上级表头/列名”",
            "several columns have this name; write it as “group/name”",
        ),
        # uploads
        "upload_empty": Wording("文件是空的", "the file is empty"),
        "upload_without_rows": Wording("表头下面没有数据行", "there are no rows below the header"),
        "upload_wrong_ending": Wording(
            "只接受 .xlsx 工作簿和 .csv 文件", "only .xlsx workbooks and .csv files are taken"
        ),
        "workbook_macros": Wording(
            "工作簿含有宏，请另存为不含宏的 .xlsx", "the workbook holds macros; save it as .xlsx without them"
        ),
        # workbooks
        "workbook_not_xlsx": Wording("不是 .xlsx 工作簿", "not an .xlsx workbook"),
        "workbook_old_format": Wording(
            "是旧版 .xls 或 WPS .et 文件，请另存为 .xlsx",
            "an old .xls or WPS .et file; save it as .xlsx",
        ),
        "workbook_encrypted": Wording(
            "工作簿有打开密码，请去掉密码后再导入", "the workbook is encrypted; remove the password"
        ),
        "workbook_other_format": Wording(
            "是 .xlsb、.ods 等其他格式，请另存为 .xlsx",
            "another format (.xlsb, .ods …); save it as .xlsx",
        ),
        "workbook_broken": Wording("工作簿已损坏，无法读取", "the workbook is damaged and can't be read"),
        "workbook_unpacks_too_large": Wording(
            "工作簿解压后过大，可能是恶意文件", "the workbook unpacks to too much; it may be an attack"
        ),
        "workbook_too_many_parts": Wording("工作簿内部文件过多", "the workbook has too many parts"),
        "sheet_missing": Wording("没有这个工作表", "there is no such sheet"),
        "no_visible_sheet": Wording("没有可见的工作表", "there is no visible sheet"),
        # CSV
        "csv_is_workbook": Wording(
            "内容是工作簿或压缩包，不是 CSV", "the content is a workbook or an archive, not CSV"
        ),
        "encoding_wrong": Wording("文字编码与映射中声明的不符", "the text is not in the declared encoding"),
        "csv_malformed": Wording("CSV 引号或分隔符有误", "quotes or delimiters are malformed"),
        "line_too_long": Wording("一行过长", "a line is too long"),
        # Parquet
        "parquet_not_parquet": Wording("不是 Parquet 文件", "not a Parquet file"),
        "parquet_encrypted": Wording("Parquet 文件已加密，无法读取", "the Parquet file is encrypted and can't be read"),
        "parquet_broken": Wording("Parquet 文件已损坏，无法读取", "the Parquet file is damaged and can't be read"),
        "parquet_unpacks_too_large": Wording(
            "Parquet 文件解压后过大", "the Parquet file unpacks to more than the limit"
        ),
        # databases
        "url_missing": Wording(
            "环境变量中没有数据库地址", "the environment variable with the database address is not set"
        ),
        "url_invalid": Wording("数据库地址写法有误", "the database address is malformed"),
        "url_has_password": Wording(
            "映射文件中不得写数据库密码，请改用 url_environment",
            "a password may not stand in a mapping file; use url_environment",
        ),
        "database_not_read_only": Wording(
            "这种数据库不能保证只读，不予连接",
            "this kind of database can't be held to reading only; refused",
        ),
        "database_unreachable": Wording("无法连接数据库", "the database can't be reached"),
        "query_failed": Wording("数据库查询失败", "the database refused the query"),
        "table_missing": Wording("数据库中没有这个表", "the database has no such table"),
        "table_name_invalid": Wording("表名写法有误", "the table name is malformed"),
        "select_invalid": Wording(
            "只允许一条以 SELECT 开头、不含分号和注释的查询",
            "only one statement that begins with SELECT, without semicolons and comments",
        ),
        "key_missing": Wording("主键为空", "the primary key is empty"),
        "key_not_unique": Wording("主键不唯一", "the primary key is not unique"),
        "key_type": Wording("主键必须是整数或文本", "the primary key must be an integer or text"),
        "cell_type": Wording("这一列的数据类型不能读取", "the type of this column can't be read"),
        # mapping files
        "mapping_too_large": Wording("映射文件过大", "the mapping file is too large"),
        "mapping_not_yaml": Wording("映射文件不是有效的 YAML", "the mapping is not valid YAML"),
        "mapping_duplicate_field": Wording("同一字段写了两次", "the field is written twice"),
        "mapping_alias": Wording("映射文件不允许使用 YAML 锚点和别名", "YAML anchors and aliases are not allowed"),
        "mapping_field_missing": Wording("缺少必填字段", "a required field is missing"),
        "mapping_field_unknown": Wording("没有这个字段", "there is no such field"),
        "mapping_field_invalid": Wording("字段的写法有误", "the field is malformed"),
        "mapping_required_column": Wording("必须映射这一字段", "this field must be mapped"),
    }
)

NOTES: Mapping[str, Wording] = MappingProxyType(
    {
        "hidden_sheets": Wording("已忽略隐藏的工作表", "hidden sheets were ignored"),
        "footer_rows": Wording("已略去表尾签字行", "signature rows at the foot were left out"),
        "summary_rows": Wording("已略去合计、小计行", "rows of sums were left out"),
        "repeated_header_rows": Wording("已略去重复的表头行", "repeated header rows were left out"),
        "empty_rows": Wording("已略去空行", "empty rows were left out"),
    }
)

RECORD_FINDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "record.required_empty": Wording("必填项为空", "a required field is empty"),
        "record.cell_type": Wording("单元格的数据类型不对", "the cell has a type that doesn't fit"),
        "record.several_names": Wording("一个单元格里写了几个姓名", "several names stand in one cell"),
        "record.student_no_malformed": Wording(
            "全国学籍号应为G、J或L加18位", "a student number is G, J or L and 18 characters"
        ),
        "record.count_malformed": Wording("应填写一个整数", "a whole number is wanted"),
        "record.phone_malformed": Wording("电话号码写法有误", "the phone number is malformed"),
        "record.birth_date_without_day": Wording(
            "出生日期没有写到日，不能用于比对", "the birth date has no day, so it can't be matched on"
        ),
        "record.birth_date_in_future": Wording("出生日期晚于今天", "the birth date is after today"),
        "record.birth_date_differs_from_id": Wording(
            "出生日期与身份证号不一致", "the birth date differs from the ID number"
        ),
        "record.sex_differs_from_id": Wording("性别与身份证号不一致", "the sex differs from the ID number"),
        "record.ids_differ": Wording("同一行的两个证件号不一致", "two numbers of the row name different people"),
        "record.id_of_adult": Wording(
            "这是成年人(可能是监护人)的证件号，不作为儿童的证件号",
            "the number is an adult's, perhaps the guardian's; not taken for the child's",
        ),
        "record.guardian_id_is_childs": Wording(
            "监护人证件号与儿童的相同，未使用", "the guardian's number is the child's own; not used"
        ),
        "record.not_a_child": Wording("本行是成年人，不在共享范围内", "the row is an adult's and is left out"),
        "record.nothing_to_match": Wording(
            "没有可用于比对的信息(证件号，或姓名加出生日期，或监护人信息加儿童姓名或出生日期)",
            "nothing to match on: no ID number, no name with a birth date, nor a guardian with either",
        ),
        "record.duplicate_id": Wording("证件号与前面的行重复", "an earlier row has the same ID number"),
        # notes: nothing to correct
        "record.id_repaired": Wording(
            "证件号有误；已按改正一处后与出生日期、性别相符的号码比对，作为较弱的依据",
            "the number is wrong; numbers that one correction makes of it, and that agree with birth date and sex, "
            "count as weaker evidence",
        ),
        "record.birth_date_1_january": Wording(
            "出生日期为1月1日，可能是默认值，作为较弱的依据",
            "the birth date is 1 January, perhaps a default; weaker evidence",
        ),
        "record.phone_not_mobile": Wording("不是手机号码，不参与比对", "not a mobile number; not matched on"),
        "normalised.full_width": Wording("全角字符按半角比对", "full-width characters are compared as narrow ones"),
        "normalised.characters": Wording(
            "繁体字、异体字按通用字比对", "traditional and variant characters are compared as the usual ones"
        ),
        "normalised.marks": Wording(
            "间隔号、空格、数字等不参与比对", "middle dots, blanks, digits and marks are left out of the comparison"
        ),
        "normalised.latin_name": Wording("姓名中的拉丁字母按拼音比对", "Latin letters in a name count as pinyin"),
        "normalised.number_form": Wording(
            "号码中的全角、空格、小写x等已统一", "full-width digits, blanks or a small x in the number were put right"
        ),
        "normalised.fifteen_digits": Wording(
            "15位旧号，按与18位号码相同的部分比对",
            "an old number of 15 digits, compared with the same part of the new form",
        ),
    }
)
