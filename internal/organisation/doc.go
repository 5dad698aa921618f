// Package organisation holds what a controller declares: its brands, the
// fields of its profiles, its purposes, topics, channels and connected
// systems. It is read from one file by the apply command and kept in versions:
// what was once declared is retired and never deleted.
//
// The way of a file: Parse looks at its form, Check at whether its parts fit
// together and at what the law lets be, Diff compares it with what stands and
// gives a Plan with the Organisation that would be next. Nothing here stores
// or prints anything. Encode and Decode are the stored form, Notices the words
// to keep as evidence.
//
// # The file
//
// A file is one YAML document of at most 2 MiB. Unknown keys, keys that come
// twice, aliases and tags are refused. Nothing has a default but what is said
// here; every problem is named with line and path.
//
// Names (of brands, fields and so on) are lower-case letters, digits and single
// hyphens, a letter first, at most 40. They stand in paths, events and exports
// and are never changed: another name is another thing.
//
// A text is a mapping from language (BCP 47, as in en, ja, pt-BR) to words, or
// words alone, which are then in the language of the file. The default
// language of each brand that shows a text must be there; a missing one of its
// other languages is a warning, and people read the words of another language.
//
// A list is [one, two]. A term is an ISO 8601 duration in years, months, weeks
// and days (P2Y, P1Y6M, P90D) or days (730d); a year is 365 days and a month 30.
// A date is 2027-04-01 and begins at midnight UTC.
//
// At the top:
//
//	language    of words that stand alone; en when it is not said
//	label       text: the name of the organisation
//	contact     e-mail address of the data protection officer
//	address     postal address of the controller, several lines
//	privacy     text: address of the privacy statement
//	security    whom to tell of a weakness: a mailbox, or the address of a page;
//	            contact when it is not said
//	measures    text: how data is protected, for the record of processing
//	brands, channels, categories, systems, purposes, topics, fields,
//	controllers
//	            mappings from name to what follows, shown in this order
//
// A brand is a face of the organisation with a portal of its own. Its name
// stands in paths, so some names are Reserved:
//
//	label       text, required
//	mark        one or two characters shown as a logo
//	logo        file of a PNG or JPEG picture, shown instead of the mark
//	voice       text: one sentence for the home page, in the brand's own words
//	accent      colour, #rrggbb, required
//	ground      colour of the page in light
//	corners     square, small or round
//	fonts       to look for on the person's machine before the usual ones
//	host        host name of its own
//	contact     e-mail address for questions, required
//	locales     languages offered, the first is the default; required
//	register    true when people may make a profile themselves
//	legal-name  the controller of the brand, required
//	country     ISO 3166-1: how phone numbers without a prefix are read; required
//	region      the part of the country with a law of its own (ISO 3166-2), as CA
//	zone        IANA time zone that times are shown in, required
//	ask-every   term: how long it waits before it asks for another field that
//	            it can do without; a month when it is not said
//	origins     sites whose pages may read what is said to everybody, as in
//	            https://www.example.com
//
// A controller is another one that people may have their data sent to:
//
//	label       text, required
//	url         that takes packages, https, required
//
// A channel is a way of reaching people, and a category groups fields, on the
// page and in law:
//
//	label       text, required
//
// A system is a connected system, or anybody else who receives data:
//
//	label       text, required: its own name
//	human       text, required: in human terms, as in "our newsletter tool"
//	source      true when data comes from it
//	rank        whose value counts when sources differ: the lowest wins; each
//	            rank once, required for a source
//	fields      names of the fields that it may hold
//	purposes    names of the purposes that it works for, required
//	country     ISO 3166-1: where it keeps the data; required
//	safeguard   text: on what data may go there, where that is under another law
//	endpoints   mapping from name to where it is told what changed
//	pull        the feed that it is asked for what changed: url, every, secret,
//	            header, items, map; see package pull
//	opendsr     where it is told what people ask of us: url, domain, secret, requests
//	scim        what it may do by SCIM: leaving (unlink, the default; clear;
//	            request) says what deleting a user means, filters-in-address
//	            is true for a client that cannot search by POST
//	connector   by what it is spoken to in its own language: name, url, secret,
//	            every, brands, topics, fields; see package connector
//
// An endpoint is one address of a system. What it says narrows what the system
// may have:
//
//	url         where to, https, or http on this machine; required
//	events      of attribute, audience, automated, consent, preference and
//	            subject, or single kinds of them as consent.given; all when it
//	            is not said. What ends something is always told
//	brands      whose events; all when it is not said
//	purposes    of the system; all when it is not said
//	fields      of the system, for a full body; all when it is not said
//	envelope    plain (Standard Webhooks; the default) or cloudevents
//	body        thin (what may be done; the default) or full (also the values
//	            that the system may have at that moment)
//
// A purpose is what data is used for. What it says is versioned, see Diff:
//
//	basis       consent, contract, legal-obligation, vital-interest,
//	            public-interest or legitimate-interest (Art. 6(1) GDPR); required
//	required    true when the service cannot be given without it; never with
//	            consent or a legitimate interest
//	marketing   true for direct marketing, to which anybody may object
//	parent      name of the purpose whose switch covers this one too
//	brands      that use it; all when it is not said
//	channels    by which people are reached for it
//	categories  of the fields that are used, required
//	recipients  names of the systems that receive data for it
//	signal      gpc when the purpose is sale, sharing or advertising by profile,
//	            against which Global Privacy Control stands
//	consent-mode
//	            types of Google's Consent Mode that stand for the purpose
//	expires     term: how long a yes holds; with consent only
//	double-opt-in
//	            true when a second yes by mail is needed; with consent only
//	reask-by    date until which a yes to an older version still holds; when it
//	            is not said, the change is not material and the yes holds on
//	question    text, required: the label of the choice
//	sentence    text, required: what is done, in one plain sentence
//	why         text, required: why the organisation wants it
//	source      text, required: where the data comes from
//	retention   text, required: how long it is kept for this
//	if-no       text: what a no changes; when it is not said, nothing
//	locked      text: why there is no choice; required where there is none
//
// A topic is something that people may want to hear about:
//
//	label       text, required
//	help        text
//	purpose     name of the purpose that it belongs to, required; one with a
//	            choice
//	channels    by which it can come, required; channels of the purpose
//	brands      that offer it; all when it is not said
//
// A field is one thing that may be held about a person:
//
//	label       text, required
//	help        text: how to fill it in
//	category    name of its category, required
//	type        text, lines, email, phone, date, number, yesno, choice, choices
//	            or country; required
//	choices     mapping from value to text, for the types choice and choices
//	edit        free (the person corrects it at once), approval (the person
//	            proposes and staff decide) or locked (by asking); required
//	locked      text: why it cannot be changed and whom to ask; required for
//	            locked
//	sensitive   true for special categories (Art. 9 GDPR) and the like
//	purposes    names of the purposes that use it, required
//	brands      that need it; all when it is not said
//	asked-by    mapping from brand to what follows: the brand asks people for
//	            it, and has it when they say so
//	  why       text, required
//	  required  true when the brand cannot do without
//	card        what it is on a contact card: given-name, family-name, email,
//	            phone, birthday, company, street, city, postcode or country
//	retention   text, required: how long it is kept
//	how         text: for what is inferred, how it is worked out
package organisation
