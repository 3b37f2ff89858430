"""What people ask a service desk, composed: things of many trades, what one does with them, what happens to them, what one asks about them.

Public text of this kind is scarce, and what lies close inside one field is learnt from texts of that field. The utterances carry no labels: a teacher
says what they mean. They are built from the tables below and from nothing else.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """Things that are spoken of alike. `events`: auxiliary and rest, so that a question can turn them round ("my card | was | declined")."""

    things: tuple[str, ...]
    actions: tuple[str, ...]
    events: tuple[tuple[str, str], ...]
    attributes: tuple[str, ...]


def many(text: str, between: str = ",") -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(between))


def events(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((aux, rest) for aux, _, rest in (part.partition(" ") for part in many(text)))


KINDS = (
    Kind(
        many("card, debit card, credit card, virtual card, prepaid card, new card, replacement card, second card, gift card, loyalty card, travel card, library card, staff card, access card, sim card, fuel card"),
        many("activate, order, block, unblock, freeze, cancel, replace, renew, use, get, find, register, link, add, remove, report, top up, pay with, show, lock, share, collect, delete"),
        events("was declined, was stolen, was swallowed by the machine, has not arrived, has expired, is about to expire, is lost, is damaged, is not accepted, is blocked, does not work, does not work abroad, was used by someone else, was charged twice, has been found again, is not shown in the app, was sent to the wrong address, will arrive late"),
        many("number, expiry date, pin, limit, fee, delivery time, design, security code, balance, replacement cost, name, status, delivery address, benefits, monthly fee"),
    ),
    Kind(
        many("payment, transfer, direct debit, standing order, bank transfer, transaction, deposit, withdrawal, refund, instalment, invoice, bill, salary, cheque, top-up, cash withdrawal, international transfer, card payment, contactless payment, donation, reimbursement, exchange"),
        many("make, cancel, stop, reverse, dispute, track, schedule, repeat, change, receive, confirm, request, find, download, split, recall, approve, pay, complete, trace, report, set up"),
        events("was declined, is pending, is still pending, has failed, was charged twice, has not arrived, was reverted, was sent to the wrong person, is not shown, does not show up in my account, was cancelled, is missing, is the wrong amount, has been taken by mistake, was not made by me, is late, was not approved, is taking too long, was returned, is not recognised by me, has disappeared, will not go through"),
        many("fee, amount, date, limit, currency, exchange rate, status, reference, recipient, minimum, maximum, processing time, receipt, confirmation, reason, tax, deadline, cut-off time, extra charge, source"),
    ),
    Kind(
        many("account, bank account, savings account, joint account, business account, user account, online account, profile, customer account, wallet, membership, email account, student account, child's account, guest account"),
        many("open, close, delete, verify, unlock, reactivate, log in to, link, merge, switch, upgrade, share, find, restore, manage, set up, secure, transfer money to, get money out of, add someone to, change the owner of, fund"),
        events("was locked, is blocked, was hacked, has been closed, is not verified, is overdrawn, was opened without my consent, does not let me log in, has been suspended, is empty, is restricted, was deleted by mistake, shows the wrong balance, is under review, cannot be found"),
        many("number, balance, password, username, statement, owner, address, email address, phone number, verification, limit, interest rate, monthly fee, settings, history, requirements, minimum age, currency, security"),
    ),
    Kind(
        many("order, parcel, package, delivery, shipment, purchase, online order, furniture, shoes, jacket, phone, laptop, book, groceries, flowers, return, exchange item, pre-order, letter, replacement part"),
        many("track, cancel, change, return, exchange, collect, pick up, send back, reorder, delay, redirect, get, receive, ship abroad, pay for, unpack, complain about, insure, wrap, sign for, find"),
        events("has not arrived, was damaged, is late, was stolen, is missing a part, is the wrong size, is the wrong colour, was delivered to a neighbour, was sent to the wrong address, has been returned, was lost in the post, is stuck in customs, was cancelled without a reason, has not been shipped, is incomplete, was left outside, does not fit, is out of stock, has a defect"),
        many("delivery date, tracking number, shipping cost, address, return label, status, price, discount, warranty, size, colour, courier, delivery time, packaging, invoice, voucher code, customs duty, pick-up point, weight limit"),
    ),
    Kind(
        many("booking, reservation, flight, hotel room, train ticket, rental car, table, trip, seat, appointment, ticket, concert ticket, holiday, doctor's appointment, meeting room, cruise, taxi, bus pass, tour, parking space"),
        many("book, cancel, change, move, confirm, extend, upgrade, pay for, check in for, print, find, reserve, postpone, share, get a refund for, add a person to, rebook, shorten, claim compensation for, look up, wait for"),
        events("was cancelled, is delayed, is overbooked, was moved, has not been confirmed, is for the wrong day, was booked twice, is missing from my account, has the wrong name on it, is too expensive, was missed, is fully booked, does not show up, was changed without notice, is not refundable"),
        many("date, time, price, confirmation number, cancellation policy, seat number, baggage allowance, platform, gate, deposit, check-in time, change fee, passenger name, availability, duration, meal, discount, address, parking"),
    ),
    Kind(
        many("phone, laptop, printer, router, television, app, website, internet connection, wifi, email, screen, battery, charger, camera, headset, washing machine, heating, software, update, password, keyboard, vpn, computer, thermostat, smart watch"),
        many("reset, restart, set up, update, repair, connect, install, uninstall, replace, turn off, turn on, charge, back up, configure, clean, return, upgrade, pair, troubleshoot, unlock, move, test, secure, sync"),
        events("does not work, is broken, is slow, keeps crashing, will not turn on, has stopped working, is not responding, does not connect, was dropped, is frozen, shows an error, makes a strange noise, is too hot, has no signal, was updated, cannot be found, does not charge, is out of date, is locked, has a virus"),
        many("warranty, version, speed, manual, price, settings, serial number, battery life, error code, storage, repair cost, compatibility, data limit, contract, noise, support hours, memory, energy use, password"),
    ),
    Kind(
        many("subscription, contract, plan, policy, insurance, mortgage, loan, membership, phone plan, energy contract, lease, gym membership, newsletter, warranty, travel insurance, car insurance, health insurance, pension, overdraft, student loan, free trial"),
        many("cancel, renew, change, upgrade, downgrade, pause, extend, take out, end early, transfer, pay off, compare, apply for, get out of, understand, reduce, claim on, suspend, sign, add a person to, qualify for, repay"),
        events("has expired, was renewed without my consent, was cancelled, is too expensive, has not started, was rejected, does not cover this, is about to end, has changed, was approved, has been declined, is on hold, costs more than agreed, was sold to me wrongly, is not shown online"),
        many("price, length, notice period, interest rate, coverage, start date, renewal date, monthly payment, terms, excess, benefits, cancellation fee, discount, eligibility, documents, deadline, early repayment fee, number of users, data allowance"),
    ),
    Kind(
        many("passport, identity document, driving licence, visa, birth certificate, tax return, certificate, contract copy, payslip, bank statement, proof of address, receipt, form, application, report, prescription, claim, invoice copy, permit, transcript, reference letter, photo"),
        many("get, upload, send, download, renew, replace, correct, print, sign, translate, submit, apply for, verify, withdraw, check, request, find, certify, change, scan, appeal, fill in, prove"),
        events("was rejected, has expired, is lost, was stolen, has not arrived, cannot be read, is missing a page, has a mistake in it, is not accepted, was not verified, is still being processed, was sent to the wrong person, is incomplete, has been approved, could not be uploaded"),
        many("fee, processing time, deadline, number, format, copy, validity, requirements, status, expiry date, size, signature, address, language, reason, photo, office, opening hours, name on it"),
    ),
    Kind(
        many("name, address, email address, phone number, pin, password, passcode, security question, date of birth, tax number, language, delivery address, emergency contact, username, fingerprint login, marital status, nationality, payment method, currency, time zone, nickname"),
        many("change, update, reset, correct, add, remove, confirm, hide, recover, verify, set, forget, see, delete, protect, choose, transfer, share, link, edit"),
        events("is wrong, has changed, was changed by someone else, is not accepted, was forgotten, is spelled wrong, is out of date, is not valid, cannot be changed, was leaked, has been blocked after too many attempts, is already in use, does not match, is missing, was not saved"),
        many("format, length, proof, rules, history, deadline, confirmation email, reason, limit, privacy, code, visibility, requirements"),
    ),
    Kind(
        many("salary, leave, holiday, sick day, overtime, expense, training, shift, timesheet, bonus, parental leave, home office, promotion, job application, interview, probation, laptop request, business trip, team event, parking permit"),
        many("request, apply for, claim, cancel, change, approve, record, check, swap, report, plan, take, extend, carry over, explain, postpone, submit, calculate, negotiate, prove"),
        events("was rejected, has not been paid, is wrong, was not approved, is missing, has changed, is too low, was calculated wrongly, is late, has been cancelled, was not recorded, is still open, is about to expire"),
        many("amount, deadline, form, rules, approval, payment date, tax, balance, length, notice, manager, policy, allowance, proof, calculation, start date, limit"),
    ),
    Kind(
        many("course, exam, lecture, enrolment, scholarship, degree, tuition, dormitory, semester, grade, assignment, library book, campus tour, exchange year, lab, certificate course, tutor, school bus, class, workshop"),
        many("register for, drop, retake, pay for, change, pass, apply for, find, attend, postpone, appeal, finish, repeat, switch, get credit for, prepare for, hand in, return, extend, join online"),
        events("is full, was cancelled, has moved to another room, is overlapping with another, has not been graded, was failed, is too hard, was marked wrongly, is not offered this year, starts too early, has been missed, is not recognised"),
        many("date, room, fee, deadline, requirements, teacher, timetable, credits, language, level, grade, waiting list, reading list, length, result, certificate, contact person"),
    ),
    Kind(
        many("doctor, test result, medicine, vaccination, hospital bill, blood test, therapy, health card, surgery, dental check, glasses, referral, treatment, x-ray, allergy test, repeat prescription, ambulance, nurse, diet, sick note"),
        many("book, get, cancel, see, pay for, find, ask about, change, renew, collect, stop, receive, prepare for, claim, postpone, speak to, choose, take, request, avoid"),
        events("is not available, has side effects, was cancelled, is delayed, is not covered, was lost, is overdue, has not come back, was wrong, does not help, is too expensive, has changed, is painful, was postponed"),
        many("cost, date, waiting time, dose, opening hours, result, risk, preparation, length, phone number, coverage, age limit, side effects, address, second opinion, paperwork"),
    ),
)

OF_EVENTS = many(
    "my {thing} {aux} {rest}| why {aux} my {thing} {rest}| what do i do if my {thing} {aux} {rest}| i think my {thing} {aux} {rest}| {thing} {aux} {rest}| can you tell me why my {thing} {aux} {rest}|"
    " it looks like my {thing} {aux} {rest}| what happens if a {thing} {aux} {rest}| help! my {thing} {aux} {rest}| the {thing} {aux} {rest} and i don't know why| is there a reason my {thing} {aux} {rest}|"
    " i noticed that my {thing} {aux} {rest}| my {thing} {aux} {rest}. what now?| who do i call when my {thing} {aux} {rest}| please check why the {thing} {aux} {rest}| i am worried because my {thing} {aux} {rest}|"
    " {qualifier} my {thing} {aux} {rest}| my {thing} {aux} {rest} {qualifier}| why {aux} the {thing} {rest} {qualifier}| can i get my money back if the {thing} {aux} {rest}| how long until it is solved? my {thing} {aux} {rest}|"
    " my {thing} {aux} {rest} and i need to {action} it| the {attribute} of my {thing} matters because it {aux} {rest}",
    "|",
)
OF_ACTIONS = many(
    "how do i {action} my {thing}| i want to {action} my {thing}| can i {action} a {thing}| where can i {action} my {thing}| {action} {thing}| is it possible to {action} my {thing} {qualifier}| what do i need to {action} a {thing}|"
    " how long does it take to {action} my {thing}| why can't i {action} my {thing}| i can't {action} my {thing} {qualifier}| i tried to {action} my {thing} but it did not work| do i have to {action} my {thing}| am i able to {action} the {thing} {qualifier}|"
    " how much does it cost to {action} a {thing}| i would like to {action} my {thing} {qualifier}| can someone else {action} my {thing}| when can i {action} my {thing}| what is the best way to {action} a {thing}| i forgot to {action} my {thing}|"
    " i need to {action} my {thing} today| who can {action} my {thing}| how many times can i {action} a {thing}| steps to {action} the {thing}| should i {action} my {thing} {qualifier}| i no longer want to {action} my {thing}|"
    " what happens after i {action} my {thing}| can you {action} my {thing} for me| is there an age limit to {action} a {thing}| am i allowed to {action} more than one {thing}",
    "|",
)
OF_ATTRIBUTES = many(
    "what is the {attribute} of my {thing}| is there a {attribute} for a {thing}| the {attribute} of my {thing} is wrong| where do i find the {attribute} of my {thing}| how do i change the {attribute} of my {thing}| {thing} {attribute}|"
    " tell me about the {attribute} for a {thing}| why is the {attribute} of the {thing} different {qualifier}| who decides the {attribute} of a {thing}| can you explain the {attribute} of my {thing}| i don't see the {attribute} of my {thing}|"
    " how is the {attribute} of a {thing} worked out| i need the {attribute} of my {thing} {qualifier}| does the {attribute} of a {thing} change {qualifier}| has the {attribute} for my {thing} been updated| what {attribute} do you have for a {thing}|"
    " i disagree with the {attribute} of my {thing}| which {thing} has the best {attribute}| is the {attribute} of my {thing} the same {qualifier}",
    "|",
)
QUALIFIERS = many(
    "abroad, online, in the app, at the weekend, for someone else, by phone, in another country, without a receipt, a second time, since yesterday, this morning, by mistake, as a new customer, in europe, in the shop, before it is due, at night, from my phone,"
    " for my daughter, in cash, at an atm, with another currency, without an account, for a friend, during the holidays, last week, after moving house, for my company, in dollars, with my partner, on the website, every month, on a business trip, within a day"
)


ASKING = ("why", "how", "what", "which", "can", "is", "where", "who", "do", "does", "am", "when", "should", "has")


def service_talk(count: int, rng: random.Random) -> list[str]:
    """`count` different utterances, trades and forms mixed evenly."""
    found: dict[str, None] = {}
    while len(found) < count:
        kind = rng.choice(KINDS)
        aux, rest = rng.choice(kind.events)
        frame = rng.choice(rng.choice((OF_EVENTS, OF_ACTIONS, OF_ATTRIBUTES)))
        parts = {"thing": rng.choice(kind.things), "action": rng.choice(kind.actions), "attribute": rng.choice(kind.attributes), "aux": aux, "rest": rest}
        text = frame.format(**parts, qualifier=rng.choice(QUALIFIERS))
        mark = "?" if text.startswith(ASKING) else "."
        found[text + rng.choice(("", "", mark))] = None
    return list(found)
