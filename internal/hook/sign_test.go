package hook_test

import (
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
