package messenger_test

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/messenger"
)

func TestCheck(t *testing.T) {
	secret := channels.Inline("hunter2")
	for _, tt := range []struct {
		name string
		cfg  messenger.Config
		want []string
	}{
		{"whole", messenger.Config{AppSecret: secret, VerifyToken: channels.InFile("verify")}, nil},
		{"an app by its name", messenger.Config{AppID: "survey", AppSecret: secret, VerifyToken: secret}, []string{"app_id"}},
		{"nothing", messenger.Config{}, []string{"app_secret", "verify_token"}},
	} {
		if got := channeltest.Keys(tt.cfg.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReach(t *testing.T) {
	for _, tt := range []struct {
		reach messenger.Reach
		want  []string
	}{
		{messenger.Reach{Page: "1029384756", DeskApps: []string{"263902037430900"}}, nil},
		{messenger.Reach{}, []string{"page"}},
		{messenger.Reach{Page: "nordlys", DeskApps: []string{"1", "x"}, BotApps: []string{""}}, []string{"page", "desk_apps[1]", "bot_apps[0]"}},
	} {
		if got := channeltest.Keys(tt.reach.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.reach, got, tt.want)
		}
	}
	if got := (messenger.Reach{Page: "x"}).String(); got != "x" {
		t.Errorf("got %q, want the place itself", got)
	}
}
