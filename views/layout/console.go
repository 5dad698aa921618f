package layout

// A Desk is what every page of the console needs besides its own content.
type Desk struct {
	Frame
	Member string // name of the staff member; "" when nobody is signed in
	Role   string // in words
	Nav    []Section
}

// A Section is one part of the console that the member may open.
type Section struct {
	Name string // a word of locales, and what Frame.Section is compared with
	Href string
	Icon string
}

// The letters that move from row to row, as console.js has them.
const (
	keyNext   = "j"
	keyBefore = "k"
	keyPick   = "x"
	keyOpen   = "o"
	keyAssign = "a"
	keyOnward = "n"
)
