package opendsr

import "testing"

func TestRegulationOf(t *testing.T) {
	for pack, want := range map[string]Regulation{"EU/1": GDPR, "JP/2": GDPR, "US/1": CCPA, "US-CA/3": CCPA, "USX/1": GDPR, "": GDPR} {
		if got := regulationOf(pack); got != want {
			t.Errorf("%q: got %s, want %s", pack, got, want)
		}
	}
}

// A message is read under the older names of its headers where it has none of
// today's, and never under one of each.
func TestSignature(t *testing.T) {
	for name, tt := range map[string]struct{ headers, want [2]string }{
		"today":   {[2]string{DomainHeader, SignatureHeader}, [2]string{"d", "s"}},
		"before":  {[2]string{OldDomainHeader, OldSignatureHeader}, [2]string{"d", "s"}},
		"a mix":   {[2]string{DomainHeader, OldSignatureHeader}, [2]string{"d", ""}},
		"nothing": {[2]string{"A", "B"}, [2]string{}},
	} {
		h := map[string]string{tt.headers[0]: "d", tt.headers[1]: "s"}
		domain, signature := Signature(func(name string) string { return h[name] })
		if got := [2]string{domain, signature}; got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
