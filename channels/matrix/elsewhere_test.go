package matrix

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/channels"
	fake "github.com/svartid/svartid/channels/simulated/matrix"
)

// TestElsewhere: a company that answers in another room than ours is heard there, as an
// answer to what we asked.
func TestElsewhere(t *testing.T) {
	const words = "Hei! Det koster ingenting."
	for name, answer := range map[string]func(*fake.Server, channels.Conversation){
		"invites us, and speaks": func(s *fake.Server, _ channels.Conversation) {
			s.Say(s.Invite(mute, ""), mute, channels.Human, words)
		},
		"speaks, and invites us": func(s *fake.Server, _ channels.Conversation) { s.Invite(mute, words) },
		"a colleague who was in the room invites us": func(s *fake.Server, open channels.Conversation) {
			s.Put(open.Names[0], "@colleague:chat.example", "@colleague:chat.example", "join")
			s.Invite("@colleague:chat.example", words)
		},
		"puts another room in the place of ours": func(s *fake.Server, open channels.Conversation) {
			s.Say(s.Upgrade(open.Names[0], mute), mute, channels.Human, words)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, fake.Options{})
			c := connect(t, account(s))
			open := opened(t, c, "x7f3", mute)
			inspects(c, open)
			answer(s, open)
			h := batches(t, c, func(h channels.Batch) bool {
				return slices.ContainsFunc(h.Arrivals, func(a channels.Arrival) bool { return string(a.Raw) == words })
			})
			for _, a := range h.Arrivals {
				if string(a.Raw) == words && (!slices.Contains(a.Names, open.Names[0]) || a.Responder != channels.Human) {
					t.Errorf("got an answer of %s to %v, want a person's to %v", a.Responder, a.Names, open.Names)
				}
			}
		})
	}
}

// TestElsewhereAgain: after a start, what a company goes on saying in a room to which it
// had invited us answers what we asked.
func TestElsewhereAgain(t *testing.T) {
	s := start(t, fake.Options{})
	first := connect(t, account(s))
	open := opened(t, first, "x7f3", mute)
	inspects(first, open)
	room := s.Invite(mute, "")
	h := batches(t, first, func(channels.Batch) bool { return s.Member(room, s.User()) == "join" })
	s.Say(room, mute, channels.Human, "Hei!")
	again := connect(t, account(s))
	inspects(again, open)
	heard := listen(t, again, h.Checkpoint.Position).until(t, 1)
	if !slices.Contains(heard[0].Names, open.Names[0]) {
		t.Errorf("got an answer to %v, want to %v", heard[0].Names, open.Names)
	}
}

// TestElsewhereOfStrangers: whom we have not asked we follow nowhere, and what is said by
// one who is asked twice names both openers, for a person to look.
func TestElsewhereOfStrangers(t *testing.T) {
	s := start(t, fake.Options{})
	c := connect(t, account(s))
	one, other := opened(t, c, "x7f3", mute), opened(t, c, "m4q9", mute)
	inspects(c, one, other)
	strange := s.Invite(brisk, "Kjøp billig strøm!")
	room := s.Invite(mute, "Hei dere!")
	h := batches(t, c, func(h channels.Batch) bool {
		for _, a := range h.Arrivals {
			if !slices.Contains(a.Names, one.Names[0]) || !slices.Contains(a.Names, other.Names[0]) {
				t.Errorf("got %q to %v, want to both conversations", a.Raw, a.Names)
			}
		}
		return len(h.Arrivals) > 0
	})
	if got := s.Member(strange, s.User()); got != "invite" {
		t.Errorf("a stranger's invitation: we are %q there, want invite", got)
	}
	s.Say(room, mute, channels.Human, "Hei!")
	again := connect(t, account(s))
	inspects(again, one, other)
	heard := listen(t, again, h.Checkpoint.Position).until(t, 1)
	if !slices.Contains(heard[0].Names, one.Names[0]) || !slices.Contains(heard[0].Names, other.Names[0]) {
		t.Errorf("got an answer to %v, want to both conversations", heard[0].Names)
	}
}
