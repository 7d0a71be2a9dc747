package chatwoot_test

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/chatwoot"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  chatwoot.Config
		want []string
	}{
		{"whole", chatwoot.Config{URL: "https://chat.example.no"}, nil},
	} {
		if got := channeltest.Keys(tt.cfg.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReach(t *testing.T) {
	for _, tt := range []struct {
		reach chatwoot.Reach
		want  []string
	}{
		{chatwoot.Reach{Inbox: "6fKq2"}, nil},
		{chatwoot.Reach{}, []string{"inbox"}},
		{chatwoot.Reach{Inbox: "../6fKq2"}, []string{"inbox"}},
	} {
		if got := channeltest.Keys(tt.reach.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.reach, got, tt.want)
		}
	}
	if got := (chatwoot.Reach{Inbox: "x"}).String(); got != "x" {
		t.Errorf("got %q, want the place itself", got)
	}
}
