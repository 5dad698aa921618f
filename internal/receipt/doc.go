// Package receipt makes consent receipts (Maker), and writes them in the forms
// of others: the Consent Receipt 1.1.0 of the Kantara Initiative, and records
// and receipts after ISO/IEC TS 27560 in the Data Privacy Vocabulary (DPV) as
// JSON-LD.
//
// Both say what our own form (consent.Receipt) says, in words that other
// programs read, with what they ask beyond it (Setting). Only our own form is
// signed and can be checked.
package receipt

import "strings"

// A Setting is what the forms of others ask for and ours does not say. Words
// are in the language of the receipt.
type Setting struct {
	Receipt   string   // address of the page where anybody may check the receipt
	Service   string   // name of the brand
	Country   string   // whose law it is under, ISO 3166
	Policy    string   // address of the privacy statement
	Withdraw  string   // address of the page where the answer is changed
	Countries []string // where the recipients keep the data, ISO 3166
	Sensitive []string // names of the categories that have sensitive fields
	Marketing bool     // the purpose is direct marketing
	PublicKey string   // that checks the signature of our own form
}

// oneLine writes an address of several lines in one.
func oneLine(address string) string {
	var parts []string
	for line := range strings.Lines(address) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, ", ")
}
