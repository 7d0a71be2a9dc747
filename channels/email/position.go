package email

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// A position is how far a folder has been read: the highest UID, and the
// UIDVALIDITY under which that number means anything (RFC 3501 section 2.3.1.1).
type position struct {
	validity uint32
	uid      imap.UID
}

// parsePosition reads what String wrote. Anything else is the beginning: to
// read a folder again costs time, and arrivals that were kept are kept once.
func parsePosition(s string) position {
	validity, uid, _ := strings.Cut(s, ":")
	v, bad := strconv.ParseUint(validity, 10, 32)
	u, worse := strconv.ParseUint(uid, 10, 32)
	if bad != nil || worse != nil {
		return position{}
	}
	return position{validity: uint32(v), uid: imap.UID(u)}
}

// String returns p as validity:uid.
func (p position) String() string { return fmt.Sprintf("%d:%d", p.validity, p.uid) }

// enter returns where to go on in a folder that now answers data. Under a new
// UIDVALIDITY every number is new. So it is where the next UID lies at or
// below one already read, as on a mailbox restored from a backup.
func (p position) enter(data *imap.SelectData) position {
	if data.UIDValidity != p.validity || data.UIDNext != 0 && data.UIDNext <= p.uid {
		return position{validity: data.UIDValidity}
	}
	return p
}
