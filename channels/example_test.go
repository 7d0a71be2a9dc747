package channels_test

import (
	"errors"
	"fmt"

	"github.com/svartid/svartid/channels"
)

// A secret shows itself to Reveal alone.
func ExampleSecret() {
	password := channels.Inline("hunter2")
	fmt.Printf("%v %+v %#v\n", password, password, struct{ Password channels.Secret }{password})
	text, err := password.Reveal()
	fmt.Println(len(text), err)
	// Output:
	// *** *** struct { Password channels.Secret }{Password:***}
	// 7 <nil>
}

// What an error of Open tells its caller to do is found by errors.Is, and whose
// the fault is by errors.As.
func ExampleRefusal() {
	err := fmt.Errorf("rcpt: %w", &channels.Refusal{Code: 550, Status: "5.1.1", Text: "no such user"})
	var no *channels.Refusal
	switch {
	case errors.Is(err, channels.ErrUnsure):
		fmt.Println("look whether it left")
	case errors.As(err, &no) && no.Ours:
		fmt.Println("our fault")
	case errors.Is(err, channels.ErrRefused):
		fmt.Println("give up:", err)
	default:
		fmt.Println("try again later")
	}
	// Output: give up: rcpt: refused: 550 5.1.1 no such user
}
