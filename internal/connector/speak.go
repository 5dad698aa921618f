package connector

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"livingprofile/internal/folder"
	"livingprofile/internal/hook"
	"livingprofile/internal/outbound"
	"livingprofile/internal/pull"
)

// A Door sends letters; outbound.Door is the one that does.
type Door interface {
	Post(ctx context.Context, l outbound.Letter) (outbound.Answer, error)
}

// A Speaker speaks to systems by their files. It is safe for concurrent use.
type Speaker struct {
	Door   Door
	Secret func(name string) (string, error) // reads the file of a key
	// Learn notes the number by which a system knows whom it knows by our name
	// too; cause is the event that it was told. Nil for nobody who would.
	Learn func(ctx context.Context, system, cause, name, number string) error
	// Folders is where systems fetch files that are told nothing otherwise.
	Folders folder.Root

	tokens tokens
	files  sync.Map // *File by what it was read from
}

// read returns what a link names, read once.
func (s *Speaker) read(l *Link) (*File, error) {
	key := l.Name + "\n" + l.Text
	if f, ok := s.files.Load(key); ok {
		return f.(*File), nil
	}
	f, err := l.File()
	if err == nil {
		s.files.Store(key, f)
	}
	return f, err
}

// maxAnswer is how much of an answer is read: more than one record has.
const maxAnswer = 256 << 10

// Check asks whether address and key are right, and changes nothing.
func (s *Speaker) Check(ctx context.Context, system string, l *Link) hook.Reply {
	f, err := s.read(l)
	if err != nil {
		return hook.Reply{Cause: "no_connector"}
	}
	if f.Kind == SCIM {
		_, reply := (&directory{&talk{Speaker: s, ctx: ctx, link: l, file: f}}).send("GET", "/ServiceProviderConfig", nil, "")
		return reply
	}
	if f.Kind == Folder {
		return s.tryFolder(system)
	}
	if f.Check == nil {
		return hook.Reply{Cause: "no_check"}
	}
	t := &talk{Speaker: s, ctx: ctx, link: l, file: f}
	_, reply := t.ask(f.Check, nil)
	return reply
}

// Carry tells a system what holds of one person. The reply says what came of it
// in the words of an answer to a hook.
func (s *Speaker) Carry(ctx context.Context, l *Link, p hook.Parcel) hook.Reply {
	f, err := s.read(l)
	if err != nil || f.Push == nil && f.Kind != SCIM {
		return hook.Reply{Cause: "no_connector"}
	}
	t := &talk{Speaker: s, ctx: ctx, link: l, file: f, parcel: &p}
	if f.Kind == Folder {
		return t.lay()
	}
	var said []string
	if f.Kind == SCIM {
		err = (&directory{t}).tell()
	} else {
		said, err = t.tell()
		if errors.Is(err, errAbsent) && t.numbered() {
			// The record of that number is gone. There may be another by now.
			t.parcel.Data.KnownAs = nil
			said, err = t.tell()
		}
	}
	var b *broken
	switch {
	case errors.As(err, &b):
		if b.reply.Cause == "uniqueness" {
			return acknowledge("refused", "uniqueness")
		}
		return b.reply
	case errors.Is(err, errAbsent):
		return acknowledge("not_held", "")
	case errors.Is(err, errNoAddress):
		return acknowledge("refused", hook.NoAddress)
	}
	reply := acknowledge("applied", "")
	reply.Said = said
	return reply
}

func acknowledge(status, reason string) hook.Reply {
	body, _ := json.Marshal(map[string]string{"status": status, "reason": reason})
	return hook.Reply{Status: 200, Type: "application/json", Body: body}
}

// Ends of a talk that are no fault of anybody.
var (
	errAbsent    = errors.New("no such record")
	errNoAddress = errors.New("no address to make a record with")
	errExists    = errors.New("there is one already")
)

// A broken talk ended with an answer that is none of those that were expected.
type broken struct{ reply hook.Reply }

func (b *broken) Error() string { return "not accepted" }

// A talk is all that is said to one system about one person.
type talk struct {
	*Speaker
	ctx    context.Context
	link   *Link
	file   *File
	parcel *hook.Parcel
	vars   vars
}

// tell makes the record of the person be what holds, and returns the topics that
// the other side has been told yes of. A yes that it was told before is left as
// it is there: what they say themselves since is theirs to say, and is read. A
// no is said every time.
func (t *talk) tell() (said []string, err error) {
	p, verdicts := t.file.Push, t.verdicts()
	t.vars = t.about(false)
	id, err := t.record()
	made := false
	switch {
	case err == nil:
	case !errors.Is(err, errAbsent) || t.parcel.Data.Erased || !slices.Contains(slices.Collect(maps.Values(verdicts)), true):
		return nil, err
	default:
		if id, err = t.create(); err != nil {
			return nil, err
		}
		made = true
	}
	t.vars = t.about(!made).with("id", id)
	if t.parcel.Data.Erased {
		return nil, t.say(p.Erase, t.vars)
	}
	if !made {
		if err := t.say(p.Update, t.vars); err != nil {
			return nil, err
		}
	}
	for _, purpose := range slices.Sorted(maps.Keys(t.link.Topics)) {
		topic, request := t.link.Topics[purpose], p.Deny
		if verdicts[purpose] {
			said = append(said, topic)
			if !made && slices.Contains(t.parcel.Said, topic) {
				continue
			}
			request = p.Allow
		}
		if err := t.say(request, t.vars.with("topic", topic).with("purpose", purpose)); err != nil {
			return nil, err
		}
	}
	return said, nil
}

// verdicts says of each purpose whether it is allowed: for every brand that the
// link is for, since the other side has one word for all of them.
func (t *talk) verdicts() map[string]bool {
	all := map[string]bool{}
	for _, p := range t.parcel.Data.Permissions {
		if _, has := t.link.Topics[p.Purpose]; !has && len(t.link.Topics) > 0 {
			continue
		}
		before, seen := all[p.Purpose]
		all[p.Purpose] = p.Allow && (before || !seen)
	}
	return all
}

// record finds the person's record: by the number that the other side gave, by
// our name, or by an address.
func (t *talk) record() (any, error) {
	p := t.file.Push
	if t.numbered() {
		return t.parcel.Data.KnownAs[0], nil
	}
	if p.Find == nil {
		return t.parcel.Data.Subject, nil
	}
	id, err := t.look(p.Find)
	if errors.Is(err, errAbsent) && p.Match != nil && t.addressed(p.Match) {
		if id, err = t.look(p.Match); err == nil {
			t.learn(id)
		}
	}
	return id, err
}

// numbers tells whether the other side's numbers of people are those of its
// records.
func (f *File) numbers() bool { return f.Pull != nil && f.Pull.Map.Number != "" }

// numbered tells whether the number of the record is known.
func (t *talk) numbered() bool { return t.file.numbers() && len(t.parcel.Data.KnownAs) > 0 }

// learn notes the number of a record, so that the next word finds it even where a
// search does not yet. Without it that word is found by our name as ever.
func (t *talk) learn(id any) {
	if t.Learn == nil || !t.file.numbers() || t.parcel.Data.Erased {
		return
	}
	_ = t.Learn(t.ctx, t.parcel.System, t.parcel.ID, t.parcel.Data.Subject, vars{"id": id}.fill("{id}", plain))
}

// addressed tells whether the addresses that a request needs are known.
func (t *talk) addressed(r *Request) bool {
	for _, ph := range placeholders(r.text()) {
		if _, has := t.vars[ph.name]; !has && (ph.name == "address" || ph.name == "phone") {
			return false
		}
	}
	return true
}

func (t *talk) look(r *Request) (any, error) {
	answer, reply := t.ask(r, t.vars)
	if slices.Contains(r.Absent, reply.Status) {
		return nil, errAbsent
	}
	if slices.Contains(r.Exists, reply.Status) {
		return nil, errExists
	}
	if reply.Status/100 != 2 {
		return nil, &broken{reply}
	}
	id, ok := pull.Member(answer, r.ID)
	if !ok || id == nil || id == "" {
		return nil, errAbsent
	}
	return id, nil
}

func (t *talk) create() (any, error) {
	p := t.file.Push
	if p.Create == nil {
		return nil, errAbsent
	}
	for _, need := range p.Needs {
		if _, has := t.vars[need]; !has {
			return nil, errNoAddress
		}
	}
	id, err := t.look(p.Create)
	switch {
	case err == nil:
		t.learn(id)
	case errors.Is(err, errExists):
		// Somebody made it since we looked.
		if id, err = t.record(); errors.Is(err, errAbsent) {
			return nil, &broken{hook.Reply{Cause: "contested"}}
		}
	case errors.Is(err, errAbsent):
		return nil, &broken{hook.Reply{Cause: "not_understood"}}
	}
	return id, err
}

// say sends a request whose answer says no more than that it was done.
func (t *talk) say(r *Request, v vars) error {
	if r == nil {
		return nil
	}
	_, reply := t.ask(r, v)
	switch {
	case slices.Contains(r.Absent, reply.Status):
		return errAbsent
	case reply.Status/100 == 2:
		return nil
	}
	return &broken{reply}
}

// ask sends one request and returns what came back.
func (t *talk) ask(r *Request, v vars) (answer any, reply hook.Reply) {
	headers, err := t.Login(t.ctx, t.link)
	if err != nil {
		return nil, hook.Reply{Cause: "no_secret"}
	}
	method, target, _ := strings.Cut(r.Request, " ")
	l := outbound.Letter{Method: method, URL: strings.TrimSuffix(t.link.URL, "/") + v.address(target), Headers: headers, Most: maxAnswer}
	if r.Body != nil {
		filled, _ := v.body(r.Body)
		if l.Body, err = json.Marshal(filled); err != nil {
			return nil, hook.Reply{Cause: "not_written"}
		}
		l.Headers["Content-Type"] = "application/json"
	}
	for name, value := range r.Headers {
		l.Headers[name] = v.fill(value, plain)
	}
	reply = hook.Post(t.ctx, t.Door, l)
	if len(reply.Body) > 0 {
		answer = pull.Decode(reply.Body)
	}
	return answer, hook.Reply{Status: reply.Status, RetryAfter: reply.RetryAfter, Cause: reply.Cause}
}

// about returns what may be said of the person. A field that may not be had any
// more is said to be nothing where a record is there.
func (t *talk) about(there bool) vars {
	m := &t.parcel.Message
	v := vars{
		"subject": m.Data.Subject, "version": m.Data.Version, "type": m.Type, "erased": m.Data.Erased,
		"time": m.Timestamp.UTC().Format("2006-01-02T15:04:05.000Z"), "permissions": m.Data.Permissions,
	}
	if t.parcel.Email != "" {
		v["email"] = t.parcel.Email
	}
	if t.parcel.Phone != "" {
		v["phone"] = t.parcel.Phone
	}
	if t.parcel.Address != "" {
		v["address"] = t.parcel.Address
	}
	if len(m.Data.KnownAs) > 0 {
		v["number"] = m.Data.KnownAs[0]
	}
	fields := map[string]any{}
	for ours, theirs := range t.link.Fields {
		switch value, has := m.Data.Fields[ours]; {
		case has:
			fields[theirs] = value
		case there:
			fields[theirs] = t.file.Push.Clear
		}
	}
	v["fields"] = fields
	return v
}
