// Package consent holds the rules of saying yes and no: purposes and their
// versions, the notices that were shown, the immutable records of what a
// person decided, and the state that those records add up to.
//
// Invariants of the package:
//
//   - A Record is never changed. State is Fold over records and nothing else.
//   - Only Given and Renewed make processing valid; an expired one does not.
//   - Withdrawing needs no more than giving (Art. 7(3) GDPR).
//   - No decision loosens a permission without a record that proves it
//     (Art. 7(1) GDPR).
//
// Whether something may be done *now* also depends on pauses, freezes and
// objections. That is for package decision.
package consent
