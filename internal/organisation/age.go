package organisation

import (
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// Heed tells every purpose from which age the laws let people consent alone, at
// a time: the law of a brand is that of its country, and the date of birth is
// in the field that is the birthday of the contact card. Without such a field
// nobody is a child. It is called on what New made, before anybody else has it.
func (o *Organisation) Heed(laws *rights.Packs, at time.Time) {
	ages := o.ages(laws, at)
	if ages == nil {
		return
	}
	for i := range o.index.targets {
		o.index.targets[i].Birthday = ages.Field
	}
	for i := range o.Purposes {
		o.Purposes[i].Ages = ages
	}
	for _, older := range o.Older {
		for i := range older {
			older[i].Ages = ages
		}
	}
}

func (o *Organisation) ages(laws *rights.Packs, at time.Time) *consent.Ages {
	f := o.birthday()
	if f == nil {
		return nil
	}
	ages := &consent.Ages{Field: f.Name, Category: f.Category, Rank: o.Rank, At: map[string]consent.Age{}}
	for i := range o.Brands {
		b := &o.Brands[i]
		if years := laws.For(b.Place(), at).Age; years > 0 && !b.Retired {
			ages.At[b.Name] = consent.Age{Years: years, Zone: o.Zone(b.Name)}
		}
	}
	return ages
}

// birthday is the field of the date of birth; nil for none.
func (o *Organisation) birthday() *profile.Field {
	for i := range o.Fields {
		if f := &o.Fields[i]; f.Card == profile.CardBirthday && f.Type == profile.TypeDate && !f.Retired {
			return f
		}
	}
	return nil
}
