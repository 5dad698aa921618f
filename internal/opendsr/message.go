package opendsr

import (
	"encoding/json"
	"net/url"
	"regexp"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/rights"
)

// Version is the version of the standard that is spoken.
const Version = "2.0"

// A Regulation is the law that a request is made under.
type Regulation string

// The regulations.
const (
	GDPR Regulation = "gdpr"
	CCPA Regulation = "ccpa"
)

// A Type is what is asked for.
type Type string

// The types.
const (
	Access      Type = "access"
	Portability Type = "portability"
	Erasure     Type = "erasure"
)

// Types lists them.
var Types = [...]Type{Access, Portability, Erasure}

// A Status is how far a request is.
type Status string

// The statuses. There is none for a refusal: that is completed, and said in the
// extensions.
const (
	Pending    Status = "pending"
	InProgress Status = "in_progress"
	Completed  Status = "completed"
	Cancelled  Status = "cancelled"
)

// Over tells whether nothing more comes.
func (s Status) Over() bool { return s == Completed || s == Cancelled }

// order is how late a status is; 0 for none. A status that comes again or late
// undoes no later one.
func (s Status) order() int {
	switch s {
	case Pending:
		return 1
	case InProgress:
		return 2
	case Completed, Cancelled:
		return 3
	}
	return 0
}

// Follows tells whether s may come after was.
func (s Status) Follows(was Status) bool { return s.order() > was.order() }

// An Identity is a name of the person.
type Identity struct {
	Type   string `json:"identity_type"`
	Value  string `json:"identity_value"`
	Format string `json:"identity_format"`
}

// The identities that are known here, and the one format.
const (
	Email    = "email"
	Customer = "controller_customer_id"
	Raw      = "raw"
)

// A Request is what a controller sends.
type Request struct {
	Regulation  Regulation                 `json:"regulation"`
	ID          string                     `json:"subject_request_id"`
	Type        Type                       `json:"subject_request_type"`
	Identities  []Identity                 `json:"subject_identities"`
	SubmittedAt time.Time                  `json:"submitted_time"`
	Version     string                     `json:"api_version,omitempty"`
	Callbacks   []string                   `json:"status_callback_urls,omitempty"`
	Extensions  map[string]json.RawMessage `json:"extensions,omitempty"`
}

// The most that a request may have.
const (
	maxIdentities = 10
	maxCallbacks  = 5
	// maxAge is how long ago a person may have asked: what is older than the
	// longest limit of any law was answered long since, or is a replay.
	maxAge = 366 * 24 * time.Hour
	// skew is how far apart clocks may be.
	skew = 5 * time.Minute
)

// uuid4 is version 4 in small letters, as the standard wants it.
var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// ValidID tells whether s may name a request.
func ValidID(s string) bool { return uuid4.MatchString(s) }

// Parse reads a request and refuses what is not acceptable at now, by its
// place.
func Parse(body []byte, now time.Time, mayCall func(url string) bool) (Request, error) {
	var r Request
	if err := json.Unmarshal(body, &r); err != nil {
		return r, errs.New(errs.Invalid, "error.bad_json")
	}
	var bad []errs.Field
	must := func(ok bool, path, id string) {
		if !ok {
			bad = append(bad, errs.At(path, id))
		}
	}
	must(r.Regulation == GDPR || r.Regulation == CCPA, "regulation", "error.not_a_choice")
	must(ValidID(r.ID), "subject_request_id", "error.opendsr_id")
	must(r.Type == Access || r.Type == Portability || r.Type == Erasure, "subject_request_type", "error.not_a_choice")
	must(len(r.Identities) > 0 && len(r.Identities) <= maxIdentities, "subject_identities", "error.required")
	for _, i := range r.Identities {
		must(i.Value != "" && len(i.Value) <= 254, "subject_identities", "error.required")
		must(i.Type == Email || i.Type == Customer, "subject_identities", "error.opendsr_identity")
		must(i.Format == Raw, "subject_identities", "error.opendsr_format")
	}
	recent := r.SubmittedAt.After(now.Add(-maxAge)) && r.SubmittedAt.Before(now.Add(skew))
	must(recent, "submitted_time", "error.opendsr_time")
	must(r.Version == "" || r.Version == "1.0" || r.Version == Version, "api_version", "error.not_a_choice")
	must(len(r.Callbacks) <= maxCallbacks, "status_callback_urls", "error.out_of_range")
	for _, c := range r.Callbacks {
		must(mayCall(c), "status_callback_urls", "error.opendsr_url")
	}
	return r, errs.InvalidFields(bad...)
}

// A Receipt answers a request that was taken. Encoded is the request as it came:
// the processor's signature is over both.
type Receipt struct {
	Controller string    `json:"controller_id"`
	Expected   time.Time `json:"expected_completion_time"`
	Received   time.Time `json:"received_time"`
	Encoded    []byte    `json:"encoded_request,omitempty"` // base64 in JSON
	ID         string    `json:"subject_request_id"`
}

// A Report says how far a request is: the answer to who asks, and a callback.
type Report struct {
	Controller string         `json:"controller_id"`
	Expected   time.Time      `json:"expected_completion_time,omitzero"`
	ID         string         `json:"subject_request_id"`
	Status     Status         `json:"request_status"`
	Callback   string         `json:"status_callback_url,omitempty"`
	Version    string         `json:"api_version"`
	ResultsURL string         `json:"results_url,omitempty"`
	Extensions map[string]any `json:"extensions,omitempty"`
}

// refused tells whether a processor of a domain says of what is completed that it
// was not done, as ours says it: the standard has no status for that.
func (r *Report) refused(domain string) bool {
	said, _ := r.Extensions[domain].(map[string]any)
	outcome, _ := said["outcome"].(string)
	_, refused := StatusOf(rights.State(outcome))
	return r.Status == Completed && refused
}

// ParseReport reads a report about the request of an id. callback is the address
// that it came to, "" for an answer.
func ParseReport(body []byte, id, callback string) (Report, error) {
	var r Report
	if err := json.Unmarshal(body, &r); err != nil {
		return r, errs.New(errs.Invalid, "error.bad_json")
	}
	if r.ID != id || r.Status.order() == 0 || r.Callback != callback {
		return r, errs.New(errs.Invalid, "error.opendsr_report")
	}
	return r, nil
}

// A Discovery says what a processor can do.
type Discovery struct {
	Version     string            `json:"api_version"`
	Identities  []IdentitySupport `json:"supported_identities"`
	Types       []Type            `json:"supported_subject_request_types"`
	Certificate string            `json:"processor_certificate"`
}

// An IdentitySupport is a sort of name in one format.
type IdentitySupport struct {
	Type   string `json:"identity_type"`
	Format string `json:"identity_format"`
}

// Discover is the discovery of an installation at base.
func Discover(base *url.URL) Discovery {
	return Discovery{
		Version: Version, Identities: []IdentitySupport{{Customer, Raw}, {Email, Raw}}, Types: Types[:],
		Certificate: base.JoinPath("opendsr", "v2", "certificate.pem").String(),
	}
}

// A Fault is an error in the form of the standard.
type Fault struct {
	Error FaultBody `json:"error"`
}

// A FaultBody says what is wrong, for people and for programs.
type FaultBody struct {
	Code    int          `json:"code"`
	Message string       `json:"message"`
	Errors  []FaultPlace `json:"errors,omitempty"`
}

// A FaultPlace is what is wrong where.
type FaultPlace struct {
	Domain  string `json:"domain"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// Write returns the bytes of a message, as they are signed.
func Write(message any) ([]byte, error) { return json.Marshal(message) }
