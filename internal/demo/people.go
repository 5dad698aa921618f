package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// People returns n people; the same seed, number and day of now always give
// the same ones. The first three are Aiko Tanaka, Thomas Weber and Layla
// Haddad, whom all six systems know. Everybody's e-mail address is their own.
func People(seed uint64, n int, now time.Time) []Person {
	people := make([]Person, 0, max(n, 0))
	for i := range n {
		people = append(people, At(seed, i, now))
	}
	return people
}

// At returns person number i of People, without making the others.
func At(seed uint64, i int, now time.Time) Person {
	today := now.UTC().Truncate(24 * time.Hour)
	if named := named(i, today); named != nil {
		return *named
	}
	d := newDice(seed, i, today)
	p := d.person()
	d.systems(&p)
	return p
}

// dice makes up one person.
type dice struct {
	*gofakeit.Faker
	index int
	today time.Time
}

func newDice(seed uint64, i int, today time.Time) *dice {
	source := rand.NewPCG(seed, uint64(i)) //nolint:gosec // a number in a list
	return &dice{gofakeit.NewFaker(source, false), i, today}
}

func (d *dice) person() Person {
	c := d.country()
	place := one(d, c.places)
	given, family := d.name(&c)
	p := Person{
		Index: d.index, Locale: c.locale, Country: c.code,
		Given: given.native, Family: family.native,
		LatinGiven: given.latin, LatinFamily: family.latin,
		Birthday: d.daysAgo(18*365, 80*365),
		City:     place.city,
		Home: Address{
			Street: strings.NewReplacer(
				"{street}", one(d, place.streets), "{n}", strconv.Itoa(d.IntRange(1, 98)), "{m}", strconv.Itoa(d.IntRange(1, 20)),
			).Replace(c.house),
			City: place.city, Province: place.province, Postcode: d.digits(place.postcode),
		},
		Instrument: one(d, []string{"piano", "violin", "guitar", "flute", "saxophone", "drums", "koto", "oud", "other"}),
		Interests:  some(d, []string{"classical", "jazz", "folk", "pop", "making", "concerts", "running", "yoga"}),
	}
	if given.reading != "" {
		p.Reading = family.reading + " " + given.reading
	}
	if d.chance(40) {
		p.Home.Rest = d.rest(c.code)
	}
	p.Phone = d.digits(c.mobile)
	if d.chance(25) {
		p.Phone = d.digits(place.phone)
	}
	p.Email = d.email(&p)
	return p
}

func (d *dice) country() country {
	all := countries()
	sum := 0
	for i := range all {
		sum += all[i].weight
	}
	at := d.IntRange(1, sum)
	for i := range all {
		if at -= all[i].weight; at <= 0 {
			return all[i]
		}
	}
	return all[0]
}

func (d *dice) name(c *country) (given, family name) {
	if len(c.given) > 0 {
		return one(d, c.given), one(d, c.family)
	}
	g, f := d.FirstName(), d.LastName()
	return name{g, "", letters(g)}, name{f, "", letters(f)}
}

// email returns an address that nobody else has: it holds the number of the
// person.
func (d *dice) email(p *Person) string {
	domain := one(d, []string{"example.com", "example.org", "example.net", "mail.example", "post.example", "inbox.example"})
	form := one(d, []string{"%s.%s%d", "%s_%s%d", "%s-%s%d"})
	return strings.ToLower(fmt.Sprintf(form, p.LatinGiven, p.LatinFamily, p.Index)) + "@" + domain
}

// rest is the second line of an address.
func (d *dice) rest(country string) string {
	floor, flat := d.IntRange(1, 12), d.IntRange(1, 9)
	switch country {
	case "JP":
		return fmt.Sprintf("%sハイツ%d0%d", one(d, []string{"みほん", "つばき", "もみじ"}), min(floor, 9), flat)
	case "EG", "AE", "JO":
		return fmt.Sprintf("الطابق %d، شقة %d", floor, flat)
	case "DE":
		return fmt.Sprintf("%d. Stock", floor)
	case "FR":
		return fmt.Sprintf("appartement %d", flat)
	case "BR":
		return fmt.Sprintf("apto. %d0%d", floor, flat)
	default:
		return fmt.Sprintf("Flat %d", flat)
	}
}

// digits replaces each # by a digit.
func (d *dice) digits(form string) string {
	return strings.Map(func(r rune) rune {
		if r == '#' {
			return rune('0' + d.IntRange(0, 9))
		}
		return r
	}, form)
}

func (d *dice) chance(percent int) bool { return d.IntRange(1, 100) <= percent }

// daysAgo returns a day between least and most days before today.
func (d *dice) daysAgo(least, most int) time.Time {
	return d.today.AddDate(0, 0, -d.IntRange(least, most))
}

// momentAgo returns a time of day on such a day.
func (d *dice) momentAgo(least, most int) time.Time {
	return d.daysAgo(least, most).Add(time.Duration(d.IntRange(0, 24*60*60-1)) * time.Second)
}

func one[T any](d *dice, list []T) T { return list[d.IntRange(0, len(list)-1)] }

// some returns one to three of list, in its order.
func some(d *dice, list []string) []string {
	want := d.IntRange(1, 3)
	var got []string
	for i, s := range list {
		left := len(list) - i
		if want > 0 && d.IntRange(1, left) <= want {
			got = append(got, s)
			want--
		}
	}
	return got
}

// letters returns the ASCII letters of s.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s)
}
