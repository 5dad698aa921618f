package demo_test

import (
	"testing"

	"livingprofile/internal/demo"
)

func BenchmarkAt(b *testing.B) {
	b.ReportAllocs()
	i := 3
	for b.Loop() {
		demo.At(1, i, noon)
		i++
	}
}
