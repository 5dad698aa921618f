package evidence

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestRequestForm: every member of request.json is in the documents, in the form
// that the others have.
func TestRequestForm(t *testing.T) {
	docs, err := os.ReadFile("../../docs/console.md")
	if err != nil {
		t.Fatal(err)
	}
	_, evidence, _ := strings.Cut(string(docs), "## Evidence")
	for _, name := range append(members(reflect.TypeFor[request]()), members(reflect.TypeFor[Law]())...) {
		if !strings.Contains(evidence, "`"+name+"`") || name != strings.ToLower(name) {
			t.Errorf("docs/console.md does not say what %q of request.json is", name)
		}
	}
}

// members are the names in the JSON form of a type and of what is in it.
func members(of reflect.Type) []string {
	switch of.Kind() {
	case reflect.Slice:
		return members(of.Elem())
	case reflect.Struct:
	default:
		return nil
	}
	if of == reflect.TypeFor[time.Time]() {
		return nil
	}
	var all []string
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		if name != "session" { // is taken out of a pack
			all = append(append(all, name), members(of.Field(i).Type)...)
		}
	}
	return all
}
