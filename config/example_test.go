package config_test

import (
	"fmt"

	"github.com/svartid/svartid/config"
)

// Every fault is told at once, with its line, and no secret with it.
func ExampleParse() {
	_, err := config.Parse("svartid.yml", []byte(`edition: {name: spring, from: 2027-01-11, to: 2027-04-09, seed: s7}
channels:
  chat: {type: webhook, url: "https://relay.example", secret: hunter2}
personas:
  - {name: Kari Nordmann, channel: chat}
scenarios:
  - {name: price, subject: [Pris], body: Hva koster det?}
probes:
  - {name: chat, channel: char, cron: "0 9 30 2 *", within: 5m}
companies:
  - {id: nordlys, name: Nordlys Kraft, class: power, consent: 2026-11-31, reach: {chat: nordlys}}
`))
	fmt.Println(err)
	// Output:
	// svartid.yml:9: probes[0].channel: no channel "char" is defined; did you mean chat?
	// svartid.yml:9: probes[0].cron: "0 9 30 2 *" never ticks
	// svartid.yml:11: companies[0].consent: date "2026-11-31": November 2026 has days 01 to 30, no 31
}
