"""Pages that no declaration makes: putting, answering, reviewing, workbooks, and the questionnaires in force."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from guanbao.apps.surveys import entering
from guanbao.apps.surveys.books import book_page, definition_book_page, fill_page, index_page
from guanbao.apps.surveys.forms import PutForm
from guanbao.apps.surveys.pages import ISSUES
from guanbao.apps.surveys.panels import explanation_of
from guanbao.apps.surveys.showing import Part, shown
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.questionnaires.attaching import record_of
from guanbao.platform.questionnaires.errors import AnswersMissing, NothingToAsk
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.permissions import QUESTIONNAIRE_PUT
from guanbao.platform.questionnaires.selectors import answers_of, issues_visible, may_answer, may_review
from guanbao.platform.questionnaires.services.answering import answers_save, issue_submit, missing_of
from guanbao.platform.questionnaires.services.issuing import issue_prepare
from guanbao.platform.questionnaires.services.reviewing import answers_review
from guanbao.platform.wording import reader_language, told
from guanbao.web.resource import resource_of

_ALL = "all"


def survey_routes() -> list[URLPattern]:
    """Their addresses."""
    return [
        path("questionnaires-in-force/", index_page, name="questionnaire-index"),
        path("questionnaires-in-force/<slug:name>/workbook", definition_book_page, name="questionnaire-definition"),
        path("questionnaires/to/<slug:record>/<int:record_id>", put_page, name="questionnaire-put"),
        path("questionnaires/<int:pk>/answer", answer_page, name="questionnaire-answer"),
        path("questionnaires/<int:pk>/review", review_page, name="questionnaire-review"),
        path("questionnaires/<int:pk>/workbook", book_page, name="questionnaire-workbook"),
        path("questionnaires/<int:pk>/fill", fill_page, name="questionnaire-fill"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def put_page(request: HttpRequest, record: str, record_id: int) -> HttpResponse:
    """Prepare a questionnaire about a record."""
    actor = actor_of(request)
    try:
        at, row = record_of(actor=actor, name=record, pk=record_id)
    except NothingToAsk:
        raise Http404 from None
    if not reach(actor, QUESTIONNAIRE_PUT).rows(at.rows(actor=actor).filter(pk=row.pk), at.columns).exists():
        raise Http404
    has_contractor = Side.CONTRACTOR in at.columns.scopes_of(row)
    form = PutForm(request.POST or None, actor=actor, has_contractor=has_contractor)
    if request.method == "POST" and form.is_valid():
        try:
            made = issue_prepare(actor=actor, record=record, record_id=row.pk, **form.cleaned_data)
            return redirect(ISSUES.url("detail", made.pk))
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error(name, texts)
        except GuanbaoError as error:
            form.add_error(None, explain(error, reader_language()))
    resource = resource_of(type(row))
    back = f"{resource.url('detail', row.pk)}?tab=questionnaires" if resource else "/"
    verb = {"title": told("Put a questionnaire"), "grave": False}
    context = {"form": form, "verb": verb, "title": str(row), "back": back}
    return render(request, "web/form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a questionnaire by section or whole; what is wrong stands at its question, with what was typed."""
    actor, issue = actor_of(request), _issue(request, pk)
    if not may_answer(actor, issue):
        raise Http404
    if request.method == "POST":
        return _answered(request, actor, issue)
    return _answer_form(request, actor, issue)


def _answered(request: HttpRequest, actor: Actor, issue: Issue) -> HttpResponse:
    """Keep what was entered, and go on; or show again what cannot be kept, or what else is asked by now."""
    sent = request.POST
    typed = entering.filled_in(sent, issue.content.questions.values())
    if "look" in sent:
        return _answer_form(request, actor, issue, typed=typed)
    typed, refused = entering.documents_sent(actor, issue, request.FILES, typed)
    errors: dict[str, str] = {}
    try:
        saved = answers_save(actor=actor, issue=issue, filled=typed)
        errors = saved.faults | refused
        if not errors:
            if "submit" in sent:
                issue_submit(actor=actor, issue=issue)
                return redirect(ISSUES.url("detail", issue.pk))
            return redirect(f"{request.path}?section={_next(request, issue)}&saved={len(saved.questions)}")
        return _answer_form(request, actor, issue, typed=typed, errors=errors)
    except NotPermitted:
        raise Http404 from None
    except AnswersMissing as error:
        missing = [each.code for each in missing_of(issue, answers_of(issue))]
        return _answer_form(request, actor, issue, wrong=explain(error, reader_language()), missing=missing)
    except GuanbaoError as error:
        return _answer_form(request, actor, issue, typed=typed, wrong=explain(error, reader_language()))


def _answer_form(
    request: HttpRequest,
    actor: Actor,
    issue: Issue,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    wrong: str = "",
    missing: list[str] | None = None,
) -> HttpResponse:
    answers = answers_of(issue)
    asked = entering.asked_now(issue, answers, typed or {})
    found = shown(
        actor, issue, typed=_seen_anew(typed, answers, errors), errors=errors, missing=missing or (), asked=asked
    )
    chosen = _section(request, found.parts, missing or list(errors or ()), whole=issue.submitted_at is not None)
    parts = [part for part in found.parts if chosen in (_ALL, part.section.code)]
    saved = request.GET.get("saved", "")
    context = {
        "issue": issue,
        "shown": found,
        "parts": parts,
        "chosen": chosen,
        "explanation": explanation_of(issue),
        "documents": entering.documents_offered(actor, issue),
        "wrong": wrong,
        "errors": len(errors or ()),
        "missing": [line for part in found.parts for line in part.lines if line.is_missing],
        "saved": saved if saved.isascii() and saved.isdigit() and len(saved) < 6 else "",
        "first": issue.submitted_at is None,
        "back": ISSUES.url("detail", issue.pk),
    }
    return render(request, "surveys/answer.html", context, status=422 if errors or wrong else 200)


def _seen_anew(typed: Any, answers: Any, errors: Any) -> Any:  # noqa: ANN401 - of a form
    """What was typed, now that its writer sees what stands there: saved once more it takes that one's place."""
    if typed is None or not errors:
        return typed
    return {
        code: entering.seen_as(filled, answers[code].number) if code in answers else filled
        for code, filled in typed.items()
    }


def _section(request: HttpRequest, parts: list[Part], wrong: list[str], *, whole: bool) -> str:
    """The section that was asked for, else the first or the `whole`; the whole too where another has a fault."""
    codes = [part.section.code for part in parts]
    asked = request.POST.get("section") or request.GET.get("section", "")
    if len(codes) < 2 or asked == _ALL or (whole and not asked):
        return _ALL
    chosen = asked if asked in codes else codes[0]
    here = {line.question.code for part in parts if part.section.code == chosen for line in part.lines}
    return chosen if here.issuperset(wrong) else _ALL


def _next(request: HttpRequest, issue: Issue) -> str:
    """The section after the one that was saved, where its writer wants to go on."""
    here = request.POST.get("section", _ALL)
    codes = [section.code for section in issue.content.sections]
    if "on" not in request.POST or here not in codes:
        return here if here in codes else _ALL
    return codes[min(codes.index(here) + 1, len(codes) - 1)]


@require_http_methods(["GET", "HEAD", "POST"])
def review_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept answers, or return them with a remark."""
    actor, issue = actor_of(request), _issue(request, pk)
    if not may_review(actor, issue):
        raise Http404
    errors: dict[str, str] = {}
    typed: dict[str, Any] = {}
    wrong = ""
    if request.method == "POST":
        typed = entering.judged_in(request.POST, issue.content.questions.values())
        try:
            errors = answers_review(actor=actor, issue=issue, judged=typed)
            if not errors:
                return redirect(ISSUES.url("detail", issue.pk))
        except NotPermitted:
            raise Http404 from None
        except GuanbaoError as error:
            wrong = explain(error, reader_language())
    found = shown(actor, issue, errors=errors)
    for line in (line for part in found.parts for line in part.lines):
        if (judged := typed.get(line.question.code)) is not None:
            line.verdict, line.remark = judged.verdict, judged.remark
    context = {
        "issue": issue,
        "shown": found,
        "wrong": wrong,
        "errors": len(errors),
        "explanation": explanation_of(issue),
        "back": ISSUES.url("detail", issue.pk),
    }
    return render(request, "surveys/review.html", context, status=422 if errors or wrong else 200)


def _issue(request: HttpRequest, pk: int) -> Issue:
    found = issues_visible(actor=actor_of(request)).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
