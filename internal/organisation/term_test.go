package organisation_test

import (
	"testing"
	"time"

	"livingprofile/internal/organisation"
)

func TestTerm(t *testing.T) {
	for text, days := range map[string]int{
		"P2Y": 730, "P6M": 180, "P1Y6M": 545, "P2W": 14, "P30D": 30, "P1Y2M3W4D": 365 + 60 + 21 + 4, "730d": 730, "1d": 1,
	} {
		d := draft(t, with(t, small(t), "expires: P2Y", "expires: "+text))
		if got, want := d.Declared.Purposes[0].Expires, time.Duration(days)*24*time.Hour; got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestTerm_refuses(t *testing.T) {
	for _, text := range []string{"P101Y", "P0D", "0d", "-1d", "PT5H", "P", "P1D1Y", "P1.5Y", "1y", "730", "P99999999999D", "p2y"} {
		_, err := organisation.Parse("o.yaml", []byte(with(t, small(t), "expires: P2Y", "expires: \""+text+"\"")))
		if err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}
