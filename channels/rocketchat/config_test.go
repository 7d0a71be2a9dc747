package rocketchat_test

import (
	"slices"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/rocketchat"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  rocketchat.Config
		want []string
	}{
		{"whole", rocketchat.Config{URL: "https://chat.example.no"}, nil},
		{"more", rocketchat.Config{URL: "https://chat.example.no", Poll: time.Minute, Bots: []string{"hubot"}}, nil},
		{"no time", rocketchat.Config{URL: "https://chat.example.no", Poll: -time.Second}, []string{"poll"}},
	} {
		if got := channeltest.Keys(tt.cfg.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReach(t *testing.T) {
	for _, tt := range []struct {
		reach rocketchat.Reach
		want  []string
	}{
		{rocketchat.Reach{Department: "service"}, nil},
		{rocketchat.Reach{Department: " "}, []string{"department"}},
	} {
		if got := channeltest.Keys(tt.reach.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.reach, got, tt.want)
		}
	}
	if got := (rocketchat.Reach{Department: "x"}).String(); got != "x" {
		t.Errorf("got %q, want the place itself", got)
	}
}
