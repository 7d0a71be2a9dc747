package main

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/channels/channeltest/race"
	"github.com/svartid/svartid/channels/simulated"
)

// A smallDisk is a file system of some megabytes.
type smallDisk struct {
	t   *testing.T
	dir string
}

// mountSmall mounts a file system of so many megabytes in memory.
func mountSmall(t *testing.T, megabytes int) smallDisk {
	t.Helper()
	dir := t.TempDir()
	size := "size=" + strconv.Itoa(megabytes) + "m"
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "--lazy", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return smallDisk{t, dir}
}

// fill takes all the room that is left.
func (d smallDisk) fill() {
	d.t.Helper()
	f, err := os.OpenFile(filepath.Join(d.dir, "filler"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
}

// empty gives the room back.
func (d smallDisk) empty() {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.dir, "filler")); err != nil {
		d.t.Fatal(err)
	}
}

// onServer has a database lie on the disk.
func (d smallDisk) onServer(server *peers.Postgres, dsn string) {
	d.t.Helper()
	place := filepath.Join(d.dir, "tables")
	err := os.Mkdir(place, 0o700)
	if os.Getuid() == 0 && err == nil {
		var who *user.User
		if who, err = user.Lookup("postgres"); err == nil {
			uid, _ := strconv.Atoi(who.Uid)
			gid, _ := strconv.Atoi(who.Gid)
			err = errors.Join(os.Chown(place, uid, gid), os.Chmod(d.dir, 0o755), os.Chmod(filepath.Dir(d.dir), 0o755))
		}
	}
	if err != nil {
		d.t.Fatal(err)
	}
	name := dsn[strings.LastIndex(dsn, "/")+1:]
	beside := server.Database(d.t)
	for _, statement := range []string{`CREATE TABLESPACE small LOCATION '` + place + `'`, `ALTER DATABASE ` + name + ` SET TABLESPACE small`} {
		if _, err := server.Ask(beside, statement); err != nil {
			d.t.Fatal(err)
		}
	}
}

// TestDiskFull: where the ledger has no room left in the middle of a round, nothing is sent
// that is not written down, the process says why it is not ready, and goes on when there is
// room again. Then no company has been asked twice, and every reply counts.
func TestDiskFull(t *testing.T) {
	race.Skip(t, "what it starts is not watched")
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	for _, where := range []string{"a file", "a server"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			m := killPlan{kills: 75, openers: 60, scale: 4 * time.Second, within: 60 * time.Second, seed: 11}
			disk, world := mountSmall(t, 40), m.world(t)
			var config, dsn string
			if where == "a server" {
				server := peers.StartPostgres(t, "fsync=on")
				config, dsn = sharing(t, server, m.outline(t, world))
				disk.onServer(server, dsn)
			} else {
				var lite string
				config, lite = m.outline(t, world).write(t, t.TempDir())
				dsn = "sqlite:" + filepath.Join(disk.dir, "svartid.db")
				text, err := os.ReadFile(config)
				if err == nil {
					err = os.WriteFile(config, []byte(strings.Replace(string(text), lite, dsn, 1)), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			p := newPlace(t, "shared", config).start()
			waitFor(t, "a fifth has been asked", func() bool { return len(world.Log()) > m.openers/5 })
			disk.fill()
			says := ""
			waitFor(t, "it says that there is no room", func() bool {
				status, text := p.ready()
				says = text
				disk.fill() // what a log gave back
				return status == http.StatusServiceUnavailable && strings.Contains(text, "no room left")
			})
			time.Sleep(2 * time.Second) // what was leaving
			asked := takenBy(world)
			for range 16 {
				time.Sleep(500 * time.Millisecond)
				disk.fill()
			}
			// What is small may find room where more does not: then it has left, and is written down.
			archive := openArchive(t, dsn)
			if got, kept := takenBy(world), intended(archive.contacts(t)); got > kept {
				t.Errorf("%d were asked, and %d written down", got, kept)
			} else if got > asked+m.openers/4 {
				t.Errorf("%d were asked after it had said that there is no room", got-asked)
			}
			t.Logf("after %d openers it said: %s; %d more left, all written down", asked, says, takenBy(world)-asked)
			if asked == m.openers {
				t.Error("the disk was full too late")
			}
			disk.empty()
			waitFor(t, "it is ready again", p.isReady)
			check := killCheck{t: t, world: world, ledger: archive, within: m.within}
			check.conclude(config, p)
			t.Log(check.summary())
		})
	}
}

// takenBy counts the openers that companies have taken. One that was refused before its text
// was sent is none, and needs no intent.
func takenBy(world *simulated.World) (n int) {
	for _, turn := range world.Log() {
		if !turn.Refused {
			n++
		}
	}
	return n
}
