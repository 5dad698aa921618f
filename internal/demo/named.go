package demo

import (
	"time"
)

// named returns one of the three whom every system knows, or nil.
func named(i int, today time.Time) *Person {
	ago := func(days int, clock time.Duration) time.Time { return today.AddDate(0, 0, -days).Add(clock) }
	switch i {
	case 0:
		return aiko(ago)
	case 1:
		return thomas(ago)
	case 2:
		return layla(ago)
	}
	return nil
}

func aiko(ago func(days int, clock time.Duration) time.Time) *Person {
	return &Person{
		Index: 0, Locale: "ja", Country: "JP",
		Given: "愛子", Family: "田中", Reading: "たなか あいこ", LatinGiven: "Aiko", LatinFamily: "Tanaka",
		Birthday: time.Date(1988, 4, 17, 0, 0, 0, 0, time.UTC),
		Email:    "aiko.tanaka@example.com", Phone: "+819000001234", City: "浜松",
		Home: Address{
			Street: "みほん町1-2-3", Rest: "つばきハイツ402",
			City: "静岡県浜松市中央区", Province: "JP-22", Postcode: "430-0001",
		},
		Instrument: "flute", Interests: []string{"classical", "concerts", "yoga"},
		CRM: &DeskCard{
			Number: "C-1000001", Phone: "+819000005678", Skill: "intermediate", Newsletter: "Y", Ideas: "Y",
			Updated: ago(410, 2*time.Hour),
		},
		Shop: &Purchases{
			Phone: "+819000001234", Orders: 9, Spent: 412_800, TakesMails: true,
			Note: "午前中の配達を希望。", Tags: "repair, sheet music",
		},
		Newsletter: &Subscriber{
			Rating: 4, OptIn: ago(620, 13*time.Hour+4*time.Minute), Confirmed: ago(620, 13*time.Hour+9*time.Minute),
			Changed: ago(33, 8*time.Hour), Birthday: true, Tags: `"Hibiki","Events"`,
		},
		Machines: &Member{
			Number: "T100001", Membership: "full", Goal: "back", Emergency: "田中 修, +819000004321", Sessions: 27,
			LastVisit: ago(1, 0), Machine: "Rowing machine", HeartRate: 58, Suggestions: "yes", Exported: ago(0, 0).Add(-6 * time.Hour),
		},
		Support: &Questions{
			Number: "S10001", Name: "田中 愛子", Phone: "090-0000-1234", Address: "ことり台5-1 / 静岡県浜松市中央区 / 430-0002",
			Last: ago(71, 5*time.Hour+20*time.Minute), Topic: "repair", Note: "フルートのタンポ交換。",
		},
		Media: &Reader{
			Number: "k500001", Display: "あいこ", Plan: "digital", Read: 143, Minutes: 940, Section: "interviews", Digest: "1",
			Joined: ago(900, 0), Seen: ago(2, 21*time.Hour),
		},
	}
}

func thomas(ago func(days int, clock time.Duration) time.Time) *Person {
	return &Person{
		Index: 1, Locale: "en", Country: "DE",
		Given: "Thomas", Family: "Weber", LatinGiven: "Thomas", LatinFamily: "Weber",
		Birthday: time.Date(1974, 11, 2, 0, 0, 0, 0, time.UTC),
		Email:    "thomas.weber@example.org", Phone: "+493023125042", City: "Berlin",
		Home: Address{
			Street: "Geigenweg 14", Rest: "3. Stock", City: "Berlin", Postcode: "10777",
		},
		Instrument: "violin", Interests: []string{"classical", "folk", "making"},
		CRM: &DeskCard{
			Number: "C-1000002", Phone: "+493023125042", Skill: "advanced", Newsletter: "Y", Ideas: "N",
			Updated: ago(120, 9*time.Hour),
		},
		Shop: &Purchases{
			Company: "Weber Geigenbau", Phone: "+493023125042", Orders: 21, Spent: 1_934_500, TakesMails: true, TakesTexts: true,
			Note: "Orders wood for the workshop; call before delivery.", TaxExempt: true, Tags: "school, repair",
		},
		Newsletter: &Subscriber{
			Rating: 2, OptIn: ago(300, 19*time.Hour+31*time.Minute), Confirmed: ago(299, 6*time.Hour), Changed: ago(280, 6*time.Hour),
			Notes: "Prefers German", Tags: `"Hibiki"`,
		},
		Machines: &Member{
			Number: "T100002", Membership: "day", Goal: "endurance", Emergency: "Ines Weber, +493023125043", Sessions: 3,
			LastVisit: ago(44, 0), Machine: "Exercise bike", HeartRate: 66, Suggestions: "no", Exported: ago(0, 0).Add(-6 * time.Hour),
		},
		Support: &Questions{
			Number: "S10002", Name: "Thomas Weber", Phone: "+49 30 23125042", Address: "Geigenweg 41 / Berlin / 10777",
			Last: ago(15, 11*time.Hour), Topic: "invoice",
		},
		Media: &Reader{
			Number: "k500002", Display: "Thomas Weber", Plan: "print", Read: 311, Minutes: 120, Section: "workshop", Digest: "0",
			Joined: ago(1500, 0), Seen: ago(1, 7*time.Hour),
		},
	}
}

func layla(ago func(days int, clock time.Duration) time.Time) *Person {
	return &Person{
		Index: 2, Locale: "ar", Country: "JO",
		Given: "ليلى", Family: "حداد", LatinGiven: "Layla", LatinFamily: "Haddad",
		Birthday: time.Date(1995, 7, 29, 0, 0, 0, 0, time.UTC),
		Email:    "layla.haddad@example.net", Phone: "+962790000042", City: "عمّان",
		Home: Address{
			Street: "شارع الياسمين 12", Rest: "الطابق 2، شقة 5", City: "عمّان", Postcode: "11118",
		},
		Instrument: "oud", Interests: []string{"concerts", "folk", "jazz"},
		CRM: &DeskCard{
			Number: "C-1000003", Phone: "+962790000042", Skill: "returning", Newsletter: "Y",
			Updated: ago(60, 16*time.Hour),
		},
		Shop: &Purchases{
			Latin: true, Phone: "+962790000042", Orders: 2, Spent: 158_000, TakesTexts: true,
			Note: "يفضّل التسليم مساءً.", Tags: "first purchase",
		},
		Newsletter: &Subscriber{
			Rating: 5, OptIn: ago(90, 18*time.Hour), Changed: ago(90, 18*time.Hour), Tags: `"Kawara"`,
		},
		Machines: &Member{
			Number: "T100003", Membership: "off-peak", Goal: "strength", Sessions: 11, LastVisit: ago(6, 0),
			Machine: "Cable machine", HeartRate: 61, Suggestions: "yes", Exported: ago(0, 0).Add(-6 * time.Hour),
		},
		Support: &Questions{
			Number: "S10003", Name: "Layla Haddad", Phone: "+962 79 000 0042", Last: ago(200, 12*time.Hour), Topic: "delivery",
		},
		Media: &Reader{
			Number: "k500003", Display: "ليلى حداد", Plan: "digital", Read: 87, Minutes: 1460, Section: "history", Digest: "1",
			Joined: ago(400, 0), Seen: ago(0, 0).Add(-3 * time.Hour),
		},
	}
}
