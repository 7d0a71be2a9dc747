package page

import (
	"context"
	"errors"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
)

// Picture returns the window as it is seen, as WebP. Between two documents there is nothing
// to be seen: it waits for the next until ctx ends.
func (p *Page) Picture(ctx context.Context) ([]byte, error) {
	quality := int64(60)
	var picture []byte
	var last error
	err := p.until(ctx, func() (bool, error) {
		got, err := cdp.Call(ctx, p.top, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{
			Format: cdppage.CaptureScreenshotFormatWebp, Quality: &quality,
		})
		picture, last = got.Data, err
		return err == nil, nil
	})
	if err != nil {
		return nil, errors.Join(err, last)
	}
	return picture, nil
}
