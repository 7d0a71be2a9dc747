package board

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// An asset is a file that pages refer to.
type asset struct {
	body    []byte
	kind    string // media type
	version string // of what is in it
}

// assets returns the files by their names.
func assets() map[string]asset {
	all := map[string]asset{}
	for _, pattern := range []string{"page/*.css", "page/*.js", "page/*.svg", "page/*.png", "page/*.webmanifest"} {
		names, err := fs.Glob(pages, pattern)
		if err != nil {
			continue // the patterns are well formed
		}
		for _, name := range names {
			body, err := pages.ReadFile(name)
			if err != nil {
				continue // it was there a moment ago, and is built in
			}
			digest := sha256.Sum256(body)
			all[path.Base(name)] = asset{body, kindOf(name), hex.EncodeToString(digest[:6])}
		}
	}
	return all
}

// kindOf returns the media type of a file. What the system says of types is not asked for: systems
// differ, and its tables are large.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	}
	return "application/manifest+json"
}

// serve answers with the file. Asked for by its version, it never changes.
func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	if path.Ext(r.URL.Path) == ".js" {
		// A worker that stands between the pages and us may ask for what they are made of.
		h.Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; frame-ancestors 'none'")
	}
	h.Set("ETag", `"`+a.version+`"`)
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == a.version {
		h.Set("Cache-Control", "max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("If-None-Match"), a.version) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(packed(h, r, a.body)) // the client has gone, so that there is no one to report to
}

// address is where a page finds the file.
func (b *Board) address(name string) string { return "/" + name + "?v=" + b.static[name].version }
