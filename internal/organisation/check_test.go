package organisation_test

import (
	"strings"
	"testing"

	"livingprofile/internal/hook"
	"livingprofile/internal/organisation"
)

func TestCheck_accepts_a_sound_file(t *testing.T) {
	warnings, err := draft(t, small(t)).Check()
	if err != nil {
		t.Error(err)
	}
	for _, w := range warnings {
		t.Error(w)
	}
}

func TestCheck_accepts_families_and_kinds_of_events(t *testing.T) {
	all := append(hook.Families(), hook.Kinds()...)
	if _, err := draft(t, with(t, small(t), "    rank: 2\n",
		"    rank: 2\n    endpoints: {main: {url: \"https://x.example\", events: ["+strings.Join(all, ", ")+"]}}\n")).Check(); err != nil {
		t.Error(err)
	}
}

func TestCheck_refuses(t *testing.T) {
	for _, tc := range []struct{ name, old, now, want string }{
		{"no label", "label: {en: Small Group, ja: ちいさな会社}", "", "label: is missing"},
		{"controller without a safe address", "contact: dpo@small.example", "contact: dpo@small.example\ncontrollers: {choir: {label: Choir, url: \"http://choir.example/in\"}}", "controllers.choir.url: \"http://choir.example/in\" is no address to send to"},
		{"no contact", "contact: dpo@small.example", "", "contact: is missing"},
		{"measures in one language", "privacy: {en", "measures: Locked rooms.\nprivacy: {en", "organisation.yaml:5:11: measures: lacks words in ja, the default language of club"},
		{"safeguard in one language", "    country: US\n", "    country: US\n    safeguard: Clauses.\n", "organisation.yaml:51:16: systems.tool.safeguard: lacks words in ja, the default language of club"},
		{"bad contact", "contact: dpo@small.example", "contact: the dpo", "organisation.yaml:3:10: contact: \"the dpo\" is no e-mail address"},
		{"bad page", "en: \"https://www.small.example/privacy\"", "en: \"javascript:alert(1)\"", "privacy.en: \"javascript:alert(1)\" is no address of a page"},
		{"unknown connector", "    rank: 2\n", "    rank: 2\n    connector: {name: listmonkey, url: \"https://x.example\"}\n", "systems.tool.connector.name: \"listmonkey\" is neither built in nor in the folder connectors/"},
		{"connector without a key", "    rank: 2\n", "    rank: 2\n    connector:\n      name: listmonk\n      url: https://x.example\n", "systems.tool.connector.secret: \"\" is no name of a file"},
		{"connector with a bad address", "    rank: 2\n", "    rank: 2\n    connector:\n      name: listmonk\n      url: http://x.example\n      secret: x\n", "organisation.yaml:52:12: systems.tool.connector.url: \"http://x.example\" is no address to speak to"},
		{"unknown family of events", "    rank: 2\n", "    rank: 2\n    endpoints: {main: {url: \"https://x.example\", events: [consents]}}\n", "systems.tool.endpoints.main.events[0]: \"consents\" is not among attribute, audience, automated, consent, preference, subject, nor a kind of one of them"},
		{"unknown kind of event", "    rank: 2\n", "    rank: 2\n    endpoints: {main: {url: \"https://x.example\", events: [consent.given, subject.created]}}\n", "systems.tool.endpoints.main.events[1]: \"subject.created\" is not among subject.erased, subject.merged, subject.separated"},
		{"topic of another", "    rank: 2\n", "    rank: 2\n    connector:\n      name: listmonk\n      url: https://x.example\n      secret: x\n      topics: {orders: \"3\"}\n", "systems.tool.connector.topics[0]: \"orders\" is not among news"},
		{"reserved brand", "  club:\n    label", "  console:\n    label", "brands.console: is a name that the product needs"},
		{"bad colour", "\"#1f5fa8\"", "teal", "brands.club.accent: \"teal\" is no colour"},
		{"bad country", "country: GB", "country: UK", "brands.shop.country: \"UK\" is no country"},
		{"bad part of a country", "country: GB", "country: US\n    region: Calif", "brands.shop.region: \"Calif\" is no part of a country"},
		{"small country", "country: GB", "country: gb", "brands.shop.country: \"gb\" is no country"},
		{"bad zone", "zone: Asia/Tokyo", "zone: Asia/Edo", "brands.club.zone: \"Asia/Edo\" is no time zone"},
		{"zone of the machine", "zone: Asia/Tokyo", "zone: Local", "brands.club.zone: \"Local\" is no time zone"},
		{"bad locale", "locales: [ja, en]", "locales: [ja, EN]", "brands.club.locales[1]: write en for the language \"EN\""},
		{"bad cycle of figures", "contact: dpo@small.example", "contact: dpo@small.example\ntransparency: month", "transparency: \"month\" is no cycle: quarter or year"},
		{"bad contact for weaknesses", "contact: dpo@small.example", "contact: dpo@small.example\nsecurity: http://small.example", "security: \"http://small.example\" is no e-mail address"},
		{"origin with a path", "    mark: S", "    origins: [\"https://small.example/shop\"]", "organisation.yaml:10:15: brands.shop.origins[0]: write https://small.example for \"https://small.example/shop\""},
		{"origin that is any", "    mark: S", "    origins: [\"*\"]", "brands.shop.origins[0]: \"*\" is no origin"},
		{"origin with a wildcard", "    mark: S", "    origins: [\"https://*.small.example\"]", "\"https://*.small.example\" is no origin"},
		{"origin in capitals", "    mark: S", "    origins: [\"https://Small.example\"]", "write https://small.example for"},
		{"origin with the standard port", "    mark: S", "    origins: [\"https://small.example:443\"]", "write https://small.example for"},
		{"origin without TLS", "    mark: S", "    origins: [\"http://small.example\"]", "\"http://small.example\" should be https"},
		{"origin that is a word", "    mark: S", "    origins: [\"null\"]", "\"null\" is no origin"},
		{"origin that splits a header", "    mark: S", "    origins: [\"https://small.example; default-src *\"]", "is no origin"},
		{"host with a scheme", "    mark: S", "    host: https://privacy.small.example", "brands.shop.host: \"https://privacy.small.example\" is no name of a host"},
		{"host with a port", "    mark: S", "    host: privacy.small.example:8443", "is no name of a host"},
		{"host in capitals", "    mark: S", "    host: Privacy.small.example", "is no name of a host"},
		{"bad ground", "    mark: S", "    ground: beige", "brands.shop.ground: \"beige\" is no colour"},
		{"bad corners", "    mark: S", "    corners: rund", "brands.shop.corners: \"rund\" is no kind of corners; is it round?"},
		{"font that closes its quotes", "    mark: S", "    fonts: ['Inter\";}*{color:red']", "brands.shop.fonts[0]: \"Inter\\\";}*{color:red\" is no name of a font"},
		{"no locales", "locales: [ja, en]", "locales: []", "brands.club.locales: is missing"},
		{"long mark", "mark: S", "mark: Shop", "brands.shop.mark: is longer than 2"},
		{"no controller", "legal-name: Small Ltd.", "", "brands.shop.legal-name: is missing"},
		{"default language missing", "label: {en: Club, ja: クラブ}", "label: {en: Club}", "brands.club.label: lacks words in ja, the default language of club"},
		{"default language of one brand missing", "label: {en: Offers, ja: お得}", "label: {en: Offers}", "topics.offers.label: lacks words in ja, the default language of club"},
		{"unknown field", "fields: [email, level]", "fields: [email, levle]", "organisation.yaml:43:21: systems.crm.fields[1]: the field \"levle\" is not declared; is it level?"},
		{"unknown purpose of a system", "purposes: [orders, news, ideas]", "purposes: [orders, news, dreams]", "systems.crm.purposes[2]: the purpose \"dreams\" is not declared; known are ideas, news, orders"},
		{"system without purpose", "    fields: [email]\n    purposes: [news]", "", "systems.tool.purposes: is missing"},
		{"same rank", "rank: 2", "rank: 1", "systems.tool.rank: is that of crm as well"},
		{"no rank", "    rank: 2\n", "", "systems.tool.rank: should be from 1 to 1000"},
		{"source of ours", "  tool:\n", "  subject:\n", "systems.subject: is a name that the product needs"},
		{"unknown parent", "parent: news", "parent: newz", "purposes.ideas.parent: the purpose \"newz\" is not declared; is it news?"},
		{"own parent", "parent: news", "parent: ideas", "purposes.ideas.parent: goes in a circle"},
		{"circle", "  news:\n    basis", "  news:\n    parent: ideas\n    basis", "goes in a circle"},
		{"parent without a choice", "parent: news", "parent: orders", "purposes.ideas.parent: one of ideas and orders leaves a choice and the other does not"},
		{"bad basis", "basis: contract", "basis: contrakt", "purposes.orders.basis: \"contrakt\" is no legal basis (Art. 6(1) GDPR); is it contract?"},
		{"required consent", "    double-opt-in: true", "    required: true", "purposes.news.required: consent cannot be required"},
		{"required interest", "basis: contract", "basis: legitimate-interest", "purposes.orders.required: a legitimate interest cannot be required"},
		{"marketing by contract", "basis: contract", "basis: contract\n    marketing: true", "purposes.orders.marketing: direct marketing must leave a choice"},
		{"double opt-in without consent", "basis: contract", "basis: contract\n    double-opt-in: true", "purposes.orders.double-opt-in: goes with consent only"},
		{"expiry without consent", "basis: contract", "basis: contract\n    expires: P1Y", "purposes.orders.expires: goes with consent only"},
		{"re-ask without consent", "basis: contract", "basis: contract\n    reask-by: 2027-01-01", "purposes.orders.reask-by: goes with consent only"},
		{"unknown signal", "    double-opt-in: true", "    double-opt-in: true\n    signal: gcp", "purposes.news.signal: \"gcp\" is no signal of browsers; is it gpc?"},
		{"signal without a choice", "basis: contract", "basis: contract\n    signal: gpc", "purposes.orders.signal: goes with a purpose that leaves a choice"},
		{"unknown type of Consent Mode", "    double-opt-in: true", "    double-opt-in: true\n    consent-mode: [ad_storage, ad_store]", "purposes.news.consent-mode[1]: \"ad_store\" is no type of Consent Mode; is it ad_storage?"},
		{"no reason for no choice", "    locked: {en: Needed., ja: 必要です。}\n", "", "purposes.orders.locked: is missing"},
		{"no question", "    question: {en: News, ja: お知らせ}\n", "", "purposes.news.question: is missing"},
		{"no retention", "    retention: {en: Until no., ja: 断るまで。}\n", "", "purposes.news.retention: is missing"},
		{"unknown recipient", "recipients: [tool, crm]", "recipients: [tool, cmr]", "purposes.news.recipients[1]: the system \"cmr\" is not declared; is it crm?"},
		{"unknown category", "categories: [training]", "categories: [sport]", "purposes.ideas.categories[0]: the category \"sport\" is not declared"},
		{"no categories", "    categories: [training]\n", "", "purposes.ideas.categories: is missing"},
		{"unknown brand", "    expires: P2Y\n    brands: [club]", "    brands: [clubs]", "purposes.ideas.brands[0]: the brand \"clubs\" is not declared; is it club?"},
		{"unknown channel", "channels: [email, post]\n    categories", "channels: [email, fax]\n    categories", "purposes.news.channels[1]: the channel \"fax\" is not declared"},
		{"topic of nothing", "purpose: news\n", "purpose: olds\n", "topics.offers.purpose: the purpose \"olds\" is not declared"},
		{"topic without a choice", "purpose: news\n", "purpose: orders\n", "topics.offers.purpose: orders leaves no choice"},
		{"topic on another channel", "brands: [club]\n    channels: [email]\n    label", "brands: [club]\n    channels: [post]\n    label", "topics.tips.channels[0]: ideas does not use the channel post"},
		{"topic on another brand", "    purpose: ideas\n    brands: [club]", "    purpose: ideas\n    brands: [shop]", "topics.tips.brands: ideas is not on every brand of the topic"},
		{"topic without channels", "    purpose: ideas\n    brands: [club]\n    channels: [email]", "    purpose: ideas\n    brands: [club]", "topics.tips.channels: is missing"},
		{"field without a category", "category: contact\n", "category: kontact\n", "fields.email.category: the category \"kontact\" is not declared; is it contact?"},
		{"field without a purpose", "    purposes: [ideas]\n", "", "fields.level.purposes: is missing: what no purpose uses may not be held"},
		{"purpose silent on a category", "purposes: [orders, news]\n", "purposes: [orders, ideas]\n", "fields.email.purposes[1]: ideas does not name the category contact"},
		{"bad type", "type: choice", "type: chioce", "fields.level.type: \"chioce\" is no type; is it choice?"},
		{"bad edit", "edit: free", "edit: never", "fields.level.edit: \"never\" is no way to edit"},
		{"locked without a reason", "    locked: {en: Ask us., ja: お問い合わせください。}\n", "", "fields.email.locked: is missing"},
		{"choices of an e-mail", "type: choice", "type: email", "fields.level.choices: goes with the types choice and choices only"},
		{"choice without choices", "    choices:\n      low: {en: Low, ja: 低い}\n      high: {en: High, ja: 高い}\n", "", "fields.level.choices: is missing"},
		{"choice without words", "high: {en: High, ja: 高い}", "high:", "fields.level.choices.high: is missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := draft(t, with(t, small(t), tc.old, tc.now)).Check()
			if err == nil {
				t.Fatal("was accepted")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got:\n%v\nwant:\n%s", err, tc.want)
			}
			for _, line := range strings.Split(err.Error(), "\n") {
				if !strings.HasPrefix(line, "organisation.yaml:") {
					t.Errorf("%q names no place", line)
				}
			}
		})
	}
}

func TestCheck_tells_a_circle_once(t *testing.T) {
	_, err := draft(t, with(t, small(t), "  news:\n    basis", "  news:\n    parent: ideas\n    basis")).Check()
	if got := strings.Count(err.Error(), "goes in a circle"); got != 1 {
		t.Errorf("got %d times, want once:\n%v", got, err)
	}
}

func TestCheck_warns(t *testing.T) {
	for _, tc := range []struct{ name, old, now, want string }{
		{"pale accent", "\"#1f5fa8\"", "\"#ffd400\"", "brands.club.accent: does not stand out enough to be read (WCAG 2.2, 1.4.3); light pages show #"},
		{"second language missing", "voice: {en: Hello, ja: こんにちは}", "voice: {en: Hello}", "organisation.yaml:11:5: brands.shop.voice: lacks words in ja, which shop offers"},
		{"no address", "address: 1 Sample Street", "", "address: is missing"},
		{"words never shown", "if-no: {en: No news., ja: 届きません。}", "locked: {en: No., ja: いいえ。}", "purposes.news.locked: is never shown"},
		{"recipient that does not know", "purposes: [orders, news, ideas]", "purposes: [orders, ideas]", "purposes.news.recipients[1]: crm does not list the purpose"},
		{"field never given", "    fields: [email]\n", "    fields: [email, level]\n", "systems.tool.fields[1]: no purpose of the system uses level"},
		{"parent on fewer brands", "    double-opt-in: true", "    brands: [shop]", "purposes.ideas.parent: news is not on every brand that ideas is on"},
		{"sensitive by interest", "    expires: P2Y\n    brands: [club]", "    brands: [club]", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := with(t, small(t), tc.old, tc.now)
			if tc.want == "" {
				text = strings.Replace(text, "parent: news\n    basis: consent", "parent: news\n    basis: legitimate-interest", 1)
				tc.want = "fields.level.purposes[0]: the field is sensitive, and ideas rests on a legitimate interest"
			}
			warnings, _ := draft(t, text).Check()
			if !strings.Contains(warnings.Error(), tc.want) {
				t.Errorf("got:\n%v\nwant:\n%s", warnings, tc.want)
			}
		})
	}
}

func TestIsReserved(t *testing.T) {
	for _, name := range []string{
		"static", "api", "console", "embed", "healthz", "readyz", "metrics", "receipts", "verify", "mailbox",
		"language", "sign-in", ".well-known",
	} {
		if !organisation.IsReserved(name) {
			t.Errorf("%s is not reserved", name)
		}
	}
	if organisation.IsReserved("hibiki") {
		t.Error("hibiki is reserved")
	}
}
