package login

import (
	"context"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// An Answer is the POST from the page behind a link.
type Answer struct {
	Token     string
	Binding   string // what the browser's cookie says, or ""
	Code      string // as typed, or ""
	Session   string // value of the browser's session cookie, or ""
	UserAgent string
	Network   string // from NetworkOf
}

// A Proof is what a redeemed link has shown.
type Proof struct {
	Purpose    Purpose
	Brand      string
	Address    string // the proved address, normalised
	Subject    id.Subject
	Registered bool   // the subject is new
	Reference  string // what is confirmed
	Locale     string
	At         time.Time
	// Session and Cookie are the new session and the value of its cookie; zero
	// for the two confirmations, which start none.
	Session Session
	Cookie  string
}

// Redeem spends a link and says what it proved: that whoever posts reads the
// mail of the address, and that it was they who asked.
//
// The second comes from the cookie of the browser that asked, or from the code
// it shows. Without either the error is errs.Forbidden and nothing is spent, so
// that a scanner which presses every button does no harm. A wrong code is
// errs.Invalid at the field "code" and counts as a try; no tries left is
// errs.TooMany. A link that is spent, expired or unknown is errs.Gone.
//
// A fresh proof carries the session that asked for it on under a new id. If the
// answer comes from another browser, with the code, a fresh session begins
// there and the other stays as it was.
func (l *Links) Redeem(ctx context.Context, in Answer) (Proof, error) {
	a, err := l.attempt(ctx, in.Token)
	if err != nil {
		return Proof{}, err
	}
	now := l.clock.Now()
	if err := a.Usable(now); err != nil {
		return Proof{}, l.expire(ctx, a, now, err)
	}
	account, err := l.holder(ctx, a)
	if err != nil {
		return Proof{}, err
	}
	if err := l.sameAsker(ctx, a, account, in, now); err != nil {
		return Proof{}, err
	}
	p := Proof{
		Purpose: a.Purpose, Brand: a.Brand, Address: a.Address, Subject: a.Subject,
		Reference: a.Reference, Locale: a.Locale, At: now,
	}
	if !a.Purpose.startsSession() {
		if err := l.store.Redeem(ctx, a.Token, now, nil); err != nil {
			return Proof{}, fmt.Errorf("redeem link: %w", err)
		}
		return p, nil
	}
	return l.signIn(ctx, a, account, in, p)
}

// expire closes an attempt whose time is over, and returns refusal.
func (l *Links) expire(ctx context.Context, a Attempt, now time.Time, refusal error) error {
	if !a.ClosedAt.IsZero() || !a.Expired(now) {
		return refusal
	}
	if err := l.store.Expire(ctx, a.Token, now); err != nil {
		return fmt.Errorf("expire link: %w", err)
	}
	return refusal
}

// holder returns the account behind the attempt's address, the zero Account if
// there is none.
func (l *Links) holder(ctx context.Context, a Attempt) (Account, error) {
	account, err := l.directory.Holder(ctx, a.Address)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return Account{}, fmt.Errorf("find holder: %w", err)
	}
	if a.Purpose == FreshProof && account.Subject != a.Subject {
		// The address is no longer the subject's own.
		return Account{}, errs.New(errs.Forbidden, "error.other_subject")
	}
	return account, nil
}

// sameAsker returns nil if whoever answers is who asked.
func (l *Links) sameAsker(ctx context.Context, a Attempt, account Account, in Answer, now time.Time) error {
	if l.bound(a, in.Binding) {
		return nil
	}
	if in.Code == "" {
		return errs.New(errs.Forbidden, "error.code_needed")
	}
	code, ok := ParseCode(in.Code)
	if !ok {
		// Not a guess: nothing of this form is ever given out.
		return errs.InvalidFields(errs.At("code", "error.not_a_code", "digits", CodeDigits))
	}
	return l.tryCode(ctx, a, account, in.Token, code, now)
}

// tryCode counts the try, and only then looks at the code. Counting first is
// what makes the limit hold for parallel tries.
func (l *Links) tryCode(ctx context.Context, a Attempt, account Account, token, code string, now time.Time) error {
	subject := account.Subject
	if a.Subject != "" {
		subject = a.Subject
	}
	until, err := l.store.Spend(ctx, tries(l.keys, a.Address, subject), now)
	if err != nil {
		return fmt.Errorf("count tries: %w", err)
	}
	if !until.IsZero() {
		return tooMany(until, now)
	}
	n, err := l.store.CountTry(ctx, a.Token, now)
	if errors.Is(err, errs.TooMany) {
		return errs.New(errs.TooMany, "error.code_used_up")
	}
	if err != nil {
		return fmt.Errorf("count try: %w", err)
	}
	if !same(codeDigest(l.keys, token, code), a.Code) {
		return errs.InvalidFields(errs.At("code", "error.wrong_code", "left", CodeTries-n))
	}
	return nil
}

// signIn spends the link and starts the session, in one step of the store.
func (l *Links) signIn(ctx context.Context, a Attempt, account Account, in Answer, p Proof) (Proof, error) {
	current, err := findSession(ctx, l.store, l.keys, in.Session)
	if err != nil && !errors.Is(err, errs.Unauthenticated) {
		return Proof{}, err
	}
	p.Subject = account.Subject
	if p.Subject == "" {
		// Before the link is spent, so that a failure in between costs nobody
		// their link: registering the same address again changes nothing.
		p.Subject, err = l.directory.Register(ctx, Registration{
			Brand: a.Brand, Address: a.Address, Locale: a.Locale, At: p.At,
		})
		if err != nil {
			return Proof{}, fmt.Errorf("register: %w", err)
		}
		p.Registered = true
	}
	who := SignedIn{
		Subject: p.Subject, Brand: a.Brand, Method: ByLink, Assurance: Mailbox,
		Fresh: a.Purpose == FreshProof, UserAgent: in.UserAgent, Network: in.Network,
	}
	var start Start
	if a.Purpose == FreshProof && current.ID == a.Session && current.Subject == a.Subject && current.Alive(p.At) == nil {
		start.Session, p.Cookie = carryOn(l.keys, l.set, current, who, p.At)
		start.Succeeds = current.ID
	} else {
		start.Session, p.Cookie = begin(l.keys, l.set, who, p.At)
		start.Replaces = Which{Subject: current.Subject, Only: current.ID}
	}
	start.Journal = started(start.Session, p.At)
	p.Session = start.Session
	if err := l.store.Redeem(ctx, a.Token, p.At, &start); err != nil {
		return Proof{}, fmt.Errorf("redeem link: %w", err)
	}
	return p, nil
}
