// Package audience finds people for a purpose: a saved condition over profile,
// preferences and activity, asked anew at each use.
//
// Package decision comes first, for each person at that moment. Of whom it says
// no, only the reason is counted: what is held of them is not looked at, so a
// withdrawal empties an audience in the same second. A condition may use what
// its purpose uses and nothing else (Art. 5(1)(b) GDPR).
package audience
