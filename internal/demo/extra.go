package demo

import (
	"time"

	"livingprofile/internal/consent"
)

// A Decision is an answer that a person gave, to be recorded as of then.
type Decision struct {
	Purpose consent.PurposeID
	Answer  consent.Answer
	At      time.Time
	Scope   string // brand it is limited to, "" for all
	Brand   string // where it was given
	Locale  string
	Channel string
	Proof   consent.ProofKind
}

// A Wish is what a person said about how and when to be written to.
type Wish struct {
	At     time.Time
	Scope  string // brand, "" for all
	Brand  string // where it was said
	Wishes consent.Wishes
}

// A Correction is a value that a person put in place of what a system says.
type Correction struct {
	Field, Value string
	At           time.Time
	Brand        string
}

// Decisions returns what p decided up to now, the earliest first. Over the
// people there are all the answers, and all that becomes of a yes: one that
// has expired, one that was taken back and given again, one that waits for
// the second yes of a double opt-in. The same person and day give the same.
func Decisions(p *Person, now time.Time) []Decision {
	t := told{p: p, today: now.UTC().Truncate(24 * time.Hour)}
	switch p.Index {
	case 0:
		t.aiko()
	case 1:
		t.thomas()
	case 2:
		t.layla()
	default:
		t.somebody()
	}
	return t.decisions
}

// told collects decisions.
type told struct {
	p         *Person
	today     time.Time
	decisions []Decision
}

// say adds an answer of so many days ago, given on the portal of brand.
func (t *told) say(daysAgo int, brand string, purpose consent.PurposeID, answer consent.Answer) {
	// The hour differs from person to person, so that not everybody came at
	// midnight.
	hour := time.Duration(7+(t.p.Index*5+daysAgo)%14)*time.Hour + time.Duration((t.p.Index*17+daysAgo*3)%60)*time.Minute
	t.decisions = append(t.decisions, Decision{
		Purpose: purpose, Answer: answer, At: t.today.AddDate(0, 0, -daysAgo).Add(-24*time.Hour + hour),
		Brand: brand, Locale: t.p.Locale, Channel: "portal", Proof: consent.BySession,
	})
}

// confirm adds the second yes by mail, some minutes after the last answer.
func (t *told) confirm() {
	second := t.decisions[len(t.decisions)-1]
	second.At = second.At.Add(6 * time.Minute)
	second.Channel, second.Proof = "mail", consent.ByMailLink
	t.decisions = append(t.decisions, second)
}

// only limits the last answer to its brand.
func (t *told) only() {
	last := &t.decisions[len(t.decisions)-1]
	last.Scope = last.Brand
}

// aiko has a long history: yes, no and yes again to the newsletter.
func (t *told) aiko() {
	t.say(620, "hibiki", "newsletter", consent.Yes)
	t.confirm()
	t.say(610, "hibiki", "recommendations", consent.Yes)
	t.say(240, "hibiki", "newsletter", consent.No)
	t.say(238, "hibiki", "reviews", consent.Later)
	t.say(90, "tsubame", "training-suggestions", consent.Yes)
	t.say(61, "kawara", "audience", consent.No)
	t.say(33, "hibiki", "newsletter", consent.Yes)
	t.confirm()
}

// thomas let a yes expire, and is asked again.
func (t *told) thomas() {
	t.say(800, "hibiki", "recommendations", consent.Yes)
	t.say(500, "hibiki", "reviews", consent.Yes)
	t.say(299, "hibiki", "newsletter", consent.Yes)
	t.confirm()
	t.say(44, "tsubame", "training-suggestions", consent.No)
	t.say(15, "hibiki", "fraud", consent.No)
	t.say(14, "kawara", "newsletter", consent.No)
	t.only()
}

// layla has said yes to the newsletter and not yet opened the mail that asks
// whether it was her.
func (t *told) layla() {
	t.say(60, "tsubame", "training-suggestions", consent.Yes)
	t.say(60, "hibiki", "recommendations", consent.No)
	t.say(20, "hibiki", "reviews", consent.Yes)
	t.say(0, "kawara", "newsletter", consent.Yes)
}

// somebody spreads the answers by the number of the person: of ten, four have
// answered nothing yet.
func (t *told) somebody() {
	i := t.p.Index
	brand := t.p.Brands()[0]
	ago := 3 + i*7%600
	switch i % 10 {
	case 0:
		t.say(ago, brand, "marketing", consent.No)
	case 1:
		t.say(ago+30, brand, "newsletter", consent.Yes)
		t.confirm()
	case 2:
		t.say(ago, brand, "newsletter", consent.No)
		t.say(ago, brand, "recommendations", consent.Yes)
	case 3:
		t.say(ago+60, brand, "newsletter", consent.Yes)
		t.confirm()
		t.say(ago, brand, "newsletter", consent.No)
	case 4:
		t.say(740+i%200, brand, "recommendations", consent.Yes)
	case 5:
		t.say(ago, brand, "reviews", consent.Yes)
		t.say(ago, brand, "audience", consent.No)
	}
	if t.p.Machines != nil && i%3 == 0 {
		t.say(2, "tsubame", "training-suggestions", []consent.Answer{consent.Yes, consent.No}[i%2])
	}
}

// Preferences returns what p wishes to get, and in which language.
func Preferences(p *Person, now time.Time) (language string, wishes []Wish) {
	today := now.UTC().Truncate(24 * time.Hour)
	ago := func(days int) time.Time { return today.AddDate(0, 0, -days).Add(-4 * time.Hour) }
	night := consent.Quiet{From: 21 * 60, To: 8 * 60, Zone: "Asia/Tokyo"}
	switch p.Index {
	case 0:
		return "ja", []Wish{
			{ago(33), "", "hibiki", consent.Wishes{
				Topics: slots("new-instruments/email", "repair-tips/email", "events/email", "articles/email", "class-schedule/push"),
				Quiet:  &night, Budget: &consent.Budget{Count: 2, Per: "month"}, Preferred: "email",
			}},
			{ago(12), "tsubame", "tsubame", consent.Wishes{
				Topics: slots("class-schedule/push", "training-ideas/push"), Preferred: "push",
			}},
		}
	case 1:
		return "en", []Wish{{ago(299), "", "hibiki", consent.Wishes{
			Topics: slots("repair-tips/email", "events/email"), Budget: &consent.Budget{Count: 1, Per: "week"},
			Pause: today.AddDate(0, 0, 21),
		}}}
	case 2:
		return "ar", []Wish{{ago(1), "", "kawara", consent.Wishes{
			Topics: slots("articles/email", "podcast/email", "podcast/push", "events/email"), Preferred: "email",
			Quiet: &consent.Quiet{From: 22 * 60, To: 9 * 60, Zone: "Asia/Amman"},
		}}}
	}
	switch p.Index % 5 {
	case 0:
		return p.Locale, []Wish{{ago(40), "", p.Brands()[0], consent.Wishes{Topics: slots("events/email", "articles/email")}}}
	case 1:
		return p.Locale, []Wish{{ago(9), "", p.Brands()[0], consent.Wishes{
			Topics: slots("offers/email", "offers/sms", "new-instruments/email"), Budget: &consent.Budget{Count: 4, Per: "month"},
		}}}
	}
	return p.Locale, nil
}

func slots(on ...string) map[string]bool {
	topics := map[string]bool{}
	for _, slot := range on {
		topics[slot] = true
	}
	return topics
}

// Corrections returns what p corrected of what systems said.
func Corrections(p *Person, now time.Time) []Correction {
	today := now.UTC().Truncate(24 * time.Hour)
	ago := func(days int) time.Time { return today.AddDate(0, 0, -days).Add(-3 * time.Hour) }
	switch p.Index {
	case 0:
		return []Correction{
			{"phone", "+819000001234", ago(33), "hibiki"},
			{"favourite-machine", "Treadmill", ago(12), "tsubame"},
			{"skill-level", "advanced", ago(3), "hibiki"},
		}
	case 1:
		return []Correction{{"delivery-address", "Geigenweg 14\n3. Stock", ago(15), "hibiki"}}
	case 2:
		return []Correction{{"given-name", "ليلى", ago(20), "hibiki"}, {"event-city", "عمّان", ago(1), "kawara"}}
	}
	return nil
}
