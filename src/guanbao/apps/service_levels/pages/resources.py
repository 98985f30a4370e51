"""Lists, details and forms of calendars, service levels, imports, statements, exclusions and amounts."""

from __future__ import annotations

from typing import Any

from guanbao.apps.service_levels import forms, permissions, selectors
from guanbao.apps.service_levels.choices import LevelState, StatementState
from guanbao.apps.service_levels.models import Amount, Exclusion, Import, Level, Statement, Term, WorkingCalendar
from guanbao.apps.service_levels.pages import panels
from guanbao.apps.service_levels.services import exclusions, levels, statements
from guanbao.apps.service_levels.words import clock_text, dataset_text, mapping_text, measure_text
from guanbao.platform.telling import tell
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb

_GROUP = _("Service levels")

tell(Exclusion, starts_at=clock_text, ends_at=clock_text)
tell(Import, dataset=dataset_text, mapping=mapping_text)
tell(Term, measure=measure_text)


def _is_draft(row: Any) -> bool:  # noqa: ANN401 - a level or a statement
    return bool(row.state == LevelState.DRAFT)


CALENDARS = Resource(
    name="calendars",
    model=WorkingCalendar,
    title=_("Working calendars"),
    singular=_("Working calendar"),
    group=_GROUP,
    empty=_("No working calendar is open to you yet."),
    view=permissions.LEVEL_VIEW,
    rows=selectors.calendars_visible,
    columns=("name", "institution", "is_office"),
    shown=("name", "institution", "is_office", "definition"),
    search=("name",),
    order=("name", "pk"),
    add=Verb(
        "add",
        _("New working calendar"),
        permissions.LEVEL_EDIT,
        levels.calendar_add,
        ("institution", "name", "is_office", "definition"),
    ),
    verbs=(Verb("edit", _("Edit"), permissions.LEVEL_EDIT, levels.calendar_edit, ("name", "is_office", "definition")),),
    panels=(Panel("year", _("Calendar"), "service_levels/calendar.html", panels.calendar_year), TIMELINE),
)
LEVELS = Resource(
    name="levels",
    model=Level,
    title=_("Service levels"),
    singular=_("Service level"),
    group=_GROUP,
    empty=_("No service level is open to you yet."),
    view=permissions.LEVEL_VIEW,
    rows=selectors.levels_visible,
    columns=("title", "arrangement", "version", "state", "holds_from"),
    shown=(
        "arrangement",
        "version",
        "state",
        "holds_from",
        "calendar",
        "fee_monthly",
        "fee_currency",
        "cap_percent",
        "rounding_places",
        "rounding_mode",
        "nets_bonus",
    ),
    search=("title", "arrangement__reference"),
    filters=("state", "arrangement"),
    order=("-holds_from", "-pk"),
    parent="arrangement",
    add=Verb("add", _("New version"), permissions.LEVEL_EDIT, levels.level_begin, form=forms.BeginForm),
    verbs=(
        Verb(
            "enforce",
            _("Put into force"),
            permissions.LEVEL_ENFORCE,
            levels.level_enforce,
            form=forms.EnforceForm,
            when=lambda row, _actor: _is_draft(row),
            grave=True,
        ),
        Verb(
            "edit",
            _("Edit"),
            permissions.LEVEL_EDIT,
            levels.level_edit,
            form=forms.LevelForm,
            when=lambda row, _actor: _is_draft(row),
        ),
    ),
    panels=(
        rows_panel("terms", by="level", grows=_is_draft),
        Panel("preview", _("Preview on real records"), "service_levels/preview.html", panels.preview_months),
        Panel("file", _("As a file"), "service_levels/file.html", panels.level_file),
        TIMELINE,
    ),
)
TERMS = Resource(
    name="terms",
    model=Term,
    title=_("Terms"),
    singular=_("Term"),
    group=_GROUP,
    empty=_("No term is there yet. Add one, or begin the version from a preset."),
    view=permissions.LEVEL_VIEW,
    rows=selectors.terms_visible,
    columns=("title", "measure", "target", "weight", "credit", "bonus"),
    shown=(
        "level",
        "code",
        "title",
        "measure",
        "arguments",
        "condition",
        "target",
        "weight",
        "credit",
        "bonus",
        "position",
    ),
    search=("title", "code"),
    order=("position", "pk"),
    parent="level",
    add=Verb("add", _("New term"), permissions.LEVEL_EDIT, levels.term_add, form=forms.AddTermForm),
    verbs=(
        Verb(
            "edit",
            _("Edit"),
            permissions.LEVEL_EDIT,
            levels.term_edit,
            form=forms.TermForm,
            when=lambda term, _actor: _is_draft(term.level),
        ),
        Verb(
            "remove",
            _("Remove"),
            permissions.LEVEL_EDIT,
            levels.term_remove,
            when=lambda term, _actor: _is_draft(term.level),
            grave=True,
        ),
    ),
    panels=(TIMELINE,),
)
IMPORTS = Resource(
    name="imports",
    model=Import,
    title=_("Imports of records"),
    singular=_("Import of records"),
    group=_GROUP,
    empty=_("No records have come yet. Send a file from the page of an arrangement, or through the API."),
    view=permissions.RECORDS_VIEW,
    rows=selectors.imports_visible,
    columns=("file_name", "arrangement", "dataset", "state", "at", "batch"),
    shown=(
        "arrangement",
        "dataset",
        "mapping",
        "state",
        "size",
        "received",
        "sha256",
        "batch",
        "side",
        "at",
    ),
    answers=(
        "arrangement",
        "dataset",
        "mapping",
        "file_name",
        "state",
        "size",
        "received",
        "sha256",
        "batch",
        "counts",
        "refusal",
        "faults",
        "side",
        "at",
    ),
    search=("file_name", "arrangement__reference"),
    filters=("state", "arrangement", "dataset"),
    order=("-at", "-pk"),
    panels=(Panel("report", _("Import report"), "service_levels/report.html", panels.import_report), TIMELINE),
)
STATEMENTS = Resource(
    name="statements",
    model=Statement,
    title=_("Statements"),
    singular=_("Statement"),
    group=_GROUP,
    empty=_("No statement has been drafted yet."),
    view=permissions.STATEMENT_VIEW,
    rows=selectors.statements_visible,
    columns=("period_from", "arrangement", "version", "state", "score", "missed", "issued_at"),
    shown=(),
    answers=(
        "arrangement",
        "period_from",
        "period_to",
        "version",
        "state",
        "level",
        "score",
        "missed",
        "digest",
        "drafted_at",
        "issued_at",
    ),
    search=("arrangement__reference", "arrangement__title"),
    filters=("state", "arrangement", "period_from"),
    order=("-period_from", "-pk"),
    add=Verb(
        "add", _("Draft a statement"), permissions.STATEMENT_DRAFT, statements.statement_draft, form=forms.DraftForm
    ),
    verbs=(
        Verb(
            "issue",
            _("Issue"),
            permissions.STATEMENT_ISSUE,
            statements.statement_issue,
            when=lambda row, _actor: row.state == StatementState.DRAFT,
            grave=True,
        ),
        Verb("remark", _("Comment"), permissions.STATEMENT_REMARK, statements.remark_add, form=forms.RemarkForm),
    ),
    panels=(
        Panel("verdict", _("Result"), "service_levels/verdict.html", panels.statement_verdict, slot="head"),
        Panel("terms", _("Terms"), "service_levels/terms.html", panels.statement_terms),
        Panel("remarks", _("Comments"), "service_levels/remarks.html", panels.statement_remarks),
        Panel("basis", _("Basis"), "service_levels/basis.html", panels.statement_basis),
        TIMELINE,
    ),
)
EXCLUSIONS = Resource(
    name="exclusions",
    model=Exclusion,
    title=_("Exclusions and disputes"),
    singular=_("Exclusion"),
    group=_GROUP,
    empty=_("Nothing has been proposed to be left out."),
    view=permissions.STATEMENT_VIEW,
    rows=selectors.exclusions_visible,
    columns=("period_from", "arrangement", "side", "state", "effect", "reason"),
    shown=(
        "arrangement",
        "period_from",
        "side",
        "state",
        "records",
        "starts_at",
        "ends_at",
        "effect",
        "terms",
        "reason",
        "proposed_at",
        "decision",
        "decided_at",
    ),
    search=("reason", "arrangement__reference"),
    filters=("state", "arrangement", "side"),
    order=("-period_from", "-pk"),
    add=Verb(
        "add",
        _("Propose an exclusion"),
        permissions.EXCLUSION_PROPOSE,
        exclusions.exclusion_propose,
        form=forms.ProposeForm,
    ),
    verbs=(
        Verb(
            "decide",
            _("Decide"),
            permissions.EXCLUSION_DECIDE,
            exclusions.exclusion_decide,
            form=forms.DecideForm,
            when=exclusions.is_to_decide,
        ),
    ),
    panels=(TIMELINE,),
)
AMOUNTS = Resource(
    name="amounts",
    model=Amount,
    title=_("Credits and bonuses"),
    singular=_("Amount"),
    group=_GROUP,
    empty=_("No amount has been entered yet. Amounts follow from issued statements."),
    view=permissions.AMOUNT_VIEW,
    rows=selectors.amounts_visible,
    columns=("month", "arrangement", "kind", "amount", "currency", "statement"),
    shown=("arrangement", "month", "kind", "amount", "currency", "statement", "reverses", "at"),
    search=("arrangement__reference",),
    filters=("kind", "arrangement", "month"),
    order=("-month", "-pk"),
    panels=(TIMELINE,),
)
RESOURCES = (STATEMENTS, LEVELS, TERMS, IMPORTS, EXCLUSIONS, AMOUNTS, CALENDARS)
