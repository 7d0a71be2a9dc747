package rocketchat_test

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/rocketchat"
)

// keys are the keys at fault.
func keys(faults []channels.Fault) []string {
	var keys []string
	for _, f := range faults {
		keys = append(keys, f.Key)
	}
	return keys
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  rocketchat.Config
		want []string
	}{
		{"whole", rocketchat.Config{URL: "https://chat.example.no"}, nil},
	} {
		if got := keys(tt.cfg.Check()); !slices.Equal(got, tt.want) {
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
		if got := keys(tt.reach.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.reach, got, tt.want)
		}
	}
	if got := (rocketchat.Reach{Department: "x"}).String(); got != "x" {
		t.Errorf("got %q, want the place itself", got)
	}
}
