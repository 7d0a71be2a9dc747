package growth_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"testing"
)

// write writes the page and its plot.
func write(t *testing.T, sizes []int, figures []figure) {
	t.Helper()
	var page bytes.Buffer
	page.WriteString("# As the field grows\n\nMeasured by `UPDATE=1 SVARTID_GROWTH=… go test ./docs/growth`: companies in classes of 25, " +
		"each with a contact on\neach of three channels, on SQLite in a file. Milliseconds are of processor time, two cores, so that a busy machine " +
		"changes\nthem little; all runs in one process. Memory is the heap in use when all is done.\n\n![growth](growth.svg)\n\n| companies |")
	for _, n := range sizes {
		fmt.Fprintf(&page, " %d |", n)
	}
	page.WriteString("\n|---|")
	for range sizes {
		page.WriteString("--:|")
	}
	for _, f := range figures {
		fmt.Fprintf(&page, "\n| %s, %s |", f.name, f.unit)
		for _, v := range f.values {
			fmt.Fprintf(&page, " %s |", rounded(v))
		}
	}
	page.WriteString("\n")
	for file, data := range map[string][]byte{"../growth.md": page.Bytes(), "../growth.svg": plot(sizes, figures)} {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// plot draws the times, both axes by powers of ten: what grows with the field rises at
// 45 degrees.
func plot(sizes []int, figures []figure) []byte {
	const left, top, decade = 60, 20, 110
	colours := []string{"#1b6ca8", "#c0392b", "#27864b", "#8e44ad", "#b9770e", "#148f8b", "#5d6d7e", "#a04000", "#7d3c98", "#2e4053", "#cb4335"}
	first := math.Floor(math.Log10(float64(sizes[0])))
	x := func(n int) float64 { return left + (math.Log10(float64(n))-first)*decade }
	y := func(ms float64) float64 { return top + (6-math.Log10(max(ms, 1)))*decade*0.6 }
	var b bytes.Buffer
	right := x(sizes[len(sizes)-1])
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 0 %.0f %.0f" font-family="sans-serif" font-size="11">`+"\n", right+240, y(1)+40)
	fmt.Fprintf(&b, `<rect x="-20" width="100%%" height="100%%" fill="white"/>`+"\n")
	for power := range 7 {
		at := y(math.Pow10(power))
		fmt.Fprintf(&b, `<path d="M%d %.1fH%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g ms</text>`+"\n", left, at, right, left-6, at+4, math.Pow10(power))
	}
	for _, n := range sizes {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle">%d</text>`+"\n", x(n), y(1)+18, n)
	}
	fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle">companies on three channels</text>`+"\n", (left+right)/2, y(1)+34)
	drawn := 0
	for _, f := range figures {
		if f.unit != "ms" {
			continue
		}
		colour := colours[drawn%len(colours)]
		path := ""
		for i, v := range f.values {
			path += fmt.Sprintf("%c%.1f %.1f", "ML"[min(i, 1)], x(sizes[i]), y(v))
		}
		fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", path, colour)
		fmt.Fprintf(&b, `<path d="M%.1f %dh14" stroke="%s" stroke-width="3"/><text x="%.1f" y="%d">%s</text>`+"\n",
			right+20, top+drawn*18, colour, right+40, top+4+drawn*18, f.name)
		drawn++
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// rounded writes a figure by its three first digits.
func rounded(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.3g", v)
	}
	unit := math.Pow10(int(math.Log10(v)) - 2)
	return fmt.Sprintf("%.0f", math.Round(v/unit)*unit)
}
