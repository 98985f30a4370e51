"""Typed rows become a batch: what is new against what is already known, folded, digested, ready to store.

Every query here runs on the import's own DuckDB connection. Times are integer milliseconds of UTC until the
last step, which writes the stored schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import ibis
import numpy as np
import pyarrow as pa

from guanbao.engine.calendars import Calendar
from guanbao.engine.calendars.columns import with_elapsed
from guanbao.engine.records.conform import Part, computed
from guanbao.engine.records.counts import Counts, Prepared
from guanbao.engine.records.datasets import DATASETS, Dataset
from guanbao.engine.records.texts import Fault
from guanbao.engine.records.writing import quoted

SEPARATOR = "chr(31)"
ENTITY = "entity"
POSITION = "place"
_PLACES = 1 << 62  # more than the lines of any batch


@dataclass
class Batch:
    """New rows, each dataset's in a table of the connection with the stored schema."""

    tables: dict[str, str]
    counts: Counts
    faults: list[tuple[str, Fault]]
    prepared: Prepared | None = None
    builder: object = None  # the views stand as long as it does


class Builder:
    """Makes one batch. `stored(dataset)` names a relation of all visible stored versions, or None if none are."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        parts: Sequence[Part],
        *,
        arrangement: str,
        batch: int,
        stored: dict[str, str],
        calendar: Calendar | None,
    ) -> None:
        self.con, self.parts, self.arrangement, self.batch = con, tuple(parts), arrangement, batch
        self.stored, self.calendar = stored, calendar
        self.counts = Counts()
        self.prepared: Prepared | None = None
        self.held: object = None

    def number(self, query: str) -> int:
        """The one number that a query yields."""
        [(number,)] = self.con.execute(query).fetchall()
        return int(number or 0)

    def build(self, rows: str) -> dict[str, str]:
        """The final tables by dataset, from the accepted rows in `rows` (`ordinal`, `file`, `line`, columns)."""
        entity = self.parts[0]
        if len(self.parts) == 1:
            source = self._computed(rows, entity, keep=("ordinal", "line"))
            given = self.number(f"select count(*) from {source}")
            once = self._once(source, entity.dataset.identity, given)
            fresh = once and entity.dataset.name not in self.stored
            ruled = {rule.name for rule in entity.rules}
            never = [_name(name) for name in entity.dataset.names if name not in ruled]
            self._hash(source, "plain", _listed(entity.dataset), never=never, view=fresh)
            new = self._new_versions("plain", entity.dataset, "ordinal", once=once)
            self.counts.accepted = given if fresh else self.number(f"select count(*) from {new}")
            self.counts.known = given - self.counts.accepted
            self.counts.entities = self.counts.accepted if once else self._distinct(new, entity.dataset.key)
            return {entity.dataset.name: self._finish(new, entity.dataset)}
        events = self.parts[1]
        new_events = self._new_events(rows, entity, events)
        folded = self._folded(new_events, entity, events)
        new = self._new_versions(folded, entity.dataset, "line", once=True)
        self.counts.entities = self.number(f"select count(*) from {new}")
        return {
            events.dataset.name: self._finish(new_events, events.dataset),
            entity.dataset.name: self._finish(new, entity.dataset),
        }

    def _once(self, table: str, key: tuple[str, ...], rows: int) -> bool:
        """No key stands twice among the `rows` rows of `table`.

        Equal keys have equal hashes, so where no hash stands twice no key does; to sort these takes a quarter of
        the time of keeping the keys.
        """
        hashes = self.con.execute(f"select hash({_names(key)}) as hash from {table}").fetchnumpy()["hash"]
        high = hashes > np.iinfo(np.uint64).max // 2
        with ThreadPoolExecutor(2) as threads:
            twice = any(threads.map(lambda half: _any_twice(hashes[half]), (high, ~high)))
        return not twice or self._distinct(table, key) == rows

    def _distinct(self, table: str, key: tuple[str, ...]) -> int:
        return self.number(f"select count(*) from (select distinct {_names(key)} from {table})")

    def _computed(self, table: str, part: Part, *, keep: tuple[str, ...] = (), prefix: str | None = None) -> str:
        """The part's canonical columns, unprefixed; columns that a rule computes come last, one after another."""
        prefix = part.prefix if prefix is None else prefix
        relation = ibis.duckdb.from_connection(self.con).table(table)
        given = [name for name in part.dataset.names if f"{prefix}{name}" in relation.columns]
        relation = relation.select(*keep, **{name: relation[f"{prefix}{name}"] for name in given})
        for rule in part.rules:
            if rule.name not in given:
                columns = {name: relation[name] for name in part.dataset.names if name in relation.columns}
                relation = relation.mutate(**{rule.name: computed(rule, part.column(rule), columns)})
        absent = {
            column.name: ibis.null({"text": "string", "flag": "boolean"}.get(column.type, "int64"))
            for column in part.dataset.columns
            if column.name not in relation.columns
        }
        name = f"{table}_computed"
        self.con.execute(f"create view {name} as {ibis.to_sql(relation.mutate(**absent), dialect='duckdb')}")
        return name

    def _hash(
        self, source: str, target: str, columns: Sequence[str], *, never: Sequence[str] = (), view: bool = False
    ) -> None:
        """`target`: the rows of `source` with `content`, the SHA-256 of the values of `columns`.

        The values stand as text, U+001F between them, NULL as nothing. Those that are `never` given take no time.
        """
        texts, marks = [], 0
        for n, column in enumerate(columns):
            marks += n > 0
            if column not in never:
                texts += [f"repeat({SEPARATOR}, {marks})", column]  # concat takes NULL for nothing
                marks = 0
        texts.append(f"repeat({SEPARATOR}, {marks})")
        kind, content = "view" if view else "table", f"unhex(sha256(concat({', '.join(texts)})))"
        self.con.execute(f"create {kind} {target} as select *, {content} as content from {source}")

    def _new_versions(self, table: str, dataset: Dataset, order: str, *, once: bool) -> str:
        """The rows of `table` whose content is not yet known under their key, each naming what it replaces.

        `once` says that no key stands twice in `table`.
        """
        key, identity = _names(dataset.identity), dataset.identity
        if not once:
            again = f"row_number() over (partition by {key}, content order by {order})"
            self.con.execute(f"create view {table}_once as select * from {table} qualify {again} = 1")
        distinct = table if once else f"{table}_once"
        lag = f"lag(n.content) over (partition by {_names_of('n', identity)} order by n.{order})"
        before = "cast(null as blob)" if once else lag
        if once and dataset.name not in self.stored:
            self.con.execute(f"create view {table}_new as select *, {before} as replaces from {distinct} n")
            return f"{table}_new"
        if dataset.name not in self.stored:
            self.con.execute(f"create table {table}_new as select *, {before} as replaces from {distinct} n")
        else:
            # What is known under these keys is set apart first: most often it is little, while all that is stored
            # may be more than an import may hold in memory. The last place of a key needs less of it than `arg_max`.
            self.con.execute(f"""
                create table {table}_known as
                select {key}, content, batch * {_PLACES} + line as place
                from (select {key}, content, cast(batch as hugeint) as batch, line from {self.stored[dataset.name]}) s
                where exists (select 1 from {distinct} n where {_same("s", "n", identity)})""")
            self.con.execute(f"""
                create table {table}_latest as
                select {_names_of("known", identity)}, known.content as was from {table}_known known
                join (select {key}, max(place) as place from {table}_known group by all) last
                on last.place = known.place and {_same("last", "known", identity)}""")
            self.con.execute(f"""
                create table {table}_new as
                select n.*, coalesce({before}, latest.was) as replaces
                from {distinct} n left join {table}_latest latest on {_same("n", "latest", identity)}
                where not exists (
                    select 1 from {table}_known s where s.content = n.content and {_same("s", "n", identity)})""")
        self.counts.versions += self.number(f"select count(*) from {table}_new where replaces is not null")
        return f"{table}_new"

    # --- folding ------------------------------------------------------------------------------------------

    def _new_events(self, rows: str, entity: Part, events: Part) -> str:
        """The updates that are new, with what each says of its entity in `fold`.

        A number tells which update a row is, so another content under it is a correction. Without one nothing
        does: what differs from all updates of that time is one more.
        """
        names = {rule.name for rule in events.rules}
        updates = ", ".join(
            f"{_given(events, c.name, c.type, names)} as {_name(c.name)}" for c in events.dataset.columns
        )
        told = {rule.name for rule in entity.read}
        fold = ", ".join(f"{_name(c.name)} := {_given(entity, c.name, c.type, told)}" for c in entity.dataset.columns)
        self.con.execute(
            f"create view updates as select {updates}, struct_pack({fold}) as fold, ordinal, file, line from {rows}"
        )
        self._hash("updates", "hashed", [*_listed(events.dataset), *_listed(entity.dataset, "fold.")])
        key, seq, at = (_name(name) for name in events.dataset.key)
        self.con.execute(f"""
            create table numbered as
            select * exclude (file), row_number() over (partition by file, {key}, {seq} order by line) - 1 as repeat
            from hashed where {seq} is not null""")
        once = self._once("numbered", events.dataset.identity, self.number("select count(*) from numbered"))
        corrected = self._new_versions("numbered", events.dataset, "ordinal", once=once)
        self.con.execute(f"""
            create view new_updates as
            from {corrected} union all by name from {self._unnumbered(events.dataset, key, seq, at)}""")
        self.counts.accepted = self.number("select count(*) from new_updates")
        self.counts.known = self.number("select count(*) from hashed") - self.counts.accepted
        return "new_updates"

    def _unnumbered(self, dataset: Dataset, key: str, seq: str, at: str) -> str:
        """The updates without a number that no other file holds, each after all that are known of its time."""
        known = self.stored.get(dataset.name)
        stored = f"from {known} where {seq} is null" if known else "from hashed where false"
        repeat = "repeat" if known else "0 as repeat"
        self.con.execute(f"""
            create table unnumbered as
            with stored as (
                select {key}, {at}, content, {repeat} {stored}
            ), counted as (
                select {key}, {at}, content, count(*) as times, from stored group by all
            ), last as (
                select {key}, {at}, max(repeat) as repeat from stored group by all
            ), given as (
                select *, row_number() over (partition by file, {key}, {at}, content order by line) as nth
                from hashed where {seq} is null
            ), fresh as (
                select given.* exclude (file, nth) from given left join counted using ({key}, {at}, content)
                where nth > coalesce(times, 0)
                qualify row_number() over (partition by {key}, {at}, content, nth order by ordinal) = 1
            )
            select fresh.*, cast(null as blob) as replaces,
                coalesce(last.repeat + 1, 0) - 1
                    + row_number() over (partition by {key}, {at} order by ordinal) as repeat
            from fresh left join last using ({key}, {at})""")
        return "unnumbered"

    def _folded(self, new: str, entity: Part, events: Part) -> str:
        """Each touched entity as all its updates, old and new, say it is."""
        key = events.dataset.key[0]
        columns = [key, "seq", "at", "repeat", "fold", "line"]
        known, identity = "", _names(events.dataset.identity)
        if (stored := self.stored.get(events.dataset.name)) is not None:
            known = f"""union all
                select {_name(key)}, seq, "at", repeat, fold, line from (
                    select * from {stored}
                    where {_name(key)} in (select {_name(key)} from {new})
                    qualify row_number() over (partition by {identity} order by batch desc, line desc) = 1
                ) old where not exists (select 1 from {new} n where {_same("n", "old", events.dataset.identity)})"""
        self.con.execute(f"""
            create table touched as
            select {_name(key)} as {ENTITY}, coalesce(seq, "at") as {POSITION}, repeat, fold, line from (
                select {_names(columns)} from (
                    select * from {new}
                    qualify row_number() over (partition by {identity} order by ordinal desc) = 1)
                {known})""")
        made = ", ".join(f"{_take(rule.name, rule.take)} as {_name('e_' + rule.name)}" for rule in entity.read)
        self.con.execute(f"create table folded as select {made}, max(line) as line from touched group by {ENTITY}")
        table = self._computed("folded", entity, keep=("line",))
        sound = [f"{_name(c.name)} is not null" for c in entity.dataset.columns if c.required]
        sound += [f"coalesce({_name(a)} <= {_name(b)}, true)" for a, b in entity.dataset.ordered]
        counted = [rule.name for rule in entity.rules if rule.compute and entity.column(rule).never_negative]
        sound += [f"coalesce({_name(name)} >= 0, true)" for name in counted]
        self.con.execute(f"create view whole as select * from {table} where {' and '.join(sound)}")
        self._hash("whole", "entities", _listed(entity.dataset))
        self.counts.incomplete = self.number("select count(*) from folded") - self.number(
            "select count(*) from entities"
        )
        return "entities"

    # --- the stored schema --------------------------------------------------------------------------------

    def _finish(self, table: str, dataset: Dataset) -> str:
        """A view with the stored schema."""
        source = self._with_clocks(table, dataset) if dataset.clocks and self.calendar else table
        times = {c.name for c in dataset.columns if c.type == "time"}
        anchor = _name(dataset.anchor)
        special = {
            "batch": f"cast({self.batch} as bigint)",
            "arrangement": quoted(self.arrangement),
            "month": _month(anchor, self._ends(table, [dataset.anchor]) or (0, 0)),
        }
        if dataset.folds_into:
            special["fold"] = (
                "struct_pack("
                + ", ".join(
                    f"{_name(c.name)} := " + (_instant if c.type == "time" else str)(f"fold.{_name(c.name)}")
                    for c in DATASETS[dataset.folds_into].columns
                )
                + ")"
            )
        for name in dataset.clocks or {}:
            if source == table:
                special[name] = "cast(null as bigint)"
        columns = ", ".join(
            (special.get(f.name) or (_instant(_name(f.name)) if f.name in times else _stored(f.name, f.type)))
            + f" as {_name(f.name)}"
            for f in dataset.stored
        )
        name = f"final_{dataset.name}"
        self.con.execute(f"create view {name} as select {columns} from {source}")
        return name

    def _ends(self, table: str, times: Iterable[str]) -> tuple[int, int] | None:
        """The first and last of these times in ms of UTC; None if there are none."""
        ends = ", ".join(f"min({_name(name)}), max({_name(name)})" for name in times)
        [found] = self.con.execute(f"select {ends} from {table}").fetchall()
        seen = [ms for ms in found if ms is not None]
        return (min(seen), max(seen)) if seen else None

    def _with_clocks(self, table: str, dataset: Dataset) -> str:
        clocks = dataset.clocks or {}
        edges = sorted({name for pair in clocks.values() for name in pair})
        ends = self._ends(table, edges)
        if ends is None or self.calendar is None:
            return table
        timeline = self.calendar.timeline(*ends)
        self.prepared = Prepared(timeline.digest, *ends)
        backend = ibis.duckdb.from_connection(self.con)
        worked = with_elapsed(backend.table(table), timeline, clocks)
        self.held = (
            backend.create_view(f"{table}_worked", worked),
            worked,
        )  # its lookup lives as long as they do
        return f"{table}_worked"


_SQL = {"text": "varchar", "time": "bigint", "duration": "bigint", "count": "bigint", "flag": "boolean"}


def _any_twice(numbers: np.ndarray) -> bool:
    numbers.sort()
    return bool((numbers[1:] == numbers[:-1]).any())


def _given(part: Part, name: str, kind: str, given: set[str]) -> str:
    """A canonical column as the mapping gives it, or its typed NULL."""
    return _name(part.prefix + name) if name in given else f"cast(null as {_SQL[kind]})"


def _take(name: str, take: str) -> str:
    value, order = f"fold.{_name(name)}", f"order by {POSITION}, repeat, line"
    if take == "first":
        return f"first({value} {order}) filter (where {value} is not null)"
    return f"last({value} {order})" if take == "last" else f"{take}({value})"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _names(names: Sequence[str]) -> str:
    return ", ".join(_name(name) for name in names)


def _listed(dataset: Dataset, of: str = "") -> list[str]:
    return [of + _name(name) for name in dataset.names]


def _names_of(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{_name(name)}" for name in names)


def _same(a: str, b: str, names: Sequence[str]) -> str:
    return " and ".join(f"{a}.{_name(name)} is not distinct from {b}.{_name(name)}" for name in names)


def _month(ms: str, ends: tuple[int, int]) -> str:
    """The month of an instant between `ends` (ms), in UTC, as `2026-01`: to look it up costs less than to write it."""
    at, (first, last) = f"make_timestamp({ms} * 1000)", (datetime.fromtimestamp(end // 1000, UTC).year for end in ends)
    months = ", ".join(f"'{year}-{month:02}'" for year in range(first, last + 1) for month in range(1, 13))
    return f"([{months}])[12 * (year({at}) - {first}) + month({at})]"


def _instant(ms: str) -> str:
    return f"make_timestamptz({ms} * 1000)"


def _stored(name: str, kind: pa.DataType) -> str:
    """A column in its stored type, whatever a query made of it."""
    kinds = {pa.int64(): "bigint", pa.string(): "varchar", pa.bool_(): "boolean", pa.binary(): "blob"}
    return f"cast({_name(name)} as {kinds[kind]})" if kind in kinds else _name(name)


def stored_as_ms(dataset: Dataset) -> str:
    """The select list that turns stored instants, those inside `fold` too, into integer milliseconds."""
    times = [f"epoch_ms({_name(c.name)}) as {_name(c.name)}" for c in dataset.columns if c.type == "time"]
    if dataset.folds_into:
        fold = ", ".join(
            f"{_name(c.name)} := {f'epoch_ms(fold.{_name(c.name)})' if c.type == 'time' else f'fold.{_name(c.name)}'}"
            for c in DATASETS[dataset.folds_into].columns
        )
        times.append(f"struct_pack({fold}) as fold")
    return f"* replace ({', '.join(times)})"
