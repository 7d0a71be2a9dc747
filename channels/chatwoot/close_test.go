package chatwoot

import (
	"testing"

	"github.com/svartid/svartid/channels"
	fake "github.com/svartid/svartid/channels/simulated/chatwoot"
)

const thanks = "Tusen takk for hjelpen!"

func TestClose(t *testing.T) {
	for _, tt := range []struct {
		name, words string
		resolved    bool // by the company, before
		want        int  // closing lines
	}{
		{"with a word", thanks, false, 1},
		{"without a word", "", false, 0},
		{"ended by the company", thanks, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, fake.Options{})
			open := met(t, s, "x7f3", "mute")
			if tt.resolved {
				if err := s.Resolve("mute", open.Opening.ID); err != nil {
					t.Fatal(err)
				}
			}
			if err := connect(t, s.URL()).Close(t.Context(), open, tt.words); err != nil {
				t.Fatal(err)
			}
			if got := len(s.Log()[0].Closings); got != tt.want || s.Accepted()[open.Opening.ID] != 1 {
				t.Errorf("got %d closing lines, want %d", got, tt.want)
			}
			if got, err := s.Status("mute", open.Opening.ID); got != resolved || err != nil {
				t.Errorf("got status %q, %v", got, err)
			}
		})
	}
}

func TestCloseFails(t *testing.T) {
	o := prepared(t, "x7f3", "6fKq2")
	open := `200 [{"id":17,"status":"open"}]`
	for name, answers := range map[string]map[string]string{
		"no such visitor": {"GET conversations": "404 {}"},
		"the words":       {"GET conversations": open, "POST messages": "500 {}"},
		"the end":         {"GET conversations": open, "POST toggle_status": "cut"},
	} {
		s, url := play(t, o, answers)
		err := connect(t, url).Close(t.Context(), channels.Conversation{Opening: o}, thanks)
		if err == nil || s.times("POST messages") > 1 {
			t.Errorf("%s: got %v after %q", name, err, s.asked)
		}
	}
}
