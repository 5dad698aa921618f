package transfer

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"livingprofile/internal/errs"
)

// zipType is the media type of a package.
const zipType = "application/zip"

// covered are the components that a signature has to be over.
var covered = [...]string{"@method", "@target-uri", "content-type", "content-digest", "transfer-reference"}

// skew is how far the sender's clock may run ahead of ours.
const skew = time.Minute

// maxNonce bounds a nonce, in bytes.
const maxNonce = 200

// A seal is what a signature says of a body that nobody has read yet.
type seal struct {
	from   Controller
	nonce  string
	digest string // the header, as signed
}

// holds tells whether body is the one that was signed.
func (s *seal) holds(body []byte) bool {
	return subtle.ConstantTimeCompare([]byte(s.digest), []byte(digestOf(body))) == 1
}

// digestOf is the header Content-Digest of a body (RFC 9530, 2).
func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

var (
	// signatureInput is the form of Signature-Input that is read: one signature,
	// named transfer (RFC 9421, 4.1).
	signatureInput = regexp.MustCompile(`^transfer=(\(("[a-z@-]+"(?: "[a-z@-]+")*)\)((?:;[a-z]+=(?:[0-9]{1,15}|"[!#-\[\]-~]*"))*))$`)
	parameter      = regexp.MustCompile(`;([a-z]+)=("[^"]*"|[0-9]+)`)
	signatureText  = regexp.MustCompile(`^transfer=:([A-Za-z0-9+/]+=*):$`)
)

// verify reads who signed a request from its headers alone (RFC 9421, 3.2).
// target is our own address that packages are sent to, from are those who may.
// Whatever is wrong is
// answered alike: errs.Forbidden.
func verify(header func(name string) string, target string, from []Controller, now time.Time) (seal, error) {
	unsigned := errs.New(errs.Forbidden, "transfer.error.unsigned")
	m := signatureInput.FindStringSubmatch(header("Signature-Input"))
	text := signatureText.FindStringSubmatch(header("Signature"))
	if m == nil || text == nil || header("Content-Type") != zipType {
		return seal{}, unsigned
	}
	var base strings.Builder
	var over []string
	for _, quoted := range strings.Fields(m[2]) {
		name := strings.Trim(quoted, `"`)
		value := header(name)
		switch {
		case name == "@method":
			value = "POST"
		case name == "@target-uri":
			value = target
		case strings.HasPrefix(name, "@"), slices.Contains(over, name):
			return seal{}, unsigned
		}
		over = append(over, name)
		base.WriteString(quoted + ": " + value + "\n")
	}
	base.WriteString(`"@signature-params": ` + m[1])
	for _, name := range covered {
		if !slices.Contains(over, name) {
			return seal{}, unsigned
		}
	}
	said := map[string]string{}
	for _, p := range parameter.FindAllStringSubmatch(m[3], -1) {
		said[p[1]] = strings.Trim(p[2], `"`)
	}
	s := seal{nonce: said["nonce"], digest: header("Content-Digest")}
	if said["alg"] != "ed25519" || s.nonce == "" || len(s.nonce) > maxNonce || !fresh(said["created"], said["expires"], now) {
		return seal{}, unsigned
	}
	signature, err := base64.StdEncoding.DecodeString(text[1])
	_, kid, _ := strings.Cut(said["keyid"], "#")
	for _, c := range from {
		key, wrong := ParsePublic(c.Key)
		if wrong == nil && key.ID() == kid && err == nil && ed25519.Verify(ed25519.PublicKey(key), []byte(base.String()), signature) {
			s.from = c
			return s, nil
		}
	}
	return seal{}, unsigned
}

// fresh tells whether a signature was made just now and has not ended. However
// long the sender lets it last, it is good for Lasts.
func fresh(created, expires string, now time.Time) bool {
	from, err := strconv.ParseInt(created, 10, 64)
	until, wrong := strconv.ParseInt(expires, 10, 64)
	if err != nil || wrong != nil {
		return false
	}
	made := time.Unix(from, 0)
	return !made.After(now.Add(skew)) && !now.After(made.Add(Lasts)) && !now.After(time.Unix(until, 0))
}
