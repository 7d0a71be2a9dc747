package matrix_test

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/matrix"
)

func TestCheck(t *testing.T) {
	secret := channels.Inline("hunter2")
	for _, tt := range []struct {
		name string
		cfg  matrix.Config
		want []string
	}{
		{"whole", matrix.Config{User: "@kari:example.no", AccessToken: secret}, nil},
		{"in a file", matrix.Config{User: "@kari:example.no", AccessTokenFile: "token"}, nil},
		{"bots", matrix.Config{User: "@kari:example.no", AccessToken: secret, Bots: []string{"@bot:example.no", "bot"}}, []string{"bots[1]"}},
		{"nothing", matrix.Config{}, []string{"user", "access_token"}},
		{"a room", matrix.Config{User: "#room:example.no", AccessToken: secret}, []string{"user"}},
	} {
		if got := channeltest.Keys(tt.cfg.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReach(t *testing.T) {
	for _, tt := range []struct {
		reach matrix.Reach
		want  []string
	}{
		{matrix.Reach{To: "@desk:nordlys.example"}, nil},
		{matrix.Reach{To: "!opaque:nordlys.example:8448"}, nil},
		{matrix.Reach{To: "#help:nordlys.example"}, nil},
		{matrix.Reach{To: "desk@nordlys.example"}, []string{"to"}},
		{matrix.Reach{To: "@:nordlys.example"}, []string{"to"}},
		{matrix.Reach{To: "@desk"}, []string{"to"}},
		{matrix.Reach{}, []string{"to"}},
	} {
		if got := channeltest.Keys(tt.reach.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.reach, got, tt.want)
		}
	}
	if got := (matrix.Reach{To: "x"}).String(); got != "x" {
		t.Errorf("got %q, want the place itself", got)
	}
}
