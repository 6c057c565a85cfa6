"""The state machine of a payment, pure: driven against a bank that loses answers, and line by line."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from payments.standin import RETRIES, Bank, Fault
from vouchermarket.kit.ids import OrganisationId, PaymentId, PersonId, StatementId, new_id
from vouchermarket.payments import rules
from vouchermarket.payments.structs import (
    Answer,
    Attempt,
    AttemptState,
    Conclusion,
    Gateway,
    Outcome,
    Payment,
    PaymentState,
    Step,
)

NOW = datetime(2014, 6, 30, 2, 0, tzinfo=UTC)
MAKER, CHECKER = PersonId(new_id()), PersonId(new_id())
PAYMENT = Payment(
    PaymentId(new_id()),
    StatementId(new_id()),
    OrganisationId(new_id()),
    50_001,
    Gateway.MANUAL,
    PaymentState.APPROVED,
    new_id(),
    MAKER,
    NOW,
)


def attempt(state: AttemptState, age: timedelta = timedelta(0)) -> Attempt:
    return Attempt(PAYMENT.id, 1, rules.attempt_key(PAYMENT, 1), state, NOW - age)


class PaymentMachine(RuleBasedStateMachine):
    """Sweeps, crashes, faults and the clock in any order: the money moves at most once."""

    def __init__(self) -> None:
        super().__init__()
        self.bank = Bank(NOW)
        self.state = PaymentState.APPROVED
        self.attempts: list[Attempt] = []

    @property
    def last(self) -> Attempt:
        return self.attempts[-1]

    @precondition(lambda self: self.state is PaymentState.APPROVED)
    @rule()
    def begins(self) -> None:
        number = len(self.attempts) + 1
        key = rules.attempt_key(PAYMENT, number)
        self.attempts.append(Attempt(PAYMENT.id, number, key, AttemptState.SENDING, self.bank.now))
        self.state = PaymentState.SENDING

    @precondition(lambda self: self.attempts)
    @rule(fault=st.sampled_from(Fault), crash=st.booleans(), just_begun=st.booleans())
    def sweep_comes(self, fault: Fault, crash: bool, just_begun: bool) -> None:
        step = rules.next_step(self.last, RETRIES, self.bank.now)
        if just_begun and self.last.started_at == self.bank.now and self.state is PaymentState.SENDING:
            step = Step.SUBMIT if self.last.state is AttemptState.SENDING else step
        if step is Step.WAIT:
            return
        self.bank.fault = fault
        answer = (
            self.bank.answer_to(PAYMENT.instruction, self.last.key)
            if step is Step.SUBMIT
            else self.bank.shown(PAYMENT.instruction)
        )
        if not crash:  # a process that dies between two beats records nothing
            self.record(answer)

    def record(self, answer: Answer | None) -> None:
        told = rules.conclude(self.last, answer, RETRIES, self.bank.now)
        if told is not None:
            self.attempts[-1] = msgspec.structs.replace(
                self.last, state=told.attempt, ended_at=self.last.ended_at or self.bank.now
            )
            self.state = told.payment

    @precondition(lambda self: self.attempts)
    @rule()
    def a_late_answer_is_told_twice(self) -> None:
        if self.state in rules.FINAL:
            before = self.state
            self.record(Answer(Outcome.UNKNOWN))
            assert self.state is before

    @rule(minutes=st.sampled_from([1, 6, 11, 60, 60 * 22, 60 * 25]))
    def time_passes(self, minutes: int) -> None:
        self.bank.wait(timedelta(minutes=minutes))

    @invariant()
    def money_moves_at_most_once(self) -> None:
        assert len(self.bank.paid) <= 1

    @invariant()
    def the_books_say_what_the_bank_did(self) -> None:
        if self.state is PaymentState.PAID:
            assert len(self.bank.paid) == 1
        if self.state in {PaymentState.FAILED, PaymentState.APPROVED}:
            assert not self.bank.paid

    @invariant()
    def no_key_is_sent_after_its_life(self) -> None:
        assert self.bank.oldest_key_sent < RETRIES.key_life


TestPaymentMachine = PaymentMachine.TestCase


def test_the_machine_catches_a_rule_that_takes_silence_for_failure():
    bank = Bank(NOW)
    bank.fault = Fault.LOST_AFTER
    bank.answer_to(PAYMENT.instruction, "first")
    bank.fault = Fault.NONE
    bank.answer_to(PAYMENT.instruction, "second")
    assert len(bank.paid) == 2


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome.ACCEPTED, Conclusion(AttemptState.ACCEPTED, PaymentState.PAID)),
        (Outcome.REJECTED, Conclusion(AttemptState.REJECTED, PaymentState.FAILED)),
        (Outcome.UNKNOWN, Conclusion(AttemptState.UNKNOWN, PaymentState.SENDING)),
    ],
)
def test_an_answer_is_taken_for_what_it_says(outcome, told):
    assert rules.conclude(attempt(AttemptState.SENDING), Answer(outcome), RETRIES, NOW) == told


@pytest.mark.parametrize("state", [AttemptState.ACCEPTED, AttemptState.REJECTED])
def test_an_attempt_that_has_ended_takes_no_other_answer(state):
    assert rules.conclude(attempt(state), Answer(Outcome.ACCEPTED), RETRIES, NOW) is None


@pytest.mark.parametrize(
    ("age", "payment"),
    [(timedelta(minutes=9), PaymentState.SENDING), (timedelta(minutes=10), PaymentState.APPROVED)],
)
def test_an_empty_look_up_proves_absence_only_after_the_gateways_own_time(age, payment):
    doubted = msgspec.structs.replace(attempt(AttemptState.UNKNOWN, timedelta(hours=9)), ended_at=NOW - age)
    told = rules.conclude(doubted, None, RETRIES, NOW)
    assert told is not None
    assert told.payment is payment


def test_a_repeat_that_may_be_on_its_way_is_not_taken_for_absent():
    sent_again_just_now = attempt(AttemptState.SENDING, timedelta(hours=22))
    told = rules.conclude(sent_again_just_now, None, RETRIES, NOW)
    assert told == Conclusion(AttemptState.UNKNOWN, PaymentState.SENDING)


def test_where_a_person_pays_an_empty_look_up_proves_nothing():
    told = rules.conclude(attempt(AttemptState.UNKNOWN, timedelta(days=30)), None, None, NOW)
    assert told == Conclusion(AttemptState.UNKNOWN, PaymentState.SENDING)


@pytest.mark.parametrize(
    ("state", "age", "retries", "step"),
    [
        (AttemptState.SENDING, timedelta(minutes=4), RETRIES, Step.WAIT),
        (AttemptState.SENDING, timedelta(minutes=5), RETRIES, Step.SUBMIT),
        (AttemptState.SENDING, timedelta(hours=23), RETRIES, Step.FIND),
        (AttemptState.SENDING, timedelta(days=3), None, Step.SUBMIT),
        (AttemptState.UNKNOWN, timedelta(0), RETRIES, Step.FIND),
        (AttemptState.UNKNOWN, timedelta(days=3), None, Step.WAIT),
        (AttemptState.ACCEPTED, timedelta(days=3), RETRIES, Step.WAIT),
    ],
)
def test_the_next_beat_follows_from_state_and_age(state, age, retries, step):
    assert rules.next_step(attempt(state, age), retries, NOW) is step


@pytest.mark.parametrize("state", sorted(rules.FINAL))
def test_refuses_to_record_what_has_ended(state):
    with pytest.raises(rules.PaymentEnded):
        rules.recordable(msgspec.structs.replace(PAYMENT, state=state), None, CHECKER, NOW)


def test_refuses_that_the_approver_records():
    with pytest.raises(rules.RecordedByApprover):
        rules.recordable(PAYMENT, None, MAKER, NOW)


def test_refuses_to_record_what_a_gateway_is_still_carrying_out():
    stripes = msgspec.structs.replace(PAYMENT, gateway=Gateway.STRIPE)
    sent = attempt(AttemptState.UNKNOWN, timedelta(hours=23, minutes=59))
    with pytest.raises(rules.PaymentUnderWay):
        rules.recordable(stripes, sent, CHECKER, NOW)
    rules.recordable(stripes, sent, CHECKER, NOW + timedelta(minutes=1))
    rules.recordable(stripes, attempt(AttemptState.REJECTED), CHECKER, NOW)
    rules.recordable(PAYMENT, sent, CHECKER, NOW)


def test_what_did_nothing_leaves_an_attempt_as_it_was():
    for outcome in (Outcome.LATER, Outcome.BARRED):
        for state in (AttemptState.SENDING, AttemptState.UNKNOWN):
            told = rules.conclude(attempt(state), Answer(outcome), RETRIES, NOW)
            assert told == Conclusion(state, PaymentState.SENDING)


@pytest.mark.parametrize("reference", ["", " ", "x" * 65, " 1", "1 ", "a\nb", "a\x00b", "a\u200bb"])
def test_refuses_a_reference_nobody_can_read(reference):
    with pytest.raises(rules.ReferenceNotReadable):
        rules.readable_reference(reference)


def test_a_reference_is_kept_as_the_bank_wrote_it():
    assert rules.readable_reference("工行 2014-0001") == "工行 2014-0001"


def test_refuses_a_reference_that_stands_on_another_payment():
    with pytest.raises(rules.ReferenceUsed):
        rules.unused_reference("ICBC-1", PAYMENT)


def test_refuses_a_failure_without_its_reason():
    with pytest.raises(rules.FailureUnexplained):
        rules.explained("  ")
