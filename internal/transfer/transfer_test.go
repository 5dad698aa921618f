package transfer

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/outbound"
)

// answering is an Outlet that answers everything so.
type answering struct {
	status int
	err    error
	sent   []outbound.Letter
}

func (a *answering) Post(_ context.Context, l outbound.Letter) (outbound.Answer, error) {
	a.sent = append(a.sent, l)
	return outbound.Answer{Status: a.status}, a.err
}

func newSender(t *testing.T, door Outlet) *Sender {
	t.Helper()
	// RFC 8037, A.1 and A.3: key and thumbprint.
	seed, _ := base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	private := ed25519.NewKeyFromSeed(seed)
	return &Sender{
		Door: door, Clock: clock.NewFake(time.Unix(1800000000, 0)), Base: &url.URL{Scheme: "https", Host: "privacy.example.com"},
		Key:  Key(private.Public().(ed25519.PublicKey)),
		Sign: func(text []byte) ([]byte, error) { return ed25519.Sign(private, text), nil },
	}
}

func TestKey(t *testing.T) {
	k := newSender(t, nil).Key
	if got, want := k.ID(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"; got != want {
		t.Errorf("thumbprint: got %s, want %s", got, want)
	}
	set, err := json.Marshal(k.Set())
	if err != nil || !strings.Contains(string(set), `"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"`) {
		t.Errorf("got %s, %v", set, err)
	}
	text := "name+0a0b0c0d+" + base64.StdEncoding.EncodeToString(append([]byte{1}, k...))
	if got, err := ParseKey(text); err != nil || got.ID() != k.ID() {
		t.Errorf("out of a verifier: got %v, %v", got, err)
	}
	for _, bad := range []string{"", "name+0a0b0c0d", "name+0a0b0c0d+AAAA", text[:len(text)-4]} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q is a key", bad)
		}
	}
}

func TestSend_outcomes(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		status int
		err    error
		want   Outcome
		later  bool
	}{
		{200, nil, Taken, false},
		{202, nil, Taken, false},
		{409, nil, Taken, false},
		{301, nil, Refused, false},
		{403, nil, Refused, false},
		{413, nil, Refused, false},
		{0, outbound.ErrRefused, Refused, false},
		{0, broken, 0, true},
		{429, nil, 0, true},
		{503, nil, 0, true},
	} {
		got, err := newSender(t, &answering{status: tt.status, err: tt.err}).Send(t.Context(), "https://other.example/in", Package{})
		if got != tt.want || errors.Is(err, errs.Unavailable) != tt.later || !tt.later && err != nil {
			t.Errorf("%d, %v: got %v, %v; want %v, later %v", tt.status, tt.err, got, err, tt.want, tt.later)
		}
	}
}

// signed reads a signed request as RFC 9421, 3.2 says, from its headers alone.
func signed(key ed25519.PublicKey, at string, l *outbound.Letter, now time.Time) bool {
	header := map[string]string{}
	for name, value := range l.Headers {
		header[strings.ToLower(name)] = value
	}
	parameters, _ := strings.CutPrefix(header["signature-input"], "transfer=")
	end := strings.Index(parameters, ")")
	if end < 0 {
		return false
	}
	base := ""
	for _, quoted := range strings.Fields(parameters[1:end]) {
		name := strings.Trim(quoted, `"`)
		value := map[string]string{"@method": l.Method, "@target-uri": at}[name]
		if !strings.HasPrefix(name, "@") {
			value = header[name]
		}
		base += quoted + ": " + value + "\n"
	}
	base += `"@signature-params": ` + parameters
	signature, err := base64.StdEncoding.DecodeString(strings.Trim(strings.TrimPrefix(header["signature"], "transfer="), ":"))
	sum := sha256.Sum256(l.Body)
	digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	expires := regexp.MustCompile(`;expires=(\d+);`).FindStringSubmatch(parameters)
	return err == nil && ed25519.Verify(key, []byte(base), signature) && digest == header["content-digest"] &&
		expires != nil && expires[1] >= strconv.FormatInt(now.Unix(), 10)
}

// A receiver sees every change of what was sent, and that it is old.
func TestSend_is_signed(t *testing.T) {
	const to = "https://other.example/in?from=us"
	door := &answering{status: 202}
	s := newSender(t, door)
	if _, err := s.Send(t.Context(), to, Package{Nonce: "n.1", Reference: "会員 42\r\nX: y", Body: []byte("PK")}); err != nil {
		t.Fatal(err)
	}
	now := s.Clock.Now()
	key := ed25519.PublicKey(s.Key)
	if !signed(key, to, &door.sent[0], now) {
		t.Fatalf("it cannot be verified: %v", door.sent[0].Headers)
	}
	if got, _ := url.PathUnescape(door.sent[0].Headers["Transfer-Reference"]); got != "会員 42\r\nX: y" {
		t.Errorf("reference: got %q", got)
	}
	if input := door.sent[0].Headers["Signature-Input"]; !strings.Contains(input, `nonce="n.1";keyid="https://privacy.example.com/.well-known/jwks.json#`+s.Key.ID()+`"`) {
		t.Errorf("got %s", input)
	}
	for name, change := range map[string]func(l *outbound.Letter){
		"body":      func(l *outbound.Letter) { l.Body = []byte("QK") },
		"reference": func(l *outbound.Letter) { l.Headers["Transfer-Reference"] = "43" },
		"nonce": func(l *outbound.Letter) {
			l.Headers["Signature-Input"] = strings.Replace(l.Headers["Signature-Input"], "n.1", "n.2", 1)
		},
	} {
		again := newSender(t, door)
		if _, err := again.Send(t.Context(), to, Package{Nonce: "n.1", Reference: "42", Body: []byte("PK")}); err != nil {
			t.Fatal(err)
		}
		l := &door.sent[len(door.sent)-1]
		if change(l); signed(key, to, l, now) {
			t.Errorf("another %s is not seen", name)
		}
	}
	if signed(key, "https://another.example/in", &door.sent[0], now) {
		t.Error("it is good for another receiver")
	}
	if signed(key, to, &door.sent[0], now.Add(Lasts+time.Second)) {
		t.Error("it is good for ever")
	}
}
