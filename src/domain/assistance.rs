//! Assistance 帮扶: a ledger of what is given to honorees, proposed by one person and approved by another.
//!
//! What was given is never changed. An entry made in error is taken back by a counter-entry with the amount negated, so
//! that sums come right by adding up.

use super::{
    actor::Actor,
    fault::{Code, Fault},
    text,
};

text_enum! {
    /// What is given.
    pub enum AssistanceKind {
        /// 慰问金.
        Money = "money",
        /// 慰问品, by its value.
        Goods = "goods",
        /// 医疗救助.
        Medical = "medical",
        /// 助学.
        Education = "education",
        /// 就业帮扶.
        Employment = "employment",
        /// 法律援助.
        Legal = "legal",
        /// Anything else.
        Other = "other",
    }
}

text_enum! {
    /// Where the money comes from.
    pub enum FundSource {
        /// 财政资金.
        Fiscal = "fiscal",
        /// 道德模范帮扶基金.
        MoralModelFund = "moral_model_fund",
        /// 社会捐助.
        Donation = "donation",
        /// Anything else, which is named.
        Other = "other",
    }
}

text_enum! {
    /// How an entry stands.
    pub enum AssistanceStatus {
        /// Waits for another person's approval.
        Proposed = "proposed",
        /// To be handed over.
        Approved = "approved",
        /// Not approved.
        Declined = "declined",
        /// Taken back before anything was given.
        Withdrawn = "withdrawn",
        /// Handed over; or a counter-entry to one that was.
        Given = "given",
    }
}

/// The largest amount of an entry, in fen: ten million yuan.
pub const AMOUNT_MAX_FEN: i64 = 1_000_000_000;
/// The most characters of the purpose and of reasons.
pub const TEXT_MAX_CHARS: usize = 2000;
/// The most characters of the name of a source of funds.
pub const DETAIL_MAX_CHARS: usize = 100;
/// The most receipts of an entry.
pub const MAX_RECEIPTS: usize = 10;

/// Assistance as it is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What.
    pub kind: AssistanceKind,
    /// In fen; of goods and services their value.
    pub amount_fen: i64,
    /// Where the money comes from.
    pub fund_source: FundSource,
    /// The source by name.
    pub fund_detail: Option<String>,
    /// What for.
    pub purpose: String,
}

impl Proposal {
    /// Everything that is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.amount_fen < 0 {
            faults.push(Fault::at("/amount_fen", Code::TooSmall).with("minimum", 0));
        } else if self.amount_fen > AMOUNT_MAX_FEN {
            faults.push(Fault::at("/amount_fen", Code::TooLarge).with("limit", AMOUNT_MAX_FEN));
        }
        match &self.fund_detail {
            Some(detail) => {
                let found = text::line(detail, DETAIL_MAX_CHARS).into_iter();
                faults.extend(found.map(|fault| fault.under("/fund_detail")));
            }
            None if self.fund_source == FundSource::Other => {
                faults.push(Fault::at("/fund_detail", Code::Required));
            }
            None => {}
        }
        faults.extend(text::paragraphs(&self.purpose, TEXT_MAX_CHARS).into_iter().map(|it| it.under("/purpose")));
        faults
    }
}

/// An entry as far as it matters for what may become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How it stands.
    pub status: AssistanceStatus,
    /// Who proposed it.
    pub proposed_by: Actor,
    /// Who has entered that it was handed over.
    pub handed_over_by: Option<Actor>,
    /// Whether it is a counter-entry.
    pub is_counter: bool,
    /// Whether a counter-entry has taken it back.
    pub is_reversed: bool,
    /// Whether the honoree holds an honour that stands.
    pub is_honoured: bool,
}

/// What a reversal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reversal {
    /// Nothing was given, so that there is nothing to counter: the entry is withdrawn.
    Withdraw,
    /// A counter-entry is added.
    Counter,
}

fn wrong_status(status: AssistanceStatus) -> Fault {
    Fault::of(Code::TransitionNotAllowed).with("status", status.as_str())
}

/// 409 for somebody whose honours are all gone: nothing more is promised.
#[must_use]
pub fn propose(is_honoured: bool) -> Option<Fault> {
    (!is_honoured).then(|| Fault::of(Code::NoHonourStands))
}

/// Approves or declines: another person than who proposed (four eyes), and for somebody whose honours are gone only the
/// latter.
pub fn decide(entry: &Standing, by: Actor, approved: bool) -> Result<AssistanceStatus, Vec<Fault>> {
    if entry.status != AssistanceStatus::Proposed {
        return Err(vec![wrong_status(entry.status)]);
    }
    let own = entry.proposed_by.shares_person_with(by).then(|| Fault::of(Code::AnotherPersonNeeded));
    let faults: Vec<Fault> = own.into_iter().chain(propose(entry.is_honoured || !approved)).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(if approved { AssistanceStatus::Approved } else { AssistanceStatus::Declined })
}

/// Enters that it was handed over.
pub fn hand_over(entry: &Standing) -> Result<(), Fault> {
    if entry.status == AssistanceStatus::Approved { Ok(()) } else { Err(wrong_status(entry.status)) }
}

/// Takes an entry back. What was given is taken back by a person who neither proposed it nor entered that it was given.
pub fn reverse(entry: &Standing, by: Actor) -> Result<Reversal, Fault> {
    let took_part = |actor: Actor| actor.shares_person_with(by);
    match entry.status {
        AssistanceStatus::Proposed | AssistanceStatus::Approved => Ok(Reversal::Withdraw),
        AssistanceStatus::Declined | AssistanceStatus::Withdrawn => Err(wrong_status(entry.status)),
        AssistanceStatus::Given if entry.is_counter => Err(wrong_status(entry.status)),
        AssistanceStatus::Given if entry.is_reversed => Err(Fault::of(Code::AlreadyDecided)),
        AssistanceStatus::Given if took_part(entry.proposed_by) || entry.handed_over_by.is_some_and(took_part) => {
            Err(Fault::of(Code::AnotherPersonNeeded))
        }
        AssistanceStatus::Given => Ok(Reversal::Counter),
    }
}

/// Whether receipts are still taken: of what is or was approved.
#[must_use]
pub const fn takes_receipts(status: AssistanceStatus) -> bool {
    match status {
        AssistanceStatus::Proposed | AssistanceStatus::Approved | AssistanceStatus::Given => true,
        AssistanceStatus::Declined | AssistanceStatus::Withdrawn => false,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::UserId;

    fn user(number: u128) -> Actor {
        UserId(Uuid::from_u128(number)).into()
    }

    fn standing_in(number: u128, absent: u128) -> Actor {
        Actor { on_behalf_of: Some(UserId(Uuid::from_u128(absent))), ..user(number) }
    }

    fn entry(status: AssistanceStatus) -> Standing {
        let handed_over_by = (status == AssistanceStatus::Given).then(|| user(2));
        Standing {
            status,
            proposed_by: user(1),
            handed_over_by,
            is_counter: false,
            is_reversed: false,
            is_honoured: true,
        }
    }

    fn codes(faults: Vec<Fault>) -> Vec<Code> {
        faults.into_iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn another_person_decides_and_once() {
        let proposed = entry(AssistanceStatus::Proposed);
        assert_eq!(decide(&proposed, user(2), true), Ok(AssistanceStatus::Approved));
        assert_eq!(decide(&proposed, user(2), false), Ok(AssistanceStatus::Declined));
        assert_eq!(codes(decide(&proposed, user(1), true).unwrap_err()), [Code::AnotherPersonNeeded]);
        for by in [standing_in(1, 2), standing_in(2, 1)] {
            assert_eq!(codes(decide(&proposed, by, true).unwrap_err()), [Code::AnotherPersonNeeded]);
        }
        let in_place = Standing { proposed_by: standing_in(1, 2), ..proposed };
        assert_eq!(codes(decide(&in_place, user(2), true).unwrap_err()), [Code::AnotherPersonNeeded]);
        let gone = Standing { is_honoured: false, ..proposed };
        let both = [Code::AnotherPersonNeeded, Code::NoHonourStands];
        assert_eq!(codes(decide(&gone, user(1), true).unwrap_err()), both);
        assert_eq!(decide(&gone, user(2), false), Ok(AssistanceStatus::Declined));
        for status in AssistanceStatus::ALL.iter().copied().filter(|status| *status != AssistanceStatus::Proposed) {
            assert_eq!(codes(decide(&entry(status), user(1), true).unwrap_err()), [Code::TransitionNotAllowed]);
        }
    }

    #[test]
    fn only_what_was_approved_is_handed_over() {
        let may: Vec<_> =
            AssistanceStatus::ALL.iter().copied().filter(|status| hand_over(&entry(*status)).is_ok()).collect();
        assert_eq!(may, [AssistanceStatus::Approved]);
    }

    #[test]
    fn what_was_given_is_countered_once_by_a_third_person() {
        let given = entry(AssistanceStatus::Given);
        assert_eq!(reverse(&given, user(3)), Ok(Reversal::Counter));
        let code = |entry: &Standing, by| reverse(entry, user(by)).unwrap_err().code;
        assert_eq!((code(&given, 1), code(&given, 2)), (Code::AnotherPersonNeeded, Code::AnotherPersonNeeded));
        assert_eq!(code(&Standing { is_reversed: true, ..given }, 3), Code::AlreadyDecided);
        assert_eq!(code(&Standing { is_counter: true, ..given }, 3), Code::TransitionNotAllowed);
        // Of who stands in for somebody both count, and both did what was done so.
        for (by, may) in [(standing_in(3, 1), false), (standing_in(2, 4), false), (standing_in(3, 4), true)] {
            assert_eq!(reverse(&given, by).is_ok(), may, "{by:?}");
        }
        let handed_over = Standing { handed_over_by: Some(standing_in(2, 5)), ..given };
        assert_eq!(code(&handed_over, 5), Code::AnotherPersonNeeded);
        for status in [AssistanceStatus::Proposed, AssistanceStatus::Approved] {
            assert_eq!(reverse(&entry(status), user(1)), Ok(Reversal::Withdraw));
        }
        for status in [AssistanceStatus::Declined, AssistanceStatus::Withdrawn] {
            assert_eq!(code(&entry(status), 3), Code::TransitionNotAllowed);
        }
    }

    #[test]
    fn amounts_have_a_limit_and_other_funds_a_name() {
        let proposal = Proposal {
            kind: AssistanceKind::Money,
            amount_fen: 50_000,
            fund_source: FundSource::Fiscal,
            fund_detail: None,
            purpose: "春节慰问。".into(),
        };
        assert_eq!(proposal.faults(), []);
        let places = |proposal: Proposal| -> Vec<_> {
            proposal.faults().into_iter().map(|fault| (fault.pointer, fault.code)).collect()
        };
        let at = |pointer: &str, code| (pointer.to_owned(), code);
        for (amount_fen, code) in [(-1, Code::TooSmall), (AMOUNT_MAX_FEN + 1, Code::TooLarge)] {
            assert_eq!(places(Proposal { amount_fen, ..proposal.clone() }), [at("/amount_fen", code)]);
        }
        for amount_fen in [0, AMOUNT_MAX_FEN] {
            assert_eq!(places(Proposal { amount_fen, ..proposal.clone() }), []);
        }
        let unnamed = Proposal { fund_source: FundSource::Other, purpose: String::new(), ..proposal };
        assert_eq!(places(unnamed), [at("/fund_detail", Code::Required), at("/purpose", Code::TooShort)]);
    }
}
