"""What sourcing refuses."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class PassphraseWrong(GuanbaoError):
    """The passphrase does not open this officer's key.

    Enter the one that was set for this tender; after five wrong ones the key stays closed for a quarter of an hour.
    """


class BidBroken(GuanbaoError):
    """A bid does not open: it is not what was sealed.

    Compare its digest with the ledger's and the bidder's receipt; nothing of this tender was read.
    """


class TenderElsewhere(GuanbaoError):
    """The tender is not in a state in which this can be done: {state}.

    See its page for what comes next.
    """


class OpenersMissing(GuanbaoError):
    """Two opening officers of different posts must have set their passphrases; here are {number}.

    Name them on the tender's page, and let each set a passphrase.
    """


class PublishesOwnKey(GuanbaoError):
    """Whoever publishes a tender does not open its bids.

    Let a colleague publish it.
    """


class InvitedTooFew(GuanbaoError):
    """{number} contractors are invited; this kind of procurement needs {fewest}.

    Invite more, or choose another kind.
    """


class NotTheHour(GuanbaoError):
    """Bids are taken until {closes_at}; before that nobody opens one.

    Come back after the hour.
    """


class TooLate(GuanbaoError):
    """The time for this is over: {until}.

    Ask the institution whether there will be another tender.
    """


class BidsTooFew(GuanbaoError):
    """{number} bids came in; this kind of procurement needs {fewest}. None of them is opened.

    Call the tender off, and invite anew.
    """


class OpenedByAnother(GuanbaoError):
    """This officer has turned the key already; a second officer opens the bids.

    Ask the other officer to come.
    """


class KeyKept(GuanbaoError):
    """The passphrase was set, and is not set anew while the tender is open.

    Use the one that was set; before the tender is published the office can name the officer anew.
    """


class SelectionOver(GuanbaoError):
    """{reference} has left the stage of selection: its contractor is chosen.

    Begin another arrangement, or end this one.
    """


class KeysChanged(GuanbaoError):
    """The keys to which bids are sealed, or the hour, are not those with which the tender was published.

    Call the tender off, and look in the ledger for what was published.
    """


class InterestDeclared(GuanbaoError):
    """The declaration of interests was made, and stands.

    Ask the office to name another evaluator.
    """


class ScoresMissing(GuanbaoError):
    """{number} scores are missing.

    Give points with a remark for each bid at each criterion.
    """


class EvaluationsMissing(GuanbaoError):
    """Not everybody has handed in an evaluation; there must be {fewest} without a conflict of interest at least.

    Wait for them, or name more evaluators.
    """


class AwardElsewhere(GuanbaoError):
    """This proposal was concluded or withdrawn already.

    See the tender for what stands.
    """


class AwardNotApproved(GuanbaoError):
    """The award of {reference} was not approved as it stands.

    Submit it, and conclude it once everybody has approved.
    """


class AwardReportChanged(GuanbaoError):
    """The report of this award is not what it was when it was proposed.

    Withdraw the proposal, propose anew, and look in the ledger for who changed what.
    """


class RelatedApprovalMissing(GuanbaoError):
    """{contractor} is a related party, and no approval of the related-party transaction is recorded.

    Compliance records which body approved it, under which number and when; then the award is approved as it stands.
    """


class DiligenceUnanswered(GuanbaoError):
    """No questionnaire about this due diligence is concluded.

    Have the contractor answer it, review each answer, and conclude the questionnaire.
    """


class DiligenceElsewhere(GuanbaoError):
    """This due diligence is concluded already.

    Begin another one.
    """


class DiligenceOutdated(GuanbaoError):
    """{reference} has changed materially since this due diligence was begun.

    Conclude it as not fit, and begin another one: what was answered is about what the arrangement was.
    """


class ConcentrationElsewhere(GuanbaoError):
    """This assessment of concentration is judged already.

    Make another one.
    """


class ConcentrationOutdated(GuanbaoError):
    """{reference} has changed materially since this concentration was assessed.

    Judge it as not acceptable, and assess it anew: the figures are of what the arrangement was.
    """
