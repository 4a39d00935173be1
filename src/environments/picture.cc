#include "environments/picture.h"

#include <algorithm>
#include <cmath>

namespace lithe::environments {

Painter::Painter(Picture& picture, Point low, Point high, double pixels)
    : picture_(picture), low_(low), top_(high.y), pixels_(pixels) {
  picture.width = static_cast<std::size_t>(std::lround((high.x - low.x) * pixels));
  picture.height = static_cast<std::size_t>(std::lround((high.y - low.y) * pixels));
  picture.rgb.resize(picture.width * picture.height * 3);
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) {
    picture.rgb[i] = kPaper.red;
    picture.rgb[i + 1] = kPaper.green;
    picture.rgb[i + 2] = kPaper.blue;
  }
}

// Paints the pixels for whose middle `distance` is negative, with an edge of one pixel. The shape
// must lie within low to high.
template <class Distance>
void Painter::paint(Point low, Point high, Colour colour, const Distance& distance) {
  const auto place = [](double value, std::size_t most) {
    return static_cast<std::size_t>(std::clamp(value, 0.0, static_cast<double>(most)));
  };
  const std::size_t left = place((low.x - low_.x) * pixels_ - 1, picture_.width);
  const std::size_t right = place((high.x - low_.x) * pixels_ + 2, picture_.width);
  const std::size_t top = place((top_ - high.y) * pixels_ - 1, picture_.height);
  const std::size_t bottom = place((top_ - low.y) * pixels_ + 2, picture_.height);
  const std::uint8_t channels[] = {colour.red, colour.green, colour.blue};
  for (std::size_t row = top; row < bottom; ++row)
    for (std::size_t column = left; column < right; ++column) {
      const Point middle{low_.x + (static_cast<double>(column) + 0.5) / pixels_,
                         top_ - (static_cast<double>(row) + 0.5) / pixels_};
      // In eighths, so that a picture has few colours: a GIF can have 256.
      const double cover =
          std::round(std::clamp(0.5 - distance(middle) * pixels_, 0.0, 1.0) * 8) / 8;
      std::uint8_t* pixel = &picture_.rgb[(row * picture_.width + column) * 3];
      for (std::size_t c = 0; c < 3; ++c)
        pixel[c] = static_cast<std::uint8_t>(
            std::lround(pixel[c] + cover * (static_cast<double>(channels[c]) - pixel[c])));
    }
}

void Painter::disc(Point centre, double radius, Colour colour) {
  line(centre, centre, 2 * radius, colour);
}

void Painter::ring(Point centre, double radius, double width, Colour colour) {
  const double outer = radius + width / 2;
  paint({centre.x - outer, centre.y - outer}, {centre.x + outer, centre.y + outer}, colour,
        [&](Point at) {
          return std::abs(std::hypot(at.x - centre.x, at.y - centre.y) - radius) - width / 2;
        });
}

void Painter::line(Point from, Point to, double width, Colour colour) {
  const double half = width / 2, dx = to.x - from.x, dy = to.y - from.y;
  const double square = dx * dx + dy * dy;
  paint({std::min(from.x, to.x) - half, std::min(from.y, to.y) - half},
        {std::max(from.x, to.x) + half, std::max(from.y, to.y) + half}, colour, [&](Point at) {
          const double along = (at.x - from.x) * dx + (at.y - from.y) * dy;
          const double part = square > 0 ? std::clamp(along / square, 0.0, 1.0) : 0.0;
          return std::hypot(at.x - from.x - part * dx, at.y - from.y - part * dy) - half;
        });
}

void Painter::box(Point low, Point high, Colour colour) {
  paint(low, high, colour, [&](Point at) {
    return std::max({low.x - at.x, at.x - high.x, low.y - at.y, at.y - high.y});
  });
}

}  // namespace lithe::environments
