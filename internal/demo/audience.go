package demo

import (
	"livingprofile/internal/activity"
	"livingprofile/internal/audience"
)

// Audiences are those that the organisation has saved.
func Audiences() []audience.Audience {
	return []audience.Audience{
		{
			Name: "Newsletter readers in Hamamatsu or Berlin", Purpose: "newsletter", Brand: "hibiki",
			Where: audience.Expr{Any: []audience.Expr{
				{Field: "event-city", Compare: audience.Is, Value: "浜松"},
				{Field: "event-city", Compare: audience.Is, Value: "Berlin"},
			}},
			Give: []string{"given-name", "family-name", "email"},
		},
		{
			Name: "Trained three times in a month, and likes the rowing machine", Purpose: "training-suggestions", Brand: "tsubame",
			Where: audience.Expr{All: []audience.Expr{
				{Activity: "training-session", Calculate: activity.Count, Days: 30, Compare: audience.AtLeast, Value: "3"},
				{Field: "usual-machine", Compare: audience.Is, Value: "rowing"},
			}},
			Give: []string{"given-name", "email", "usual-minutes"},
		},
	}
}
