"""What questionnaires refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class QuestionnaireAttachedTwice(GuanbaoError):
    """Questionnaires are attached to «{name}» already.

    Attach them once, in the app's registration.
    """


class NothingToAsk(GuanbaoError):
    """There is no such record to put a questionnaire about.

    Begin on the page of a record that you see.
    """


class QuestionnaireUnknown(GuanbaoError):
    """There is no questionnaire «{name}».

    Choose one that is in force.
    """


class NobodyToAnswer(GuanbaoError):
    """«{label}» has no contractor yet who could answer.

    Name the contractor first, or choose a questionnaire that the institution answers.
    """


class IssueNotOpen(GuanbaoError):
    """This cannot be done to a questionnaire that stands at «{state}».

    Look at how it stands, and go on from there.
    """


class AnswersMissing(GuanbaoError):
    """Not everything is answered yet: {questions}.

    Answer what is marked, add the documents that are asked for, and hand it in again.
    """


class OwnAnswers(GuanbaoError):
    """Whoever answered a questionnaire does not review it.

    Leave it to somebody else.
    """


class ReviewIncomplete(GuanbaoError):
    """Not every answer is accepted yet: {questions}.

    Accept or return each; what was returned is amended first.
    """


class AmendedTooOften(GuanbaoError):
    """The answer to «{question}» was amended {most} times.

    Put the questionnaire anew.
    """


class VersionEnforcedAlready(GuanbaoError):
    """This version of the questionnaire was in force before.

    Upload it again to bring it back.
    """


class VersionByUploader(GuanbaoError):
    """Whoever uploaded a questionnaire does not put it in force.

    Have a second person look at it.
    """


class WorkbookUnreadable(GuanbaoError):
    """The workbook cannot be taken: {reason}.

    Fetch the workbook here, fill it in and send it back as .xlsx.
    """
