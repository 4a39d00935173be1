// A contact sheet: one image with rows of small images, each row with a label.
//
//   const auto few = lithe::select_classes(data, {0, 1, 2}, 10);  // lithe/data.h
//   lithe::write_png("sheet.png", lithe::draw_sheet(lithe::class_rows(few)));
//
//   const lithe::Augmentation augmentation("rotate(10)", data.shape);
//   const auto rows = lithe::augmented_rows(lithe::class_rows(few), augmentation, 9);
//   lithe::write_png("variants.png", lithe::draw_sheet(rows, true));
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/augmentation.h"
#include "lithe/dataset.h"
#include "lithe/image.h"

namespace lithe {

struct SheetRow {
  std::string label;  // ASCII is drawn, and a box for each other character; 24 characters at most
  std::vector<Image> images;
};

// A row for each class, with all of its training examples. Throws Error(data) where they are not
// images in classes.
std::vector<SheetRow> class_rows(const Dataset& data);

// A row for each image: the image, and `count` augmentations of it behind it.
std::vector<SheetRow> augmented_rows(const std::vector<SheetRow>& originals,
                                     const Augmentation& augmentation, std::size_t count);

// Small images are enlarged by whole factors, so that pixels stay squares, and large ones reduced.
// In colours if an image has some. `first_apart`: a gap behind the first image of each row. Throws
// Error(usage) for a page of more than 2^26 pixels.
Image draw_sheet(const std::vector<SheetRow>& rows, bool first_apart = false);

}  // namespace lithe
