package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rowOf returns the row of p in the export of system, in the order of Columns,
// or nil when the system does not know p.
func rowOf(system string, p *Person) []string {
	switch {
	case system == CRM && p.CRM != nil:
		return deskRow(p, p.CRM)
	case system == Shop && p.Shop != nil:
		return shopRow(p, p.Shop)
	case system == Newsletter && p.Newsletter != nil:
		return audienceRow(p, p.Newsletter)
	case system == Machines && p.Machines != nil:
		return memberRow(p, p.Machines)
	case system == Support && p.Support != nil:
		return questionRow(p, p.Support)
	case system == Media && p.Media != nil:
		return readerRow(p, p.Media)
	}
	return nil
}

func deskRow(p *Person, c *DeskCard) []string {
	return []string{
		c.Number, p.Family, p.Given, p.Reading, p.Email, c.Phone,
		p.Birthday.Format("2006/01/02"), p.Locale, p.Country, p.Instrument, strings.Join(p.Interests, "; "), c.Skill,
		p.City, c.Newsletter, c.Ideas, c.Updated.Format(time.RFC3339),
	}
}

func shopRow(p *Person, s *Purchases) []string {
	given, family := p.Given, p.Family
	if s.Latin {
		given, family = p.LatinGiven, p.LatinFamily
	}
	return []string{
		given, family, p.Email, yesNo(s.TakesMails),
		s.Company, p.Home.Street, p.Home.Rest,
		p.Home.City, p.Home.Province, p.Country,
		p.Home.Postcode, s.Phone, s.Phone, yesNo(s.TakesTexts),
		strconv.Itoa(s.Spent) + ".00", strconv.Itoa(s.Orders), s.Note, yesNo(s.TaxExempt), s.Tags,
	}
}

func audienceRow(p *Person, s *Subscriber) []string {
	const layout = "2006-01-02 15:04:05"
	// Addresses that RFC 5737 keeps for documentation.
	from := fmt.Sprintf("192.0.2.%d", 1+p.Index%254)
	confirmed, confirmedFrom, birthday := "", "", ""
	if !s.Confirmed.IsZero() {
		confirmed, confirmedFrom = s.Confirmed.Format(layout), from
	}
	if s.Birthday {
		birthday = p.Birthday.Format("01/02")
	}
	offset, summer, zone := zoneOf(p.Country)
	return []string{
		p.Email, p.LatinGiven, p.LatinFamily,
		strings.Join(nonEmpty(p.Home.Street, p.Home.Rest, p.Home.City, p.Home.Postcode, p.Country), "  "),
		"", birthday,
		strconv.Itoa(s.Rating), s.OptIn.Format(layout), from, confirmed, confirmedFrom, offset,
		summer, zone, strings.ToLower(p.Country), p.Home.Province, s.Changed.Format(layout),
		strconv.Itoa(300_000_000 + p.Index), fmt.Sprintf("%010x", 0x5eed000000+p.Index), s.Notes, s.Tags,
	}
}

func memberRow(p *Person, m *Member) []string {
	rate := ""
	if m.HeartRate > 0 {
		rate = strconv.Itoa(m.HeartRate)
	}
	// The machines know Latin capitals only.
	return []string{
		m.Number, p.Email, strings.ToUpper(p.LatinGiven), strings.ToUpper(p.LatinFamily), m.Membership, m.Goal,
		m.Emergency, strconv.Itoa(m.Sessions), m.LastVisit.Format("02.01.2006"), m.Machine,
		rate, m.Suggestions, m.Exported.Format(time.RFC3339),
	}
}

func questionRow(p *Person, q *Questions) []string {
	return []string{
		q.Number, q.Name, p.Email, q.Phone, q.Address, p.Locale,
		q.Last.Format(time.RFC3339), q.Topic, q.Note,
	}
}

func readerRow(p *Person, r *Reader) []string {
	return []string{
		r.Number, p.Email, r.Display, p.Country, r.Plan, strconv.Itoa(r.Read),
		strconv.Itoa(r.Minutes), r.Section, p.City, r.Digest, r.Joined.Format(time.DateOnly),
		r.Seen.Format(time.RFC3339),
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// zoneOf returns the offsets in winter and summer and the zone, as Mailchimp
// works them out from the address of the first click.
func zoneOf(country string) (offset, summer, zone string) {
	switch country {
	case "JP":
		return "9", "9", "Asia/Tokyo"
	case "EG":
		return "2", "3", "Africa/Cairo"
	case "AE":
		return "4", "4", "Asia/Dubai"
	case "JO":
		return "3", "3", "Asia/Amman"
	case "DE":
		return "1", "2", "Europe/Berlin"
	case "FR":
		return "1", "2", "Europe/Paris"
	case "GB":
		return "0", "1", "Europe/London"
	case "BR":
		return "-3", "-3", "America/Sao_Paulo"
	case "US":
		return "-6", "-5", "America/Chicago"
	}
	return "", "", ""
}

// badRows returns the rows with which something is wrong on purpose: an
// address that is none, no address at all, a date or number that is none, and
// too few columns.
func badRows(system string) [][]string {
	p := Person{
		Index: 999_999, Locale: "en", Country: "JP", Given: "Bad", Family: "Row", LatinGiven: "Bad", LatinFamily: "Row",
		Birthday: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		Home:     Address{Street: "みほん町9-9", City: "静岡県浜松市中央区", Province: "JP-22", Postcode: "430-0009"},
	}
	then := time.Date(2025, 5, 5, 9, 0, 0, 0, time.UTC)
	number := func(kind string) string { return "BAD-" + kind }
	fill := func(kind string) {
		p.CRM = &DeskCard{Number: number(kind), Updated: then}
		p.Shop = &Purchases{}
		p.Newsletter = &Subscriber{Rating: 3, OptIn: then, Changed: then}
		p.Machines = &Member{Number: number(kind), Membership: "day", LastVisit: then, Exported: then}
		p.Support = &Questions{Number: number(kind), Name: "Bad Row", Last: then, Topic: "other"}
		p.Media = &Reader{Number: number(kind), Display: "Bad Row", Plan: "free", Joined: then, Seen: then}
	}
	row := func(kind, email string) []string {
		p.Email = email
		fill(kind)
		return rowOf(system, &p)
	}
	noAddress := row("address", "bad.row.at.example.com")
	missing := row("missing", "")
	wrong := row("value", "bad.value@example.com")
	column, text := wrongValue(system)
	wrong[column] = text
	short := row("short", "bad.short@example.com")[:4]
	return [][]string{noAddress, missing, wrong, short}
}

// wrongValue returns a cell that cannot be read, and where it stands.
func wrongValue(system string) (column int, text string) {
	switch system {
	case CRM:
		return 6, "1987/13/45"
	case Shop:
		return 14, "a lot"
	case Newsletter:
		return 7, "2025-02-30 25:61:00"
	case Machines:
		return 8, "31.02.2026"
	case Support:
		return 6, "yesterday"
	default:
		return 5, "many"
	}
}
