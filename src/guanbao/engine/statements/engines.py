"""Where figures are computed: DuckDB on this machine, or Spark. Both see times as integer ms of UTC.

Engines return integers and order statistics only. Neither downloads anything, neither uses its own zone data.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
from ibis import _

from guanbao.engine.errors import InputError
from guanbao.engine.records.datasets import Dataset, dataset
from guanbao.engine.records.imports import CONFIG, RecordSet

ENGINES = ("duckdb", "spark")
_AT_ONCE = 100_000


class Engine(Protocol):
    """What reads Parquet files as a table and runs Ibis expressions over it."""

    name: str

    def read(self, files: list[str]) -> ir.Table:
        """The rows of these files, as stored."""

    def ms(self, time: ir.Value) -> ir.Value:
        """A stored instant as integer milliseconds of UTC."""

    def contents(self, table: ir.Table) -> Iterator[list[bytes]]:
        """The one column of a table, bytes, in its order, some at a time."""

    def keep(self, table: ir.Table) -> ir.Table:
        """The table, computed once and held until the engine is closed."""


@ibis.udf.scalar.builtin(name="epoch_ms", signature=(("timestamp('UTC')",), "int64"))
def _epoch_ms(at: Any) -> Any: ...  # noqa: ANN401


@ibis.udf.scalar.builtin(name="unix_millis", signature=(("timestamp",), "int64"))
def _unix_millis(at: Any) -> Any: ...  # noqa: ANN401


class _Keeper:
    """Holds tables that are used more than once."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def keep(self, table: ir.Table) -> ir.Table:
        """The table, computed once and held until the engine is closed."""
        cached = table.cache()
        self.kept.append(cached)
        return cached

    def close(self) -> None:
        """Let go of what was held, while the backend can still be told."""
        while self.kept:
            self.kept.pop().release()


class DuckDB(_Keeper):
    """DuckDB in this process."""

    name = "duckdb"

    def __init__(self, backend: Any = None) -> None:  # noqa: ANN401 - Ibis types its backends loosely
        super().__init__()
        self.backend = backend or ibis.duckdb.connect(**CONFIG)
        self.backend.raw_sql("set TimeZone = 'UTC'")

    def read(self, files: list[str]) -> ir.Table:
        """The rows of these files, as stored."""
        return self.backend.read_parquet(files, hive_partitioning=True, hive_types_autocast=False, union_by_name=True)

    def ms(self, time: ir.Value) -> ir.Value:
        """A stored instant as integer milliseconds of UTC."""
        return _epoch_ms(time)

    def contents(self, table: ir.Table) -> Iterator[list[bytes]]:
        """The one column of a table, bytes, in its order, some at a time."""
        for batch in self.backend.con.sql(ibis.to_sql(table, dialect="duckdb")).to_arrow_reader(_AT_ONCE):
            yield batch.column(0).to_pylist()


class Spark(_Keeper):
    """Spark, by an Ibis backend over a session whose time zone is UTC."""

    name = "spark"

    def __init__(self, backend: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.backend = backend

    def keep(self, table: ir.Table) -> ir.Table:
        """The table, computed once and held until the engine is closed."""
        table.limit(0).to_pyarrow()  # Ibis shows Spark its lookup tables when a query runs, but not when one is cached
        return super().keep(table)

    def read(self, files: list[str]) -> ir.Table:
        """The rows of these files, as stored."""
        session = self.backend._session  # noqa: SLF001 - Ibis takes one path only; Spark takes many
        name = f"records_{hashlib.sha256(' '.join(files).encode()).hexdigest()[:16]}"
        session.read.parquet(*files).createOrReplaceTempView(name)
        return self.backend.table(name)

    def ms(self, time: ir.Value) -> ir.Value:
        """A stored instant as integer milliseconds of UTC."""
        return _unix_millis(time)

    def contents(self, table: ir.Table) -> Iterator[list[bytes]]:
        """The one column of a table, bytes, in its order, some at a time."""
        for batch in table.to_pyarrow_batches(chunk_size=_AT_ONCE):
            yield batch.column(0).to_pylist()


@contextmanager
def engine_named(name: str) -> Iterator[Engine]:
    """The engine of that name, for as long as the block lasts.

    Raises:
        EngineUnknown, SparkMissing.
    """
    if name == "duckdb":
        made = DuckDB()
        try:
            yield made
        finally:
            made.close()
            made.backend.disconnect()
    elif name == "spark":
        session = _spark_session()
        spark = Spark(ibis.pyspark.connect(session))
        try:
            yield spark
        finally:
            spark.close()
            session.stop()
    else:
        raise EngineUnknown(engine=name, known=ENGINES)


def _spark_session() -> Any:  # noqa: ANN401 - PySpark is an extra
    if importlib.util.find_spec("pyspark") is None:
        raise SparkMissing(reason="PySpark is not installed")
    if shutil.which("java") is None:
        raise SparkMissing(reason="there is no java on this machine")
    sql = importlib.import_module("pyspark.sql")
    builder = sql.SparkSession.builder.master("local[2]").appName("guanbao")
    for key, value in SPARK.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


SPARK = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.warehouse.dir": "/tmp/guanbao-spark-warehouse",  # noqa: S108 - nothing is stored there
}


def records_table(engine: Engine, records: RecordSet, name: str) -> ir.Table | None:
    """The latest visible version of each record of a dataset, times in ms of UTC; None if none were given."""
    kind = dataset(name)
    files = records.files.get(name)
    if not files:
        return None
    table = engine.read(files)
    if records.batches is not None:
        table = table.filter(_.batch <= records.batches)
    if records.versioned:
        latest = ibis.row_number().over(group_by=list(kind.identity), order_by=[_.batch.desc(), _.line.desc()])
        table = table.mutate(nth=latest).filter(_.nth == 0).drop("nth")
    columns = [*kind.names, *(kind.clocks or {}), *(["repeat"] if kind.folds_into else []), "content"]
    grouping = [c for c in ("arrangement", "month") if c in table.columns]
    table = table.select(*columns, *grouping)
    return table.mutate(**{column: engine.ms(table[column]) for column in kind.times})


def digest_of(engine: Engine, table: ir.Table, kind: Dataset) -> tuple[int, str]:
    """How many records there are, and SHA-256 over the SHA-256 of each one's content, in the order of their keys."""
    digest, count = hashlib.sha256(), 0
    ordered = table.order_by([_[name].asc(nulls_first=True) for name in kind.identity]).select("content")
    for contents in engine.contents(ordered):
        count += len(contents)
        digest.update(b"".join(contents))
    return count, digest.hexdigest()


class EngineUnknown(InputError):
    """There is no engine «{engine}».

    Known engines: {known}.
    """


class SparkMissing(InputError):
    """Spark cannot start: {reason}.

    Install guanbao[spark] and Java 17, or use --engine duckdb.
    """
