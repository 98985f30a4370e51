"""What makes an installation unsafe for production, each with what to do."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class SecretKeyUnkept(GuanbaoError):
    """The secret that signs sessions is not kept, so that each process signs with its own.

    Run guanbao init, or set GUANBAO_SECRET_KEY to 50 random characters or more.
    """


class FileOpenToOthers(GuanbaoError):
    """{file} can be read by others on this machine.

    Run chmod go= on it, and replace the key if it holds one.
    """


class DebugOn(GuanbaoError):
    """DEBUG is on: faults show what should stay inside.

    Use guanbao.config.settings as they are.
    """


class HostsUnlimited(GuanbaoError):
    """Any name is taken as this site's own.

    Set GUANBAO_HOSTS to the names under which browsers reach it.
    """


class HttpsOff(GuanbaoError):
    """Passwords and sessions travel unencrypted.

    Put HTTPS before it and set GUANBAO_HTTPS=1.
    """


class WorkersOnSqlite(GuanbaoError):
    """{workers} web processes share one SQLite file, and wait for each other at each write.

    Set DATABASE_URL to a PostgreSQL, or WEB_CONCURRENCY to 1.
    """


class WriteAheadOff(GuanbaoError):
    """SQLite {version} could lose a transaction if it wrote ahead, so it does not: each writer stops all readers.

    Use Python with SQLite 3.51.3, 3.50.7 or 3.44.6, or newer in their lines; or PostgreSQL.
    """


class LedgerKeyMissing(GuanbaoError):
    """There is no key at {file}, so that no checkpoint of the ledger can be signed.

    Run guanbao init, or set GUANBAO_LEDGER_KEY.
    """


class FilesKeyMissing(GuanbaoError):
    """There is no key at {file}, so that no document can be kept or read.

    Run guanbao init for a new installation; restore it from its backup where there are documents.
    """


class ScannerMissing(GuanbaoError):
    """Nothing scans documents for malware: each waits until somebody releases it by name.

    Set GUANBAO_CLAMAV to a clamd, as host:port or unix:/its.sock.
    """


class EgressUnreadable(GuanbaoError):
    """GUANBAO_EGRESS holds «{entry}», which names no host: nothing is sent to any.

    Write hosts by commas, such as hooks.example.com or hooks.bank.internal:8443=10.1.0.0/16.
    """

    entry: str


class WitnessMissing(GuanbaoError):
    """Nobody outside the database is given checkpoints: a ledger rolled back to an old copy would not be found out.

    Set GUANBAO_WITNESS to a folder on another machine to which this one can only add.
    """


class SecondFactorOff(GuanbaoError):
    """Administrators log in with a password alone.

    Unset GUANBAO_MFA_BY_ROLE, and let the role of platform administrator need a second factor: guanbao init.
    """


class DemonstrationPassword(GuanbaoError):
    """{login} has the password of the demonstration, which everybody knows.

    Change it, or begin with a new database.
    """


class PostgresUnsafe(GuanbaoError):
    """PostgreSQL runs with {setting} = {value}: what it said was kept may be lost or changed.

    Set it to {wanted}.
    """


class PostgresOld(GuanbaoError):
    """PostgreSQL {version} has known faults that lose or open data.

    Use 15.14, 16.10 or 17.6, or newer in their lines.
    """


class RoleTooMighty(GuanbaoError):
    """The application logs in to PostgreSQL as {role}, which owns its tables or passes over their guards.

    Run migrations as the owner, and give DATABASE_URL a role of its own that owns nothing.
    """
