package demo

import (
	"time"

	"livingprofile/internal/automated"
	"livingprofile/internal/i18n"
)

// Payments is the system that decides who may pay later.
const Payments = "payments"

// Decided returns what systems decided about p by themselves before now: of the
// first few alone, which is enough to try it out.
func Decided(p *Person, now time.Time) []automated.Telling {
	const few = 12
	if p.Index >= few {
		return nil
	}
	today := now.UTC().Truncate(24 * time.Hour)
	var all []automated.Telling
	if p.Shop != nil {
		all = append(all, automated.Telling{
			System: Payments, Brand: "hibiki", Event: "check-1", Kind: "pay-later", At: today.AddDate(0, 0, -9).Add(6 * time.Hour),
			Outcome: i18n.Text{
				"en": "Paying after delivery was not offered.",
				"ja": "後払いはご利用いただけません。",
				"ar": "لم يُعرض الدفع بعد التسليم.",
			},
			Logic: i18n.Text{
				"en": "We compare the amount of the order with your earlier orders, and count orders to the same postcode that were not paid. Fewer than two earlier orders are enough to say no.",
				"ja": "ご注文の金額をこれまでのご注文と比べ、同じ郵便番号でお支払いのなかった件数を数えます。以前のご注文が2件未満のときは、お断りになります。",
				"ar": "نقارن مبلغ الطلب بطلباتك السابقة، ونعدّ الطلبات غير المدفوعة إلى الرمز البريدي نفسه. ويكفي أن تكون طلباتك السابقة أقل من اثنين للرفض.",
			},
			Effect: i18n.Text{
				"en": "You could pay this order by card or in advance.",
				"ja": "このご注文は、カードまたは前払いでお支払いいただけました。",
				"ar": "كان يمكنك دفع هذا الطلب بالبطاقة أو مقدمًا.",
			},
			Fields: []string{"delivery-postcode", "orders-placed"},
		})
	}
	if p.Machines != nil {
		all = append(all, automated.Telling{
			System: Machines, Brand: "tsubame", Event: "plan-1", Kind: "training-plan", At: today.AddDate(0, 0, -3).Add(4 * time.Hour),
			Outcome: i18n.Text{
				"en": "Your next plan has two sessions a week.",
				"ja": "次のメニューは、週2回です。",
				"ar": "خطتك التالية جلستان في الأسبوع.",
			},
			Logic: i18n.Text{
				"en": "We look at your goal and at how often you came in the last three months.",
				"ja": "目標と、この3か月にお越しになった回数を見ます。",
				"ar": "ننظر إلى هدفك وإلى عدد مرات حضورك في الأشهر الثلاثة الأخيرة.",
			},
			Effect: i18n.Text{
				"en": "The machines suggest this plan. You may train as you like.",
				"ja": "マシンがこのメニューをおすすめします。お好きなように使えます。",
				"ar": "تقترح الأجهزة هذه الخطة. ويمكنك التدرّب كما تشاء.",
			},
			Fields: []string{"training-goal", "sessions"},
		})
	}
	return all
}
