package page

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
)

// Picture returns the window as it is seen, as WebP.
func (p *Page) Picture(ctx context.Context) ([]byte, error) {
	quality := int64(60)
	got, err := cdp.Call(ctx, p.top, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{
		Format: cdppage.CaptureScreenshotFormatWebp, Quality: &quality,
	})
	return got.Data, err
}

// Archive returns the page with its frames as MHTML (RFC 2557).
func (p *Page) Archive(ctx context.Context) ([]byte, error) {
	got, err := cdp.Call(ctx, p.top, cdppage.CaptureSnapshot, cdppage.CaptureSnapshotParams{})
	return []byte(got.Data), err
}
