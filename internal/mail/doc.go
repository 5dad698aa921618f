// Package mail sends what the product has to say to one person: links, notices
// and receipts, never campaigns.
//
// A Letter names a template and its data; it travels as a job and is rendered
// at the moment of sending, in the recipient's language, by the Renderer. The
// finished Message leaves through a Sender, by SMTP.
//
// No value of a Message can become a header of its own or a second recipient:
// addresses and header values that are not plain are refused, names and
// subjects are cleaned. No error holds an address or what a mail server said.
//
// The words of mails are left to views and locales.
package mail
