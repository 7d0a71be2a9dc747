package reading_test

import (
	"fmt"
	"time"

	"github.com/svartid/svartid/probes/reading"
	"github.com/svartid/svartid/probes/reading/message"
)

// What decides is what is said above the quote, not who says so in a header.
func ExampleRead() {
	asked := reading.Asked{Subject: "Flytting", Text: "Hei! Hva koster det å flytte abonnementet?"}
	for _, text := range []string{
		"Hei Kari! Det koster 499 kroner, og du får svar på papirene samme dag. Mvh Ingrid",
		"Takk for din henvendelse. Vi har mottatt meldingen din og svarer så snart vi kan.",
		"Hei! Ring oss på 815 00 000, så hjelper vi deg.",
	} {
		r := reading.Read(message.Plain(text), asked, time.Time{})
		fmt.Println(r.Kind, r.Language)
	}
	// Output:
	// answer nb
	// acknowledgement nb
	// deflection nb
}
