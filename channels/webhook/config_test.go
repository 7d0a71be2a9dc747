package webhook_test

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/webhook"
)

func TestCheck(t *testing.T) {
	secret := channels.Inline("hunter2")
	for _, tt := range []struct {
		name string
		cfg  webhook.Config
		want []string
	}{
		{"whole", webhook.Config{Secret: secret, Scheme: webhook.Standard}, nil},
		{"no secret", webhook.Config{Scheme: webhook.Hub256}, []string{"secret"}},
		{"unsigned", webhook.Config{Secret: secret, Scheme: webhook.StaticHeader}, []string{"scheme"}},
		{"unsigned on purpose", webhook.Config{Secret: secret, Scheme: webhook.StaticHeader, AllowUnsigned: true}, nil},
	} {
		if got := channeltest.Keys(tt.cfg.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReach(t *testing.T) {
	for _, tt := range []struct {
		reach webhook.Reach
		want  []string
	}{
		{webhook.Reach{Name: "nordlys-kraft"}, nil},
		{webhook.Reach{}, []string{"name"}},
	} {
		if got := channeltest.Keys(tt.reach.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.reach, got, tt.want)
		}
	}
	if got := (webhook.Reach{Name: "x"}).String(); got != "x" {
		t.Errorf("got %q, want the place itself", got)
	}
}
