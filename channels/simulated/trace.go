package simulated

import (
	"fmt"
	"time"
)

// rfc5322 is how mail servers write a time.
const rfc5322 = "Mon, 2 Jan 2006 15:04:05 -0700 (MST)"

// trace returns a message with the fields that our server puts on top: who
// sent it, for whom, and when it came.
func (w *World) trace(m message, to string, at time.Time) []byte {
	protocol, ip := "ESMTPS", "192.0.2.25"
	if m.host == "localhost" {
		protocol, ip = "ESMTPA", "127.0.0.1"
	}
	var h header
	h.add("Return-Path", "<"+m.sender+">")
	h.add("X-Original-To", to)
	h.add("Delivered-To", to)
	if m.host == w.host() {
		fmt.Fprintf(&h, "Received: by %s (Postfix)\r\n\tid %s; %s\r\n", m.host, w.queueID(), at.Format(rfc5322))
	} else {
		fmt.Fprintf(&h, "Received: from %s (%s [%s])\r\n", m.host, m.host, ip)
		fmt.Fprintf(&h, "\tby %s (Postfix) with %s id %s\r\n", w.host(), protocol, w.queueID())
		fmt.Fprintf(&h, "\tfor <%s>; %s\r\n", to, at.Format(rfc5322))
	}
	return append(h.Bytes(), m.bytes...)
}
