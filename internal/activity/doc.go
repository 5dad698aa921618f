// Package activity keeps what people did, as systems saw it: a training
// session, an order, a question to the support desk. An organisation declares
// the kinds; an observation is one of them, typed and dated.
//
// An observation is taken in only while some purpose of its kind is allowed,
// and is kept as long as its kind says. From observations, declared rules work
// out values of the profile. A rule is a pure function; the person can read it
// in their own words, correct its result and switch it off.
//
// What may be given to whom is for package decision.
package activity
