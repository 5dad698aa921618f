package demo

// The systems of the demo organisation that data comes from, as they are named
// in organisation.yaml.
const (
	Shop       = "shop"
	CRM        = "crm"
	Newsletter = "newsletter"
	Machines   = "machines"
	Support    = "support"
	Media      = "media"
)

// Sources lists the systems that Files writes an export of, in the order in
// which they are imported.
var Sources = [...]string{CRM, Machines, Shop, Newsletter, Support, Media}

// MapOf returns the name of the map that reads the export of system: that of
// the product where it is a well-known one, else that of the system.
func MapOf(system string) string {
	switch system {
	case Shop:
		return "shopify"
	case Newsletter:
		return "mailchimp"
	default:
		return system
	}
}

// Columns returns the header of the export of system, and nil for a system
// without one. What the cells hold:
//
//   - shop: as Shopify exports customers. "Accepts Email Marketing" and
//     "Accepts SMS Marketing" are yes or no, "Tax Exempt" too; Tags are
//     separated by ", ".
//   - newsletter: as Mailchimp exports an audience. Times are
//     2006-01-02 15:04:05 in UTC, Birthday is 01/02 (no year), Address joins
//     its parts with two spaces, TAGS are quoted and separated by commas,
//     CONFIRM_TIME is empty before the second yes.
//   - crm: birthday is 2006/01/02, updated_at RFC 3339, interests are
//     separated by "; ", newsletter and recommendations are Y, N or empty,
//     choices are the values of organisation.yaml.
//   - machines: last_visit is 02.01.2006, exported_at RFC 3339, suggestions
//     is yes, no or empty, resting_heart_rate may be empty.
//   - support: last_question_at is RFC 3339, address has its lines separated
//     by " / ", phone is as the person typed it.
//   - media: digest is 1, 0 or empty, joined_at is 2006-01-02, last_seen_at
//     RFC 3339.
func Columns(system string) []string {
	switch system {
	case Shop:
		return []string{
			"First Name", "Last Name", "Email", "Accepts Email Marketing",
			"Default Address Company", "Default Address Address1", "Default Address Address2",
			"Default Address City", "Default Address Province Code", "Default Address Country Code",
			"Default Address Zip", "Default Address Phone", "Phone", "Accepts SMS Marketing",
			"Total Spent", "Total Orders", "Note", "Tax Exempt", "Tags",
		}
	case Newsletter:
		return []string{
			"Email Address", "First Name", "Last Name", "Address", "Phone Number", "Birthday",
			"MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "GMTOFF",
			"DSTOFF", "TIMEZONE", "CC", "REGION", "LAST_CHANGED", "LEID", "EUID", "NOTES", "TAGS",
		}
	case CRM:
		return []string{
			"customer_no", "family_name", "given_name", "name_reading", "email", "phone",
			"birthday", "language", "country", "main_instrument", "interests", "skill_level",
			"event_city", "newsletter", "recommendations", "updated_at",
		}
	case Machines:
		return []string{
			"member_no", "email", "given_name", "family_name", "membership", "goal",
			"emergency_contact", "sessions_90d", "last_visit", "favourite_machine",
			"resting_heart_rate", "suggestions", "exported_at",
		}
	case Support:
		return []string{
			"contact_id", "name", "email", "phone", "address", "language",
			"last_question_at", "question_topic", "note",
		}
	case Media:
		return []string{
			"reader_id", "email", "display_name", "country", "plan", "articles_read",
			"podcast_minutes", "favourite_section", "event_city", "digest", "joined_at",
			"last_seen_at",
		}
	}
	return nil
}
