// A contact sheet: an image with rows of small images, each row with a label.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/pictures/image.h"
#include "lithe/dataset.h"

namespace lithe::data {

struct SheetRow {
  std::string label;  // ASCII is drawn, and a box for each other character; 24 characters at most
  std::vector<Image> images;
};

// Small images are enlarged by whole factors, so that pixels stay squares, and large ones reduced.
// In colours if an image has some. `first_apart`: a gap behind the first image of each row. Throws
// Error(usage) for a page of more than 2^26 pixels.
Image draw_sheet(const std::vector<SheetRow>& rows, bool first_apart = false);

// A row of a data set as an image; nothing where its rows are none of 1 or 3 channels of bytes.
std::optional<Image> image_at(const Dataset& set, const Features& features, std::size_t row);

// Writes ASCII text in capital and small letters of 5 x 7 dots, each `dot` pixels wide and high,
// 6 x 9 dots a character, with its upper left corner there. What lies outside is cut off.
void draw_text(Image& page, const std::string& text, std::size_t top, std::size_t left,
               std::size_t dot, std::uint8_t level);
std::size_t character_count(const std::string& text);

}  // namespace lithe::data
