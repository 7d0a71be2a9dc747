package peers

import "testing"

// TestCyrus files a message, stops the server and finds it again.
func TestCyrus(t *testing.T) {
	c := StartCyrus(t)
	if err := c.File([]byte("Subject: x\r\n\r\nHei\r\n"), "INBOX"); err != nil {
		t.Fatal(err)
	}
	c.Stop()
	if err := c.File([]byte("Subject: x\r\n\r\nHei\r\n"), "INBOX"); err == nil {
		t.Error("a stopped server takes mail")
	}
	c.Start()
	if err := c.File([]byte("Subject: y\r\n\r\nHei\r\n"), "Junk"); err != nil {
		t.Error(err)
	}
}
