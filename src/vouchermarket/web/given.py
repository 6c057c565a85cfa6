"""The types of what handlers are given, by the name of the parameter: `session: given.Session`.

How each comes about stands in `deps`.
"""

from datetime import datetime

from litestar.di import NamedDependency

from vouchermarket.identity import structs
from vouchermarket.kit import db
from vouchermarket.web import guards, keys, visitors
from vouchermarket.web.pages import turn

Database = NamedDependency[db.Database]
Visitors = NamedDependency[visitors.Visitors]
Place = NamedDependency[guards.Place]
Gate = NamedDependency[structs.Gate]
Now = NamedDependency[datetime]
Visitor = NamedDependency[visitors.Visitor]
Actor = NamedDependency[structs.Actor]
Session = NamedDependency[db.Session]
Once = NamedDependency[keys.Once]
Turn = NamedDependency[turn.Turn]
