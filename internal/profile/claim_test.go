package profile_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/profile"
)

// day returns the n-th day of the tests' calendar.
func day(n int) time.Time { return time.Date(2026, 3, n, 10, 0, 0, 0, time.UTC) }

func own(value string, n int) profile.Claim {
	return profile.Claim{Value: value, Source: profile.SourceSubject, Origin: profile.Provided, At: day(n), Recorded: day(n), Entry: "own"}
}

func system(source, value string, n int) profile.Claim {
	return profile.Claim{Value: value, Source: source, Origin: profile.Provided, At: day(n), Recorded: day(20), Entry: source}
}

func with(c profile.Claim, change func(*profile.Claim)) profile.Claim {
	change(&c)
	return c
}

func proved(c *profile.Claim)   { c.Proved = true }
func inferred(c *profile.Claim) { c.Origin = profile.Inferred }

// ranks puts "crm" above "club", and "club" above all else.
func ranks(source string) int {
	switch source {
	case "crm":
		return 1
	case "club":
		return 2
	default:
		return 3
	}
}

func TestWinner(t *testing.T) {
	tests := []struct {
		name   string
		claims []profile.Claim
		want   string
		why    profile.Why
		others int
	}{
		{"nobody", nil, "", profile.WhyNothing, 0},
		{"one system", []profile.Claim{system("club", "a", 1)}, "a", profile.WhyOnly, 0},
		{"a system that holds nothing", []profile.Claim{system("crm", "", 2), system("club", "a", 1)}, "a", profile.WhyOnly, 0},
		{"only a system that holds nothing", []profile.Claim{system("crm", "", 2)}, "", profile.WhyNothing, 0},
		{"rank before newer", []profile.Claim{system("crm", "a", 1), system("club", "b", 9)}, "a", profile.WhyRank, 1},
		{"rank before origin", []profile.Claim{with(system("crm", "a", 1), inferred), system("club", "b", 9)}, "a", profile.WhyRank, 1},
		{"origin before newer", []profile.Claim{with(system("shop", "a", 9), inferred), system("media", "b", 1)}, "b", profile.WhyOrigin, 1},
		{"newer", []profile.Claim{system("shop", "a", 1), system("media", "b", 2)}, "b", profile.WhyNewest, 1},
		{"name", []profile.Claim{system("shop", "a", 1), system("media", "b", 1)}, "b", profile.WhyName, 1},
		{"others who agree are none", []profile.Claim{system("crm", "a", 1), system("club", "a", 1), system("shop", "b", 1)}, "a", profile.WhyRank, 1},
		{"reason is against the next best", []profile.Claim{system("shop", "a", 1), system("crm", "b", 1), with(system("club", "c", 1), inferred)}, "b", profile.WhyRank, 2},
		{"correction before newer system", []profile.Claim{system("crm", "a", 9), own("b", 1)}, "b", profile.WhyCorrected, 1},
		{"newer proof before correction", []profile.Claim{own("b", 1), with(system("shop", "a", 2), proved)}, "a", profile.WhyProved, 1},
		{"correction before older proof", []profile.Claim{own("b", 2), with(system("shop", "a", 1), proved)}, "b", profile.WhyCorrected, 1},
		{"correction before proof of the same time", []profile.Claim{with(system("shop", "a", 2), proved), own("b", 2)}, "b", profile.WhyCorrected, 1},
		{"proof before better rank", []profile.Claim{system("crm", "a", 9), with(system("shop", "b", 1), proved)}, "b", profile.WhyProved, 1},
		{"taken away", []profile.Claim{own("", 1), system("crm", "a", 9)}, "", profile.WhyTakenAway, 1},
		{"given again after it was taken away", []profile.Claim{own("", 1), with(system("crm", "a", 2), proved)}, "a", profile.WhyProved, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, reason, ok := profile.Winner(nil, tt.claims, ranks)
			if got.Value != tt.want || reason.Why != tt.why || reason.Others != tt.others || ok != (tt.want != "") {
				t.Errorf("Winner() = %q, %+v, %t; want %q, %s, %d others", got.Value, reason, ok, tt.want, tt.why, tt.others)
			}
		})
	}
}

// A system whose clock runs ahead must not win for years.
func TestClaimFromTheFutureCountsFromWhenItWasLearned(t *testing.T) {
	ahead := with(system("shop", "a", 1), func(c *profile.Claim) { c.At = day(1).AddDate(50, 0, 0); c.Recorded = day(3) })
	got, _, _ := profile.Winner(nil, []profile.Claim{ahead, system("media", "b", 4)}, ranks)
	if got.Value != "b" {
		t.Errorf("Winner() = %q, want the newer %q", got.Value, "b")
	}
}

func drawClaim(t *rapid.T, source string) profile.Claim {
	return profile.Claim{
		Value:    rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "value"),
		Source:   source,
		Origin:   rapid.SampledFrom(profile.Origins[:]).Draw(t, "origin"),
		At:       day(rapid.IntRange(1, 4).Draw(t, "day")),
		Recorded: day(20),
		Proved:   rapid.Bool().Draw(t, "proved"),
	}
}

func TestWinnerIsIndependentOfOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var claims []profile.Claim
		for _, source := range []string{profile.SourceSubject, "crm", "club", "shop", "media"} {
			if rapid.Bool().Draw(t, source) {
				claims = append(claims, drawClaim(t, source))
			}
		}
		claim, reason, ok := profile.Winner(nil, claims, ranks)
		again, sameReason, sameOK := profile.Winner(nil, rapid.Permutation(claims).Draw(t, "order"), ranks)
		if claim != again || reason != sameReason || ok != sameOK {
			t.Fatalf("Winner() = %+v, %+v; in another order %+v, %+v", claim, reason, again, sameReason)
		}
	})
}
