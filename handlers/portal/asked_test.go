package portal_test

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/login"
	"livingprofile/internal/profile"
)

// Nobody is led to what they could not give: a value that nobody has and they
// may not type, or in a frame that lets them answer nothing.
func TestArrivalWithNothingToGive(t *testing.T) {
	k := newKit(t)
	k.brand = "kawara"
	city, _ := k.org.Field("event-city")
	for _, tt := range []struct {
		name  string
		edit  profile.Edit
		frame *login.Frame
		want  int
	}{
		{"free", profile.Free, nil, http.StatusSeeOther},
		{"locked", profile.Locked, nil, http.StatusOK},
		{"frame", profile.Free, &login.Frame{Acts: []string{login.ActCorrect}}, http.StatusSeeOther},
		{"frame_to_look_at", profile.Free, &login.Frame{}, http.StatusOK},
	} {
		city.Edit, k.session.Frame = tt.edit, tt.frame
		w, err := k.do(func(c echo.Context) error {
			web.Of(c).Framed = tt.frame != nil
			c.Request().Header.Set(web.FrameBegins, "true")
			return k.Home(c)
		}, http.MethodGet, "/kawara", nil)
		if err != nil || w.Code != tt.want {
			t.Errorf("%s: got %d, %v, want %d", tt.name, w.Code, err, tt.want)
		}
	}
}
