"""PostgreSQL without setting one up: the wheel's binaries, started and stopped by ourselves.

For the demo and the tests only. `DATABASE_URL` set means that server instead, and nothing here runs.

    data_dir/postgres         the cluster, 0700, owned by a system user when root starts it
    data_dir/socket           the only way in, 0700; a short private folder where its path would be too long
    data_dir/pg_*.conf        who may come in, written anew at every start
    data_dir/lock             held while somebody starts or stops: two starters end with one server

Who may come in: no TCP; on the socket, peer authentication with a map. The kernel says who is asking, and
root, the owner of the cluster and whoever started it may take the three roles. `trust` would do behind a
0700 folder, yet one careless chmod would then open the books.
"""

from vouchermarket.kit.embedded.cluster import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    Cluster,
    create_database,
    drop_database,
    in_use,
    start,
    stop,
)
from vouchermarket.kit.embedded.rules import DataFolderClosed, DataOfAnotherPostgres, EmbeddedPostgresAbsent

__all__ = [
    "APP_ROLE",
    "DATABASE",
    "OWNER_ROLE",
    "Cluster",
    "DataFolderClosed",
    "DataOfAnotherPostgres",
    "EmbeddedPostgresAbsent",
    "create_database",
    "drop_database",
    "in_use",
    "start",
    "stop",
]
