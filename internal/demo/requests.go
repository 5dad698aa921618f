package demo

import (
	"livingprofile/internal/i18n"
	"livingprofile/internal/rights"
)

// An Asked is a request that one of the demo's people made, and what became of
// it. Between them they stand in every state that lasts, under the law of three
// places; some are overdue, and one is due today.
type Asked struct {
	Kind   rights.Kind
	Law    string // code of the pack: JP at Hibiki, UK at Kawara, EU by letter to Hibiki
	Ago    int    // days before today on which it came in
	By     string // how staff knew who asked; "" for the portal
	About  string // field, category or purpose
	Ground rights.Ground
	Days   int // of cooling
	Text   i18n.Text
	Then   []Turn
	With   int // 0 for nobody, 1 for the data protection officer
}

// A Turn is one move, some days after the one before.
type Turn struct {
	Days   int
	Move   rights.Move
	Second bool // by the other member
	Ground string
	Note   i18n.Text
}

// Carry as a Move has the product do by itself what was accepted.
const Carry rights.Move = "carry"

// Brand is where the request was made.
func (a *Asked) Brand() string {
	if a.Law == "UK" {
		return "kawara"
	}
	return "hibiki"
}

func said(en, ja string) i18n.Text { return i18n.Text{"en": en, "ja": ja} }

// Requests returns forty requests.
func Requests() []Asked {
	all := waitingRequests()
	all = append(all, pressingRequests()...)
	return append(all, closedRequests()...)
}

// The words that several of them share.
func noAnswer() i18n.Text {
	return said("I wrote three times and nobody answered.", "三回書きましたが、お返事がありません。")
}

func wrongName() i18n.Text {
	return said("My family name is spelt wrong since I married.", "結婚してから、名字が間違っています。")
}

func whichMonth() i18n.Text {
	return said("Which order do you mean? The number is on the parcel.", "どのご注文でしょうか。番号は荷物にあります。")
}

func checked() i18n.Text {
	return said("Checked, and done.", "確認のうえ、対応しました。")
}

func notSuspect() i18n.Text {
	return said("You check every order of mine for fraud. I have bought here for ten years.", "十年買っているのに、毎回不正の確認をされます。")
}

func refusedCredit() i18n.Text {
	return said("Your computer refused my order on account. I want a person to look.", "後払いを機械に断られました。人に見てほしいです。")
}

// pressingRequests are overdue, or nearly.
func pressingRequests() []Asked {
	return []Asked{
		{Kind: rights.Complaint, Law: "JP", Ago: 21, Text: noAnswer()},
		{Kind: rights.Rectification, Law: "UK", Ago: 41, About: "family-name", Text: wrongName(), With: 1},
		{Kind: rights.Objection, Law: "EU", Ago: 36, By: "letter", About: "fraud", Text: notSuspect()},
		{Kind: rights.Rectification, Law: "JP", Ago: 19, About: "delivery-address", Text: said("I moved. The old address is still there.", "引っ越しました。前の住所のままです。"), Then: []Turn{
			{Days: 3, Move: rights.Ask, Note: said("What is the new address?", "新しいご住所をお知らせください。")},
		}},
		{Kind: rights.Automated, Law: "JP", Ago: 14, Text: refusedCredit()},
		{Kind: rights.Complaint, Law: "JP", Ago: 11, Text: said("Your shop called me twice on a Sunday.", "日曜に二度も電話がありました。"), With: 1},
		{Kind: rights.Access, Law: "EU", Ago: 27, By: "letter", Text: said("Please send me what you hold.", "お持ちの情報をお知らせください。")},
		{Kind: rights.Automated, Law: "UK", Ago: 28, Text: refusedCredit()},
		{Kind: rights.Objection, Law: "UK", Ago: 26, About: "audience", Text: said("I do not want to be counted as a reader of anything.", "読者として数えられたくありません。"), With: 1},
		{Kind: rights.Rectification, Law: "EU", Ago: 25, By: "phone", About: "birthday", Text: said("The year of my birthday is wrong.", "生まれた年が違います。")},
	}
}

// waitingRequests have time.
func waitingRequests() []Asked {
	return []Asked{
		{Kind: rights.Complaint, Law: "UK", Ago: 2, Text: said("Your podcast app knows where I live. Why?", "なぜ住んでいる所を知っているのですか。")},
		{Kind: rights.Rectification, Law: "JP", Ago: 1, About: "family-name", Text: wrongName()},
		{Kind: rights.Automated, Law: "EU", Ago: 3, By: "phone", Text: refusedCredit()},
		{Kind: rights.Objection, Law: "JP", Ago: 2, About: "fraud", Text: notSuspect(), With: 1},
		{Kind: rights.Portability, Law: "EU", Ago: 4, By: "none", Text: said("I want to take my orders to another shop.", "ほかの店に注文の記録を移したいです。")},
		{Kind: rights.Portability, Law: "UK", Ago: 2, By: "letter", Text: said("All that I listened to, please.", "これまでに聴いたものの記録をください。")},
		{Kind: rights.Access, Law: "JP", Ago: 1, By: "person", Text: said("I would like a copy of everything.", "すべての写しをください。")},
		{Kind: rights.Erasure, Law: "EU", Ago: 5, By: "phone", Then: []Turn{
			{Days: 1, Move: rights.Propose, Second: true, Note: said("Called back at the number we knew.", "登録の番号に折り返し、確認しました。")},
		}},
		{Kind: rights.Erasure, Law: "UK", Ago: 2, Days: 14},
		{Kind: rights.Erasure, Law: "JP", Ago: 3, Days: 7, Then: []Turn{
			{Days: 1, Move: rights.Hold, Note: said("Invoices of this year must be kept for the tax office.", "今年の請求書は、税務のため保存が必要です。")},
		}},
		{Kind: rights.Erasure, Law: "JP", Ago: 1, Days: 30},
		{Kind: rights.Complaint, Law: "UK", Ago: 9, Text: noAnswer(), With: 1, Then: []Turn{{Days: 4, Move: rights.Ask, Note: whichMonth()}}},
		{Kind: rights.Objection, Law: "UK", Ago: 8, About: "audience", Text: notSuspect(), Then: []Turn{
			{Days: 2, Move: rights.Ask, Note: said("Do you mean the statistics, or the recommendations?", "統計と推薦の、どちらでしょうか。")},
		}},
		{Kind: rights.Complaint, Law: "EU", Ago: 20, By: "letter", Text: noAnswer(), Then: []Turn{
			{Days: 12, Move: rights.Delay, Note: said("Four shops have to look for the letters.", "四つの店で手紙を探しています。")},
		}},
		{Kind: rights.Access, Law: "UK", Ago: 22, By: "letter", Text: said("Everything since 2015, please.", "2015年からのものをお願いします。"), With: 1, Then: []Turn{
			{Days: 15, Move: rights.Delay, Note: said("The archive of 2015 is on paper.", "2015年の記録は紙にあります。")},
		}},
		{Kind: rights.Rectification, Law: "EU", Ago: 6, By: "phone", About: "family-name", Text: wrongName(), Then: []Turn{
			{Days: 2, Move: rights.Write, Note: said("We have asked the shop for the form you filled in.", "ご記入いただいた用紙を、お店に確認しています。")},
		}},
	}
}

// closedRequests are over, each way that there is.
func closedRequests() []Asked {
	return []Asked{
		{Kind: rights.Access, Law: "JP", Ago: 30, Then: []Turn{{Move: Carry}}},
		{Kind: rights.Access, Law: "UK", Ago: 44, Then: []Turn{{Move: Carry}}},
		{Kind: rights.Portability, Law: "UK", Ago: 18, Then: []Turn{{Move: Carry}}},
		{Kind: rights.Restriction, Law: "EU", Ago: 15, By: "letter", Ground: rights.Unlawful},
		{Kind: rights.Objection, Law: "UK", Ago: 50, About: "audience", Text: notSuspect(), Then: []Turn{{Days: 9, Move: rights.Fulfil, Note: checked()}}},
		{Kind: rights.Objection, Law: "EU", Ago: 60, By: "letter", About: "fraud", Text: notSuspect(), Then: []Turn{
			{Days: 20, Move: rights.Reject, Ground: "compelling", Note: said("Cards were stolen from three orders to this address.", "この宛先への三件で、カードの盗用がありました。")},
		}},
		{Kind: rights.Rectification, Law: "EU", Ago: 55, By: "phone", About: "birthday", Text: said("I am younger.", "もっと若いです。"), Then: []Turn{
			{Days: 6, Move: rights.Reject, Ground: "accurate", Note: said("It is the date on the warranty that you signed.", "ご署名の保証書にある日付です。")},
		}},
		{Kind: rights.Automated, Law: "UK", Ago: 35, Text: refusedCredit(), Then: []Turn{{Days: 5, Move: rights.Fulfil, Note: said("A person looked. You may buy on account.", "人が確認しました。後払いをご利用いただけます。")}}},
		{Kind: rights.Complaint, Law: "JP", Ago: 70, Text: noAnswer(), Then: []Turn{{Days: 22, Move: rights.Fulfil, Note: checked()}}},
		{Kind: rights.Complaint, Law: "JP", Ago: 24, Text: noAnswer(), Then: []Turn{{Days: 1, Move: rights.Cancel}}},
		{Kind: rights.Erasure, Law: "UK", Ago: 33, Days: 30, Then: []Turn{{Days: 2, Move: rights.Cancel}}},
		{Kind: rights.Portability, Law: "EU", Ago: 40, By: "letter", Then: []Turn{
			{Days: 3, Move: rights.Accept}, {Days: 2, Move: rights.Fail, Note: said("The archive of the club was lost in a fire.", "クラブの記録は火事で失われました。")},
		}},
		{Kind: rights.Erasure, Law: "EU", Ago: 28, By: "letter", Then: []Turn{
			{Days: 1, Move: rights.Propose, Note: checked()}, {Days: 1, Move: rights.Accept, Second: true}, {Move: Carry},
		}},
		{Kind: rights.Complaint, Law: "UK", Ago: 65, Text: noAnswer(), Then: []Turn{{Days: 3, Move: rights.Reject, Ground: "unfounded", Note: said("We answered on the day after each letter.", "いずれのお手紙にも、翌日お返事しています。")}}},
	}
}
