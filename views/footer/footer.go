// Package footer draws what the links in the foot of mails lead to.
package footer
