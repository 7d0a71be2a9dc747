package simulated_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/simulated"
)

func TestManners(t *testing.T) {
	want := map[simulated.Behaviour][]channels.Responder{
		simulated.Brisk: {channels.Human}, simulated.Sluggish: {channels.Human},
		simulated.BotFirst: {channels.Bot, channels.Human}, simulated.BotOnly: {channels.Bot},
		simulated.Referring: {channels.Human}, simulated.Mute: nil, simulated.Offline: nil,
	}
	for behaviour, responders := range want {
		if !slices.Contains(simulated.Behaviours(), behaviour) {
			t.Errorf("no company has the behaviour %s", behaviour)
		}
		for _, language := range []string{"nb", "sv", "da", "en", "fi"} {
			said := behaviour.Lines("k3f9", language, time.Minute)
			if again := behaviour.Lines("k3f9", language, time.Minute); !slices.Equal(said, again) {
				t.Errorf("%s, %s: got %v and then %v for the same opener", behaviour, language, said, again)
			}
			var got []channels.Responder
			for i, line := range said {
				got = append(got, line.Who)
				if line.Text == "" || line.After <= 0 || line.After >= time.Minute {
					t.Errorf("%s, %s: got line %+v, want words before the deadline", behaviour, language, line)
				}
				if i > 0 && line.After < said[i-1].After {
					t.Errorf("%s, %s: line %d comes before the one before it", behaviour, language, i)
				}
			}
			if !slices.Equal(got, responders) {
				t.Errorf("%s, %s: got %v, want %v", behaviour, language, got, responders)
			}
		}
	}
}

// TestMannersVary says that people do not say the same to every customer, and that
// nothing is left to fill in.
func TestMannersVary(t *testing.T) {
	for _, behaviour := range []simulated.Behaviour{simulated.Brisk, simulated.Referring} {
		for _, language := range []string{"nb", "sv", "da", "en"} {
			texts := map[string]bool{}
			for n := range 100 {
				said := behaviour.Lines(fmt.Sprint(n), language, time.Minute)[0].Text
				texts[said] = true
				if strings.ContainsAny(said, "{}") {
					t.Errorf("%s, %s: %q", behaviour, language, said)
				}
			}
			if len(texts) < 90 {
				t.Errorf("%s, %s: said to a hundred customers in %d ways", behaviour, language, len(texts))
			}
		}
	}
}
