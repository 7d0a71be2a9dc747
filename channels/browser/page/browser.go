package page

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
)

// Options are how a browser is started. The zero value starts the first Chromium
// that is found, unseen and in its sandbox.
type Options struct {
	Path     string // of the program; empty: it is looked for
	Language string // such as nb-NO; empty: the browser's own
	// Window shows the browser on the screen, for a person who records a flow.
	Window Screen
	// Unguarded lets the browser run without its sandbox, which as root is the only
	// way. Whatever a page then breaks out of is this whole machine.
	Unguarded bool
	Output    io.Writer // takes what the browser itself writes; nil = nothing
	// Watch is asked before each command to the browser. What it returns is the
	// command's error, and the command is not sent. nil = not asked.
	Watch func(method string) error
}

// A Screen is where a browser is seen. Its zero value is nowhere.
type Screen bool

// Shown has the browser seen by a person.
const Shown Screen = true

// ErrNoBrowser says that no Chromium was found.
var ErrNoBrowser = errors.New("no chromium was found; install it, or say where it is")

// errRoot is why a browser is not started as root.
var errRoot = errors.New("chromium has no sandbox as root: run svartid as another user, or accept that by without_sandbox: accepted")

// Look returns the Chromium that is used where none is named: the program itself
// before the distribution's script around it.
func Look() (string, error) {
	for _, path := range []string{
		"/usr/lib/chromium/chromium", "/usr/lib/chromium-browser/chromium-browser", "/usr/lib64/chromium-browser/chromium-browser",
		"/opt/google/chrome/chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	} {
		if at, err := os.Stat(path); err == nil && !at.IsDir() {
			return path, nil
		}
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNoBrowser
}

// A Browser is one that runs. Its methods may be called at once.
type Browser struct {
	pipe *pipe
	cmd  *exec.Cmd
	end  func() error
}

// Start starts a browser, which runs until Close. The error wraps ErrNoBrowser if there is none.
func Start(ctx context.Context, opt Options) (*Browser, error) {
	path := opt.Path
	if path == "" {
		var err error
		if path, err = Look(); err != nil {
			return nil, err
		}
	}
	if os.Geteuid() == 0 && !opt.Unguarded {
		return nil, errRoot
	}
	folder, err := os.MkdirTemp("", "svartid-browser")
	if err != nil {
		return nil, fmt.Errorf("start browser: %w", err)
	}
	b, err := start(path, folder, opt)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start browser: %w", err), os.RemoveAll(folder))
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if _, err := cdp.Call(ctx, b.root(), browser.GetVersion, cdp.Empty{}); err != nil {
		return nil, errors.Join(fmt.Errorf("start browser: %w", err), b.Close())
	}
	return b, nil
}

// start starts the process with its profile in a folder of its own.
func start(path, folder string, opt Options) (*Browser, error) {
	theirRead, ourWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ourRead, theirWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, theirRead.Close(), ourWrite.Close())
	}
	cmd := exec.Command(path, arguments(folder, opt)...) //nolint:gosec // the operator names it
	cmd.ExtraFiles = []*os.File{theirRead, theirWrite}
	cmd.Stdout, cmd.Stderr = opt.Output, opt.Output
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Start()
	_, _ = theirRead.Close(), theirWrite.Close()
	if err != nil {
		return nil, errors.Join(err, ourWrite.Close(), ourRead.Close())
	}
	b := &Browser{pipe: newPipe(ourRead, ourWrite), cmd: cmd}
	b.pipe.watch = opt.Watch
	go b.pipe.read()
	b.end = sync.OnceValue(func() error {
		_ = ourWrite.Close() // a browser whose pipe ends, ends
		timer := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		_ = cmd.Wait() // how it ended says nothing
		<-b.pipe.done
		return errors.Join(ourRead.Close(), removeAll(folder))
	})
	return b, nil
}

// arguments are those of a plain browser that is steered by a pipe: every site in a
// process of its own, no sound, and windows that nobody looks at run as if somebody did.
func arguments(folder string, opt Options) []string {
	args := []string{
		"--remote-debugging-pipe", "--user-data-dir=" + filepath.Join(folder, "profile"),
		"--no-first-run", "--no-default-browser-check", "--site-per-process", "--mute-audio",
		"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad",
		"--disable-dev-shm-usage", "--password-store=basic", "--use-mock-keychain", "--window-size=1280,900",
	}
	if !opt.Window {
		args = append(args, "--headless")
	}
	if opt.Language != "" {
		args = append(args, "--lang="+opt.Language, "--accept-lang="+opt.Language)
	}
	if opt.Unguarded {
		args = append(args, "--no-sandbox")
	}
	return append(args, "about:blank")
}

// removeAll removes a profile, in which children of the browser may still write.
func removeAll(folder string) (err error) {
	for range 20 {
		if err = os.RemoveAll(folder); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// Close ends the browser with all its pages, and returns once it is gone.
func (b *Browser) Close() error { return b.end() }

// Kill ends the browser as a crash would.
func (b *Browser) Kill() { _ = b.cmd.Process.Kill() }

// Gone is closed once the browser is not there any more.
func (b *Browser) Gone() <-chan struct{} { return b.pipe.done }

// PID returns the id of the browser's process.
func (b *Browser) PID() int { return b.cmd.Process.Pid }

func (b *Browser) root() session { return session{pipe: b.pipe} }

// quit is how long the end of a page may take.
const quit = 5 * time.Second

// dispose ends a browser context with all that is in it.
func (b *Browser) dispose(id cdp.BrowserContextID) {
	ctx, cancel := context.WithTimeout(context.Background(), quit)
	defer cancel()
	_, _ = cdp.Call(ctx, b.root(), target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: id})
}
