package demo

import (
	"fmt"
	"strings"
	"time"
)

// systems decides which systems know p and what they hold. Everybody is known
// to one at least.
func (d *dice) systems(p *Person) {
	home := p.Country == "JP" // the club and the shops are in Japan
	if d.chance(percentIf(home, 70, 20)) {
		p.CRM = d.deskCard(p)
	}
	if d.chance(60) {
		p.Shop = d.purchases(p)
	}
	if d.chance(55) {
		p.Newsletter = d.subscriber(p)
	}
	if d.chance(percentIf(home, 45, 4)) {
		p.Machines = d.member(p)
	}
	if d.chance(25) {
		p.Support = d.questions(p)
	}
	if d.chance(percentIf(home, 35, 55)) || len(p.Systems()) == 0 {
		p.Media = d.reader(p)
	}
	if p.Shop != nil && p.Newsletter != nil && p.Newsletter.Confirmed.IsZero() {
		// Two systems that have not proved the address agree on the name, or
		// nobody could tell whose it is.
		p.Shop.Latin = true
	}
}

func percentIf(condition bool, yes, no int) int {
	if condition {
		return yes
	}
	return no
}

func (d *dice) deskCard(p *Person) *DeskCard {
	c := &DeskCard{
		Number:     fmt.Sprintf("C-%07d", 1_000_001+p.Index),
		Phone:      p.Phone,
		Skill:      one(d, []string{"", "beginner", "returning", "intermediate", "advanced"}),
		Newsletter: one(d, []string{"", "Y", "Y", "N"}),
		Ideas:      one(d, []string{"", "", "Y", "N"}),
		Updated:    d.momentAgo(3, 900),
	}
	if d.chance(10) {
		c.Phone = "" // never asked
	}
	return c
}

func (d *dice) purchases(p *Person) *Purchases {
	orders := d.IntRange(0, 14)
	s := &Purchases{
		Latin:      d.chance(15),
		Phone:      p.Phone,
		Orders:     orders,
		Spent:      orders * d.IntRange(12, 600) * 100,
		TakesMails: d.chance(45),
		TakesTexts: d.chance(15),
		TaxExempt:  d.chance(2),
		Tags:       one(d, []string{"", "repair", "sheet music", "school, repair", "first purchase"}),
	}
	if d.chance(8) {
		s.Company = d.company(p)
	}
	if d.chance(20) {
		s.Note = d.note(p.Locale)
	}
	return s
}

func (d *dice) company(p *Person) string {
	switch p.Locale {
	case "ja":
		return p.Family + one(d, []string{"音楽教室", "楽器店", "スタジオ"})
	case "ar":
		return one(d, []string{"معهد ", "استوديو "}) + p.Family
	default:
		return p.Family + one(d, []string{" Music School", " Strings", " Studio"})
	}
}

func (d *dice) note(locale string) string {
	switch locale {
	case "ja":
		return one(d, []string{"宅配ボックス希望。", "午前中の配達を希望。", "弦の交換は毎年春。", "左利き用をご希望。"})
	case "ar":
		return one(d, []string{"يفضّل التسليم صباحًا.", "يستلم الطلب من الحارس.", "تغيير الأوتار كل ربيع."})
	default:
		return one(d, []string{"Leave parcels with the neighbour.", "Left-handed.", "New strings every spring.", "Call before delivery."})
	}
}

func (d *dice) subscriber(p *Person) *Subscriber {
	s := &Subscriber{
		Rating:   d.IntRange(1, 5),
		OptIn:    d.momentAgo(20, 1400),
		Birthday: d.chance(30),
		Tags:     one(d, []string{`"Hibiki"`, `"Hibiki","Events"`, `"Kawara"`, `"Tsubame","Hibiki"`, ""}),
	}
	s.Changed = s.OptIn.Add(time.Duration(d.IntRange(1, 20*24*60)) * time.Minute)
	if d.chance(85) {
		s.Confirmed = s.OptIn.Add(time.Duration(d.IntRange(1, 300)) * time.Minute)
	}
	return s
}

func (d *dice) member(p *Person) *Member {
	m := &Member{
		Number:      fmt.Sprintf("T%06d", 100_001+p.Index),
		Membership:  one(d, []string{"day", "off-peak", "full", "full", "family"}),
		Goal:        one(d, []string{"", "strength", "endurance", "weight", "back", "recovery"}),
		Sessions:    d.IntRange(0, 60),
		LastVisit:   d.daysAgo(1, 120),
		Machine:     one(d, []string{"Treadmill", "Rowing machine", "Leg press", "Exercise bike", "Cross-trainer", "Cable machine"}),
		Suggestions: one(d, []string{"", "", "yes", "yes", "no"}),
		Exported:    d.today.Add(-6 * time.Hour),
	}
	if d.chance(70) {
		m.HeartRate = d.IntRange(48, 84)
	}
	if d.chance(60) {
		relative := one(d, countryOf(p.Country).given)
		m.Emergency = strings.TrimSpace(p.Family+" "+relative.native) + ", " + d.digits(countryOf(p.Country).mobile)
	}
	return m
}

// countryOf returns the tables for code. Countries without names of their own
// borrow those of Germany.
func countryOf(code string) country {
	for _, c := range countries() {
		if c.code == code && len(c.given) > 0 {
			return c
		}
	}
	return germany()
}

func (d *dice) questions(p *Person) *Questions {
	q := &Questions{
		Number: fmt.Sprintf("S%05d", 10_001+p.Index),
		Name:   p.FullName(),
		Phone:  typed(p.Phone),
		Last:   d.momentAgo(1, 1000),
		Topic:  one(d, []string{"delivery", "repair", "membership", "invoice", "account", "other"}),
	}
	if d.chance(50) {
		q.Address = strings.Join(nonEmpty(p.Home.Street, p.Home.City, p.Home.Postcode), " / ")
	}
	if d.chance(30) {
		q.Note = d.note(p.Locale)
	}
	return q
}

func (d *dice) reader(p *Person) *Reader {
	r := &Reader{
		Number:  fmt.Sprintf("k%06d", 500_001+p.Index),
		Display: p.FullName(),
		Plan:    one(d, []string{"free", "free", "free", "digital", "digital", "print"}),
		Read:    d.IntRange(0, 400),
		Minutes: d.IntRange(0, 3000),
		Section: one(d, []string{"news", "interviews", "reviews", "workshop", "history"}),
		Digest:  one(d, []string{"", "1", "1", "0"}),
		Joined:  d.daysAgo(60, 2500),
		Seen:    d.momentAgo(0, 59),
	}
	if d.chance(20) {
		r.Display = p.LatinGiven
	}
	return r
}

// FullName is the name in the order in which its bearer writes it.
func (p *Person) FullName() string {
	if p.Locale == "ja" {
		return p.Family + " " + p.Given
	}
	return p.Given + " " + p.Family
}

// typed writes a number as people type it into a form: in Japan without the
// country.
func typed(phone string) string {
	if rest, ok := strings.CutPrefix(phone, "+81"); ok && len(rest) > 6 {
		return "0" + rest[:2] + "-" + rest[2:6] + "-" + rest[6:]
	}
	return phone
}

func nonEmpty(list ...string) []string {
	var some []string
	for _, s := range list {
		if s != "" {
			some = append(some, s)
		}
	}
	return some
}
