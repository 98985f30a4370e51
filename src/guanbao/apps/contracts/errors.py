"""What contracts refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class ContractNotDraft(GuanbaoError):
    """{reference} is no draft: it stands as it is.

    Take it back to draft first; what is signed stays.
    """


class ContractNotNow(GuanbaoError):
    """{reference} is at the state «{state}», in which this is not done.

    Open its page: it shows what comes next.
    """


class ContractIncomplete(GuanbaoError):
    """{reference} does not say when it takes effect and expires.

    Enter both days.
    """


class MandatoryClauseMissing(GuanbaoError):
    """{reference} lacks what is demanded: {missing}.

    Add clauses of the library that meet it, or a text of your own that another has checked.
    """


class ContractNotApproved(GuanbaoError):
    """{reference} is not approved as it stands.

    Submit it; what was changed after an approval is approved anew.
    """


class SealMissing(GuanbaoError):
    """No approved use of the seal is recorded for {reference} as it stands.

    Apply for the seal, and have another person approve it.
    """


class PriorReportMissing(GuanbaoError):
    """{reference} may be signed {workdays} working days after the report to the supervisor, not before: {rule}.

    Record the day of the report, or sign on {day} or later.
    """


class PaymentPlanOff(GuanbaoError):
    """The payments of {reference} are not its price: net {net}, VAT {vat} are left over.

    Change an amount of the plan until nothing is left.
    """


class InvoiceDiffers(GuanbaoError):
    """The invoice {number} does not fit the plan: {reasons}.

    Refuse it, and have a right one handed in.
    """


class InvoiceNotNow(GuanbaoError):
    """The invoice {number} is at the state «{state}», in which this is not done.

    Open its page: it shows what comes next.
    """


class OwnMatch(GuanbaoError):
    """Whoever matched an invoice does not release it.

    Have a colleague release it.
    """


class NoticeTooLate(GuanbaoError):
    """The last day of notice for the running term was {day}.

    Give notice for the next term.
    """


class NoticeTooShort(GuanbaoError):
    """The contract ends on {day} or later: it takes {days} days of notice.

    Name that day, or a later one.
    """


class WarningMissing(GuanbaoError):
    """No written warning of {reference} is recorded that came before the notice.

    Record the day of the warning first.
    """


class OverarchingUnsigned(GuanbaoError):
    """The overarching contract {reference} is not in force.

    Sign that one first.
    """


class DocumentNotWritten(GuanbaoError):
    """The contract's document does not say what the contract says, and was not written.

    Report this to whoever runs Guanbao; the contract stays as it is.
    """


class ReturnedUnreadable(GuanbaoError):
    """The file cannot be read as a Word document (.docx).

    Save it as .docx, without macros and without a document type of its own, and send it again.
    """


class ReturnedTooLong(GuanbaoError):
    """The file says more than {lines} paragraphs or {characters} characters.

    Send the contract alone.
    """


class ReturnedDiffers(GuanbaoError):
    """The file of {reference} that came back last does not say what is to be signed: {n} lines differ.

    Accept its changes as an edit of the draft, or compare a file that says the same.
    """


class FactsDiffer(GuanbaoError):
    """The file changes more than clauses: {what}.

    Take the contract back to draft and change its terms, payments or parties there.
    """


class AmendedEnds(GuanbaoError):
    """{reference} has come to its end, or notice was given: nothing of it is amended.

    Draft a new contract.
    """


class AmendmentOfAmendment(GuanbaoError):
    """{reference} is an amendment itself.

    Do this to the contract that it amends: {amended}.
    """


class ContractorChanged(GuanbaoError):
    """{reference} is with another contractor than its arrangement.

    Give the contract up, and draft one with the arrangement's contractor.
    """


class ArrangementNotAtContract(GuanbaoError):
    """{reference} is signed while its arrangement stands at the stage of the contract.

    Take the arrangement there first.
    """


class ClauseChecked(GuanbaoError):
    """The clause was checked, or is of the library: nothing is left to check.

    Open the contract's table of demands for what is left.
    """


class OwnCheck(GuanbaoError):
    """Whoever wrote the clause does not check it.

    Have a colleague check it.
    """


class SealApproved(GuanbaoError):
    """This use of the seal is approved already.

    Apply for another one where more is to be sealed.
    """


class SealOutdated(GuanbaoError):
    """The contract was changed after the seal was applied for.

    Have it approved anew, then apply for the seal again.
    """


class OwnSeal(GuanbaoError):
    """Whoever applied for the seal does not approve it.

    Have a colleague approve it.
    """
