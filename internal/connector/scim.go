package connector

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"livingprofile/internal/hook"
	"livingprofile/internal/outbound"
	"livingprofile/internal/pull"
	"livingprofile/internal/scim"
)

// A directory is a talk with a SCIM service provider. The user of a person bears
// our name of them as externalId; the provider's own id is learnt by the door
// for what systems tell, and comes back among the numbers of the person.
type directory struct {
	*talk
}

// kept is what the directory holds of one person.
type kept struct {
	id      string
	version string // ETag; "" where the provider has none
	record  scim.Document
}

// mostReads is how often a user is read anew that somebody else changed
// meanwhile.
const mostReads = 3

// tell makes the user of the person be what holds: there and active while
// something is allowed, with the values that the system may have now; not active
// while nothing is; and gone when the person was erased.
func (d *directory) tell() error {
	allowed := slices.Contains(slices.Collect(maps.Values(d.verdicts())), true)
	for range mostReads {
		record, err := d.find()
		if err != nil {
			return err
		}
		switch {
		case record == nil && (d.parcel.Data.Erased || !allowed):
			return errAbsent
		case record == nil:
			made, err := d.create()
			if err != nil || made {
				return err
			}
			continue // somebody made it since we looked
		case d.parcel.Data.Erased:
			_, reply := d.send("DELETE", "/Users/"+url.PathEscape(record.id), nil, "")
			return expected(reply, 404)
		}
		changes := d.changes(record.record, allowed)
		if len(changes) == 0 {
			return nil
		}
		_, reply := d.send("PATCH", "/Users/"+url.PathEscape(record.id), map[string]any{
			"schemas": []string{scim.PatchMessage}, "Operations": changes,
		}, record.version)
		if reply.Status != 412 && reply.Status != 404 {
			return expected(reply)
		}
	}
	return &broken{hook.Reply{Cause: "contested"}}
}

// expected is the error of an answer that is neither good nor one of others.
func expected(r hook.Reply, others ...int) error {
	if r.Status/100 == 2 || slices.Contains(others, r.Status) {
		return nil
	}
	return &broken{r}
}

// find returns the user of the person, nil for none: by the id that we learnt,
// else by our name.
func (d *directory) find() (*kept, error) {
	for _, number := range d.parcel.Data.KnownAs {
		answer, reply := d.send("GET", "/Users/"+url.PathEscape(number), nil, "")
		if reply.Status == 404 {
			continue
		}
		if err := expected(reply); err != nil {
			return nil, err
		}
		if record := read(answer); record != nil && record.record["externalId"] == d.parcel.Data.Subject {
			return record, nil
		}
	}
	return d.search(`externalId eq "` + d.parcel.Data.Subject + `"`)
}

// search looks by POST, so that nothing stands in an address. A provider that
// has no such way is asked by GET: our name of a person names nobody.
func (d *directory) search(filter string) (*kept, error) {
	answer, reply := d.send("POST", "/Users/.search", map[string]any{
		"schemas": []string{scim.SearchMessage}, "filter": filter, "count": 2,
	}, "")
	switch reply.Status {
	case 404, 405, 501:
		answer, reply = d.send("GET", "/Users?count=2&filter="+url.QueryEscape(filter), nil, "")
	}
	if err := expected(reply); err != nil {
		return nil, err
	}
	list, ok := pull.Member(answer, "Resources")
	all, _ := list.([]any)
	if !ok || len(all) == 0 {
		return nil, nil
	}
	return read(all[0]), nil
}

func read(answer any) *kept {
	record, _ := answer.(scim.Document)
	k := &kept{record: record}
	if k.id, _ = record["id"].(string); k.id == "" {
		return nil
	}
	meta, _ := record["meta"].(scim.Document)
	k.version, _ = meta["version"].(string)
	return k
}

// create makes the user; false when there is one by now.
func (d *directory) create() (made bool, err error) {
	record := scim.Document{
		"schemas": []string{scim.CoreSchema}, "externalId": d.parcel.Data.Subject, "userName": d.parcel.Data.Subject, "active": true,
	}
	maps.Copy(record, d.wanted())
	for name := range record {
		if strings.HasPrefix(name, "urn:") {
			record["schemas"] = append(record["schemas"].([]string), name)
		}
	}
	answer, reply := d.send("POST", "/Users", record, "")
	if reply.Status == 409 {
		// Ours, made at the same time, or somebody else's of that name.
		other, err := d.search(`externalId eq "` + d.parcel.Data.Subject + `"`)
		if err == nil && other == nil {
			err = &broken{hook.Reply{Status: 409, Cause: "uniqueness"}}
		}
		return false, err
	}
	if err := expected(reply); err != nil {
		return false, err
	}
	if k := read(answer); k != nil && d.Learn != nil {
		return true, d.Learn(d.ctx, d.parcel.System, d.parcel.ID, d.parcel.Data.Subject, k.id)
	}
	return true, nil
}

// wanted is what the user should hold, by the attributes that the link declares.
func (d *directory) wanted() scim.Document {
	record := scim.Document{}
	for _, field := range slices.Sorted(maps.Keys(d.link.Fields)) {
		if value, has := d.parcel.Data.Fields[field]; has {
			put(record, d.link.Fields[field], value)
		}
	}
	return record
}

// split returns the attribute of a path and the part of it, "" for none.
func split(path string) (attribute, part string) {
	if strings.HasPrefix(path, "urn:") {
		at := strings.LastIndexByte(path, ':')
		return path[:at], path[at+1:]
	}
	attribute, part, _ = strings.Cut(path, ".")
	if part == "" && listed(attribute) {
		part = "value"
	}
	return attribute, part
}

// listed tells whether an attribute of a user is a list (RFC 7643, 4.1.2).
func listed(attribute string) bool {
	return attribute == "emails" || attribute == "phoneNumbers" || attribute == "addresses"
}

// put writes a value where a path leads.
func put(record scim.Document, path, value string) {
	attribute, part := split(path)
	switch {
	case part == "":
		record[attribute] = value
	case listed(attribute):
		one := scim.Document{"type": "work", "primary": true}
		if list, has := record[attribute].([]any); has {
			one = list[0].(scim.Document)
		}
		one[part] = value
		record[attribute] = []any{one}
	default:
		inner, has := record[attribute].(scim.Document)
		if !has {
			inner = scim.Document{}
			record[attribute] = inner
		}
		inner[part] = value
	}
}

// value reads what stands where a path leads, nil for nothing.
func value(record scim.Document, path string) any {
	attribute, part := split(path)
	switch held := record[attribute].(type) {
	case scim.Document:
		return held[part]
	case []any:
		for _, one := range held {
			if d, ok := one.(scim.Document); ok && (d["primary"] == true || len(held) == 1) {
				return d[part]
			}
		}
		return nil
	default:
		return held
	}
}

// changes are the operations that make a user be what holds. What is there
// already is left alone, so that saying the same again says nothing.
func (d *directory) changes(record scim.Document, active bool) []scim.Operation {
	var all []scim.Operation
	if record["active"] != active {
		all = append(all, scim.Operation{Op: "replace", Path: "active", Value: active})
	}
	if record["externalId"] != d.parcel.Data.Subject {
		all = append(all, scim.Operation{Op: "replace", Path: "externalId", Value: d.parcel.Data.Subject})
	}
	want, done := d.wanted(), map[string]bool{}
	for _, field := range slices.Sorted(maps.Keys(d.link.Fields)) {
		path := d.link.Fields[field]
		now, then := value(record, path), value(want, path)
		if now == then || path == "userName" && then == nil {
			continue
		}
		attribute, _ := split(path)
		if listed(attribute) { // a list is replaced as a whole
			path = attribute
		}
		switch {
		case done[path]:
		case want[attribute] != nil && path == attribute:
			all = append(all, scim.Operation{Op: "replace", Path: path, Value: want[attribute]})
		case then != nil:
			all = append(all, scim.Operation{Op: "replace", Path: path, Value: then})
		default:
			all = append(all, scim.Operation{Op: "remove", Path: path})
		}
		done[path] = true
	}
	return all
}

// send sends one request. version is that of the user which it changes.
func (d *directory) send(method, path string, body any, version string) (answer any, reply hook.Reply) {
	headers, err := d.Login(d.ctx, d.link)
	if err != nil {
		return nil, hook.Reply{Cause: "no_secret"}
	}
	headers["Accept"] = "application/scim+json"
	if version != "" {
		headers["If-Match"] = version
	}
	l := outbound.Letter{Method: method, URL: strings.TrimSuffix(d.link.URL, "/") + path, Headers: headers, Most: maxAnswer}
	if body != nil {
		if l.Body, err = json.Marshal(body); err != nil {
			return nil, hook.Reply{Cause: "not_written"}
		}
		headers["Content-Type"] = "application/scim+json"
	}
	reply = hook.Post(d.ctx, d.Door, l)
	if len(reply.Body) > 0 {
		answer = pull.Decode(reply.Body)
	}
	return answer, hook.Reply{Status: reply.Status, RetryAfter: reply.RetryAfter, Cause: reply.Cause}
}
