package hook_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/hook"
)

// The vector that the specification's own libraries are tested with.
func TestSign_agrees_with_the_specification(t *testing.T) {
	s, err := hook.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := hook.Sign([]hook.Secret{s}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSecret(t *testing.T) {
	s := hook.NewSecret()
	again, err := hook.ParseSecret(s.String())
	if err != nil || again.String() != s.String() {
		t.Errorf("got %v, %v, want the secret again", again, err)
	}
	if hook.NewSecret().String() == s.String() {
		t.Error("two secrets are the same")
	}
	for _, bad := range []string{"", "whsec_", "whsec_c2hvcnQ=", "whsec_***", strings.Repeat("A", 92)} {
		if _, err := hook.ParseSecret(bad); err == nil {
			t.Errorf("%q is taken for a secret", bad)
		}
	}
}

// While two secrets are valid, a receiver that knows either verifies.
func TestSign_with_every_valid_secret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[0-9a-v]{26}`).Draw(t, "id")
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0)
		secrets := []hook.Secret{hook.NewSecret(), hook.NewSecret()}
		header := hook.Headers(secrets, id, at, "application/json", body)
		for i, s := range secrets {
			if !verify(s, header, body) {
				t.Fatalf("secret %d does not verify", i)
			}
			if verify(s, header, append([]byte("x"), body...)) {
				t.Fatal("another body verifies")
			}
		}
		if verify(hook.NewSecret(), header, body) {
			t.Fatal("a stranger's secret verifies")
		}
	})
}

// While a shared secret gives way to a pair of keys, a receiver that knows either
// verifies; who has the public key alone can sign nothing, and our own hook that
// is sent back is no message to us.
func TestSign_with_a_private_key(t *testing.T) {
	pair, shared := hook.NewPair(), hook.NewSecret()
	text, ok := strings.CutPrefix(pair.Public(), "whpk_")
	public, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || pair.String() != pair.Public() || shared.Public() != "" {
		t.Fatalf("the public key is %q: %v", pair.Public(), err)
	}
	now, body := time.Unix(1614265330, 0), []byte("{\"test\": \"道\r\n\"}")
	header := hook.Headers([]hook.Secret{pair, shared}, "e", now, "application/json", body)
	if !verify(shared, header, body) {
		t.Error("the shared secret does not verify")
	}
	signature, ok := strings.CutPrefix(strings.Fields(header["Webhook-Signature"])[0], "v1a,")
	signed, err := base64.StdEncoding.DecodeString(signature)
	if !ok || err != nil || !ed25519.Verify(public, append([]byte("e.1614265330."), body...), signed) {
		t.Errorf("the public key does not verify %q: %v", header["Webhook-Signature"], err)
	}
	own := hook.Headers([]hook.Secret{pair}, "e", now, "application/json", body)
	heard := func(known ...hook.Secret) bool {
		_, _, wrong := hook.Verify(known, func(name string) string { return own[name] }, body, now)
		return wrong == ""
	}
	if heard(pair) || heard(pair, shared) {
		t.Error("our own hook is taken for a message to us")
	}
	if _, err := hook.ParseSecret(pair.String()); err == nil {
		t.Error("a public key is taken for a shared secret")
	}
}

// verify is what a receiver does, written from the specification alone.
func verify(key []byte, header map[string]string, body []byte) bool {
	signed := strings.Join([]string{header["Webhook-Id"], header["Webhook-Timestamp"], string(body)}, ".")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, one := range strings.Split(header["Webhook-Signature"], " ") {
		version, signature, _ := strings.Cut(one, ",")
		if version == "v1" && signature == want {
			return true
		}
	}
	return false
}
