// How a picture of a camera has to be turned before it is seen as it was taken: the orientation tag
// of Exif 2.32 (JEITA CP-3451, 4.6.4), which a JPEG file may have in an APP1 segment, a PNG file in
// a chunk eXIf and a WebP file in a chunk EXIF.
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

// What a file says; top_left where it says nothing, or nothing that makes sense, and for other
// kinds of files. Reads nothing outside `file`, whatever lengths and offsets there are, and of a
// JPEG no more than the segments before the picture. Never throws: a picture is not refused for
// what is said about it.
Orientation orientation_of(std::span<const std::uint8_t> file);

// Whether height and width change places.
inline bool swaps_sides(Orientation orientation) { return orientation >= Orientation::left_top; }

// The picture as it was taken.
Image upright(Image image, Orientation orientation);

}  // namespace lithe::data
