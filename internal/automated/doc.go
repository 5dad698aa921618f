// Package automated keeps the decisions that systems make about people without
// a human (Art. 22 GDPR): what was decided, how, from which data, and what it
// means. An organisation declares the kinds; systems register what they decide.
//
// The person reads each one, says something about it, and asks for a human:
// for one decision, by a request of package rights, or for all of a kind from
// now on. What a reviewer decides instead stands beside what the machine did,
// which is never changed.
//
// Whether a system may decide at all is for package decision, and who is told
// of a review for package hook.
package automated
