// How a picture of a camera has to be turned before it is seen as it was taken: the orientation tag
// of Exif 2.32 (JEITA CP-3451, 4.6.4), of which a JPEG file may have one in an APP1 segment.
#pragma once

#include <cstdint>
#include <span>

#include "data/pictures/image.h"

namespace lithe::data {

// Where the first row and the first column of the stored picture belong.
enum class Orientation : std::uint8_t {
  top_left = 1,  // as it is
  top_right,     // mirrored
  bottom_right,  // turned by half
  bottom_left,   // upside down, mirrored
  left_top,      // mirrored along the diagonal
  right_top,     // the camera was held with its right side down: to be turned to the right
  right_bottom,  // mirrored along the other diagonal
  left_bottom,   // to be turned to the left
};

// What a JPEG file says; top_left where it says nothing, or nothing that makes sense. Reads no more
// than the segments before the picture, and nothing outside `jpeg`, whatever lengths and offsets
// there are. Never throws: a picture is not refused for what is said about it.
Orientation orientation_of(std::span<const std::uint8_t> jpeg);

// Whether height and width change places.
inline bool swaps_sides(Orientation orientation) { return orientation >= Orientation::left_top; }

// The picture as it was taken.
Image upright(Image image, Orientation orientation);

}  // namespace lithe::data
