package demo

import "sync"

// A name is one part of a name as its bearer writes it, how it is read where
// the writing does not tell, and in Latin letters without accents.
type name struct{ native, reading, latin string }

// A place is a city with the form of its postcodes (# for a digit), streets
// that are no particular ones, and the start of its phone numbers.
type place struct {
	city, province, postcode string
	streets                  []string
	phone                    string // # for a digit
}

// A country is where people of the demo live.
type country struct {
	code, locale string
	weight       int
	given        []name
	family       []name
	places       []place
	house        string // form of an address: {street}, {n}, {m}
	mobile       string // # for a digit
}

// countries are the countries of the demo. Phone numbers are in ranges kept
// for fiction by Ofcom (GB), Bundesnetzagentur (DE), Arcep (FR) and NANPA (US);
// the other countries keep none, and there the numbers begin with zeros that
// are not given out.
var countries = sync.OnceValue(func() []country {
	return []country{japan(), egypt(), emirates(), jordan(), germany(), france(), brazil(), britain(), america()}
})

func japan() country {
	return country{
		code: "JP", locale: "ja", weight: 46,
		given: []name{
			{"陽菜", "ひな", "Hina"},
			{"結衣", "ゆい", "Yui"},
			{"美咲", "みさき", "Misaki"},
			{"葵", "あおい", "Aoi"},
			{"さくら", "さくら", "Sakura"},
			{"真由美", "まゆみ", "Mayumi"},
			{"恵子", "けいこ", "Keiko"},
			{"直子", "なおこ", "Naoko"},
			{"千尋", "ちひろ", "Chihiro"},
			{"翔太", "しょうた", "Shota"},
			{"大輔", "だいすけ", "Daisuke"},
			{"健一", "けんいち", "Kenichi"},
			{"拓海", "たくみ", "Takumi"},
			{"悠斗", "ゆうと", "Yuto"},
			{"蓮", "れん", "Ren"},
			{"誠", "まこと", "Makoto"},
			{"隆", "たかし", "Takashi"},
			{"修", "おさむ", "Osamu"},
			{"由紀", "ゆき", "Yuki"},
			{"文子", "ふみこ", "Fumiko"},
		},
		family: []name{
			{"佐藤", "さとう", "Sato"},
			{"鈴木", "すずき", "Suzuki"},
			{"高橋", "たかはし", "Takahashi"},
			{"伊藤", "いとう", "Ito"},
			{"渡辺", "わたなべ", "Watanabe"},
			{"山本", "やまもと", "Yamamoto"},
			{"中村", "なかむら", "Nakamura"},
			{"小林", "こばやし", "Kobayashi"},
			{"加藤", "かとう", "Kato"},
			{"吉田", "よしだ", "Yoshida"},
			{"山田", "やまだ", "Yamada"},
			{"松本", "まつもと", "Matsumoto"},
			{"井上", "いのうえ", "Inoue"},
			{"木村", "きむら", "Kimura"},
			{"林", "はやし", "Hayashi"},
			{"清水", "しみず", "Shimizu"},
			{"森", "もり", "Mori"},
			{"池田", "いけだ", "Ikeda"},
			{"橋本", "はしもと", "Hashimoto"},
			{"石川", "いしかわ", "Ishikawa"},
		},
		places: []place{
			{"静岡県浜松市中央区", "JP-22", "430-00##", []string{"みほん町", "ことり台"}, "+8153000####"},
			{"東京都世田谷区", "JP-13", "154-00##", []string{"ひばり通り", "みほん坂"}, "+813000####0"},
			{"大阪府大阪市北区", "JP-27", "530-00##", []string{"ふえふき町", "さくら見台"}, "+816000####0"},
			{"京都府京都市左京区", "JP-26", "606-00##", []string{"ことの音町", "みほん小路"}, "+8175000####"},
			{"福岡県福岡市中央区", "JP-40", "810-00##", []string{"はまかぜ町", "つばめ通り"}, "+8192000####"},
			{"北海道札幌市中央区", "JP-01", "060-00##", []string{"ゆきわり町", "みほん条"}, "+8111000####"},
		},
		house: "{street}{n}-{m}", mobile: "+81900000####",
	}
}

func arabNames() (given, family []name) {
	given = []name{
		{"أحمد", "", "Ahmad"},
		{"يوسف", "", "Youssef"},
		{"عمر", "", "Omar"},
		{"كريم", "", "Karim"},
		{"سامي", "", "Sami"},
		{"طارق", "", "Tariq"},
		{"مريم", "", "Mariam"},
		{"نور", "", "Nour"},
		{"سلمى", "", "Salma"},
		{"هدى", "", "Huda"},
		{"رانيا", "", "Rania"},
		{"دينا", "", "Dina"},
		{"ياسمين", "", "Yasmin"},
		{"خالد", "", "Khalid"},
	}
	family = []name{
		{"منصور", "", "Mansour"},
		{"الخطيب", "", "AlKhatib"},
		{"نجار", "", "Najjar"},
		{"صباغ", "", "Sabbagh"},
		{"حسن", "", "Hassan"},
		{"سليمان", "", "Suleiman"},
		{"عزام", "", "Azzam"},
		{"شاهين", "", "Shahin"},
		{"بركات", "", "Barakat"},
		{"فارس", "", "Fares"},
	}
	return given, family
}

func egypt() country {
	given, family := arabNames()
	return country{
		code: "EG", locale: "ar", weight: 7, given: given, family: family,
		places: []place{
			{"القاهرة", "C", "115##", []string{"شارع العود", "شارع النهر"}, "+202000####0"},
			{"الإسكندرية", "ALX", "215##", []string{"شارع البحر", "شارع المثال"}, "+203000####"},
		},
		house: "{n} {street}", mobile: "+20100000####",
	}
}

func emirates() country {
	given, family := arabNames()
	return country{
		code: "AE", locale: "ar", weight: 4, given: given, family: family,
		places: []place{
			{"دبي", "DU", "", []string{"شارع اللؤلؤ", "شارع النخيل"}, "+9714000####"},
			{"أبوظبي", "AZ", "", []string{"شارع الكورنيش", "شارع المثال"}, "+9712000####"},
		},
		house: "{street}، مبنى {n}", mobile: "+971500000###",
	}
}

func jordan() country {
	given, family := arabNames()
	return country{
		code: "JO", locale: "ar", weight: 3, given: given, family: family,
		places: []place{
			{"عمّان", "", "111##", []string{"شارع الياسمين", "شارع المثال"}, "+9626000####"},
		},
		house: "{street} {n}", mobile: "+9627900000##",
	}
}

func germany() country {
	return country{
		code: "DE", locale: "en", weight: 10,
		given: []name{
			{"Jürgen", "", "Juergen"},
			{"Sabine", "", "Sabine"},
			{"Lukas", "", "Lukas"},
			{"Hannah", "", "Hannah"},
			{"Felix", "", "Felix"},
			{"Käthe", "", "Kaethe"},
			{"Jonas", "", "Jonas"},
			{"Miriam", "", "Miriam"},
			{"Anneliese", "", "Anneliese"},
			{"Björn", "", "Bjoern"},
		},
		family: []name{
			{"Müller", "", "Mueller"},
			{"Schäfer", "", "Schaefer"},
			{"Vogt", "", "Vogt"},
			{"Krüger", "", "Krueger"},
			{"Lehmann", "", "Lehmann"},
			{"Groß", "", "Gross"},
			{"Brandt", "", "Brandt"},
			{"Seidel", "", "Seidel"},
			{"Yıldız", "", "Yildiz"},
			{"Kowalski", "", "Kowalski"},
		},
		places: []place{
			{"Berlin", "", "10###", []string{"Musterallee", "Geigenweg"}, "+493023125###"},
			{"Hamburg", "", "20###", []string{"Probestraße", "Möwenstieg"}, "+494066969###"},
			{"München", "", "80###", []string{"Musterplatz", "Flötengasse"}, "+498999998###"},
		},
		house: "{street} {n}", mobile: "+4917139200##",
	}
}

func france() country {
	return country{
		code: "FR", locale: "en", weight: 8,
		given: []name{
			{"Chloé", "", "Chloe"},
			{"Rémi", "", "Remi"},
			{"Léa", "", "Lea"},
			{"François", "", "Francois"},
			{"Inès", "", "Ines"},
			{"Hugo", "", "Hugo"},
			{"Aurélie", "", "Aurelie"},
			{"Mathieu", "", "Mathieu"},
			{"Zoé", "", "Zoe"},
			{"Benoît", "", "Benoit"},
		},
		family: []name{
			{"Lefèvre", "", "Lefevre"},
			{"Moreau", "", "Moreau"},
			{"Garnier", "", "Garnier"},
			{"Dubois", "", "Dubois"},
			{"Roussel", "", "Roussel"},
			{"Benali", "", "Benali"},
			{"Chevalier", "", "Chevalier"},
			{"Perrin", "", "Perrin"},
			{"d’Aubigné", "", "Daubigne"},
			{"Faure", "", "Faure"},
		},
		places: []place{
			{"Paris", "", "750##", []string{"rue de l’Exemple", "rue des Violons"}, "+3319900####"},
			{"Lyon", "", "690##", []string{"quai des Modèles", "rue du Hautbois"}, "+3346571####"},
			{"Rennes", "", "350##", []string{"allée de l’Exemple", "rue des Cordes"}, "+3326191####"},
		},
		house: "{n} {street}", mobile: "+3363998####",
	}
}

func brazil() country {
	return country{
		code: "BR", locale: "en", weight: 7,
		given: []name{
			{"João", "", "Joao"},
			{"Luísa", "", "Luisa"},
			{"Antônio", "", "Antonio"},
			{"Beatriz", "", "Beatriz"},
			{"Caio", "", "Caio"},
			{"Letícia", "", "Leticia"},
			{"Rafael", "", "Rafael"},
			{"Conceição", "", "Conceicao"},
		},
		family: []name{
			{"da Silva", "", "Dasilva"},
			{"Souza", "", "Souza"},
			{"Gonçalves", "", "Goncalves"},
			{"Araújo", "", "Araujo"},
			{"Nakagawa", "", "Nakagawa"},
			{"Teixeira", "", "Teixeira"},
			{"dos Santos", "", "Dossantos"},
			{"Magalhães", "", "Magalhaes"},
		},
		places: []place{
			{"São Paulo", "SP", "01###-000", []string{"Rua do Exemplo", "Rua das Cordas"}, "+551100000###"},
			{"Rio de Janeiro", "RJ", "20###-000", []string{"Rua do Choro", "Avenida do Modelo"}, "+552100000###"},
		},
		house: "{street}, {n}", mobile: "+55119000####0",
	}
}

func britain() country {
	return country{
		code: "GB", locale: "en", weight: 10,
		places: []place{
			{"London", "ENG", "N1 #ZZ", []string{"Sample Street", "Fiddler’s Row"}, "+442079460###"},
			{"Edinburgh", "SCT", "EH1 #ZZ", []string{"Specimen Close", "Reed Lane"}, "+441314960###"},
			{"Cardiff", "WLS", "CF10 #ZZ", []string{"Example Terrace", "Harp Road"}, "+442920180###"},
		},
		house: "{n} {street}", mobile: "+447700900###",
	}
}

func america() country {
	return country{
		code: "US", locale: "en", weight: 8,
		places: []place{
			{"Portland", "OR", "97###", []string{"Example Avenue", "Banjo Street"}, "+1503555010#"},
			{"Austin", "TX", "78###", []string{"Sample Drive", "Fiddle Lane"}, "+1512555012#"},
			{"Chicago", "IL", "60###", []string{"Specimen Street", "Reed Court"}, "+1312555014#"},
		},
		house: "{n} {street}", mobile: "+1206555017#",
	}
}
