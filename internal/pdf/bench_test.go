package pdf

import "testing"

// BenchmarkBytes sets a page of each language.
func BenchmarkBytes(b *testing.B) {
	for lang, rows := range languages {
		b.Run(lang, func(b *testing.B) {
			for b.Loop() {
				write(b, lang, lang == "ar", rows)
			}
		})
	}
}
