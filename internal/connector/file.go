package connector

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Kind is how a connected system is spoken to.
type Kind string

// The kinds.
const (
	HTTP    Kind = "http"    // requests in the language of the other side
	Webhook Kind = "webhook" // our own signed bodies
	SCIM    Kind = "scim"    // SCIM 2.0 (RFC 7644)
	Folder  Kind = "folder"  // CSV files that are fetched and left
)

// Kinds lists the kinds.
var Kinds = [...]Kind{HTTP, Webhook, SCIM, Folder}

// A File describes a product's interface.
type File struct {
	Name           string         `yaml:"name"`
	Kind           Kind           `yaml:"kind"`
	About          string         `yaml:"about"` // which interface of which product, for whoever reads the file
	Authentication Authentication `yaml:"authentication"`
	Push           *Push          `yaml:"push"`
	Pull           *Pull          `yaml:"pull"`
	// Check is a request that changes nothing and succeeds when address and key
	// are right.
	Check *Request `yaml:"check"`
}

// An Authentication is how requests are signed in.
type Authentication struct {
	Kind   string `yaml:"kind"`   // none, bearer, basic, header or oauth
	Header string `yaml:"header"` // for header: its name
	Format string `yaml:"format"` // for header: what it holds, with {secret}; the secret alone when it is not said
	Token  string `yaml:"token"`  // for oauth: path that gives a token for client credentials (RFC 6749, 4.4)
}

// A Push is how the other side is told what holds of one person. What is left
// out is not done.
type Push struct {
	// Needs are addresses without which no record is made: email, phone.
	Needs []string `yaml:"needs"`
	// Clear is what a field is set to that may not be had any more; null when it
	// is not said.
	Clear any `yaml:"clear"`
	// Find looks for the record that bears our name of the person. Without it
	// our name is the record's own id.
	Find *Request `yaml:"find"`
	// Match looks for the record by an address.
	Match *Request `yaml:"match"`
	// Create makes a record, Update writes one that is there.
	Create *Request `yaml:"create"`
	Update *Request `yaml:"update"`
	// Allow and Deny say of one topic that it is allowed, and that it is not.
	Allow *Request `yaml:"allow"`
	Deny  *Request `yaml:"deny"`
	// Erase deletes the record.
	Erase *Request `yaml:"erase"`
	// Row is what a file says of a person, for the kind folder alone.
	Row []Column `yaml:"row"`
}

// A Column is one of a row, with what stands in it. One whose name has {field} or
// {topic} in it is there for each that a link declares.
type Column struct {
	Column string `yaml:"column"`
	Value  string `yaml:"value"`
}

// A Request is one request, with placeholders in braces.
type Request struct {
	Request string            `yaml:"request"` // method and path, as in "GET /contacts/{id}"
	Headers map[string]string `yaml:"headers"`
	Body    any               `yaml:"body"`
	ID      string            `yaml:"id"`     // where the answer has the id of the record
	Absent  []int             `yaml:"absent"` // statuses that say that there is no such record
	Exists  []int             `yaml:"exists"` // statuses that say that there is one already
}

// A Pull is how the other side is asked what changed there.
type Pull struct {
	Request `yaml:",inline"`
	// Columns are what {columns} is, beside the fields that a link declares, and
	// Topics what it is for each topic.
	Columns []string `yaml:"columns"`
	Topics  string   `yaml:"topics"`
	Begin   string   `yaml:"begin"` // what {since} is at first
	Items   string   `yaml:"items"` // member of the answer that is the list of records
	Next    Next     `yaml:"next"`
	Newest  string   `yaml:"newest"` // member of a record that {since} is taken from
	Map     Map      `yaml:"map"`
}

// A Next is how a page leads to the next; the zero Next goes by the header Link.
type Next struct {
	Count  string `yaml:"count"`  // "page": {page} counts from 1; "start": {page} counts records from 0
	Cursor string `yaml:"cursor"` // member whose value is {cursor} of the next page
	First  string `yaml:"first"`  // {cursor} of the first page
	Follow string `yaml:"follow"` // member that is the address of the next page
}

// A Map says what the members of a record mean.
type Map struct {
	ID       string `yaml:"id"`
	Subject  string `yaml:"subject"`
	Number   string `yaml:"number"`
	Email    string `yaml:"email"`
	Phone    string `yaml:"phone"`
	At       string `yaml:"at"`
	Sequence string `yaml:"sequence"`
	Field    string `yaml:"field"` // where a field is, with {field}
	Topic    *Topic `yaml:"topic"`
}

// A Topic says where a decision is, with {topic}, and what its words mean.
type Topic struct {
	From      string   `yaml:"from"`
	At        string   `yaml:"at"`
	Confirmed string   `yaml:"confirmed"`
	Proof     string   `yaml:"proof"`
	Yes       []string `yaml:"yes"`
	No        []string `yaml:"no"`
}

//go:embed files/*.yaml
var builtIn embed.FS

// Names lists the connectors that are built in.
func Names() []string {
	entries, _ := fs.ReadDir(builtIn, "files") // it is in the program
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	slices.Sort(names)
	return names
}

// Source returns the text of the built-in file of a name; false for none.
func Source(name string) ([]byte, bool) {
	text, err := builtIn.ReadFile("files/" + name + ".yaml")
	return text, err == nil
}
