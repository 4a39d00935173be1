// Renders small pictures with antialiased edges, in the coordinates of the environment.
#pragma once

#include <cstdint>

#include "lithe/environment.h"

namespace lithe::environments {

struct Point {
  double x, y;
};

struct Colour {
  std::uint8_t red, green, blue;
};

inline constexpr Colour kPaper{250, 250, 247}, kInk{40, 44, 52}, kGrey{190, 192, 196},
    kBlue{45, 108, 176}, kOrange{222, 125, 40}, kGreen{62, 142, 65}, kRed{200, 60, 50};

class Painter {
 public:
  // The picture shows the rectangle from `low` (lower left) to `high`, with `pixels` for each unit.
  // The y axis points up.
  Painter(Picture& picture, Point low, Point high, double pixels);

  void disc(Point centre, double radius, Colour colour);
  void ring(Point centre, double radius, double width, Colour colour);
  void line(Point from, Point to, double width, Colour colour);  // with round ends
  void box(Point low, Point high, Colour colour);

 private:
  template <class Distance>
  void paint(Point low, Point high, Colour colour, const Distance& distance);

  Picture& picture_;
  Point low_;
  double top_, pixels_;
};

}  // namespace lithe::environments
