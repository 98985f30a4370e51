"""Small tables of canonical records for tests: rows as dictionaries, times as ISO text in UTC."""

from datetime import UTC, datetime

import ibis
import pyarrow as pa

from guanbao.engine.measures import measure_named
from guanbao.engine.records.datasets import DATASETS
from guanbao.engine.statements.figures import Asked

TYPES = {"text": pa.string(), "flag": pa.bool_()}


def ms(text):
    """ISO text as ms of UTC; None stays."""
    if text is None or isinstance(text, int):
        return text
    at = datetime.fromisoformat(text)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def table_of(name, rows):
    """The rows as a table of the dataset; absent columns are NULL."""
    kind = DATASETS[name]
    extra = ["repeat"] if kind.folds_into else []
    made = [
        {
            column.name: ms(row.get(column.name)) if column.type == "time" else row.get(column.name)
            for column in kind.columns
        }
        | {column: row.get(column, 0) for column in extra}
        for row in rows
    ]
    fields = [(column.name, TYPES.get(column.type, pa.int64())) for column in kind.columns]
    schema = pa.schema([*fields, *((column, pa.int64()) for column in extra)])
    return ibis.memtable(pa.Table.from_pylist(made, schema=schema))


def asked(measure, condition=None, dropped=(), **arguments):
    """What a term with these arguments asks."""
    found = measure_named(measure)
    return Asked(found, found.arguments(arguments, lambda _name: None), condition, tuple(dropped))
