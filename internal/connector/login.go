package connector

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"livingprofile/internal/outbound"
)

// tokenLife is how long a token is used: shorter than any product ends one, so
// that one which was taken back is missed only for so long.
const tokenLife = 5 * time.Minute

// tokens keeps what keys were traded for.
type tokens struct {
	mu  sync.Mutex
	all map[string]token
}

type token struct {
	text string
	got  time.Time // by the monotonic clock
}

var errNoSecret = errors.New("no key, or one that is not accepted")

// Login returns the headers that sign requests of a link in.
func (s *Speaker) Login(ctx context.Context, l *Link) (map[string]string, error) {
	f, err := s.read(l)
	if err != nil {
		return nil, err
	}
	h := map[string]string{"Accept": "application/json"}
	a := &f.Authentication
	if a.Kind == "" || a.Kind == "none" {
		return h, nil
	}
	secret, err := s.Secret(l.Secret)
	if err != nil || secret == "" {
		return nil, errNoSecret
	}
	switch a.Kind {
	case "basic":
		h["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(secret))
	case "header":
		format := a.Format
		if format == "" {
			format = "{secret}"
		}
		h[a.Header] = strings.ReplaceAll(format, "{secret}", secret)
	case "oauth":
		if secret, err = s.trade(ctx, l, a, secret); err != nil {
			return nil, err
		}
		h["Authorization"] = "Bearer " + secret
	default:
		h["Authorization"] = "Bearer " + secret
	}
	return h, nil
}

// trade returns a token for client credentials, "id:secret".
func (s *Speaker) trade(ctx context.Context, l *Link, a *Authentication, secret string) (string, error) {
	client, password, ok := strings.Cut(secret, ":")
	if !ok {
		return "", errNoSecret
	}
	key := l.URL + "\n" + secret
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock() // so that several do not ask for one each
	if t, has := s.tokens.all[key]; has && time.Since(t.got) < tokenLife {
		return t.text, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {password}}
	answer, err := s.Door.Post(ctx, outbound.Letter{
		URL: strings.TrimSuffix(l.URL, "/") + a.Token, Body: []byte(form.Encode()),
		Headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
	})
	if err != nil {
		return "", err
	}
	var got struct {
		Token string `json:"access_token"`
	}
	if answer.Status != 200 || json.Unmarshal(answer.Body, &got) != nil || got.Token == "" {
		return "", errNoSecret
	}
	if s.tokens.all == nil {
		s.tokens.all = map[string]token{}
	}
	s.tokens.all[key] = token{got.Token, time.Now()}
	return got.Token, nil
}
