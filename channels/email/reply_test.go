package email

import "testing"

func TestQueueID(t *testing.T) {
	for reply, want := range map[string]string{
		"2.0.0 Ok: queued as 4F2B1C0D":                                        "4F2B1C0D",
		"2.0.0 Ok: queued as 4bXk2c1Q9Rz9rxj":                                 "4bXk2c1Q9Rz9rxj",
		"2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 Ok: queued as 9A1":       "9A1",
		"OK id=1rXyZ2-0001aB-3c":                                              "1rXyZ2-0001aB-3c",
		"2.0.0 OK  1711358415 a1-20020a05.12 - gsmtp":                         "a1-20020a05.12",
		"2.6.0 <a@b> [InternalId=12345, Hostname=x] Queued mail for delivery": "12345",
		"2.0.0 42PBlJrW012345 Message accepted for delivery":                  "42PBlJrW012345",
		"2.0.0: a1b2c3d4 Message accepted for delivery":                       "a1b2c3d4",
		"ok 1711358415 qp 12345":                                              "12345",
		"OK: queued":                                                          "",
		"":                                                                    "",
	} {
		if got := queueID(reply); got != want {
			t.Errorf("%q: got %q, want %q", reply, got, want)
		}
	}
}
